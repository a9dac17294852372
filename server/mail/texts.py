"""The texts of mails: each in Korean and English, as plain text and as simple HTML. Whoever is in Korea reads Korean
first. Links begin with the configured address alone, and their secrets stand behind `#`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date

from server.i18n.catalogue import name_in
from server.mail.carrier import Undeliverable


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a mail and where it leads: the names of a host or convention."""

    names: Mapping[str, object]
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says. `host` and `days` are an invitation's; times are told in the reader's zone."""

    kind: str
    address: str
    country: str | None
    zone: str
    entries: Sequence[Entry]
    expires_at: datetime
    host: Mapping[str, object] | None = None
    days: tuple[date, date] | None = None


SUBJECTS = {
    "sign_in": {"en": "Your sign-in link", "ko": "로그인 링크"},
    "invitation": {"en": "Invitation: {name}", "ko": "초대: {name}"},
}
# Paragraphs before and after the links.
TEXTS = {
    "sign_in": {
        "en": (
            "You, or somebody who typed your address, asked to sign in. Open this link:",
            "It works once, until {until}. If it was not you, do nothing: without this mail nobody gets in.",
        ),
        "ko": (
            "이 주소로 로그인 요청이 있었습니다. 아래 링크를 여세요.",
            "링크는 한 번만, {until}까지 쓸 수 있습니다. 본인이 요청하지 않았다면 그대로 두세요. "
            "이 메일 없이는 아무도 로그인할 수 없습니다.",
        ),
    },
    "invitation": {
        "en": (
            "{host} invites you to {name}, {days}. See what it is and say yes here:",
            "This link is yours alone: please do not pass it on. It works once, until {until}. "
            "If you do not want to take part, do nothing.",
        ),
        "ko": (
            "{host}에서 {name}({days})에 초대합니다. 아래 링크에서 확인하고 수락해 주세요.",
            "이 링크는 본인 전용이니 다른 사람에게 전달하지 마세요. 한 번만, {until}까지 쓸 수 있습니다. "
            "참가를 원하지 않으시면 그대로 두세요.",
        ),
    },
}


def compose(letter: Letter, mail_id: UUID, sender: str, now: datetime) -> EmailMessage:
    """The mail, ready to be sent. Sent again, it has the same Message-ID, so that mailboxes show it once.

    Raises:
        Undeliverable: no mail can have that address.
    """
    languages = ("ko", "en") if letter.country == "KR" else ("en", "ko")
    message = EmailMessage()
    message["From"] = sender
    try:
        message["To"] = Address(addr_spec=letter.address)
    except Exception:
        raise Undeliverable("this is no mail address") from None
    subjects = [_filled(SUBJECTS[letter.kind][language], letter, language) for language in languages]
    message["Subject"] = " / ".join(subjects)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2].strip(' >') or 'madang.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers by absence notes
    text = "\n\n--\n\n".join(_text(letter, language) for language in languages)
    page = "<hr>".join(_html(letter, language) for language in languages)
    message.set_content(text + "\n", cte="quoted-printable")
    message.add_alternative(
        f"<!doctype html><html><body>{page}</body></html>\n", subtype="html", cte="quoted-printable"
    )
    return message


def _filled(text: str, letter: Letter, language: str) -> str:
    """A text with its names and times. Line breaks in names must not break headers."""
    known = {
        "until": moment(letter.expires_at, letter.zone, language),
        "name": name_in(letter.entries[0].names, language)[0],
        "host": name_in(letter.host or {}, language)[0],
        "days": _days(letter.days, language) if letter.days else "",
    }
    return " ".join(text.format(**known).split())


def _text(letter: Letter, language: str) -> str:
    before, after = (_filled(text, letter, language) for text in TEXTS[letter.kind][language])
    links = "\n\n".join(f"{name_in(entry.names, language)[0]}\n{entry.url}" for entry in letter.entries)
    return f"{before}\n\n{links}\n\n{after}"


def _html(letter: Letter, language: str) -> str:
    before, after = (escape(_filled(text, letter, language)) for text in TEXTS[letter.kind][language])
    links = "".join(
        f'<p><a href="{escape(entry.url)}">{escape(name_in(entry.names, language)[0])}</a><br>{escape(entry.url)}</p>'
        for entry in letter.entries
    )
    return f'<div lang="{language}"><p>{before}</p>{links}<p>{after}</p></div>'


def moment(instant: datetime, zone: str, language: str) -> str:
    """An instant on somebody's clock, with the zone it is told in."""
    there = instant.astimezone(ZoneInfo(zone))
    return f"{_day(there, language)} {there:%H:%M} ({zone})"


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y" if language == "en" else "long", language)


def _days(days: tuple[date, date], language: str) -> str:
    first, last = (_day(day, language) for day in days)
    return first if first == last else f"{first} – {last}"
