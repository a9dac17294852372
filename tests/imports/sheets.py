"""Sheets for the tests: the organiser's own, and small ones written on the spot."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from server.imports.buyers import stage_buyers
from server.imports.exhibitors import stage_exhibitors
from server.imports.findings import Finding
from server.imports.records import Edition, Staged, StagedBuyer, StagedExhibitor

DEMO = Path(__file__).parents[2] / "server" / "demo_data"
FILES = Path(__file__).parent / "files"
DAYS = tuple(date(2020, 11, day) for day in (9, 10, 11, 12))
SMC = Edition(DAYS, "Asia/Seoul")

Rows = Iterable[Sequence[object]]


def workbook(rows: Rows, name: str = "list") -> bytes:
    """An XLSX of one sheet; text that begins with = is a formula without a value, as some programs write it."""
    out = BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("="):
                    page.write_formula(at, column, cell, value="")
                elif cell != "":
                    page.write(at, column, cell)
    return out.getvalue()


def delimited(rows: Rows, delimiter: str = ",") -> str:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def buyers(*rows: Sequence[object], head: Sequence[str]) -> Staged[StagedBuyer]:
    return stage_buyers(delimited([head, *rows]).encode(), "buyers.csv", SMC)


def exhibitors(*rows: Sequence[object], head: Sequence[str]) -> Staged[StagedExhibitor]:
    return stage_exhibitors(delimited([head, *rows]).encode(), "exhibitors.csv", SMC)


def told(findings: Iterable[Finding]) -> list[tuple[int, str, str, str, str | None]]:
    """Findings without their wording: row, field, severity, code, proposal."""
    return [(one.row, one.field, one.severity.value, one.code, one.proposal) for one in findings]
