"""What was found in a file: as a table for the terminal, and as the sheet itself with its cells marked."""

from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO
from math import isfinite
from typing import Any

from rich.table import Table
from rich.text import Text
from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from server.exports import PLAIN_TEXTS, is_risky
from server.imports.findings import Finding, Severity
from server.imports.header import Header
from server.imports.records import R, Staged
from server.imports.text import Cell, shown

# The longest text a cell of XLSX holds; xlsxwriter drops a longer one whole.
_LONGEST_TEXT = 32_767
_COLOURS = {Severity.STOP: "#FF9B9B", Severity.LOOK: "#FFD27F", Severity.NOTE: "#FFF6B3"}
_STYLES = {Severity.STOP: "bold red", Severity.LOOK: "yellow", Severity.NOTE: "dim"}
_FINDINGS_HEAD = (
    ("Row", 6),
    ("Column", 22),
    ("Value", 30),
    ("Severity", 10),
    ("Code", 26),
    ("Reason", 70),
    ("Proposal", 26),
    ("Other choices", 40),
)
_WORST_FIRST = [Severity.STOP, Severity.LOOK, Severity.NOTE]


def findings_table(findings: Sequence[Finding], most: int = 500) -> Table:
    """A table for rich, the worst first; beyond `most` rows it says how many it leaves out."""
    table = Table("Row", "Column", "Value", "", "Reason", "Proposal", title="Findings", title_justify="left")
    ranked = sorted(findings, key=lambda finding: (_WORST_FIRST.index(finding.severity), finding.row))
    for finding in ranked[:most]:
        style = _STYLES[finding.severity]
        cells = (str(finding.row), finding.column, finding.value, finding.severity, finding.reason, _proposal(finding))
        table.add_row(*(Text(cell, style=style) for cell in cells))
    if len(ranked) > most:
        table.caption = f"{len(ranked) - most} more; the marked sheet has them all."
    return table


def marked_sheet(staged: Staged[R]) -> bytes:
    """XLSX: the rows as they came, the cells with findings coloured and commented, and a sheet of all findings.

    Every text is written as text: what begins with = in a stranger's sheet stays letters, also when somebody edits it,
    and comes back unchanged with the mended sheet.
    """
    out = BytesIO()
    with Workbook(out, PLAIN_TEXTS) as book:
        styles = _Styles(book)
        _write_rows(book.add_worksheet("Rows"), staged.header, staged.findings, styles)
        _write_findings(book.add_worksheet("Findings"), staged.findings, styles)
    return out.getvalue()


class _Styles:
    """The formats of a workbook; of each there is one with the mark of a text that is none but a text."""

    def __init__(self, book: Workbook) -> None:
        self._quoted: dict[Format | None, Format] = {None: book.add_format({"quote_prefix": True})}
        self.bold = self._made(book, {"bold": True})
        self._colours = {severity: self._made(book, {"bg_color": colour}) for severity, colour in _COLOURS.items()}

    def _made(self, book: Workbook, look: dict[str, Any]) -> Format:
        form = book.add_format(look)
        self._quoted[form] = book.add_format({**look, "quote_prefix": True})
        return form

    def of(self, findings: Sequence[Finding]) -> Format | None:
        """By the worst of a cell's findings."""
        if not findings:
            return None
        return self._colours[min((finding.severity for finding in findings), key=_WORST_FIRST.index)]

    def for_text(self, text: str, form: Format | None) -> Format | None:
        """The format with the mark, if the text needs it."""
        return self._quoted[form] if is_risky(text) else form


def _write_rows(page: Worksheet, header: Header, findings: Sequence[Finding], styles: _Styles) -> None:
    columns = {column.title: column.index for column in reversed(header.columns)}
    marks: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        marks[finding.row - 1, columns.get(finding.column, 0)].append(finding)
    for at, row in enumerate(header.sheet.rows):
        for column, cell in enumerate(row):
            here = marks.pop((at, column), [])
            _write(page, at, column, cell, styles.of(here) or (styles.bold if at == header.row - 1 else None), styles)
            _comment(page, at, column, here)
    for (at, column), here in marks.items():
        page.write_blank(at, column, None, styles.of(here))
        _comment(page, at, column, here)
    page.freeze_panes(header.row, 0)
    page.set_column(0, max((len(row) for row in header.sheet.rows), default=1) - 1, 18)


def _write_findings(page: Worksheet, findings: Sequence[Finding], styles: _Styles) -> None:
    for column, (title, width) in enumerate(_FINDINGS_HEAD):
        page.write_string(0, column, title, styles.bold)
        page.set_column(column, column, width)
    for at, finding in enumerate(findings, 1):
        texts = (
            finding.column,
            finding.value,
            finding.severity,
            finding.code,
            finding.reason,
            finding.proposal or "",
            ", ".join(finding.choices),
        )
        page.write_number(at, 0, finding.row)
        for column, text in enumerate(texts, 1):
            _write(page, at, column, text, styles.of([finding]) if column == 3 else None, styles)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(findings), len(_FINDINGS_HEAD) - 1)


def _write(page: Worksheet, row: int, column: int, cell: Cell, form: Format | None, styles: _Styles) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and isfinite(cell):
        page.write_number(row, column, cell, form)
    elif text := shown(cell)[:_LONGEST_TEXT]:
        page.write_string(row, column, text, styles.for_text(text, form))
    elif form is not None:
        page.write_blank(row, column, None, form)


def _comment(page: Worksheet, row: int, column: int, findings: Sequence[Finding]) -> None:
    if findings:
        lines = [
            f"{finding.reason} {f'Proposal: {_proposal(finding)}' if finding.proposal else ''}" for finding in findings
        ]
        page.write_comment(row, column, "\n".join(lines)[:_LONGEST_TEXT], {"x_scale": 2})


def _proposal(finding: Finding) -> str:
    return ", ".join(finding.choices) or finding.proposal or ""
