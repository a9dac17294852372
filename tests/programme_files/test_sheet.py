"""Sheets of sessions: what organisers write is read, what we write reads back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from python_calamine import load_workbook
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from server.imports.errors import FileTooLarge, HeaderNotFound, MappingRefused
from server.imports.records import Edition
from server.programme_files.naming import text_in
from server.programme_files.reading import MAX_SESSIONS, ProgrammeRead
from server.programme_files.sheet import write_csv, write_xlsx
from server.programme_files.sheet_reading import read_sheet
from sessions.outline import Outline, OutlineLink, OutlinePart, OutlineSession, OutlineSpeaker
from tests.imports.sheets import delimited, workbook
from tests.imports.sheets import told as findings_of
from tests.programme_files.outlines import (
    DAY,
    KEYNOTE,
    SMC,
    english,
    korean,
    outlines,
    sorted_sessions,
    utc,
)

HEAD = ["날짜", "시간", "제목", "연사"]


def read(*rows: Sequence[object], head: Sequence[str] = HEAD, edition: Edition = SMC) -> ProgrammeRead:
    return read_sheet(delimited([head, *rows]).encode(), "programme.csv", edition)


def told(found: ProgrammeRead) -> list[tuple[int, str, str, str, str | None]]:
    return findings_of(found.findings)


def only(found: ProgrammeRead) -> OutlineSession:
    (session,) = found.outline.sessions
    return session


def times(session: OutlineSession) -> tuple[str, str]:
    """In UTC, nine hours behind the convention."""
    return session.starts_at.strftime("%m-%d %H:%M"), session.ends_at.strftime("%m-%d %H:%M")


def parts(found: ProgrammeRead) -> list[tuple[str, str]]:
    """Who is in the sessions, by name, and as what."""
    names = {one.key: one.name[one.name["original"]] for one in found.outline.speakers}
    return [(names[part.speaker], part.role) for session in found.outline.sessions for part in session.parts or ()]


def test_a_programme_as_organisers_write_it() -> None:
    rows = [
        ["※ 본 일정은 변경될 수 있습니다."],
        ["구분", "일자", "시간", "주제 / Topic", "연사(소속)", "좌장", "장소", "진행언어", "정원", "비고란"],
        ["", "11월 9일(월)", "", "", "", "", "", "", "", ""],
        ["기조연설", "", "10:00-10:40", "의료관광의 내일", "김하나(가람대학교)", "", "대강당", "한국어, 영어", "", "x"],
        ["패널 토론", "", "10:50~12:00", "원격 진료", "박세종, 최네온", "이두리", "대강당", "한국어", "", ""],
        ["", "", "12:00-13:00", "점심", "", "", "", "", "", ""],
        ["워크숍", "11/10", "오후 2시~4시", "바느질 실습", "", "", "Studio 2", "", "20명", ""],
        ["합계", "3", "", "", "", "", "", "", "", ""],
    ]
    found = read_sheet(workbook(rows), "일정.xlsx", SMC)
    assert told(found) == [
        (2, "", "note", "column_left_out", None),
        (6, "title", "note", "break_row", None),
        (8, "kind", "note", "total_row", None),
    ]
    assert found.rows == (4, 5, 7)
    assert found.outline.sessions == (
        OutlineSession(
            key="",
            title=korean("의료관광의 내일"),
            starts_at=utc("2020-11-09 01:00"),
            ends_at=utc("2020-11-09 01:40"),
            kind="keynote",
            room="대강당",
            languages=("ko", "en"),
            parts=(OutlinePart(speaker="김하나"),),
        ),
        OutlineSession(
            key="",
            title=korean("원격 진료"),
            starts_at=utc("2020-11-09 01:50"),
            ends_at=utc("2020-11-09 03:00"),
            kind="panel",
            room="대강당",
            languages=("ko",),
            parts=(
                OutlinePart(speaker="박세종"),
                OutlinePart(speaker="최네온"),
                OutlinePart(speaker="이두리", role="chair"),
            ),
        ),
        OutlineSession(
            key="",
            title=korean("바느질 실습"),
            starts_at=utc("2020-11-10 05:00"),
            ends_at=utc("2020-11-10 07:00"),
            kind="workshop",
            room="studio-2",
            languages=(),
            capacity=20,
            parts=(),
        ),
    )
    assert [(room.code, room.name) for room in found.outline.rooms] == [
        ("대강당", korean("대강당")),
        ("studio-2", english("Studio 2")),
    ]
    assert found.outline.speakers[0] == OutlineSpeaker(
        key="김하나", name=korean("김하나"), affiliation=korean("가람대학교")
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"date": "2020-11-09", "time": "10:00-10:40"}, ("11-09 01:00", "11-09 01:40")),
        ({"date": "Day 2", "time": "10:00 – 10:40"}, ("11-10 01:00", "11-10 01:40")),
        ({"date": "3일차", "time": "10시~10시 40분"}, ("11-11 01:00", "11-11 01:40")),
        ({"date": "Nov 9", "time": "2pm to 3:30pm"}, ("11-09 05:00", "11-09 06:30")),
        ({"date": "", "time": "11/9 10:00-10:40"}, ("11-09 01:00", "11-09 01:40")),
        ({"date": "", "time": "2020-11-09 10:00 ~ 10:40"}, ("11-09 01:00", "11-09 01:40")),
        ({"date": "11/9", "start": "10:00", "end": "10:40"}, ("11-09 01:00", "11-09 01:40")),
        ({"date": "11/9", "start": "9:00", "end": "9:40"}, ("11-09 00:00", "11-09 00:40")),
        ({"date": "11/9", "start": "오후 2시", "duration": "1시간 30분"}, ("11-09 05:00", "11-09 06:30")),
        ({"date": "11/9", "time": "10:00", "duration": "40분"}, ("11-09 01:00", "11-09 01:40")),
        ({"date": "11/9", "start": "10:00", "duration": "1:15"}, ("11-09 01:00", "11-09 02:15")),
        ({"date": "11/9", "start": "10:00", "duration": "1h 5"}, ("11-09 01:00", "11-09 02:05")),
        ({"date": "11/9", "start": "23:30", "end": "00:30"}, ("11-09 14:30", "11-09 15:30")),
        ({"date": "11/9", "start": "23:30", "end": "24:00"}, ("11-09 14:30", "11-09 15:00")),
        ({"date": "11/9", "start": "11:00", "end": "2020-11-10 01:00"}, ("11-09 02:00", "11-09 16:00")),
        ({"date": "", "start": "2020-11-09 10:00", "end": "2020-11-09 10:40"}, ("11-09 01:00", "11-09 01:40")),
    ],
)
def test_times_are_read_in_many_ways(cells: dict[str, str], expected: tuple[str, str]) -> None:
    found = read([*cells.values(), "A talk"], head=[*cells, "title"])
    assert (times(only(found)), told(found)) == (expected, [])


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        ("11/9", "1:30-2:30", (2, "time", "look", "hours_ambiguous", "13:30-14:30")),
        ("11/9", "미정", (2, "time", "note", "time_missing", None)),
        ("미정", "10:00-11:00", (2, "date", "note", "time_missing", None)),
        ("11/9", "", (2, "title", "note", "time_missing", None)),
        ("", "10:00-11:00", (2, "date", "stop", "date_missing", None)),
        ("12/9", "10:00-11:00", (2, "date", "stop", "date_outside", None)),
        ("2021-11-09", "10:00-11:00", (2, "date", "stop", "date_outside", None)),
        ("2020-11-07", "10:00-11:00", (2, "date", "look", "date_outside", None)),
        ("11/9", "10:00", (2, "time", "stop", "hours_one_time", None)),
        ("11/9", "밥 먹고", (2, "time", "stop", "hours_unreadable", None)),
        ("11/9", "10:00-11:00, 14:00-15:00", (2, "time", "stop", "time_unreadable", None)),
        ("11/9", "2020-11-09 10:00 ~ 2020-11-11 10:00", (2, "time", "stop", "time_unreadable", None)),
    ],
)
def test_times_that_are_not_plain_are_told(day: str, at: str, expected: tuple[Any, ...]) -> None:
    found = read([day, at, "제목", ""])
    assert told(found) == [expected]
    assert len(found.outline.sessions) == (expected[2] == "look")


def test_a_wall_time_that_clocks_skip_is_told() -> None:
    berlin = Edition((date(2021, 3, 28),), "Europe/Berlin")
    assert told(read(["3/28", "02:15-02:45", "제목", ""], edition=berlin)) == [
        (2, "time", "stop", "time_unreadable", None)
    ]


def test_a_date_counts_until_the_next() -> None:
    found = read(
        ["11/9", "10:00-11:00", "하나", ""],
        ["", "11:00-12:00", "둘", ""],
        ["11월 10일", "", "", ""],
        ["", "10:00-11:00", "셋", ""],
        ["", "11:00-12:00", "넷", ""],
    )
    assert [session.starts_at.day for session in found.outline.sessions] == [9, 9, 10, 10]
    assert told(found) == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("김하나", [("김하나", "speaker")]),
        ("김하나, 이두리(가람, 나래)", [("김하나", "speaker"), ("이두리", "speaker")]),
        ("Kim, Hana", [("Kim, Hana", "speaker")]),
        ("Ann Lee; Bo Park", [("Ann Lee", "speaker"), ("Bo Park", "speaker")]),
        ("좌장: 이두리\n김하나", [("이두리", "chair"), ("김하나", "speaker")]),
        (
            "Panel: Ann Lee; Bo Park; Chair: Cy Kim",
            [("Ann Lee", "panellist"), ("Bo Park", "panellist"), ("Cy Kim", "chair")],
        ),
        ("좌장 이두리", [("이두리", "chair")]),
        ("Host Hotels", [("Host Hotels", "speaker")]),
        ("11시: 김하나", [("11시: 김하나", "speaker")]),
        ("심사위원： 박세종、최네온", [("박세종", "juror"), ("최네온", "juror")]),
        (";;", []),
    ],
)
def test_people_are_read_from_one_cell(cell: str, expected: list[tuple[str, str]]) -> None:
    assert parts(read(["11/9", "10:00-11:00", "제목", cell])) == expected


def test_a_name_is_one_person_unless_the_affiliations_differ() -> None:
    found = read(
        ["11/9", "10:00-11:00", "하나", "김하나"],
        ["", "11:00-12:00", "둘", "김하나 (가람)"],
        ["", "12:00-13:00", "셋", "김 하나 (나래)"],
        ["", "13:00-14:00", "넷", "김하나"],
    )
    assert [session.parts for session in found.outline.sessions] == [
        (OutlinePart(speaker=key),) for key in ("김하나", "김하나", "김하나/나래", "김하나")
    ]
    assert [(one.key, one.affiliation) for one in found.outline.speakers] == [
        ("김하나", korean("가람")),
        ("김하나/나래", korean("나래")),
    ]


def test_columns_that_are_not_there_tell_nothing() -> None:
    session = only(read(["11/9", "10:00-11:00", "제목"], head=HEAD[:3]))
    assert session == OutlineSession(
        key="", title=korean("제목"), starts_at=utc("2020-11-09 01:00"), ends_at=utc("2020-11-09 02:00")
    )


def test_texts_in_several_languages() -> None:
    head = ["Date", "Time", "Title", "Title (ko)", "Title (en)", "Abstract (en)"]
    found = read(
        ["11/9", "10:00-11:00", "Tomorrow", "내일", "Tomorrow", "One.\n\nTwo. "],
        ["11/9", "11:00-12:00", "", "내일", "Tomorrow", ""],
        ["11/9", "12:00-13:00", "明日は", "", "", ""],
        head=head,
    )
    assert [(session.title, session.abstract) for session in found.outline.sessions] == [
        ({"ko": "내일", "en": "Tomorrow", "original": "en"}, english("One.\n\nTwo.")),
        ({"ko": "내일", "en": "Tomorrow", "original": "ko"}, {}),
        ({"ja": "明日は", "original": "ja"}, {}),
    ]


def test_links_are_addresses() -> None:
    found = read(
        ["11/9", "10:00-11:00", "제목", "https://a.example/1.pdf\nhttps://a.example/2.pdf", "www.a.example", "없음"],
        head=["날짜", "시간", "제목", "발표자료", "링크", "정원"],
    )
    assert (only(found).links, only(found).capacity) == (
        (
            OutlineLink(url="https://a.example/1.pdf", title={}, kind="slides"),
            OutlineLink(url="https://a.example/2.pdf", title={}, kind="slides"),
        ),
        0,
    )
    assert told(found) == [(2, "links", "look", "link_unusable", None)]


def test_a_key_names_one_session() -> None:
    found = read(["A-1", "11/9", "10:00-11:00", "x"], ["A-1", "11/9", "11:00-12:00", "y"], head=["세션 ID", *HEAD[:3]])
    assert (only(found).key, told(found)) == ("A-1", [(3, "key", "stop", "key_repeated", None)])


def test_a_mapping_says_what_a_column_is() -> None:
    data = delimited([["언제", "날짜", "무엇", "제목"], ["10:00-11:00", "11/9", "x", "y"]]).encode()
    assert only(read_sheet(data, "", SMC, {"언제": "time", "제목": "", "무엇": "title"})).title == english("x")
    with pytest.raises(MappingRefused):
        read_sheet(data, "", SMC, {"언제": "email"})


def test_a_sheet_without_titles_is_refused() -> None:
    with pytest.raises(HeaderNotFound) as refused:
        read_sheet(delimited([["회사명", "이메일"], ["a", "a@b.example"]]).encode(), "", SMC)
    assert refused.value.remedy == "Give the columns titles such as 제목/title, 날짜/date and 시간/time."


def test_more_sessions_than_any_programme_has_are_refused() -> None:
    with pytest.raises(FileTooLarge):
        read(*[["11/9", "10:00-11:00", f"x{n}", ""] for n in range(MAX_SESSIONS + 1)])


def as_sheets_tell(session: OutlineSession, names: dict[str, str]) -> OutlineSession:
    """A session as the sheet's columns have it: people by their names, links without titles."""
    return replace(
        session,
        capacity=session.capacity or None,
        parts=tuple(OutlinePart(speaker=names[part.speaker], role=part.role) for part in session.parts or ()),
        links=tuple(replace(link, title={}) for link in session.links or ()),
        version=1,
        changed_at=None,
    )


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
@given(outline=outlines())
def test_a_sheet_reads_back_as_it_was(write: Any, outline: Outline) -> None:
    found = read_sheet(write(outline), "", SMC) if outline.sessions else None
    if found is None:
        return
    people = {one.name[one.name["original"]]: one.key for one in found.outline.speakers}
    names = {one.key: people.get(one.name[one.name["original"]], "") for one in outline.speakers}
    assert [one for one in found.findings if one.code != "date_outside"] == []
    assert sorted_sessions(found.outline) == [as_sheets_tell(one, names) for one in sorted_sessions(outline)]
    assert {(one.name["original"], str(one.affiliation)) for one in found.outline.speakers} == {
        (one.name["original"], str(one.affiliation)) for one in outline.speakers
    }


