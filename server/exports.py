"""Sheets that leave: every text made safe for the programs that open them, CSV a line at a time, XLSX as a whole."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

# Formulas begin so (OWASP, CSV injection), in East Asian editions with the wide signs too; blanks before them are
# passed over.
_SIGNS = tuple("=+-@＝＋－＠")
_BLANKS = " \t\r\n\v\f\0\xa0\u3000\u200b\ufeff"
_UNSEEN = ("\t", "\r", "\n", "\0")

# What xlsxwriter would make of texts by itself.
PLAIN_TEXTS: dict[str, Any] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program may take a text for a formula, or for two cells."""
    return text.startswith(_UNSEEN) or text.lstrip(_BLANKS).startswith(_SIGNS)


def safe_text(text: str) -> str:
    """A text that every spreadsheet program takes for one: a risky one stands behind a '. NUL goes; no sheet has it."""
    plain = text.replace("\0", "")
    return f"'{plain}" if is_risky(text) else plain


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """RFC 4180 records of text cells, made safe. A byte order mark comes first: by it Excel knows UTF-8."""
    yield "\ufeff" + _record(header)
    yield from map(_record, rows)


def _record(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([safe_text(cell) for cell in cells])
    return line.getvalue()


def xlsx_sheet(title: str, header: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """A workbook of one sheet: the header in bold and always in sight, numbers as numbers, texts as texts."""
    out = BytesIO()
    with Workbook(out, PLAIN_TEXTS) as book:
        page = book.add_worksheet(title)
        bold, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        page.write_row(0, 0, header, bold)
        page.set_column(0, len(header) - 1, 20)
        page.freeze_panes(1, 0)
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if not isinstance(cell, str):
                    page.write_number(at, column, cell)
                elif cell:
                    page.write_string(at, column, cell, quoted if is_risky(cell) else None)
    return out.getvalue()
