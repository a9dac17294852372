"""Which sheet holds the list, which row names its columns, and which field each column is."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from server.imports.errors import EmptyFile, HeaderNotFound, MappingRefused, SheetNotFound
from server.imports.findings import Finding, Problem, note
from server.imports.reading import Sheet
from server.imports.text import fold, key, shown
from server.imports.vocabulary import words

PartyKind = Literal["exhibitors", "buyers"]
Kind = PartyKind | Literal["wishes", "interpreters", "taxonomy"]
Listed = Kind | Literal["programme"]

_HEADER_WITHIN = 60
_PARENTHESES = re.compile(r"[(\[（][^)\]）]*+(?:[)\]）]|$)")
_PARTS = re.compile(r"[/\n|]")
IGNORED = ""
# What a column must be of for a row to name the columns.
_IDENTIFYING: dict[Listed, tuple[str, ...]] = {
    "exhibitors": ("organisation", "email"),
    "buyers": ("organisation", "email"),
    "wishes": ("buyer", "exhibitor"),
    "interpreters": ("person", "email"),
    "taxonomy": ("code",),
    "programme": ("title",),
}
# What a list is not found without, and titles that would do.
_NEEDED: dict[Listed, tuple[str, str]] = {
    "exhibitors": ("a company or mail", ""),
    "buyers": ("a company or mail", ""),
    "wishes": ("buyers or exhibitors", "바이어 이메일/buyer e-mail, 참가기업/exhibitor and 희망/wish"),
    "interpreters": ("names or mails", "성명/name, 이메일/e-mail and 언어/languages"),
    "taxonomy": ("codes", "코드/code, 상위코드/parent and 분류명/name"),
    "programme": ("session titles", "제목/title, 날짜/date and 시간/time"),
}


@dataclass(frozen=True)
class Column:
    """One column: `index` from 0, `title` as it stands, `field` of ours or None for one we do not know."""

    index: int
    title: str
    field: str | None


@dataclass(frozen=True)
class Header:
    """The header row found: `row` as the spreadsheet counts (1 = first)."""

    sheet: Sheet
    row: int
    columns: tuple[Column, ...]

    def title(self, field: str) -> str:
        return next((column.title for column in self.columns if column.field == field), "")

    def finding(self, row: int, field: str, value: str, problem: Problem) -> Finding:
        return Finding(
            row,
            self.title(field),
            field,
            value,
            problem.severity,
            problem.code,
            problem.reason,
            problem.proposal,
            problem.choices,
        )


def fields_of(kind: Listed) -> tuple[str, ...]:
    """The names a mapping may use."""
    return tuple(words("columns")[kind])


def parse_mapping(text: str) -> dict[str, str]:
    """A mapping file: a JSON object {column title: field}, "" to leave a column out. Raises MappingRefused."""
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise MappingRefused(f"The mapping is no JSON: {broken}.") from broken
    if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
        raise MappingRefused("The mapping is no JSON object of strings.")
    return mapping


def find_header(
    sheets: Sequence[Sheet], kind: Listed, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> tuple[Header, tuple[Finding, ...]]:
    """The row that names the most fields, in any sheet or in the one asked for; and the columns it leaves out.

    Raises HeaderNotFound, SheetNotFound, MappingRefused, EmptyFile.
    """
    wanted = _wanted(sheets, sheet)
    mapped = _checked_mapping(kind, mapping or {})
    best: Header | None = None
    for candidate in (header for one in wanted for header in _candidates(one, kind, mapped)):
        if best is None or _known(candidate) > _known(best):
            best = candidate
    if best is None or not _identifies(best, kind):
        if not any(shown(cell).strip() for one in wanted for row in one.rows for cell in row):
            raise EmptyFile("The file has no cell with text.")
        raise HeaderNotFound(*_not_found(wanted, kind))
    titles = {key(column.title) for column in best.columns}
    if missing := [title for title in mapping or {} if key(title) not in titles]:
        raise MappingRefused(f"The mapping names columns that row {best.row} does not have: {', '.join(missing)}.")
    return best, _left_out(best)


def _wanted(sheets: Sequence[Sheet], name: str | None) -> list[Sheet]:
    wanted = [sheet for sheet in sheets if name is None or sheet.name == name]
    if not wanted:
        raise SheetNotFound(f"No visible sheet has that name; there are: {', '.join(one.name for one in sheets)}.")
    return wanted


def _checked_mapping(kind: Listed, mapping: Mapping[str, str]) -> dict[str, str]:
    known = fields_of(kind)
    for field in mapping.values():
        if field not in known and field != IGNORED:
            raise MappingRefused(f"There is no field {field!r}; the fields are: {', '.join(known)}.")
    return {key(title): field for title, field in mapping.items()}


def _candidates(sheet: Sheet, kind: Listed, mapped: Mapping[str, str]) -> list[Header]:
    headers = []
    for index, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
        columns: list[Column] = []
        for position, cell in enumerate(row):
            title = shown(cell)
            field = _field(title, kind, mapped)
            if field and any(column.field == field for column in columns):
                field = None
            if fold(title):
                columns.append(Column(position, fold(title), field))
        headers.append(Header(sheet, index + 1, tuple(columns)))
    return headers


def _field(title: str, kind: Listed, mapped: Mapping[str, str]) -> str | None:
    if key(title) in mapped:
        return mapped[key(title)]
    synonyms = _synonyms(kind)
    plain = _PARENTHESES.sub(" ", title)
    for spelling in (title, plain, *_PARTS.split(title), *_PARTS.split(plain)):
        if field := synonyms.get(key(spelling)):
            return field
    return None


@cache
def _synonyms(kind: Listed) -> dict[str, str]:
    return {key(title): field for field, titles in words("columns")[kind].items() for title in [*titles, field]}


def _known(header: Header) -> int:
    return sum(bool(column.field) for column in header.columns)


def _identifies(header: Header, kind: Listed) -> bool:
    fields = {column.field for column in header.columns if column.field}
    return len(fields) >= 2 and any(field.startswith(_IDENTIFYING[kind]) for field in fields)


def _left_out(header: Header) -> tuple[Finding, ...]:
    problem = note("column_left_out", "No field is known by this title, or another column has it; it is not imported.")
    return tuple(
        Finding(header.row, column.title, "", column.title, problem.severity, problem.code, problem.reason)
        for column in header.columns
        if column.field is None
    )


def _not_found(sheets: Sequence[Sheet], kind: Listed) -> tuple[str, str | None]:
    # A single one may be called like its file: whoever sent it knows, and a refusal repeats nothing.
    read = f" (sheets read: {', '.join(sheet.name for sheet in sheets)})" if len(sheets) > 1 else ""
    what, titles = _NEEDED[kind]
    remedy = f"Give the columns titles such as {titles}." if titles else None
    return f"No row within the first {_HEADER_WITHIN} names a column of {what}{read}.", remedy
