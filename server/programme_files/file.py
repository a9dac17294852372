"""A programme's file, of whatever format: told by what it holds, and read in a process that can be killed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from server.imports.errors import REFUSALS, NotASheet, SheetTooHeavy
from server.imports.records import Edition
from server.killable import Unfinished, run_killable
from server.programme_files.frab_json import read_json
from server.programme_files.frab_xml import read_xml
from server.programme_files.reading import Format, ProgrammeRead
from server.programme_files.sheet_reading import read_sheet

_SECONDS = 60
_MEGABYTES = 1024
_TOLD_MEGABYTES = 64

_BLANKS = b"\xef\xbb\xbf \t\r\n"
_XLSX = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A file to import. Of a sheet, `mapping` is {column title: field} for titles that are not known, and `sheet` the
    name of the one to read, if not the likeliest."""

    name: str
    data: bytes
    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None


Read = Callable[[ProgrammeFile, Edition], ProgrammeRead]


def format_of(data: bytes) -> Format:
    """What a file is, by its first bytes: whatever is neither a workbook, JSON nor XML is CSV."""
    if data.startswith(_XLSX):
        return "xlsx"
    first = data[:256].lstrip(_BLANKS)[:1]
    return "json" if first == b"{" else "xml" if first == b"<" else "csv"


def read_here(file: ProgrammeFile, edition: Edition) -> ProgrammeRead:
    """The file's programme, for files that are our own.

    Raises:
        ImportRefused: it holds none.
    """
    form = format_of(file.data)
    if form == "json":
        return read_json(file.data, edition)
    if form == "xml":
        return read_xml(file.data, edition)
    return read_sheet(file.data, file.name, edition, file.mapping, file.sheet)


def read_apart(file: ProgrammeFile, edition: Edition) -> ProgrammeRead:
    """The same in a process of its own, whatever the file was made for.

    Raises:
        ImportRefused: it holds none, or is made so that nobody could read it.
    """
    try:
        return run_killable(
            read_here,
            ProgrammeFile(file.name, file.data, dict(file.mapping), file.sheet),
            edition,
            answer=ProgrammeRead,
            refusals=REFUSALS,
            seconds=_SECONDS,
            megabytes=_MEGABYTES,
            answer_megabytes=_TOLD_MEGABYTES,
        )
    except Unfinished as unfinished:
        if unfinished.reason == "crash":
            raise NotASheet("The file is damaged: it breaks what reads it.") from None
        raise SheetTooHeavy(f"Reading the file takes too much {unfinished.reason}.") from None
