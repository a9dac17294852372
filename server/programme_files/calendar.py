"""iCalendar (RFC 5545): sessions and meetings as the calendars of people and programs read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vDuration, vText

from sessions.outline import Outline, OutlineSession, guid, told

REFRESH = timedelta(minutes=15)
_PRODUCT = "-//madang//programme//EN"
_STATUS = {"draft": "TENTATIVE", "published": "TENTATIVE", "cancelled": "CANCELLED"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of a calendar. `uid` is its own for ever; `version` begins with 1 and grows with every change, the last
    of which was at `changed_at`. `status` is TENTATIVE, CONFIRMED or CANCELLED."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    version: int = 1
    status: str = "CONFIRMED"
    description: str = ""
    location: str = ""
    url: str = ""
    category: str = ""


def write_calendar(name: str, entries: Iterable[Entry], refresh: timedelta = REFRESH) -> bytes:
    """A calendar in UTF-8, its times in UTC. `refresh` is how often a subscriber should look again."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", vText(_plain(name)))  # RFC 7986, 5.1
    calendar.add("x-wr-calname", vText(_plain(name)))  # what was before it, and most programs still read
    calendar.add("refresh-interval", vDuration(refresh), parameters={"value": "DURATION"})  # RFC 7986, 5.7
    calendar.add("x-published-ttl", vDuration(refresh))
    for entry in entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def session_entries(outline: Outline, languages: Sequence[str] = ()) -> list[Entry]:
    """The sessions of an outline, in the reader's languages as far as there are texts in them."""
    rooms = {room.code: told(room.name, languages) for room in outline.rooms}
    tracks = {track.code: told(track.name, languages) for track in outline.tracks}
    people = {speaker.key: told(speaker.name, languages) for speaker in outline.speakers}
    return [
        Entry(
            uid=uid(outline.slug, session.key),
            title=told(session.title, languages),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            changed_at=session.changed_at or session.starts_at,
            version=session.version,
            status=_STATUS.get(session.state or "", "CONFIRMED"),
            description=_description(session, people, languages),
            location=rooms.get(session.room or "", ""),
            url=session.url or outline.url,
            category=tracks.get(session.track or "", ""),
        )
        for session in outline.sessions
    ]


def uid(slug: str, key: str) -> str:
    """What something is called in every calendar, whoever has it."""
    return f"{guid(slug, key)}@{slug}.madang"


def _description(session: OutlineSession, people: dict[str, str], languages: Sequence[str]) -> str:
    names = (people.get(part.speaker, "") for part in session.parts or ())
    links = (link.url for link in session.links or ())
    told_of = [", ".join(dict.fromkeys(filter(None, names))), told(session.abstract, languages), "\n".join(links)]
    return "\n\n".join(filter(None, told_of))


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.version - 1)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("status", entry.status)
    event.add("summary", _plain(entry.title))
    for name, text in (("description", entry.description), ("location", entry.location), ("url", entry.url)):
        if text:
            event.add(name, _plain(text))
    if entry.category:
        event.add("categories", [_plain(entry.category)])
    return event


def _plain(text: str) -> str:
    """Without the control characters that no text may have there (RFC 5545, 3.1)."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and char != "\x7f"))
