"""A sheet of wishes -> staged records, a row each."""

from collections.abc import Mapping

from server.imports.cells.wishes import BUYER, EXHIBITOR, read_side, read_wish
from server.imports.findings import Finding, Problem, look, note
from server.imports.header import find_header
from server.imports.reading import read_sheets
from server.imports.records import Edition, Staged, StagedWish
from server.imports.rows import data_rows
from server.imports.staging import RowReader, by_row
from server.imports.text import key

LONGEST_NOTE = 300


def stage_wishes(
    data: bytes, filename: str, edition: Edition, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> Staged[StagedWish]:
    """Every wish of a file that can be understood, and all findings in one pass. `mapping`: {column title: field}.

    Raises an ImportRefused if the file holds no list at all.
    """
    header, left_out = find_header(read_sheets(data, filename), "wishes", mapping, sheet)
    findings: list[Finding] = list(left_out)
    records = []
    for row in (RowReader(row, edition) for row in data_rows(header, findings)):
        if record := _record(row):
            records.append(record)
        findings += row.findings
    return Staged(header, tuple(records), by_row(findings))


def _record(row: RowReader) -> StagedWish | None:
    """The row's wish; None if it says too little, which has been told then."""
    cells = row.row
    wish, side = row.take("wish", read_wish(cells["wish"])), row.take("side", read_side(cells["side"]))
    for field in (BUYER, EXHIBITOR):
        if not cells[field]:
            row.say(field, _missing(field))
    if wish is None or side is None or not (cells[BUYER] and cells[EXHIBITOR]):
        return None
    text = cells["notes"]
    if len(text) > LONGEST_NOTE:
        row.say("notes", note("value_too_long", f"Only the first {LONGEST_NOTE} characters are kept."))
    return StagedWish(
        row=cells.number,
        keys=(f"{side}/{key(cells[BUYER])}/{key(cells[EXHIBITOR])}",),
        buyer=cells[BUYER],
        exhibitor=cells[EXHIBITOR],
        side=side,
        wish=wish,
        written=cells["wish"],
        notes=text[:LONGEST_NOTE],
        findings=tuple(row.findings),
    )


def _missing(field: str) -> Problem:
    return look(f"{field}_missing", f"No {field} is named; the row is left out.")
