"""The rows below a header: blank and only numbered rows, totals, repeated headers and remarks left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.imports.errors import FileTooLarge
from server.imports.findings import Finding, Problem, look, note
from server.imports.header import Header
from server.imports.text import Cell, fold, folded_lines, key, shown
from server.imports.vocabulary import answers

MAX_ROWS = 50_000

_MANY_VALUED = (
    "languages",
    "products",
    "markets",
    "interests",
    "channels",
    "hours",
    "absent",
    "notes",
    "pairs",
    "synonyms",
)
_LONG = {"abstract", "abstract.ko", "abstract.en", "abstract.zh", "abstract.ja", "speakers", "links"}
_IDENTIFYING = ("organisation", "organisation.ko", "organisation.en", "person", "email", "phone", "code")
_COUNTED = re.compile(r"(?<![\d,.\s:：()=])[\d,.\s:：()=]*+(?:개사|개|명|건|사|companies|rows)?[\d\s:：()]*+$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list: `number` as the spreadsheet counts, `cells` by field, folded, without blanks; long texts and
    lists of people keep their lines."""

    header: Header
    number: int
    cells: dict[str, str]

    def __getitem__(self, field: str) -> str:
        return self.cells.get(field, "")

    def finding(self, field: str, problem: Problem, value: str | None = None) -> Finding:
        return self.header.finding(self.number, field, self[field] if value is None else value, problem)

    def findings(self, field: str, problems: tuple[Problem, ...]) -> list[Finding]:
        return [self.finding(field, problem) for problem in problems]


def data_rows(header: Header, findings: list[Finding]) -> Iterator[Row]:
    """Every row that describes somebody, in order; what is left out in between goes to `findings`.

    Raises FileTooLarge beyond MAX_ROWS rows.
    """
    columns = [(column.index, column.field) for column in header.columns if column.field]
    titles = {column.field: key(column.title) for column in header.columns if column.field}
    seen = 0
    for number, raw in enumerate(header.sheet.rows[header.row :], header.row + 1):
        cells = _cells(raw, columns)
        if not cells.keys() - {"number"} or all(key(text) == titles[field] for field, text in cells.items()):
            continue
        row = Row(header, number, cells)
        if _is_total(row):
            findings.append(_left_out(row, "total_row", "A row of totals; it is not imported."))
        elif _is_remark(row):
            findings.append(_left_out(row, "remark_row", "Text without a company, person or mail; it is not imported."))
        else:
            seen += 1
            if seen > MAX_ROWS:
                raise FileTooLarge(f"The list has more than {MAX_ROWS:,} rows.")
            yield row


def unreadable_cells(row: Row) -> list[Finding]:
    """The cells of a row whose value the file itself does not hold."""
    if not row.header.sheet.unreadable:
        return []
    lost = []
    for column in row.header.columns:
        reason = row.header.sheet.unreadable.get((row.number - 1, column.index))
        if reason and column.field:
            problem = look("cell_unreadable", f"The cell holds {reason}; recalculate, save and import again.")
            lost.append(row.finding(column.field, problem))
    return lost


def _cells(raw: Sequence[Cell], columns: list[tuple[int, str]]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for index, field in columns:
        if index < len(raw) and raw[index] != "":
            text = shown(raw[index])
            if "\n" in text and field.startswith(_MANY_VALUED):
                text = text.strip().replace("\n", "; ")
            if text := folded_lines(text) if field in _LONG else fold(text):
                cells[field] = text
    return cells


def _is_total(row: Row) -> bool:
    """A total stands among the first cells and nobody else does: a firm may well be called 총."""
    if row["email"] or row["person"] or (row["buyer"] and row["exhibitor"]):
        return False
    for text in list(row.cells.values())[:3]:
        plain = key(_COUNTED.sub("", text))
        if plain in answers("totals"):
            return True
    return False


def _is_remark(row: Row) -> bool:
    return len(row.cells.keys() - {"number"}) == 1 and not any(row[field] for field in _IDENTIFYING)


def _left_out(row: Row, code: str, reason: str) -> Finding:
    field, text = next((field, text) for field, text in row.cells.items() if field != "number")
    return row.finding(field, note(code, reason), text)
