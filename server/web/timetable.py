"""The programme as pages show it: by the convention's days, as far as the reader asks, with what is theirs of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from server.conventions.tables import Convention
from sessions.entries import ProgrammeEntry, programme
from sessions.events import RegistrationRecord
from sessions.queries import crowds
from sessions.records import registration_record
from sessions.states import PLANNED, RUNNING, SessionState
from sessions.tables import Appearance, Registration, Speaker

PLACED = ("invited", "registered", "waiting")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What of the programme somebody wants to see: the sessions that fit all of these. An empty one fits any."""

    track: str = ""
    kind: str = ""
    language: str = ""
    mine: bool = False

    def fit(self, entry: ProgrammeEntry, mine: Collection[UUID]) -> bool:
        """Whether a session is wanted.

        Args:
            mine: the sessions in which the reader has a place or a part.
        """
        return (
            self.track in ("", entry.track)
            and self.kind in ("", entry.kind)
            and (not self.language or self.language in entry.languages)
            and (not self.mine or entry.id in mine)
        )


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody has of the programme: their places by session, and the sessions in which they have a part."""

    places: dict[UUID, RegistrationRecord]
    parts: frozenset[UUID]

    @property
    def sessions(self) -> frozenset[UUID]:
        return self.parts.union(self.places)


NOTHING = Own({}, frozenset())


def own_of(db: Session, convention_id: UUID, person_id: UUID | None) -> Own:
    """A person's places and parts; nobody has any."""
    if person_id is None:
        return NOTHING
    places = select(Registration).where(
        Registration.convention_id == convention_id,
        Registration.person_id == person_id,
        col(Registration.state).in_(PLACED),
    )
    parts = select(Appearance.session_id).join(Speaker, col(Speaker.id) == Appearance.speaker_id)
    parts = parts.where(Appearance.convention_id == convention_id, Speaker.person_id == person_id)
    records = map(registration_record, db.exec(places))
    return Own({record.session: record for record in records}, frozenset(db.exec(parts)))


def timetable(db: Session, convention: Convention, own: Own, wishes: Wishes, real_now: datetime) -> dict[str, Any]:
    """What the programme's page shows.

    Args:
        real_now: real time, for who is watching right now.
    """
    whole = programme(db, convention.id)
    announced = [entry for entry in whole.sessions if entry.state != SessionState.DRAFT]
    return {
        "days": days_of((entry for entry in announced if wishes.fit(entry, own.sessions)), convention.zone),
        "running": [entry for entry in announced if entry.state in RUNNING],
        "versions": {str(entry.id): entry.version for entry in announced},
        "watching": {session: crowd.concurrent for session, crowd in crowds(db, convention.id, real_now).items()},
        "tracks": {track.code: track for track in whole.tracks},
        "rooms": {room.code: room for room in whole.rooms},
        "speakers": {speaker.id: speaker for speaker in whole.speakers},
        "kinds_used": sorted({entry.kind for entry in announced}),
        "languages_used": sorted({tongue for entry in announced for tongue in entry.languages}),
        "own": own,
        "wishes": wishes,
        "shift": day_shift,
        "open_states": PLANNED | RUNNING,
    }


def days_of(entries: Iterable[ProgrammeEntry], zone: str) -> list[tuple[date, Sequence[ProgrammeEntry]]]:
    """Sessions, given in the order of their beginning, by the days of a zone."""
    by_day = groupby(entries, key=lambda entry: entry.starts_at.astimezone(ZoneInfo(zone)).date())
    return [(day, list(found)) for day, found in by_day]


def day_shift(instant: datetime, zone: str, home: str) -> int:
    """How many days the date in a zone is ahead of that at home: -1, 0 or 1."""
    here, there = (instant.astimezone(ZoneInfo(name)).date() for name in (zone, home))
    return (here > there) - (here < there)
