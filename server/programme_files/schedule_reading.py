"""A schedule's plain values -> an outline, whatever program wrote them: nothing is taken for granted."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from matchmaking.errors import AmbiguousTime, NonexistentTime
from matchmaking.slots import to_instant
from server.imports.findings import note, stop
from server.imports.records import Edition
from server.imports.text import fold, key
from server.programme_files import naming
from server.programme_files.naming import (
    LONGEST_CODE,
    LONGEST_NAME,
    LONGEST_TEXT,
    codes_of,
    paragraphs,
    text_in,
)
from server.programme_files.reading import Notes, ProgrammeRead, check_count
from server.programme_files.schedule import LINK_TYPES, NO_ROOM, Values
from server.zones import is_zone
from sessions.outline import (
    Outline,
    OutlineLink,
    OutlinePart,
    OutlineRoom,
    OutlineSession,
    OutlineSpeaker,
    OutlineTrack,
)

_KINDS = {name: kind for kind, name in LINK_TYPES.items()} | {"video": "replay", "recording": "replay"}


def read_schedule(schedule: Any, edition: Edition) -> ProgrammeRead:
    """The outline of the value of "schedule". Times without an offset are on the clocks of the zone it names, or of
    the convention's.

    Raises:
        FileTooLarge.
    """
    return _Reader(_values(schedule), edition).read()


class _Reader:
    def __init__(self, schedule: Values, edition: Edition) -> None:
        self.conference = _values(schedule.get("conference"))
        zone = _line(self.conference.get("time_zone_name"))
        self.zone = zone if is_zone(zone) else edition.zone
        self.edition = edition
        self.notes = Notes()
        self.events = list(self._events())
        rooms = [_name(room) for room in _list(self.conference.get("rooms"))]
        tracks = [_name(track) for track in _list(self.conference.get("tracks"))]
        self.rooms = codes_of(name for name in [*rooms, *(room for _, room, _ in self.events)] if name)
        self.tracks = codes_of(name for name in [*tracks, *(_track(event) for _, _, event in self.events)] if name)
        self.tracks |= _own_codes(_list(self.conference.get("tracks")))
        self.speakers: dict[str, OutlineSpeaker] = {}

    def read(self) -> ProgrammeRead:
        found = [self._session(row, day, room, event) for row, (day, room, event) in enumerate(self.events, 1)]
        rows, sessions = self._each_once([(row, one) for row, one in enumerate(found, 1) if one is not None])
        first, last = self._dates()
        outline = Outline(
            slug=_line(self.conference.get("acronym")),
            name=text_in(_line(self.conference.get("title"))[:LONGEST_NAME]),
            zone=self.zone,
            first_day=first,
            last_day=last,
            tracks=self._outline_tracks(),
            rooms=self._outline_rooms(),
            speakers=tuple(self.speakers.values()),
            sessions=tuple(sessions),
        )
        return ProgrammeRead(outline, tuple(self.notes.findings), tuple(rows))

    def _events(self) -> Iterator[tuple[date | None, str, Values]]:
        """Every event with the date of its day and the name of its room, "" for none."""
        count = 0
        for day in map(_values, _list(self.conference.get("days"))):
            for name, events in _values(day.get("rooms")).items():
                for event in map(_values, _list(events)):
                    count += 1
                    check_count(count)
                    room = _line(event.get("room")) or fold(name)
                    yield _date(day.get("date")), "" if room == NO_ROOM else room[:LONGEST_NAME], event

    def _each_once(self, sessions: list[tuple[int, OutlineSession]]) -> tuple[list[int], list[OutlineSession]]:
        rows: list[int] = []
        once: list[OutlineSession] = []
        seen: dict[str, int] = {}
        for row, session in sessions:
            first = seen.setdefault(session.key, row) if session.key else row
            if first != row:
                problem = stop("key_repeated", f"Event {first} has the same guid: it says which session is meant.")
                self.notes.say(row, "guid", session.key, problem)
            else:
                rows.append(row)
                once.append(session)
        return rows, once

    def _session(self, row: int, day: date | None, room: str, event: Values) -> OutlineSession | None:
        title = _line(event.get("title"))
        times = self._times(event, day)
        if not title:
            self.notes.say(row, "title", "", note("title_missing", "The event has no title; it is not imported."))
            return None
        if times is None:
            problem = stop("time_unreadable", "When the event begins, or how long it takes, cannot be read.")
            self.notes.say(row, "date", _line(event.get("date")) or _line(event.get("start")), problem)
            return None
        language = naming.tag(_line(event.get("language")))
        self.notes.say_all(row, "title", title, naming.too_long(title, LONGEST_NAME, "title"))
        return OutlineSession(
            key=_line(event.get("guid") or event.get("code") or event.get("id"))[:200],
            title=text_in(title[:LONGEST_NAME].strip(), language),
            starts_at=times[0],
            ends_at=times[1],
            abstract=text_in(self._abstract(row, event), language),
            kind=self._kind(row, _line(event.get("type"))),
            track=self.tracks.get(_track(event), ""),
            room=self.rooms.get(room, ""),
            languages=(language,) if language else None,
            parts=tuple(self._parts(row, event)),
            links=tuple(self._links(row, event)),
        )

    def _times(self, event: Values, day: date | None) -> tuple[datetime, datetime] | None:
        starts_at = self._instant(_line(event.get("date")))
        if starts_at is None and day is not None and (clock := _clock(_line(event.get("start")))) is not None:
            starts_at = self._at(datetime.combine(day, clock))
        if starts_at is None:
            return None
        length = _length(event.get("duration"))
        ends_at = self._instant(_line(event.get("end"))) if length is None else _later(starts_at, length)
        return (starts_at, ends_at) if ends_at is not None and ends_at > starts_at else None

    def _instant(self, text: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        if len(text) <= len("2020-11-09"):
            return None  # a date alone is no instant
        if found.tzinfo is None:
            return self._at(found)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            return None

    def _at(self, local: datetime) -> datetime | None:
        try:
            return to_instant(local, self.zone)
        except (NonexistentTime, AmbiguousTime, OverflowError):
            return None

    def _abstract(self, row: int, event: Values) -> str:
        told = [paragraphs(_text(event.get(name)), LONGEST_TEXT + 1) for name in ("abstract", "description")]
        text = "\n\n".join(dict.fromkeys(filter(None, told)))
        self.notes.say_all(row, "abstract", text, naming.too_long(text, LONGEST_TEXT, "abstract"))
        return text[:LONGEST_TEXT].strip()

    def _kind(self, row: int, text: str) -> str | None:
        kind, problems = naming.read_code("kinds", text, "kind")
        self.notes.say_all(row, "type", text, problems)
        return kind

    def _parts(self, row: int, event: Values) -> Iterator[OutlinePart]:
        said: set[OutlinePart] = set()
        for person in _list(event.get("persons")):
            values = _values(person)
            name = _name(person)
            if not name:
                self.notes.say(row, "persons", "", note("person_unnamed", "A person has no name; they are left out."))
                continue
            identity = _line(values.get("guid") or values.get("code") or values.get("id"))[:200] or key(name)
            role, problems = naming.read_code("roles", _line(values.get("role")), "role")
            self.notes.say_all(row, "role", _line(values.get("role")), problems)
            self.speakers.setdefault(
                identity,
                OutlineSpeaker(
                    key=identity,
                    name=text_in(name[:LONGEST_NAME]),
                    affiliation=_told(values.get("affiliation", values.get("organization")), LONGEST_NAME),
                    biography=_told(values.get("biography"), LONGEST_TEXT),
                ),
            )
            part = OutlinePart(speaker=identity, role=role or "")
            if part not in said:
                said.add(part)
                yield part

    def _links(self, row: int, event: Values) -> Iterator[OutlineLink]:
        for group, usual in (("links", "link"), ("attachments", "document")):
            for one in _list(event.get(group)):
                values = _values(one) or {"url": one}
                url = _line(values.get("url") or values.get("href"))
                if not naming.is_link(url):
                    self.notes.say(row, group, url, naming.no_link(url))
                    continue
                title = _line(values.get("title"))[:LONGEST_NAME]
                kind = _KINDS.get(_line(values.get("type")).casefold(), usual)
                yield OutlineLink(url=url, title=text_in("" if title == url else title), kind=kind)

    def _dates(self) -> tuple[date, date]:
        first, last = _date(self.conference.get("start")), _date(self.conference.get("end"))
        days = self.edition.days
        return (first, last) if first and last and first <= last else (days[0], days[-1])

    def _outline_rooms(self) -> tuple[OutlineRoom, ...]:
        described = {_name(room): _values(room) for room in _list(self.conference.get("rooms"))}
        return tuple(
            OutlineRoom(code=code, name=text_in(name), capacity=_count(described.get(name, {}).get("capacity")))
            for name, code in self.rooms.items()
        )

    def _outline_tracks(self) -> tuple[OutlineTrack, ...]:
        described = {_name(track): _values(track) for track in _list(self.conference.get("tracks"))}
        return tuple(
            OutlineTrack(code=code, name=text_in(name), colour=_colour(described.get(name, {}).get("color")))
            for name, code in self.tracks.items()
        )


def _values(value: Any) -> Values:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A text or a number; halves of characters, which JSON can hold alone, are no text."""
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    return str(value) if type(value) in (int, float) else ""


