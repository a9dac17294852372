"""Bytes of a file -> sheets of rows of cells, whatever the file's name says it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from math import isfinite
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, PlainValidator
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from server.imports.archive import MAX_CELLS, Archive, Position, check_size
from server.imports.delimited import read_delimited
from server.imports.errors import EmptyFile, FileTooLarge, NotASheet, SheetEncrypted
from server.imports.text import Cell

MAX_BYTES = 25 * 1024 * 1024

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OTHER_FORMATS = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"PK\x05\x06", "an empty archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a program"),
)
_WEB_PAGE = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<div", b"<script")


# As what a cell is told that JSON has no word for: {kind: text}.
_KINDS: dict[str, Callable[[str], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=float(seconds)),
    "float": float,  # one that is no number
}
_PLAIN = (str, bool, int)


def _told(rows: Sequence[Sequence[Cell]]) -> list[list[Any]]:
    return [[cell if isinstance(cell, _PLAIN) else _tell(cell) for cell in row] for row in rows]


def _tell(cell: Cell) -> Any:
    if isinstance(cell, float):
        return cell if isfinite(cell) else {"float": str(cell)}
    text = str(cell.total_seconds()) if isinstance(cell, timedelta) else cell.isoformat()  # type: ignore[union-attr]
    return {type(cell).__name__: text}


def _heard(told: Any) -> list[list[Cell]]:
    return [[_hear(cell) if isinstance(cell, dict) else cell for cell in row] for row in told]


def _hear(cell: dict[str, str]) -> Cell:
    ((kind, text),) = cell.items()
    if kind not in _KINDS:
        raise ValueError(f"no cell is a {kind}")
    return _KINDS[kind](text)


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[0]` is row 1 of the spreadsheet; `unreadable` gives cells (row, column; from 0) whose
    value the file does not hold, with the reason."""

    name: str
    rows: Annotated[Sequence[Sequence[Cell]], PlainSerializer(_told), PlainValidator(_heard)]
    unreadable: Annotated[
        dict[Position, str],
        PlainSerializer(lambda found: [[*place, reason] for place, reason in found.items()]),
        BeforeValidator(lambda told: {(row, column): reason for row, column, reason in told}),
    ] = field(default_factory=dict)


def read_sheets(data: bytes, filename: str = "") -> list[Sheet]:
    """Every visible sheet of a workbook, or the one of a CSV file.

    Raises an ImportRefused, and never anything else, for bytes that are no list.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise EmptyFile("The file is empty.")
    if len(data) > MAX_BYTES:
        raise FileTooLarge(f"The file has {len(data) >> 20} MB; at most {MAX_BYTES >> 20} MB are read.")
    if data.startswith(_ZIP):
        archive = Archive(data)
        archive.check_extent()
        return _workbook(archive.repacked(), archive)
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise SheetEncrypted("The workbook is protected by a password.")
        return _workbook(BytesIO(data), None)
    _refuse_other_formats(data)
    return [Sheet(filename or "CSV", read_delimited(data))]


def _refuse_other_formats(data: bytes) -> None:
    for magic, what in _OTHER_FORMATS:
        if data.startswith(magic):
            raise NotASheet(f"The file is {what}, no spreadsheet, whatever its name says.")
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB_PAGE):
        raise NotASheet("The file is a web page or XML saved under a spreadsheet's name.")


def _workbook(file: BytesIO, archive: Archive | None) -> list[Sheet]:
    try:
        with load_workbook(file) as workbook:
            return list(_sheets(workbook, archive))
    except PasswordError as locked:
        raise SheetEncrypted("The workbook is protected by a password.") from locked
    except (CalamineError, ValueError, OSError) as broken:
        raise NotASheet(f"The workbook is damaged: {broken}.") from broken
    except BaseException as panic:
        # A panic of the parser is no Exception; its type cannot be imported.
        if type(panic).__name__ != "PanicException":
            raise
        raise NotASheet("The workbook is damaged.") from panic


def _visible(workbook: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _sheets(workbook: CalamineWorkbook, archive: Archive | None) -> Iterator[Sheet]:
    """Sheets that are small each may be many."""
    cells = 0
    for name in _visible(workbook):
        sheet = workbook.get_sheet_by_name(name)
        check_size(sheet.total_height, sheet.total_width)
        cells += sheet.total_height * sheet.total_width
        if cells > MAX_CELLS:
            raise FileTooLarge(f"The sheets have {cells:,} cells together; at most {MAX_CELLS:,} are read.")
        yield _sheet(sheet, name, archive)


def _sheet(sheet: CalamineSheet, name: str, archive: Archive | None) -> Sheet:
    rows: list[list[Cell]] = list(sheet.to_python(skip_empty_area=False))
    _fill_merged(sheet, rows)
    return Sheet(name, rows, archive.unreadable(name) if archive else {})


def _fill_merged(sheet: CalamineSheet, rows: list[list[Cell]]) -> None:
    """A cell merged over several rows counts for each of them; over several columns it is a title."""
    budget = MAX_CELLS
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for at in range(top + 1, min(bottom + 1, len(rows))):
            budget -= 1
            if budget < 0:
                return
            if rows[at][left] == "":
                rows[at][left] = value
