"""A sheet of sessions, as organisers write them -> an outline. Times are read in times.py, people in people.py."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from server.imports.cells.languages import read_languages
from server.imports.findings import Finding, Problem, look, note, stop
from server.imports.header import Header, find_header
from server.imports.reading import read_sheets
from server.imports.records import Edition
from server.imports.rows import Row, data_rows, unreadable_cells
from server.imports.staging import LISTS, by_row
from server.imports.text import key, script_language
from server.imports.vocabulary import answers
from server.programme_files import naming
from server.programme_files.naming import LANGUAGES, LONGEST_NAME, LONGEST_TEXT, codes_of, text_in
from server.programme_files.people import People
from server.programme_files.reading import ProgrammeRead, check_count
from server.programme_files.times import Times, Unreadable, read_date
from sessions.outline import ORIGINAL, Outline, OutlineLink, OutlineRoom, OutlineSession, OutlineTrack, Texts

_CODES = {"kind": "kinds", "audience": "audiences", "state": "states"}
MOST_PLACES = 100_000
_UNITS = ("명", "인", "석", "people", "persons", "seats", "places")
_LINKS = {"slides": "slides", "documents": "document", "replay": "replay", "links": "link"}


def read_sheet(
    data: bytes,
    filename: str,
    edition: Edition,
    mapping: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> ProgrammeRead:
    """Every session of a file, and all findings in one pass. `mapping`: {column title: field}.

    Raises:
        ImportRefused: the file holds no list of sessions.
    """
    header, left_out = find_header(read_sheets(data, filename), "programme", mapping, sheet)
    return _Reader(header, edition, list(left_out)).read()


class _Reader:
    def __init__(self, header: Header, edition: Edition, findings: list[Finding]) -> None:
        self.edition = edition
        self.findings = findings
        self.fields = {column.field for column in header.columns}
        self.rows = list(data_rows(header, findings))
        check_count(len(self.rows))
        self.times = Times(edition, self._headings())
        self.rooms = codes_of(row["room"][:LONGEST_NAME] for row in self.filled("room"))
        self.tracks = codes_of(row["track"][:LONGEST_NAME] for row in self.filled("track"))
        self.people = People()

    def filled(self, field: str) -> Iterator[Row]:
        return (row for row in self.rows if row[field])

    def read(self) -> ProgrammeRead:
        sessions: dict[int, OutlineSession] = {}
        keys: dict[str, int] = {}
        for row in self.rows:
            self.findings += unreadable_cells(row)
            session = self._session(row)
            if session is None:
                continue
            first = keys.setdefault(session.key, row.number) if session.key else row.number
            if first != row.number:
                problem = stop("key_repeated", f"Row {first} has the same: it says which session is meant.")
                self.say(row, "key", problem)
            else:
                sessions[row.number] = session
        outline = Outline(
            slug="",
            name={},
            zone=self.edition.zone,
            first_day=self.edition.days[0],
            last_day=self.edition.days[-1],
            tracks=tuple(OutlineTrack(code=code, name=text_in(name)) for name, code in self.tracks.items()),
            rooms=tuple(OutlineRoom(code=code, name=text_in(name)) for name, code in self.rooms.items()),
            speakers=self.people.speakers(),
            sessions=tuple(sessions.values()),
        )
        return ProgrammeRead(outline, by_row(self.findings), tuple(sessions))

    def say(self, row: Row, field: str, *problems: Problem) -> None:
        self.findings += row.findings(field, problems)

    def _headings(self) -> dict[int, date]:
        """Rows with a date alone; they are no remarks, but say when the sessions below them are."""
        found: dict[int, date] = {}
        for finding in self.findings:
            if finding.code == "remark_row" and (day := read_date(finding.value, self.edition)):
                found[finding.row] = day
        self.findings[:] = [one for one in self.findings if not (one.code == "remark_row" and one.row in found)]
        return found

    def _session(self, row: Row) -> OutlineSession | None:
        title = self._text(row, "title", LONGEST_NAME)
        if not title:
            self.say(row, "title", note("title_missing", "The row has no title; it is not imported."))
            return None
        if key(title[title[ORIGINAL]]) in answers("breaks"):
            self.say(row, "title", note("break_row", "A break; it is not imported."))
            return None
        try:
            (starts_at, ends_at), findings = self.times.read(row)
        except Unreadable as unreadable:
            self.say(row, unreadable.field, unreadable.problem)
            return None
        self.findings += findings
        codes = {field: self._code(row, field) for field in _CODES}
        return OutlineSession(
            key=row["key"][:200],
            title=title,
            starts_at=starts_at,
            ends_at=ends_at,
            abstract=self._text(row, "abstract", LONGEST_TEXT),
            kind=codes["kind"],
            track=self.tracks.get(row["track"][:LONGEST_NAME], "") if "track" in self.fields else None,
            room=self.rooms.get(row["room"][:LONGEST_NAME], "") if "room" in self.fields else None,
            languages=self._languages(row),
            audience=codes["audience"],
            capacity=self._capacity(row),
            state=codes["state"],
            parts=self.people.parts(row, self.findings) if self.people.are_told(self.fields) else None,
            links=tuple(self._links(row)) if self.fields & _LINKS.keys() else None,
        )

    def _text(self, row: Row, field: str, most: int) -> Texts | None:
        """The text of the plain column and of those of single languages. The plain one says which is the original; if
        it is none of them, its script says its language. None if there is no such column."""
        columns = [name for name in (field, *(f"{field}.{one}" for one in LANGUAGES)) if name in self.fields]
        if not columns:
            return None
        for name in columns:
            self.say(row, name, *naming.too_long(row[name], most, field))
        plain = naming.unquoted(row[field])[:most].strip()
        texts = {one: naming.unquoted(row[f"{field}.{one}"])[:most].strip() for one in LANGUAGES}
        texts = {language: text for language, text in texts.items() if text}
        if not plain:
            return {**texts, ORIGINAL: next(iter(texts))} if texts else {}
        original = next((language for language, text in texts.items() if text == plain), script_language(plain))
        return {**texts, original: plain, ORIGINAL: original}

    def _code(self, row: Row, field: str) -> str | None:
        code, problems = naming.read_code(_CODES[field], row[field], field)
        self.say(row, field, *problems)
        return code

    def _languages(self, row: Row) -> tuple[str, ...] | None:
        if "languages" not in self.fields:
            return None
        codes, problems = read_languages(LISTS.split(row["languages"]))
        self.say(row, "languages", *problems)
        return codes

    def _capacity(self, row: Row) -> int | None:
        """0 says that there is no limit, a blank cell nothing."""
        word = key(row["capacity"])
        for unit in _UNITS:
            word = word.removesuffix(unit)
        if word in answers("unlimited"):
            return 0
        if word.isascii() and word.isdigit() and len(word) <= 6 and int(word) <= MOST_PLACES:
            return int(word)
        if word:
            self.say(row, "capacity", look("capacity_unreadable", "No number of places."))
        return None

    def _links(self, row: Row) -> Iterator[OutlineLink]:
        for field, kind in _LINKS.items():
            for url in dict.fromkeys(_addresses(row[field])):
                if not naming.is_link(url):
                    self.say(row, field, naming.no_link(url))
                else:
                    yield OutlineLink(url=url, title={}, kind=kind)


def _addresses(text: str) -> Iterable[str]:
    return (word.strip(",;<>") for word in text.replace(";", " ").split() if word.strip(",;<>"))
