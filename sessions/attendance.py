"""Who was there and for how long: the stays of each person through all processes, merged and within the session.

Time counts while the session is live or paused, from when it really began until it really ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, case, cast, extract, literal
from sqlmodel import Session, col, func, select

from sessions.tables import ProgrammeSession, Stay, Viewer

CERTIFICATE = 0.8  # of a session's real length: who was there as long may be certified to have been

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody's time in a session. `left_at` is None while they are there; `share` is of the session's length."""

    person_id: UUID
    session_id: UUID
    joined_at: datetime
    left_at: datetime | None
    seconds: int
    share: float


@dataclass(frozen=True, slots=True)
class Guests:
    """Those without an account, together: how many browsers, and how long all of them watched."""

    people: int
    seconds: int


def merged(stays: Iterable[tuple[datetime, datetime | None]], begin: datetime, end: datetime) -> list[Interval]:
    """The time that stays cover together, between two instants: intervals in order, apart, none of them empty.

    Args:
        stays: from, until; None for one that goes on.
    """
    found: list[Interval] = []
    for joined, left in sorted((max(joined, begin), min(left or end, end)) for joined, left in stays):
        if left <= joined:
            continue
        if found and joined <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], left)
        else:
            found.append((joined, left))
    return found


def length(session: ProgrammeSession, now: datetime) -> int:
    """For how many seconds a session really went on, as yet."""
    if session.live_at is None:
        return 0
    return max(0, _seconds(session.live_at, session.ended_at or now))


def attendance(
    db: Session, session: ProgrammeSession, now: datetime, after: UUID | None = None, limit: int | None = None
) -> list[Attendance]:
    """Everybody with an account who was there, in the order of their ids; at most `limit` of those after an id."""
    if session.live_at is None:
        return []
    mine = (Stay.session_id == session.id, ~_by_guests(session))
    people = select(Stay.person_id).where(*mine).distinct().order_by(col(Stay.person_id)).limit(limit)
    if after is not None:
        people = people.where(col(Stay.person_id) > after)
    ids = db.exec(people).all()
    if not ids:
        return []
    stays = select(Stay).where(*mine, col(Stay.person_id).between(ids[0], ids[-1])).order_by(col(Stay.person_id))
    grouped = groupby(db.exec(stays), key=lambda row: row.person_id)
    return [_attendance(session, session.live_at, list(theirs), now) for _, theirs in grouped]


def attended(db: Session, convention_id: UUID, person_id: UUID, now: datetime) -> list[Attendance]:
    """The sessions in which somebody was, in the order in which they came."""
    stays = select(Stay).where(Stay.convention_id == convention_id, Stay.person_id == person_id)
    rows = db.exec(stays.order_by(col(Stay.session_id))).all()
    query = select(ProgrammeSession).where(col(ProgrammeSession.id).in_({row.session_id for row in rows}))
    sessions = {session.id: session for session in db.exec(query)}
    found = [
        _attendance(session, session.live_at, list(mine), now)
        for session_id, mine in groupby(rows, key=lambda row: row.session_id)
        if (session := sessions.get(session_id)) is not None and session.live_at is not None
    ]
    return sorted(found, key=lambda one: (one.joined_at, one.session_id))


def guests(db: Session, session: ProgrammeSession, now: datetime) -> Guests:
    """Those without an account, in one line."""
    people = select(func.count()).select_from(Viewer).where(Viewer.session_id == session.id, col(Viewer.guest))
    return Guests(db.exec(people).one(), watched_seconds(db, session, now, guests_alone=True))


def watched_seconds(db: Session, session: ProgrammeSession, now: datetime, *, guests_alone: bool = False) -> int:
    """How long people have watched a session, all added up, in whole seconds of each interval's ends.

    What `merged` does for one person, the database does for all: of each stay counts what lies behind all that the
    same person's earlier stays cover.
    """
    if session.live_at is None:
        return 0
    ended = session.ended_at or now
    until, since = literal(int(ended.timestamp())), literal(int(session.live_at.timestamp()))
    start = _larger(_second(Stay.joined_at), since).label("start")
    stop = _smaller(_second(func.coalesce(Stay.left_at, ended)), until).label("stop")
    stays: Any = select(col(Stay.person_id).label("person"), start, stop).where(Stay.session_id == session.id)
    clipped = (stays.where(_by_guests(session)) if guests_alone else stays).subquery().c
    earlier = {"partition_by": clipped.person, "order_by": (clipped.start, clipped.stop), "rows": (None, -1)}
    covered = func.coalesce(func.max(clipped.stop).over(**earlier), since).label("covered")
    c = select(clipped.start, clipped.stop, covered).subquery().c
    beyond = _larger(c.stop - _larger(c.start, c.covered), literal(0))
    return int(db.exec(select(func.coalesce(func.sum(beyond), 0))).one())


def _attendance(session: ProgrammeSession, live_at: datetime, stays: Sequence[Stay], now: datetime) -> Attendance:
    """One person's time in a session; none of it, at its beginning, if they left before."""
    intervals = merged(((stay.joined_at, stay.left_at) for stay in stays), live_at, session.ended_at or now)
    there = session.ended_at is None and any(stay.left_at is None for stay in stays)
    came = max(live_at, min(stay.joined_at for stay in stays))
    joined_at, left_at = (intervals[0][0], intervals[-1][1]) if intervals else (came, came)
    seconds = sum(_seconds(joined, left) for joined, left in intervals)
    return Attendance(
        person_id=stays[0].person_id,
        session_id=session.id,
        joined_at=joined_at,
        left_at=None if there else left_at,
        seconds=seconds,
        share=round(seconds / max(1, length(session, now)), 4),
    )


def _seconds(begin: datetime, end: datetime) -> int:
    """As the database counts them, too."""
    return int(end.timestamp()) - int(begin.timestamp())


def _by_guests(session: ProgrammeSession) -> ColumnElement[bool]:
    guests = select(Viewer.person_id).where(Viewer.session_id == session.id, col(Viewer.guest))
    return col(Stay.person_id).in_(guests)


def _second(instant: Any) -> Any:
    """The whole second of an instant, since 1970, on both databases."""
    return cast(func.floor(extract("epoch", instant)), Integer)


def _larger(one: Any, other: Any) -> Any:
    return case((one > other, one), else_=other)


def _smaller(one: Any, other: Any) -> Any:
    return case((one < other, one), else_=other)
