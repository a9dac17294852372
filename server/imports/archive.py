"""The zip inside XLSX and ODS, checked and unpacked by us before a parser written for honest files sees it."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from posixpath import normpath

from server.imports.errors import FileTooLarge, NotASheet, SheetEncrypted

MAX_ENTRIES = 2_000
MAX_UNPACKED = 160 * 1024 * 1024
MAX_SHEET_ROWS = 60_000
MAX_COLUMNS = 200
MAX_CELLS = 5_000_000
MAX_TEXT = 256 * 1024 * 1024

# Between < and > stands no other <: a pattern that knows this never looks at a part twice.
_POSITION = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_LETTERS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)[0-9]""")
_DIGITS = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*([0-9]+)""")
_INDEX = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([0-9]+)<")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)(?<!/)>")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>[^<]")
_ODS_REPEAT = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["'](\d+)["']""")
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^<>]*)>")
_ODS_ROW = re.compile(rb"<table:table-row\b([^<>]*)(?<!/)>")
_ODS_ROW_END = re.compile(rb"</table:table-row>")
_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]++)\s*=\s*["']([^"']*)["']""")

_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# What else zips can hold may want gigabytes to be unpacked, or hold itself.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Position = tuple[int, int]


class Archive:
    """The XML parts of a zip, unpacked whole within the caps.

    Sizes are counted while unpacking, so an archive that lies about them gains nothing. `repacked` holds the same
    parts without pictures and the rest.

    Raises NotASheet, SheetEncrypted, FileTooLarge.
    """

    def __init__(self, data: bytes) -> None:
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                self.parts = _unpack(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, KeyError) as broken:
            raise NotASheet("The file is damaged: its archive cannot be unpacked.") from broken
        self.is_ods = "content.xml" in self.parts
        if not self.is_ods and "xl/workbook.xml" not in self.parts:
            raise NotASheet("The file is an archive, but holds no workbook.")

    def repacked(self) -> BytesIO:
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        out.seek(0)
        return out

    def check_extent(self) -> None:
        """Refuse sheets that claim a far corner: a parser lays out the whole rectangle up to it."""
        if self.is_ods:
            _check_ods(self.parts["content.xml"])
        for name, content in self.parts.items():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                _check_xlsx(content)
                _check_shared_texts(self.parts.get("xl/sharedStrings.xml", b""), content)

    def unreadable(self, sheet: str) -> dict[Position, str]:
        """Cells (row, column; from 0) of one XLSX sheet whose text would silently be lost.

        A formula that was never calculated has no value; an error value such as #N/A reads as blank.
        """
        found: dict[Position, str] = {}
        xml = self.parts.get(_sheet_path(self.parts, sheet), b"")
        if b't="e"' not in xml and b"<f" not in xml:
            return found
        for attributes, body in _enclosed(xml, _CELL, _CELL_END):
            if b't="e"' in attributes:
                reason = "an error value"
            elif b"<f" in body and not _VALUE.search(body) and b't="str"' not in attributes:
                reason = "a formula without a stored value"
            else:
                continue
            if place := _POSITION.search(attributes):
                found[int(place[2]) - 1, _column(place[1].decode())] = reason
        return found


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if _is_wanted(entry.filename)]
    if len(archive.infolist()) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise FileTooLarge(f"Unpacked, the file is larger than {MAX_UNPACKED >> 20} MB.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise SheetEncrypted("The archive is protected by a password.")
    if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
        raise NotASheet("The file is packed in a way that no spreadsheet program uses.")
    parts = {entry.filename: archive.read(entry) for entry in entries}
    if any(_DECLARATION.search(content) for content in parts.values()):
        raise NotASheet("The file declares entities, which no spreadsheet program does.")
    return parts


def _is_wanted(name: str) -> bool:
    return name.endswith((".xml", ".rels")) or name == "mimetype"


def _check_xlsx(xml: bytes) -> None:
    columns = {_column(letters.decode()) + 1 for letters in set(_LETTERS.findall(xml))}
    rows = {int(digits[:9]) for digits in set(_DIGITS.findall(xml))}
    check_size(max(rows, default=0), max(columns, default=0))


def _check_shared_texts(strings: bytes, sheet: bytes) -> None:
    """One long text in many cells is small in the file and large once read."""
    lengths = [len(text) for text in strings.split(b"<si")[1:]]
    if max(lengths, default=0) * sheet.count(b"<") > MAX_TEXT:
        used = (int(index[:9]) for index in _INDEX.findall(sheet))
        if sum(lengths[index] for index in used if index < len(lengths)) > MAX_TEXT:
            raise FileTooLarge(f"The texts of a sheet come to more than {MAX_TEXT >> 20} MB.")


def _check_ods(xml: bytes) -> None:
    """Repeats stand for cells: a filled cell repeated 16,384 times in a row repeated 1,048,576 times."""
    rows = widest = 0
    for attributes, body in _enclosed(xml, _ODS_ROW, _ODS_ROW_END):
        width = sum(_repeat(cell) for cell in _ODS_CELL.findall(body) if b"value-type" in cell)
        if b"value-type" in body:
            rows += _repeat(attributes)
            widest = max(widest, width)
    check_size(rows, widest)


def check_size(rows: int, columns: int) -> None:
    """Raise FileTooLarge for a sheet of more rows, columns or cells than an organiser's list can have."""
    if rows > MAX_SHEET_ROWS:
        raise FileTooLarge(f"A sheet reaches down to row {rows:,}; at most {MAX_SHEET_ROWS:,} are read.")
    if columns > MAX_COLUMNS:
        raise FileTooLarge(f"A sheet has {columns:,} columns; at most {MAX_COLUMNS} are read.")
    if rows * columns > MAX_CELLS:
        raise FileTooLarge(f"A sheet has {rows * columns:,} cells; at most {MAX_CELLS:,} are read.")


def _repeat(attributes: bytes) -> int:
    match = _ODS_REPEAT.search(attributes)
    return min(int(match[1][:9]), 10**9) if match else 1


def _column(letters: str) -> int:
    """Column from 0: A is 0, Z is 25, AA is 26; no letters are column 0."""
    index = 0
    for letter in letters.upper()[:4]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return max(index - 1, 0)


def _sheet_path(parts: dict[str, bytes], sheet: str) -> str:
    """The part that holds the sheet of this name: workbook.xml names a relation, the relations name the part."""
    targets = {}
    for attributes in _elements(parts.get("xl/_rels/workbook.xml.rels", b""), _RELATION):
        targets[attributes.get("Id")] = attributes.get("Target", "")
    for attributes in _elements(parts.get("xl/workbook.xml", b""), _SHEET):
        if _unescaped(attributes.get("name", "")) == sheet:
            return normpath(f"/xl/{targets.get(attributes.get('r:id'), '')}".replace("/xl//", "/")).lstrip("/")
    return ""


def _elements(xml: bytes, tag: re.Pattern[str]) -> list[dict[str, str]]:
    return [dict(_ATTRIBUTE.findall(attributes)) for attributes in tag.findall(xml.decode("utf-8", "replace"))]


def _enclosed(xml: bytes, opening: re.Pattern[bytes], closing: re.Pattern[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Attributes and content of the elements that begin and end so, in one pass."""
    at = 0
    while (begin := opening.search(xml, at)) and (end := closing.search(xml, begin.end())):
        yield begin[1], xml[begin.end() : end.start()]
        at = end.end()


def _unescaped(text: str) -> str:
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text
