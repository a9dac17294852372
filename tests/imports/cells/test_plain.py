"""The smaller kinds of cells: languages, channels, interpreter, mail, phone, counts, names, remarks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports.cells.channels import read_channels
from server.imports.cells.counts import read_attendees, read_visits
from server.imports.cells.interpreter import InterpreterNeed, read_interpreter
from server.imports.cells.languages import read_languages
from server.imports.cells.mails import read_mail
from server.imports.cells.names import read_name
from server.imports.cells.notes import Notes, read_notes
from server.imports.cells.phones import read_phone
from server.imports.findings import Reading
from tests.imports.sheets import DAYS

NEEDED, NOT_NEEDED, UNKNOWN = InterpreterNeed.NEEDED, InterpreterNeed.NOT_NEEDED, InterpreterNeed.UNKNOWN


def codes(reading: Reading[object]) -> list[tuple[str, str]]:
    return [(problem.severity.value, problem.code) for problem in reading.problems]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("한국어", "ko"),
        ("영어", "en"),
        ("중국어", "zh"),
        ("일본어", "ja"),
        ("러시아어", "ru"),
        ("아랍어", "ar"),
        ("베트남어", "vi"),
        ("몽골어", "mn"),
        ("포르투갈어", "pt"),
        ("English (fluent)", "en"),
        ("영어(상)", "en"),
        ("中文", "zh"),
        ("Bahasa Indonesia", "id"),
        ("русский", "ru"),
        ("EN", "en"),
        ("日本語", "ja"),
    ],
)
def test_read_languages_knows(text: str, code: str) -> None:
    assert read_languages((text,)) == ((code,), ())


def test_read_languages_takes_each_once_and_says_what_is_unknown() -> None:
    assert read_languages(("영어", "English", "중국어")).value == ("en", "zh")
    some, none = read_languages(("영어", "Klingon")), read_languages(("Klingon",))
    assert (some.value, codes(some)) == (("en",), [("note", "language_unknown")])
    assert (none.value, codes(none)) == ((), [("look", "language_unknown")])


def test_read_channels() -> None:
    assert read_channels(("ZOOM", "위챗", "WeChat", "WhatsApp", "줌", "MS Teams")) == (
        ("zoom", "wechat", "whatsapp", "teams"),
        (),
    )
    assert read_channels(()) == ((), ())
    assert read_channels(("-",)) == ((), ())
    assert codes(read_channels(("Zoom", "비둘기"))) == [("note", "channel_unknown")]


@pytest.mark.parametrize(
    ("text", "need"),
    [
        *[(text, NEEDED) for text in ("필요", "O", "o", "○", "Ｏ", "Y", "yes", "통역 필요", "✓")],
        *[(text, NOT_NEEDED) for text in ("불필요", "X", "x", "×", "No", "없음", "필요 없음", "통역 불필요")],
        *[(text, UNKNOWN) for text in ("", "-", "미정", "TBD", "?")],
    ],
)
def test_read_interpreter(text: str, need: InterpreterNeed) -> None:
    assert read_interpreter(text) == (need, ())


def test_read_interpreter_does_not_guess() -> None:
    assert codes(read_interpreter("아마도")) == [("note", "interpreter_unreadable")]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" BIZ10@EXHIBITOR10.EXAMPLE ", "biz10@exhibitor10.example"),
        ("mailto:A.b+c@d-e.co.kr", "a.b+c@d-e.co.kr"),
        ("ｋim＠ｅx.com", "kim@ex.com"),
        ("kim@회사.한국", "kim@회사.한국"),
        ("", None),
    ],
)
def test_read_mail_folds(text: str, address: str | None) -> None:
    assert read_mail(text) == (address, ())


@pytest.mark.parametrize(
    ("text", "address", "found", "proposal"),
    [
        ("Kim <kim@a.co.kr>", "kim@a.co.kr", ("note", "mail_not_alone"), "kim@a.co.kr"),
        ("a@b.kr; c@d.kr", "a@b.kr", ("note", "mail_not_alone"), "a@b.kr"),
        ("kim(at)a.com", None, ("look", "mail_unreadable"), "kim@a.com"),
        ("kim@a,com", None, ("look", "mail_unreadable"), "kim@a.com"),
        ("kim@localhost", None, ("look", "mail_unreadable"), None),
        ("a..b@c.com", None, ("look", "mail_unreadable"), "a.b@c.com"),
        ("없음", None, ("look", "mail_unreadable"), None),
    ],
)
def test_read_mail_tells(text: str, address: str | None, found: tuple[str, str], proposal: str | None) -> None:
    reading = read_mail(text)
    assert (reading.value, codes(reading), reading.problems[0].proposal) == (address, [found], proposal)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("031-778-3933", "KR", "+82317783933"),
        ("01000694754", "KR", "+821000694754"),
        ("1000694754", "KR", "+821000694754"),
        ("010-0096-0441", "KR", "+821000960441"),
        ("+82 10 0078 5994", None, "+821000785994"),
        ("+55 11 96123-4567", "KR", "+5511961234567"),
        ("", "KR", None),
    ],
)
def test_read_phone_is_e164_where_valid(text: str, country: str | None, number: str | None) -> None:
    assert read_phone(text, country) == (number, ())


@pytest.mark.parametrize("text", ["+323 57655533", "내선 12", "12"])
def test_read_phone_keeps_what_it_does_not_know(text: str) -> None:
    reading = read_phone(text, "MN")
    assert (reading.value, codes(reading)) == (text, [("note", "phone_unverified")])


@pytest.mark.parametrize(("text", "visits"), [("처음", 0), ("2", 2), ("1회", 1), ("3번", 3), ("", None), ("0", 0)])
def test_read_visits(text: str, visits: int | None) -> None:
    assert read_visits(text) == (visits, ())


def test_counts_do_not_guess() -> None:
    assert codes(read_visits("많이")) == [("note", "visits_unreadable")]
    assert codes(read_attendees("많이")) == [("look", "attendees_unreadable")]
    assert codes(read_attendees("2000명")) == [("look", "attendees_unreadable")]
    assert read_attendees("2명") == (2, ())


@pytest.mark.parametrize("name", ["Jos? da Silva", "李?", "山田太?", "Nguy?n Th? Hoa", "Jos\ufffd", "JosÃ© Silva"])
def test_a_damaged_name_is_noted_and_kept(name: str) -> None:
    assert (read_name(name).value, codes(read_name(name))) == (name, [("note", "name_damaged")])


@pytest.mark.parametrize("name", ["Mehmet Yılmaz", "Emily O'Neil", "Bat-Erdene", "㈜도담진단", "José", "สมชาย ใจดี"])
def test_a_whole_name_is_kept(name: str) -> None:
    assert read_name(name) == (name, ())


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("", Notes()),
        ("통역 필요", Notes(interpreter=NEEDED)),
        ("통역 불필요", Notes(interpreter=NOT_NEEDED)),
        ("11/12 불참", Notes(absent=DAYS[3:])),
        ("2명 참석", Notes(attendees=2)),
        ("3명 참석 예정, 통역 필요, 11/11, 11/12 불참", Notes(DAYS[2:], 3, NEEDED)),
        ("absent on 11/12; 2 people; interpreter needed", Notes(DAYS[3:], 2, NEEDED)),
        ("11월 9일 ~ 11일 불참", Notes(absent=DAYS[:3])),
        ("부스 위치는 입구 쪽 희망 (주차 불가)", Notes()),
    ],
)
def test_read_notes(text: str, notes: Notes) -> None:
    assert read_notes(text, DAYS) == (notes, ())


@pytest.mark.parametrize("text", ["불참", "11/20 불참", "9/11 불참"])
def test_an_absence_nobody_can_date_needs_a_look(text: str) -> None:
    assert codes(read_notes(text, DAYS)) == [("look", "absence_unreadable")]


@given(st.text(max_size=600))
def test_cells_never_raise(text: str) -> None:
    read_languages((text,)), read_channels((text,)), read_interpreter(text), read_name(text)
    read_attendees(text), read_visits(text), read_notes(text, DAYS), read_phone(text, "KR")
    mail = read_mail(text).value
    assert mail is None or read_mail(mail) == (mail, ())
