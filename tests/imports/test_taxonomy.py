"""Taxonomies: a tree of terms in several languages, or nothing of it."""

from typing import Any

import pytest
from sqlmodel import col, select

from matchmaking.recommend.tables import Category
from server.accounts.actors import SYSTEM
from server.database import reading
from server.errors import ImportOutdated, ImportStopped
from server.imports.changes import Updated
from server.imports.taking import take
from tests.factories import Fair, make_fair, refused
from tests.imports.sheets import told, workbook
from tests.imports.taking import bring, nothing_changes, prepared

HEAD = ["코드", "상위코드", "분류명(국문)", "Name (English)", "동의어"]
DEVICES = ["D", "", "의료기기", "Medical devices", ""]
DIAGNOSTICS = ["D1", "D", "진단", "Diagnostics", "IVD; 체외진단, In-vitro diagnostics"]
PCR = ["D11", "진단", "PCR 키트", "PCR kits", "PCR"]


def terms(fair: Fair) -> dict[str, tuple[str | None, dict[str, Any], dict[str, Any]]]:
    """The convention's terms in their order."""
    query = select(Category).where(Category.convention_id == fair.id).order_by(col(Category.position))
    with reading(fair.engine) as db:
        return {row.code: (row.parent, row.name, row.synonyms) for row in db.exec(query)}


def test_a_tree_in_two_languages_is_taken_once(fair: Fair) -> None:
    rows = [["분류 체계", "", "", "", ""], HEAD, PCR, DEVICES, DIAGNOSTICS]
    record = bring(fair, "taxonomy", workbook(rows))
    assert (record.created, record.rows) == ([3, 4, 5], 3)
    assert terms(fair) == {
        "D11": ("D1", {"ko": "PCR 키트", "en": "PCR kits"}, {"en": ["PCR"]}),
        "D": (None, {"ko": "의료기기", "en": "Medical devices"}, {}),
        "D1": (
            "D",
            {"ko": "진단", "en": "Diagnostics"},
            {"en": ["IVD", "In-vitro diagnostics"], "ko": ["체외진단"]},
        ),
    }
    with nothing_changes(fair):
        assert bring(fair, "taxonomy", workbook(rows)).unchanged == 3


def test_what_was_edited_changes_and_what_is_not_listed_stays(sqlite_fair: Fair) -> None:
    bring(sqlite_fair, "taxonomy", [HEAD, DEVICES, DIAGNOSTICS, PCR])
    record = bring(
        sqlite_fair, "taxonomy", [["code", "parent", "name"], ["d", "", "Devices"], ["D12", "Devices", "Elisa"]]
    )
    assert record.updated == [Updated(row=2, party=None, fields=["name"])]
    assert record.created == [3]
    assert {code: (parent, name["en"]) for code, (parent, name, _) in terms(sqlite_fair).items()} == {
        "D": (None, "Devices"),
        "D1": ("D", "Diagnostics"),
        "D12": ("D", "Elisa"),
        "D11": ("D1", "PCR kits"),
    }


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        ([DEVICES, DEVICES], [(3, "code", "note", "row_repeated", None)]),
        ([DEVICES, ["d", "", "다른", "Other", ""]], [(3, "code", "stop", "code_repeated", None)]),
        ([["", "", "이름뿐", "Only a name", ""], DEVICES], [(2, "code", "stop", "identity_missing", None)]),
        ([["D" * 65, "", "", "Long", ""]], [(2, "code", "stop", "code_too_long", None)]),
        ([DEVICES, ["D1", "", "", "", ""]], [(3, "name", "note", "name_missing", None)]),
        (
            [["Devices", "", "", "A", ""], ["D1", "Device", "", "B", ""]],
            [(3, "parent", "stop", "parent_unknown", "Devices")],
        ),
        ([["D1", "E", "", "B", ""]], [(2, "parent", "stop", "parent_unknown", None)]),
        ([["A", "A", "", "x", ""]], [(2, "parent", "stop", "parents_in_a_circle", None)]),
        (
            [["A", "C", "", "x", ""], ["B", "A", "", "y", ""], ["C", "B", "", "z", ""], ["E", "A", "", "w", ""]],
            [(row, "parent", "stop", "parents_in_a_circle", None) for row in (2, 3, 4)],
        ),
        (
            [["A", "", "", "x", ""], ["B", "", "", "x", ""], ["C", "x", "", "z", ""]],
            [(4, "parent", "stop", "parent_unknown", "A")],
        ),
    ],
)
def test_what_is_no_tree_is_told_row_by_row(sqlite_fair: Fair, rows: list[list[str]], findings: list[Any]) -> None:
    plan = prepared(sqlite_fair, "taxonomy", [HEAD, *rows]).plan
    assert told(plan.findings) == findings
    if plan.stops:
        with nothing_changes(sqlite_fair), refused(ImportStopped):
            sqlite_fair.perform(SYSTEM, take, plan)
    else:
        sqlite_fair.perform(SYSTEM, take, plan)


def test_signs_tell_codes_apart_and_a_dash_above_is_nothing_above(sqlite_fair: Fair) -> None:
    numbered = [("1", "-"), ("1.1", "1"), ("11", "–"), ("1.11", "1.1"), ("11.1", "11")]
    rows = [[code, parent, "", f"Term {code}", ""] for code, parent in numbered]
    bring(sqlite_fair, "taxonomy", [HEAD, *rows])
    assert {code: parent for code, (parent, _, _) in terms(sqlite_fair).items()} == {
        "1": None,
        "1.1": "1",
        "11": None,
        "1.11": "1.1",
        "11.1": "11",
    }


def test_a_circle_through_what_is_known_already_is_one(sqlite_fair: Fair) -> None:
    bring(sqlite_fair, "taxonomy", [HEAD, DEVICES, DIAGNOSTICS])
    plan = prepared(sqlite_fair, "taxonomy", [HEAD, ["D", "D1", "", "Medical devices", ""]]).plan
    assert [(one.row, one.reason) for one in plan.stops] == [(2, "The terms above it lead back to it: D → D1 → D.")]


def test_a_circle_of_twenty_thousand_terms_is_found_at_once(sqlite_fair: Fair) -> None:
    rows = [[f"C{n}", f"C{(n + 1) % 20_000}", "", f"Term {n}", ""] for n in range(20_000)]
    plan = prepared(sqlite_fair, "taxonomy", [HEAD, *rows]).plan
    assert len(plan.stops) == 20_000
    assert plan.stops[0].reason.endswith("C7 → ….")


def test_each_convention_has_its_own(sqlite_fair: Fair) -> None:
    sister = make_fair(sqlite_fair.engine, sqlite_fair.clock, host_id=sqlite_fair.host_id, slug="smc-2021")
    bring(sqlite_fair, "taxonomy", [HEAD, DEVICES])
    assert bring(sister, "taxonomy", [HEAD, DEVICES]).created == [2]


def test_a_taxonomy_that_somebody_else_takes_meanwhile_is_compared_again(sqlite_fair: Fair) -> None:
    plan = prepared(sqlite_fair, "taxonomy", [HEAD, DEVICES]).plan
    bring(sqlite_fair, "taxonomy", [HEAD, DEVICES])
    with nothing_changes(sqlite_fair), refused(ImportOutdated):
        sqlite_fair.perform(SYSTEM, take, plan)
