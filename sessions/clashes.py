"""What stands at the same time where only one thing can be: a speaker in two sessions, two sessions in one room.

Clashes are told, never forbidden: a programme is made with them, and without them at last.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.states import SessionState
from sessions.tables import Appearance, ProgrammeSession


@dataclass(frozen=True, slots=True)
class Engagement:
    """Something at a time, and what it takes for itself: "speaker:ID", "room:CODE", or whatever else is there once."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    takes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """Two engagements, the earlier first, that take the same between two instants; if only the time between them is
    too short, the second instant is the earlier one."""

    starts_at: datetime
    what: str
    one: UUID
    other: UUID
    ends_at: datetime


def clashes(engagements: Iterable[Engagement], buffer: timedelta = timedelta()) -> list[Clash]:
    """All pairs that take the same at once, or with less than `buffer` between them, in the order of their times."""
    takers: defaultdict[str, list[Engagement]] = defaultdict(list)
    for engagement in engagements:
        for what in engagement.takes:
            takers[what].append(engagement)
    found: list[Clash] = []
    for what, those in takers.items():
        those.sort(key=lambda one: (one.starts_at, one.id))
        found += (
            Clash(other.starts_at, what, one.id, other.id, min(one.ends_at, other.ends_at))
            for one, other in combinations(those, 2)
            if other.starts_at < one.ends_at + buffer
        )
    return sorted(found)


def sessions_with_what_they_take(db: Session, convention_id: UUID) -> list[Engagement]:
    """All sessions that are to take place, with their rooms and speakers."""
    parts: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in db.exec(select(Appearance).where(Appearance.convention_id == convention_id)):
        parts[row.session_id].add(f"speaker:{row.speaker_id}")
    query = select(ProgrammeSession).where(
        ProgrammeSession.convention_id == convention_id, ProgrammeSession.state != SessionState.CANCELLED.value
    )
    return [
        Engagement(
            row.id,
            row.starts_at,
            row.ends_at,
            frozenset(parts[row.id] | ({f"room:{row.room}"} if row.room else set())),
        )
        for row in db.exec(query.order_by(col(ProgrammeSession.starts_at)))
    ]
