"""The schedule that schedule.json and schedule.xml both tell (frab, pentabarf, pretalx): an outline as plain values.

It is what https://c3voc.de/schedule/schema.json describes, and a little more where that leaves room: a track's code, a
person's role and affiliation. What only planners see, and what is called off, is not in it: schedule apps have no mark
for either.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sessions.outline import Outline, OutlineLink, OutlineSession, guid, told

Values = dict[str, Any]

NO_ROOM = "-"  # every event has a room there
SLOT = "00:05"
LINK_TYPES = {"slides": "slides", "document": "paper", "replay": "media", "link": "related"}
_ATTACHED = ("slides", "document")
_UNSHOWN = ("draft", "cancelled")
_SHORTEST = 4  # of an acronym, and of a slug's last part
_LONGEST_SLUG = 60
_NUMBERS = 999_999  # at most: slugs hold an event's number with six digits


def schedule(outline: Outline, languages: Sequence[str] = ()) -> Values:
    """The value of "schedule". Of each text there is one: in the first of these languages it has, or its original."""
    return _Writer(outline, languages).schedule()


def acronym(slug: str) -> str:
    """The convention's name there: small letters, digits and _, at least four."""
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in slug.casefold()).strip("_")
    return plain.ljust(_SHORTEST, "_")


def numbers(guids: Iterable[UUID]) -> dict[UUID, int]:
    """A number of up to six digits for each, the same tomorrow: old apps know events and people by numbers alone."""
    found: dict[UUID, int] = {}
    taken: set[int] = set()
    for each in sorted(set(guids)):
        number = each.int % _NUMBERS + 1
        while number in taken:
            number = number % _NUMBERS + 1
        taken.add(number)
        found[each] = number
    return found


class _Writer:
    def __init__(self, outline: Outline, languages: Sequence[str]) -> None:
        self.outline = outline
        self.languages = languages
        self.zone = ZoneInfo(outline.zone)
        self.sessions = [session for session in outline.sessions if session.state not in _UNSHOWN]
        self.rooms = _names((room.code, told(room.name, languages)) for room in outline.rooms)
        self.tracks = _names((track.code, told(track.name, languages)) for track in outline.tracks)
        self.people = {speaker.key: speaker for speaker in outline.speakers}
        self.numbers = numbers(self.guid(session.key) for session in self.sessions)
        self.person_numbers = numbers(self.guid(speaker.key) for speaker in outline.speakers)

    def guid(self, key: str) -> UUID:
        return guid(self.outline.slug, key)

    def schedule(self) -> Values:
        outline = self.outline
        return {
            "version": str(outline.version),
            "url": outline.url,
            "base_url": outline.url,
            "conference": {
                "acronym": acronym(outline.slug),
                "title": told(outline.name, self.languages),
                "start": outline.first_day.isoformat(),
                "end": outline.last_day.isoformat(),
                "daysCount": (outline.last_day - outline.first_day).days + 1,
                "timeslot_duration": SLOT,
                "time_zone_name": outline.zone,
                "url": outline.url,
                "rooms": [
                    {
                        "name": self.rooms[room.code],
                        "guid": str(guid(outline.slug, f"room/{room.code}")),
                        "description": None,
                        "capacity": room.capacity,
                    }
                    for room in outline.rooms
                ],
                "tracks": [
                    {"name": self.tracks[track.code], "slug": track.code}
                    | ({"color": track.colour} if track.colour else {})
                    for track in outline.tracks
                ],
                "days": self._days(),
            },
        }

    def _days(self) -> list[Values]:
        """The convention's days, and whatever others have sessions: local dates, from midnight to midnight."""
        sessions: dict[date, list[OutlineSession]] = {day: [] for day in _between(self.outline)}
        for session in sorted(self.sessions, key=lambda one: (one.starts_at, self.guid(one.key))):
            sessions.setdefault(self._local(session.starts_at).date(), []).append(session)
        return [
            {
                "index": index,
                "date": day.isoformat(),
                "day_start": self._midnight(day),
                "day_end": self._midnight(day + timedelta(days=1)),
                "rooms": self._rooms_of(sessions[day]),
            }
            for index, day in enumerate(sorted(sessions), 1)
        ]

    def _rooms_of(self, sessions: Sequence[OutlineSession]) -> dict[str, list[Values]]:
        order = [*self.rooms, ""]
        found: dict[str, list[Values]] = {}
        for session in sorted(sessions, key=lambda one: order.index(one.room) if one.room in order else len(order)):
            found.setdefault(self._room(session), []).append(self._event(session))
        return found

    def _room(self, session: OutlineSession) -> str:
        return self.rooms.get(session.room or "", NO_ROOM)

    def _event(self, session: OutlineSession) -> Values:
        each = self.guid(session.key)
        local = self._local(session.starts_at)
        links = session.links or ()
        return {
            "guid": str(each),
            "id": self.numbers[each],
            "date": local.isoformat(timespec="seconds"),
            "start": local.strftime("%H:%M"),
            "duration": _duration(session.ends_at - session.starts_at),
            "room": self._room(session),
            "slug": self._slug(session, self.numbers[each]),
            "url": session.url or self.outline.url,
            "title": told(session.title, self.languages),
            "subtitle": "",
            "track": self.tracks.get(session.track or ""),
            "type": session.kind or "talk",
            "language": next(iter(session.languages or ()), ""),
            "abstract": told(session.abstract, self.languages),
            "description": "",
            "persons": self._persons(session),
            "links": [self._link(link) for link in links if link.kind not in _ATTACHED],
            "attachments": [self._link(link) for link in links if link.kind in _ATTACHED],
        }

    def _persons(self, session: OutlineSession) -> list[Values]:
        found = []
        for part in session.parts or ():
            if (person := self.people.get(part.speaker)) is not None:
                each = self.guid(person.key)
                found.append(
                    {
                        "guid": str(each),
                        "id": self.person_numbers[each],
                        "name": told(person.name, self.languages),
                        "biography": told(person.biography, self.languages),
                        "affiliation": told(person.affiliation, self.languages),
                        "role": part.role,
                    }
                )
        return found

    def _link(self, link: OutlineLink) -> Values:
        title = told(link.title, self.languages)
        return {"title": title or link.url, "url": link.url, "type": LINK_TYPES.get(link.kind, "related")}

    def _slug(self, session: OutlineSession, number: int) -> str:
        """Unique by the number; of the title what ASCII can hold."""
        plain = unicodedata.normalize("NFKD", told(session.title, ("en",))).casefold()
        words = "".join(char if char.isascii() and char.isalnum() else " " for char in plain).split()
        title = "-".join(words)[:_LONGEST_SLUG].strip("-")
        return f"{acronym(self.outline.slug)}-{number}-{title if len(title) >= _SHORTEST else 'session'}"

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def _midnight(self, day: date) -> str:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).isoformat()


def _names(things: Iterable[tuple[str, str]]) -> dict[str, str]:
    """{code: name}; of two of one name, the second has its code behind it."""
    names: dict[str, str] = {}
    for code, name in things:
        plain = name or code
        names[code] = f"{plain} ({code})" if plain in names.values() else plain
    return names


def _between(outline: Outline) -> list[date]:
    count = (outline.last_day - outline.first_day).days + 1
    return [outline.first_day + timedelta(days=n) for n in range(count)]


def _duration(length: timedelta) -> str:
    """HH:MM"""
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
