"""A list as long as a sheet may be, on both databases: all of it is taken, and an edited copy changes one row."""

import pytest

from server.imports.changes import ImportRecord
from server.imports.rows import MAX_ROWS
from tests.factories import Fair
from tests.imports.sheets import delimited
from tests.imports.taking import BUYERS, bring, column, everything

PLACES = (("몽골", "울란바토르"), ("China", "Shanghai"), ("미국", ""), ("네팔", "카트만두"), ("브라질", "상파울루"))
HOURS = ("anytime", "after 2pm", "09:00-18:00", "")


def long_list(rows: int, *, edited: int | None = None) -> bytes:
    """That many buyers, of whom one may have other hours."""
    return delimited(
        [
            BUYERS,
            *(
                [
                    *PLACES[n % len(PLACES)],
                    f"Buyer {n} LLC",
                    f"Name {n}",
                    f"b{n}@b{n}.example",
                    "10:00-11:00" if n == edited else HOURS[n % len(HOURS)],
                    "Zoom",
                ]
                for n in range(rows)
            ),
        ]
    ).encode()


def take_three_times(fair: Fair, rows: int) -> None:
    unclear = [n + 2 for n in range(rows) if n % len(PLACES) == 2]
    first = bring(fair, "buyers", long_list(rows))
    assert first == ImportRecord(kind="buyers", rows=rows, created=list(range(2, rows + 2)), needs_look=unclear)
    counts = {name: len(found) for name, found in everything(fair).items()}
    names = ("organisation", "participation", "person", "representative", "imported_party", "import_finding")
    assert {name: counts[name] for name in names} == dict.fromkeys(names, rows) | {"import_finding": len(unclear)}
    assert counts["availability"] == 6 * (rows - len(unclear))
    again = bring(fair, "buyers", long_list(rows))
    assert again == ImportRecord(kind="buyers", rows=rows, unchanged=rows, needs_look=unclear)
    edited = bring(fair, "buyers", long_list(rows, edited=rows - 1))
    assert ([(one.row, one.fields) for one in edited.updated], edited.unchanged) == ([(rows + 1, ["hours"])], rows - 1)
    assert column(fair, "availability", "hours").count([[600, 660]]) == 6
    assert fair.told() == ["parties.imported"] * 2


def test_a_long_list_is_taken_whole(fair: Fair) -> None:
    take_three_times(fair, 1_000)


@pytest.mark.long
def test_the_longest_list_is_taken_whole(fair: Fair) -> None:
    take_three_times(fair, MAX_ROWS)
