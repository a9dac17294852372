"""What mails say, to whom, and that nothing in a name or address can change where they go."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.mail.carrier import Undeliverable
from server.mail.texts import Entry, Letter, compose
from tests.mail.relay import page, plain

MAIL = UUID(int=7)
NOW = datetime(2020, 11, 2, 3, 4, tzinfo=UTC)
UNTIL = datetime(2020, 11, 2, 15, 14, tzinfo=UTC)
CITY = {"en": "Seongnam City", "ko": "성남시", "original": "ko"}
SMC = {"en": "SMC 2020", "ko": "성남국제의료관광컨벤션", "original": "ko"}
LINK = "https://fair.example/sign-in#secret"


def sign_in_letter(address: str = "an@buyer.example", country: str | None = "VN", names: object = None) -> Letter:
    entries = [Entry(names if isinstance(names, dict) else CITY, LINK)]
    return Letter("sign_in", address, country, "Asia/Ho_Chi_Minh", entries, UNTIL)


def test_a_sign_in_mail_tells_the_link_and_until_when_it_works() -> None:
    mail = compose(sign_in_letter(), MAIL, "madang <no-reply@fair.example>", NOW)
    assert {name: str(mail[name]) for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")} == {
        "From": "madang <no-reply@fair.example>",
        "To": "an@buyer.example",
        "Subject": "Your sign-in link / 로그인 링크",
        "Message-ID": f"<{MAIL}@fair.example>",
        "Auto-Submitted": "auto-generated",
    }
    english, korean = plain(mail).split("\n\n--\n\n")
    assert english == (
        "You, or somebody who typed your address, asked to sign in. Open this link:\n\n"
        f"Seongnam City\n{LINK}\n\n"
        "It works once, until 2 November 2020 22:14 (Asia/Ho_Chi_Minh). "
        "If it was not you, do nothing: without this mail nobody gets in."
    )
    assert korean.splitlines()[2:4] == ["성남시", LINK]
    assert "2020년 11월 2일 22:14 (Asia/Ho_Chi_Minh)까지" in korean


def test_whoever_is_in_korea_reads_korean_first() -> None:
    mail = compose(sign_in_letter(country="KR"), MAIL, "no-reply@fair.example", NOW)
    assert mail["Subject"] == "로그인 링크 / Your sign-in link"
    assert plain(mail).startswith("이 주소로")
    assert page(mail).index('lang="ko"') < page(mail).index('lang="en"')


def test_an_address_that_two_hosts_know_gets_a_link_for_each() -> None:
    entries = [
        Entry(CITY, "https://fair.example/sign-in#one"),
        Entry({"en": "Busan"}, "https://fair.example/sign-in#two"),
    ]
    mail = compose(Letter("sign_in", "a@b.example", None, "UTC", entries, UNTIL), MAIL, "no@fair.example", NOW)
    assert "Seongnam City\nhttps://fair.example/sign-in#one\n\nBusan\nhttps://fair.example/sign-in#two" in plain(mail)


def test_an_invitation_names_the_convention_its_host_and_days() -> None:
    entry = Entry(SMC, "https://fair.example/invitation#secret")
    days = (date(2020, 11, 9), date(2020, 11, 12))
    letter = Letter("invitation", "a@b.example", "KR", "Asia/Seoul", [entry], UNTIL, CITY, days)
    mail = compose(letter, MAIL, "no@fair.example", NOW)
    assert mail["Subject"] == "초대: 성남국제의료관광컨벤션 / Invitation: SMC 2020"
    assert plain(mail).startswith("성남시에서 성남국제의료관광컨벤션(2020년 11월 9일 – 2020년 11월 12일)에 초대합니다.")
    assert "Seongnam City invites you to SMC 2020, 9 November 2020 – 12 November 2020." in plain(mail)


def test_names_are_text_in_html() -> None:
    mail = compose(sign_in_letter(names={"en": '<a href="//evil.example">City & Co'}), MAIL, "no@fair.example", NOW)
    assert "&lt;a href=&quot;//evil.example&quot;&gt;City &amp; Co" in page(mail)
    assert '<a href="//' not in page(mail)


@given(st.text(min_size=1, max_size=60))
def test_no_name_adds_a_header_or_a_recipient(name: str) -> None:
    entry = Entry({"en": name, "ko": name}, LINK)
    letter = Letter("invitation", "a@b.example", None, "UTC", [entry], UNTIL, {"en": name}, (NOW.date(), NOW.date()))
    mail = compose(letter, MAIL, "no@fair.example", NOW)
    assert mail["To"] == "a@b.example"
    assert sorted(mail.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )


@pytest.mark.parametrize(
    "address", ["a@b@c", "x", "a b@c.example", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.e"]
)
def test_what_is_no_single_address_gets_no_mail(address: str) -> None:
    with pytest.raises(Undeliverable) as refused:
        compose(sign_in_letter(address), MAIL, "no@fair.example", NOW)
    assert str(refused.value) == "this is no mail address"
