"""What is asked again when a sheet comes again, as a function over values."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.ids import new_id
from server.imports.findings import Finding, Severity
from server.imports.looks import Looks, settle

FIELDS = ("country", "city", "hours")
findings = st.lists(
    st.builds(
        Finding,
        row=st.integers(1, 9),
        column=st.just("column"),
        field=st.sampled_from(FIELDS),
        value=st.sampled_from(["", "中?", "x" * 600]),
        severity=st.just(Severity.LOOK),
        code=st.sampled_from(["damaged", "unknown"]),
        reason=st.just("r" * 600),
        proposal=st.sampled_from([None, "CN"]),
    ),
    max_size=5,
)
needs = st.lists(st.sampled_from(FIELDS), unique=True)


def stored(looks: Looks) -> list[Any]:
    """The rows that taking them would leave."""
    return [SimpleNamespace(id=new_id(), **values) for values in looks.fresh]


@given(findings, needs)
def test_the_same_findings_again_change_nothing(found: list[Finding], waiting: list[str]) -> None:
    rows = stored(settle(found, [], [], []))
    assert settle(found, rows, waiting, []) == Looks(waiting, [], [], [], [])


@given(findings, st.integers(1, 9))
def test_findings_that_only_moved_are_moved(found: list[Finding], by: int) -> None:
    rows = stored(settle(found, [], [], []))
    moved = [Finding(**{**as_dict(one), "row": one.row + by}) for one in found]
    again = settle(moved, rows, [], [])
    assert (again.fresh, again.gone, again.changed, again.needs) == ([], [], [], [])
    assert sorted(values["row"] for _, values, _ in again.moved) == sorted(one.row for one in moved)


@given(findings, findings, needs)
def test_what_waits_is_what_waited_and_is_not_mended_or_is_new(
    first: list[Finding], second: list[Finding], waiting: list[str]
) -> None:
    rows = stored(settle(first, [], [], []))
    looks = settle(second, rows, waiting, [])
    kept = len(rows) - len(looks.gone)
    assert kept + len(looks.fresh) == len(second)
    assert {values["field"] for values in looks.fresh} <= set(looks.needs)
    assert set(looks.needs) <= {*waiting, *(one.field for one in second)}
    mended = {one.field for one in first} - {one.field for one in second}
    assert mended.isdisjoint(looks.needs)


@given(findings, needs)
def test_what_another_sheet_asked_about_goes_on_waiting(first: list[Finding], waiting: list[str]) -> None:
    rows = stored(settle(first, [], [], []))
    assert settle([], rows, waiting, FIELDS).needs == waiting


def as_dict(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
