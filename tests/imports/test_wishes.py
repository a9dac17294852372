"""Sheets of wishes: whom they mean, what they say, and what counts when they say it twice."""

from collections import Counter
from io import BytesIO

import pytest
from python_calamine import load_workbook
from sqlmodel import select

from matchmaking.tables import Preference
from matchmaking.wishes import prefer, unprefer
from server.accounts.actors import SYSTEM
from server.database import reading
from server.errors import ImportOutdated, ImportStopped
from server.imports.cells.wishes import read_wish
from server.imports.changes import Updated
from server.imports.taking import take
from tests.factories import Fair, refused
from tests.imports.sheets import told
from tests.imports.taking import (
    BUYERS,
    EXHIBITORS,
    MIR,
    ULAANBAATAR,
    bring,
    column,
    demo,
    nothing_changes,
    party_of,
    prepared,
)

HEAD = ["buyer e-mail", "exhibitor (any name)", "wish", "comment"]
BAT = "bat@gobi.example"
SEOM = ["섬메디", "Seom Medi Co., Ltd.", "김섬", "kim@seom.example", "초음파", "", ""]


@pytest.fixture
def listed(sqlite_fair: Fair) -> Fair:
    """A convention with a buyer and two exhibitors."""
    bring(sqlite_fair, "exhibitors", [EXHIBITORS, MIR, SEOM])
    bring(sqlite_fair, "buyers", [BUYERS, ULAANBAATAR])
    return sqlite_fair


def wishes(fair: Fair) -> dict[tuple[str, str], tuple[str, str]]:
    """What everybody wishes, by the English or only names."""
    names = {party_of(fair, name): name for name in ("Mir Labs", "Seom Medi Co., Ltd.", "Gobi Clinic")}
    with reading(fair.engine) as db:
        return {(names[row.by_id], names[row.about_id]): (row.wish, row.note) for row in db.exec(select(Preference))}


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        *((text, "must_meet") for text in ("must", "★★★", "1순위", " MUST  meet ", "필수", "◎")),
        *((text, "meet") for text in ("meet", "★★", "2순위", "희망", "O", "○", "Yes")),
        *((text, "no_thanks") for text in ("no", "거절", "X", "No thanks!", "불희망")),
        *((text, None) for text in ("maybe", "★★★★", "1", "?")),
    ],
)
def test_wishes_as_people_write_them(text: str, wish: str | None) -> None:
    assert read_wish(text).value == wish


def test_the_organisers_sheet(fair: Fair) -> None:
    bring(fair, "exhibitors", demo("exhibitors"))
    bring(fair, "buyers", demo("buyers"))
    plan = prepared(fair, "wishes", demo("wishes")).plan
    assert Counter(code for _, _, _, code, _ in told(plan.findings)) == {"wish_contradicted": 6, "wish_repeated": 1}
    record = fair.perform(SYSTEM, take, plan)
    assert (len(record.created), record.rows, record.needs_look) == (293, 300, [51, 64, 105, 150, 194, 214])
    assert Counter(column(fair, "preference", "wish")) == {"must_meet": 140, "meet": 83, "no_thanks": 70}
    assert fair.told().count("preference.set") == 293
    with nothing_changes(fair):
        again = bring(fair, "wishes", demo("wishes"))
    assert (again.created, again.updated, again.unchanged) == ([], [], 293)


def test_exhibitors_are_known_by_any_name_and_buyers_by_name_too(listed: Fair) -> None:
    rows = [[" BAT@gobi.example ", "mir labs", "must", "PCR"], ["Gobi Clinic", "kim@seom.example", "★", ""]]
    assert bring(listed, "wishes", [HEAD, *rows]).created == [2, 3]
    assert wishes(listed) == {
        ("Gobi Clinic", "Mir Labs"): ("must_meet", "PCR"),
        ("Gobi Clinic", "Seom Medi Co., Ltd."): ("meet", ""),
    }
    bring(listed, "wishes", [[*HEAD, "by"], [BAT, "㈜미르랩스", "거절", "", "참가기업"]])
    assert wishes(listed)["Mir Labs", "Gobi Clinic"] == ("no_thanks", "")