def _line(value: Any) -> str:
    return fold(_text(value))


def _name(thing: Any) -> str:
    """What a room, track or person is called: {"name": ...}, frab's {"public_name": ...}, or a text."""
    values = _values(thing)
    return _line(values.get("name") or values.get("public_name") or values.get("full_public_name") or thing)


def _track(event: Values) -> str:
    return _name(event.get("track"))[:LONGEST_NAME]


def _own_codes(tracks: list[Any]) -> dict[str, str]:
    """{name: code} of the tracks that say their code; none where two say the same."""
    codes = {_name(track): _line(_values(track).get("slug"))[:LONGEST_CODE] for track in tracks}
    codes = {name: code for name, code in codes.items() if name and code}
    return codes if len(set(codes.values())) == len(codes) else {}


def _told(value: Any, most: int) -> dict[str, str] | None:
    return None if value is None else text_in(paragraphs(_text(value), most))


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(_line(value)[:10])
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        return None


def _length(value: Any) -> timedelta | None:
    """HH:MM, HH:MM:SS, or minutes."""
    numbers = _line(value).split(":")
    if not all(number.isascii() and number.isdigit() and len(number) <= 4 for number in numbers) or len(numbers) > 3:
        return None
    if len(numbers) == 1:
        return timedelta(minutes=int(numbers[0]))
    hours, minutes, seconds = (int(number) for number in [*numbers, "0"][:3])
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _later(instant: datetime, length: timedelta) -> datetime | None:
    try:
        return instant + length
    except OverflowError:
        return None


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 1_000_000 else None


def _colour(value: Any) -> str | None:
    text = _line(value).casefold()
    fits = len(text) == 7 and text[0] == "#" and all(char in "0123456789abcdef" for char in text[1:])
    return text if fits else None