def test_what_a_spreadsheet_program_could_take_for_a_formula_is_none() -> None:
    risky = replace(DAY.sessions[0], title=english("=HYPERLINK(1)"), abstract=english("-1+2"))
    outline = replace(DAY, sessions=(risky,))
    assert b'"\'=HYPERLINK(1)"' in write_csv(outline)
    page = load_workbook(BytesIO(write_xlsx(outline))).get_sheet_by_index(0)
    assert page.to_python()[1][4] == "=HYPERLINK(1)"
    for data in (write_csv(outline), write_xlsx(outline)):
        session = only(read_sheet(data, "", SMC))
        assert (session.title, session.abstract) == (risky.title, risky.abstract)


def test_dates_and_times_of_cells_are_read() -> None:
    out = BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet()
        day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        page.write_row(0, 0, ["Date", "Start", "End", "Title"])
        page.write_datetime(1, 0, datetime(2020, 11, 9), day)  # noqa: DTZ001 - a cell has no zone
        page.write_number(1, 1, 10 / 24, clock)
        page.write_number(1, 2, (10 * 60 + 40) / 24 / 60, clock)
        page.write(1, 3, "x")
    assert times(only(read_sheet(out.getvalue(), "", SMC))) == ("11-09 01:00", "11-09 01:40")


def test_an_end_on_another_day_is_written_with_its_date() -> None:
    long = replace(DAY.sessions[0], ends_at=DAY.sessions[0].starts_at + timedelta(hours=15))
    session = only(read_sheet(write_csv(replace(DAY, sessions=(long,))), "", SMC))
    assert (session.key, session.ends_at - session.starts_at) == (KEYNOTE, timedelta(hours=15))


def test_names_are_in_the_language_asked_for() -> None:
    found = read_sheet(write_csv(DAY, ["en"]), "", SMC).outline
    assert [track.name for track in found.tracks] == [text_in("Health")]