def test_whoever_is_not_known_is_left_out_with_a_suggestion(listed: Fair) -> None:
    rows = [
        [BAT, "Mir Lab", "meet", ""],
        [BAT, "Seom Medi", "meet", ""],
        ["bat@goby.example", "Mir Labs", "meet", ""],
        [BAT, "Gobi Clinic", "meet", ""],
        [BAT, "Nobody Inc.", "meet", ""],
        [BAT, "Mir Labs", "vielleicht", ""],
        [BAT, "", "meet", ""],
        [BAT, "미르랩스", "meet", "the one that is understood"],
    ]
    plan = prepared(listed, "wishes", [HEAD, *rows]).plan
    assert told(plan.findings) == [
        (2, "exhibitor", "look", "party_unknown", "Mir Labs"),
        (3, "exhibitor", "look", "party_unknown", "Seom Medi Co., Ltd."),
        (4, "buyer", "look", "mail_unknown", BAT),
        (5, "exhibitor", "look", "wrong_side", None),
        (6, "exhibitor", "look", "party_unknown", None),
        (7, "wish", "look", "wish_unreadable", None),
        (8, "exhibitor", "look", "exhibitor_missing", None),
    ]
    record = listed.perform(SYSTEM, take, plan)
    assert (record.created, record.needs_look) == ([9], [2, 3, 4, 5, 6, 7, 8])
    assert plan.names[9] == "Gobi Clinic → 미르랩스"


def test_a_firm_called_total_is_no_row_of_totals(listed: Fair) -> None:
    bring(listed, "exhibitors", [EXHIBITORS, MIR, SEOM, ["", "Total", "Ann", "ann@total.example", "Oil", "", ""]])
    rows = [[BAT, "Total", "meet", ""], ["Total", "", "3", ""]]
    plan = prepared(listed, "wishes", [HEAD, *rows]).plan
    assert told(plan.findings) == [(3, "buyer", "note", "total_row", None)]
    assert listed.perform(SYSTEM, take, plan).created == [2]


def test_of_two_rows_about_a_pair_the_later_counts(listed: Fair) -> None:
    rows = [[BAT, "Mir Labs", "거절", ""], ["Gobi Clinic", "미르랩스", "★★★", ""], [BAT, "Mir Labs", "1순위", "really"]]
    prepare = prepared(listed, "wishes", [HEAD, *rows])
    assert [(one.row, one.code, one.value, one.reason) for one in prepare.plan.findings] == [
        (2, "wish_contradicted", "거절", "Row 3 says must meet of the same pair; the later row counts."),
        (3, "wish_repeated", "★★★", "Row 4 says the same of the same pair."),
    ]
    marked = load_workbook(BytesIO(prepare.marked())).get_sheet_by_name("Findings").to_python()
    assert [row[0] for row in marked[1:]] == [2, 3]
    listed.perform(SYSTEM, take, prepare.plan)
    assert wishes(listed) == {("Gobi Clinic", "Mir Labs"): ("must_meet", "really")}


def test_what_a_party_has_said_since_stays_until_the_sheet_says_something_else(listed: Fair) -> None:
    gobi, mir, seom = (party_of(listed, name) for name in ("Gobi Clinic", "Mir Labs", "섬메디"))
    rows = [[BAT, "Mir Labs", "meet", ""], [BAT, "섬메디", "meet", "by phone"]]
    bring(listed, "wishes", [HEAD, *rows])
    listed.perform(SYSTEM, prefer, by=gobi, about=mir, wish="no_thanks")
    listed.perform(SYSTEM, unprefer, by=gobi, about=seom)
    with nothing_changes(listed):
        assert bring(listed, "wishes", [HEAD, *rows]).unchanged == 2
    record = bring(listed, "wishes", [HEAD, [BAT, "Mir Labs", "must", "asked again"]])
    assert record.updated == [Updated(row=2, party=gobi, fields=["wish", "notes"])]
    assert record.gone == [gobi]
    assert wishes(listed) == {("Gobi Clinic", "Mir Labs"): ("must_meet", "asked again")}


def test_ten_thousand_wishes_of_one_buyer_stop_the_file(listed: Fair) -> None:
    listed.set_policies(wishes_per_party=1)
    plan = prepared(listed, "wishes", [HEAD, *[[BAT, "Mir Labs", "meet", ""]] * 10_000, [BAT, "섬메디", "no", ""]]).plan
    (finding,) = plan.stops
    assert (finding.row, finding.code) == (10_001, "too_many_wishes")
    assert finding.reason == "Gobi Clinic would have 2 wishes; at most 1 are taken."
    with nothing_changes(listed), refused(ImportStopped):
        listed.perform(SYSTEM, take, plan)


def test_a_wish_said_while_the_sheet_was_read_makes_it_be_read_again(listed: Fair) -> None:
    plan = prepared(listed, "wishes", [HEAD, [BAT, "Mir Labs", "meet", ""]]).plan
    listed.perform(SYSTEM, prefer, by=party_of(listed, "Gobi Clinic"), about=party_of(listed, "섬메디"), wish="meet")
    with nothing_changes(listed), refused(ImportOutdated):
        listed.perform(SYSTEM, take, plan)
