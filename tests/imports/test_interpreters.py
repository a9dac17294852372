"""Sheets of interpreters: their languages in every spelling, their hours, and what is left out."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from matchmaking.interpreting import roster
from matchmaking.interpreting.events import InterpreterRecord
from matchmaking.tables import Availability
from server.accounts.actors import SYSTEM
from server.database import reading
from server.errors import ImportOutdated
from server.imports.cells.counts import read_daily
from server.imports.cells.language_pairs import read_pairs
from server.imports.changes import Updated
from server.imports.taking import take
from tests.factories import Fair, refused
from tests.imports.sheets import delimited, told, workbook
from tests.imports.taking import (
    BUYERS,
    ULAANBAATAR,
    bring,
    column,
    everything,
    nothing_changes,
    prepared,
)

HEAD = ["번호", "통역원", "E-mail", "연락처", "통역언어", "가능시간", "1일 한도", "도시", "Country", "비고"]
KIM = [
    "1",
    "김통역",
    " KIM@voice.example ",
    "010-1234-5678",
    "KO-EN, 한/중",
    "09:00~18:00",
    "6시간",
    "",
    "",
    "11/12 불참",
]
BAT = ["2", "Bat-Erdene", "bat@voice.example", "", "몽골어↔한국어", "오후", "", "울란바토르", "몽골", ""]
LEE = ["3", "이통역", "", "", "영한", "", "최대 240분", "", "", ""]


def pairs(*codes: str) -> tuple[tuple[str, str], ...]:
    """Both directions of each, such as "ko-en"."""
    both = [tuple(code.split("-")) for code in codes]
    return tuple(sorted((a, b) for one, other in both for a, b in ((one, other), (other, one))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(
            (text, pairs("ko-en"))
            for text in ("KO-EN", "영한", "한국어/영어", "Korean <-> English", "KOR–ENG 통역", "한·영")
        ),
        *(
            (text, pairs("ko-en", "ko-zh"))
            for text in ("KO-EN, 한/중", "영한/한중", "한국어, 영어, 중국어", "ko-en; 한국어-中文")
        ),
        ("Korean–Russian (native) & KOR/JPN", pairs("ko-ru", "ko-ja")),
        *((text, (("ko", "en"),)) for text in ("KO→EN", "ko>en", "ko->en", "Korean to English")),
        ("ko>en, en>ko", pairs("ko-en")),
    ],
)
def test_language_pairs_as_people_write_them(text: str, found: tuple[tuple[str, str], ...]) -> None:
    assert read_pairs(text, "KR") == (found, ())


@pytest.mark.parametrize(
    ("text", "code", "proposal"),
    [
        ("영어", "pair_incomplete", "ko-en"),
        ("영어, 중국어", "pair_incomplete", "ko-en, ko-zh"),
        ("한국어-영어-중국어", "pair_unreadable", "ko-en, ko-zh"),
        ("Klingon-KO", "pair_unreadable", None),
        ("KO-KO", "pair_unreadable", None),
        ("", "pairs_missing", None),
    ],
)
def test_languages_that_make_no_pair_are_not_guessed(text: str, code: str, proposal: str | None) -> None:
    found, problems = read_pairs(text, "KR")
    assert (found, [(one.code, one.proposal) for one in problems]) == ((), [(code, proposal)])


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(
            (text, 360)
            for text in ("6시간", "6h", "6", "360", "360분", "6 hours a day", "1일 최대 6시간", "5시간 60분", "6.0")
        ),
        *((text, None) for text in ("", "무제한", "-", "about six", "0", "25시간")),
    ],
)
def test_daily_limits(text: str, minutes: int | None) -> None:
    value, problems = read_daily(text)
    assert (value, bool(problems)) == (minutes, text in ("about six", "0", "25시간"))


def test_what_a_row_has_wrong_is_told_in_one_order_and_quoted_in_short(sqlite_fair: Fair) -> None:
    row = ["1", "김통역", "kim(at)voice", "", "한국" * 9_000, "whenever", "about six", "", "", ""]
    findings = prepared(sqlite_fair, "interpreters", [HEAD, row]).plan.findings
    assert [one.field for one in findings] == ["email", "pairs", "hours", "daily"]
    assert findings[1].reason == f"No two languages are understood here: {'한국' * 30}."


def interpreters(fair: Fair) -> dict[str, InterpreterRecord]:
    """Everybody who interprets, by name."""
    names = {row["id"]: row["name"] for row in everything(fair)["person"].values()}
    with reading(fair.engine) as db:
        return {names[one.id][names[one.id]["original"]]: one for one in roster.records(db, fair.id)}


def hours_of(fair: Fair, person: Any) -> dict[str, list[list[int]]]:
    query = select(Availability).where(Availability.person_id == person).order_by(col(Availability.local_date))
    with reading(fair.engine) as db:
        return {str(row.local_date): row.hours for row in db.exec(query)}


def test_a_messy_sheet_is_understood_and_taken_once(fair: Fair) -> None:
    rows = [["통역원 명단", *[""] * 9], HEAD, KIM, ["", *[""] * 9], BAT, LEE, ["합계", "", "", "", "3명", *[""] * 5]]
    record = bring(fair, "interpreters", workbook(rows))
    assert (record.created, record.rows, record.needs_look) == ([3, 5, 6], 3, [])
    found = interpreters(fair)
    assert {name: (one.zone, one.daily_minutes, one.pairs) for name, one in found.items()} == {
        "김통역": ("Asia/Seoul", 360, pairs("ko-en", "ko-zh")),
        "Bat-Erdene": ("Asia/Ulaanbaatar", None, pairs("ko-mn")),
        "이통역": ("Asia/Seoul", 240, pairs("ko-en")),
    }
    nine_to_six = [[540, 1080]]
    assert hours_of(fair, found["김통역"].id) == {
        **{str(date(2020, 11, day)): nine_to_six for day in (8, 9, 10, 11, 13)},
        "2020-11-12": [],
    }
    assert set(map(str, hours_of(fair, found["Bat-Erdene"].id).values())) == {"[[720, 1080]]"}
    assert column(fair, "role", "role") == ["interpreter"] * 3
    assert column(fair, "person", "phone") == ["+821012345678", None, None]
    assert fair.told() == ["interpreter.added"] * 3
    with nothing_changes(fair):
        again = bring(fair, "interpreters", workbook(rows))
    assert (again.unchanged, again.created, again.updated) == (3, [], [])


def test_who_is_not_understood_is_left_out_and_the_others_are_taken(sqlite_fair: Fair) -> None:
    bring(sqlite_fair, "buyers", [BUYERS, ULAANBAATAR])
    rows = [
        [*KIM[:4], "영어", *KIM[5:]],
        [*BAT[:5], "whenever the moon is full", *BAT[6:]],
        [*LEE[:6], "a lot", *LEE[7:]],
        ["4", "Bat", "bat@gobi.example", "", "몽골어-한국어", "", "", "", "", ""],
        ["5", "", "", "", "KO-EN", "오후", "", "", "", ""],
        ["6", "박통역", "park@voice.example", "", "KO-EN", "", "", "", "", ""],
        ["7", "박통역", "park@voice.example", "", "KO-JA", "", "", "", "", ""],
        ["8", "=HYPERLINK(1)", "x@voice.example", "", "KO-EN", "", "", "", "", ""],
    ]
    plan = prepared(sqlite_fair, "interpreters", delimited([HEAD, *rows]).encode()).plan
    assert [(row, field, code) for row, field, severity, code, _ in told(plan.findings) if severity == "look"] == [
        (2, "pairs", "pair_incomplete"),
        (3, "hours", "hours_unreadable"),
        (4, "daily", "daily_unreadable"),
        (5, "email", "seated_elsewhere"),
        (6, "person", "identity_missing"),
        (8, "person", "row_repeated_differing"),
    ]
    assert sqlite_fair.perform(SYSTEM, take, plan).created == [7, 9]
    assert interpreters(sqlite_fair).keys() == {"박통역", "=HYPERLINK(1)"}


def test_what_was_changed_by_hand_stays_until_the_sheet_says_something_else(sqlite_fair: Fair) -> None:
    bring(sqlite_fair, "interpreters", [HEAD, KIM, BAT])
    kim, bat = (interpreters(sqlite_fair)[name].id for name in ("김통역", "Bat-Erdene"))
    sqlite_fair.perform(SYSTEM, roster.change, kim, daily_minutes=120, active=False)
    with nothing_changes(sqlite_fair):
        bring(sqlite_fair, "interpreters", [HEAD, KIM, BAT])
    edited = ["1", "김 통역", *KIM[2:4], "KO-EN", "10:00-12:00", *KIM[6:]]
    record = bring(sqlite_fair, "interpreters", [HEAD, edited])
    assert record.updated == [Updated(row=2, party=None, fields=["pairs", "hours"])]
    assert record.kept == [bat]
    changed = interpreters(sqlite_fair)["김통역"]
    assert (changed.pairs, changed.daily_minutes, changed.active) == (pairs("ko-en"), 120, False)
    assert hours_of(sqlite_fair, kim)["2020-11-09"] == [[600, 720]]


def test_somebody_who_becomes_a_representative_meanwhile_is_looked_at_again(sqlite_fair: Fair) -> None:
    plan = prepared(sqlite_fair, "interpreters", [HEAD, KIM]).plan
    bring(sqlite_fair, "buyers", [BUYERS, [*ULAANBAATAR[:4], "kim@voice.example", *ULAANBAATAR[5:]]])
    with nothing_changes(sqlite_fair), refused(ImportOutdated):
        sqlite_fair.perform(SYSTEM, take, plan)
