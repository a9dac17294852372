"""CSV in the charsets and with the delimiters that spreadsheet programs write."""

import codecs
import csv
import re
from io import StringIO

from charset_normalizer import from_bytes

from server.imports.archive import MAX_COLUMNS, check_size
from server.imports.errors import CharsetUnknown, NotASheet
from server.imports.text import Cell

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = ["gb18030", "big5", "cp932", "euc_jp", "cp1252", "cp1251"]
_DELIMITERS = ",;\t"
_SAMPLE_ROWS = 60
_SNIFFED_BYTES = 256 * 1024
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_HANGUL = re.compile("[가-힣]")
_HANJA = re.compile("[一-鿿豈-\ufaff]")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read_delimited(data: bytes) -> list[list[Cell]]:
    """The records of a CSV file, in order; a record is a row even when a quoted cell holds line breaks.

    Raises CharsetUnknown, NotASheet, FileTooLarge.
    """
    text = decoded(data)
    if _NOT_TEXT.search(text):
        raise NotASheet("The file holds binary data, no list.")
    separator_line = _SEPARATOR_LINE.match(text)
    if separator_line:
        delimiter, text = separator_line[1], text[separator_line.end() :]
    else:
        delimiter = _delimiter(text)
    rows: list[list[Cell]] = [[]] if separator_line else []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            check_size(len(rows) + 1, len(row))
            rows.append(list(row))
    except (csv.Error, ValueError) as broken:
        raise NotASheet(f"The file cannot be read as CSV: {broken}.") from broken
    return rows


def decoded(data: bytes) -> str:
    """The text of a file: by its BOM, else the first usual charset that decodes it without a fault.

    CP949 decodes most Chinese and Japanese text into rare hanja without complaint, so it is taken only
    for text that comes out as Korean. Raises CharsetUnknown.
    """
    for bom, charset in _BOMS:
        if data.startswith(bom):
            return _first(data, charset)
    if bare := _bare_utf16(data):
        return _first(data, bare)
    if (text := _strict(data, "utf-8")) is not None:
        return text
    korean = _strict(data, "cp949")
    if korean is not None and len(_HANGUL.findall(korean)) >= len(_HANJA.findall(korean)):
        return korean
    best = from_bytes(data[:_SNIFFED_BYTES], cp_isolation=_FOREIGN).best()
    return _first(data, *([best.encoding] if best else []), "cp949")


def _first(data: bytes, *charsets: str) -> str:
    for charset in charsets:
        if (text := _strict(data, charset)) is not None:
            return text
    raise CharsetUnknown("The charset of the file cannot be told.")


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except UnicodeError:
        return None


def _bare_utf16(data: bytes) -> str | None:
    """UTF-16 without a BOM shows by its NULs: delimiters, digits and line ends have one each; 가 has one too."""
    head = data[:4096]
    for charset, nuls, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(data) % 2 == 0 and nuls.count(0) > max(len(nuls) // 20, 4 * others.count(0)):
            return charset
    return None


def _delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of cells."""
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        widths = _widths(text, delimiter)
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
        score = widths.count(usual) * (min(usual, MAX_COLUMNS) - 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in csv.reader(StringIO(text[:_SNIFFED_BYTES], newline=""), delimiter=delimiter):
            if len(row) > 1:
                widths.append(len(row))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return widths
    return widths
