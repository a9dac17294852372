"""The programme as a sheet, XLSX or CSV: a row a session, in columns that are read back, also when somebody filled in
more."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from server.exports import PLAIN_TEXTS, csv_lines, is_risky
from server.programme_files.naming import LANGUAGES
from sessions.outline import ORIGINAL, Outline, OutlineSession, OutlineSpeaker, Texts, told

Row = list[str | date]

_LINKS = {"Slides": "slides", "Documents": "document", "Replay": "replay", "Links": "link"}
_WIDTHS = {"Title": 40, "Abstract": 60, "Speakers": 40, "ID": 12}
_USUAL_WIDTH = 16


def write_xlsx(outline: Outline, languages: Sequence[str] = ()) -> bytes:
    """A workbook of one sheet. Names of rooms, tracks and people are in the first of these languages that they have,
    or as they were written; titles and abstracts are there in every language."""
    header, rows = _table(outline, languages)
    out = BytesIO()
    with Workbook(out, PLAIN_TEXTS) as book:
        page = book.add_worksheet("Programme")
        bold = book.add_format({"bold": True})
        look = {"text_wrap": True, "valign": "top"}
        plain, quoted = book.add_format(look), book.add_format({**look, "quote_prefix": True})
        day = book.add_format({**look, "num_format": "yyyy-mm-dd"})
        for column, title in enumerate(header):
            page.write_string(0, column, title, bold)
            page.set_column(column, column, _WIDTHS.get(title.partition(" (")[0], _USUAL_WIDTH))
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(at, column, cell, day)
                elif cell:
                    page.write_string(at, column, cell, quoted if is_risky(cell) else plain)
        page.freeze_panes(1, 0)
    return out.getvalue()


def write_csv(outline: Outline, languages: Sequence[str] = ()) -> bytes:
    """The same as CSV in UTF-8."""
    header, rows = _table(outline, languages)
    return "".join(csv_lines(header, [[str(cell) for cell in row] for row in rows])).encode()


def _table(outline: Outline, languages: Sequence[str]) -> tuple[list[str], list[Row]]:
    writer = _Writer(outline, languages)
    return writer.header(), [writer.row(session) for session in outline.sessions]


class _Writer:
    def __init__(self, outline: Outline, languages: Sequence[str]) -> None:
        self.languages = languages
        self.zone = ZoneInfo(outline.zone)
        self.rooms = {room.code: told(room.name, languages) or room.code for room in outline.rooms}
        self.tracks = {track.code: told(track.name, languages) or track.code for track in outline.tracks}
        self.people = {speaker.key: self._person(speaker) for speaker in outline.speakers}
        self.titled = _languages_of([session.title for session in outline.sessions])
        self.described = _languages_of([session.abstract or {} for session in outline.sessions])

    def header(self) -> list[str]:
        texts = [*_columns("Title", self.titled), *_columns("Abstract", self.described)]
        about = ["Kind", "Track", "Room", "Languages", "Audience", "Capacity", "State", "Speakers"]
        return ["ID", "Date", "Start", "End", *texts, *about, *_LINKS]

    def row(self, session: OutlineSession) -> Row:
        starts_at, ends_at = (at.astimezone(self.zone) for at in (session.starts_at, session.ends_at))
        return [
            session.key,
            starts_at.date(),
            starts_at.strftime("%H:%M"),
            _end(starts_at, ends_at),
            *_cells(session.title, self.titled),
            *_cells(session.abstract or {}, self.described),
            session.kind or "",
            self.tracks.get(session.track or "", ""),
            self.rooms.get(session.room or "", ""),
            ", ".join(session.languages or ()),
            session.audience or "",
            str(session.capacity or ""),
            session.state or "",
            self._speakers(session),
            *("\n".join(link.url for link in session.links or () if link.kind == kind) for kind in _LINKS.values()),
        ]

    def _person(self, speaker: OutlineSpeaker) -> str:
        name, affiliation = (told(text, self.languages) for text in (speaker.name, speaker.affiliation))
        return f"{name} ({affiliation})" if affiliation else name

    def _speakers(self, session: OutlineSession) -> str:
        """One a line; the role before the name, wherever one is more than a speaker."""
        parts = [(part.role, self.people.get(part.speaker, "")) for part in session.parts or ()]
        if all(role == "speaker" for role, _ in parts):
            return "\n".join(name for _, name in parts)
        return "\n".join(f"{role}: {name}" for role, name in parts)


def _languages_of(texts: Sequence[Texts]) -> list[str]:
    return [language for language in LANGUAGES if any(language in text for text in texts)]


def _columns(title: str, languages: Sequence[str]) -> list[str]:
    return [title, *(f"{title} ({language})" for language in languages)]


def _cells(text: Mapping[str, str], languages: Sequence[str]) -> list[str]:
    """The original, by which it is known which of the others it is, and the text in each language."""
    return [text.get(text.get(ORIGINAL, ""), ""), *(text.get(language, "") for language in languages)]


def _end(starts_at: datetime, ends_at: datetime) -> str:
    return ends_at.strftime("%H:%M" if ends_at.date() == starts_at.date() else "%Y-%m-%d %H:%M")
