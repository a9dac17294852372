"""What an instruction for joining may say: a link, an account, a number, a phone, a QR code's text, a table.

Whoever is told to open a link does so without looking twice, so links lead to known hosts only. Checked values are
returned as they are to be kept. All functions are pure; which hosts are known is passed in.
"""

import re
from collections.abc import Collection
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

import phonenumbers

from matchmaking.errors import BadInstruction

Kind = Literal["link", "account", "qr", "number", "phone", "table"]

# Where meetings are held, and the pages by which people add each other. Subdomains count too.
JOIN_HOSTS = frozenset(
    {
        "zoom.us",
        "zoom.com",
        "teams.microsoft.com",
        "teams.live.com",
        "meet.google.com",
        "webex.com",
        "meet.jit.si",
        "whereby.com",
        "meet.goto.com",
        "voovmeeting.com",
        "meeting.tencent.com",
        "u.wechat.com",
        "weixin.qq.com",
        "line.me",
        "open.kakao.com",
        "qr.kakao.com",
        "wa.me",
        "t.me",
        "zalo.me",
        "m.me",
        "join.skype.com",
    }
)

LONGEST = 500
_ADDRESS = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_ACCOUNTS = {
    "wechat": r"[A-Za-z][A-Za-z0-9_-]{5,19}",
    "line": r"@?[a-z0-9._-]{3,20}",
    "zoom": _ADDRESS,
    "teams": _ADDRESS,
    "google_meet": _ADDRESS,
    "webex": _ADDRESS,
    "kakaotalk": r"[A-Za-z0-9._-]{3,20}",
    "telegram": r"@?[A-Za-z][A-Za-z0-9_]{3,31}",
}
_ANY_ACCOUNT = rf"@?[A-Za-z0-9](?:[A-Za-z0-9._:+-]{{1,63}})|{_ADDRESS}"
_NUMBER = re.compile(r"[0-9]{1,12}(?: [0-9]{1,12}){0,7}")
_PHONE = re.compile(r"\+[0-9][0-9 ().-]{5,30}")
_TABLE = re.compile(r"[\w.#/() -]{1,40}")
_URL = re.compile(r"[^\s\\<>\"^`{|}\x00-\x20\x7f]+")


def checked(kind: Kind, channel: str, value: str, hosts: Collection[str]) -> str:
    """The value of an instruction, as it is to be kept.

    Raises:
        BadInstruction: it is not what its kind says; `expected` tells what would be.
    """
    match kind:
        case "link":
            return link(value, hosts)
        case "account":
            return account(channel, value)
        case "phone":
            return phone(value)
        case "number":
            return _matching(_NUMBER, value, "digits and single spaces")
        case "table":
            return _matching(_TABLE, value, "a short label of letters and digits")
        case "qr":
            return link(value, hosts) if "://" in value else account(channel, value)


def link(value: str, hosts: Collection[str]) -> str:
    """An https link to one of the hosts or below it, with a host in ASCII and everything else encoded.

    Raises:
        BadInstruction: it is none, carries a name or password, or leads elsewhere.
    """
    expected = "a link with https:// to " + ", ".join(sorted(hosts))
    if len(value) > LONGEST or not _URL.fullmatch(value):
        raise BadInstruction(expected=expected)
    try:
        parts = urlsplit(value)
        host, port = host_in_ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise BadInstruction(expected=expected) from None
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, 443) or not is_known(host, hosts):
        raise BadInstruction(expected=expected)
    rest = (quote(part, safe="/%:?&=+,;~!$'()*@-._#[]") for part in (parts.path, parts.query, parts.fragment))
    kept = urlunsplit(("https", host, *rest))
    if len(kept) > LONGEST:
        raise BadInstruction(expected=expected)
    return kept


def host_in_ascii(host: str) -> str:
    """A host's name as it is asked for (RFC 5890): browsers take other letters for these, so they are compared so.

    Raises:
        ValueError: it is no name.
    """
    name = host.encode("idna").decode("ascii").lower() if host else ""
    if not re.fullmatch(r"(?<![a-z0-9.-])(?:(?!-)[a-z0-9-]{1,63}+(?<!-)\.)+[a-z][a-z0-9-]{1,62}+(?<!-)", name):
        raise ValueError(f"{host!r} is no host's name")
    return name


def is_known(host: str, hosts: Collection[str]) -> bool:
    """The host is one of these or below one."""
    labels = host.split(".")
    return any(".".join(labels[n:]) in hosts for n in range(len(labels) - 1))


def account(channel: str, value: str) -> str:
    """Somebody's name on a channel.

    Raises:
        BadInstruction: the channel has no such names.
    """
    pattern = re.compile(_ACCOUNTS.get(channel, _ANY_ACCOUNT))
    told = "a mail address" if _ACCOUNTS.get(channel) == _ADDRESS else f"an account of {channel}, without spaces"
    return _matching(pattern, value, told)


def phone(value: str) -> str:
    """A phone number that may exist, in international notation.

    Raises:
        BadInstruction: there can be no such number.
    """
    expected = "a phone number that begins with + and the country's code"
    try:
        number = phonenumbers.parse(value if _PHONE.fullmatch(value) else "")
    except phonenumbers.NumberParseException:
        raise BadInstruction(expected=expected) from None
    if not phonenumbers.is_valid_number(number):
        raise BadInstruction(expected=expected)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def is_safe_stream(url: str) -> bool:
    """An https address of some host, without a name or password in it."""
    try:
        parts = urlsplit(url)
        host_in_ascii(parts.hostname or "")
        return bool(_URL.fullmatch(url)) and parts.scheme == "https" and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False


def _matching(pattern: re.Pattern[str], value: str, expected: str) -> str:
    if not pattern.fullmatch(value):
        raise BadInstruction(expected=expected)
    return value
