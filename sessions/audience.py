"""Who is watching: presences of all server processes, viewers ever seen, and a sample a minute for the log.

A presence is short-lived and in real time; a viewer's row stays. Neither is written once a viewer: each process
hands in what it counts, and who is new, together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Integer, Uuid, bindparam, cast, delete, text, update
from sqlmodel import Session, col, func, select
from sqlmodel.sql.sqltypes import UTCDateTime

from sessions.attendance import watched_seconds
from sessions.channels import outside_counts, outside_of
from sessions.events import AudienceRecord, AudienceSampled, Record, topics_of_audience
from sessions.ports import Work
from sessions.records import audience_record
from sessions.states import RUNNING
from sessions.stays import Came, Went, close_lost, enter, leave
from sessions.tables import Audience, Presence, ProgrammeSession, StreamChannel, Viewer

SAMPLE = "session.sample"
EVERY = timedelta(minutes=1)
UNKNOWN = "ZZ"  # CLDR's code of an unknown region

Counts = Mapping[UUID, tuple[int, dict[str, int]]]

_KEEP_PRESENCE = text(
    "INSERT INTO presence (process, session_id, concurrent, countries, expires_at, arrived)"
    " VALUES (:process, :session_id, :concurrent, :countries, :expires_at, :arrived)"
    " ON CONFLICT (process, session_id) DO UPDATE SET concurrent = excluded.concurrent,"
    " countries = excluded.countries, expires_at = excluded.expires_at, arrived = presence.arrived + excluded.arrived"
).bindparams(
    bindparam("session_id", type_=Uuid()),
    bindparam("countries", type_=JSON()),
    bindparam("expires_at", type_=UTCDateTime()),
)


class Crowd(Record):
    """How many people are watching right now, by country too. Who is connected to two processes counts twice."""

    concurrent: int
    countries: dict[str, int]


class Begun(Record):
    """The sessions for which a process was not counted just now: those of whom it had told have left meanwhile."""

    sessions: tuple[UUID, ...]


def merge(presences: Iterable[Presence], real_now: datetime) -> Crowd:
    """What the processes count together, as far as they still answer."""
    concurrent, countries = 0, dict[str, int]()
    for presence in presences:
        if presence.expires_at > real_now:
            concurrent += presence.concurrent
            for country, count in presence.countries.items():
                countries[country] = countries.get(country, 0) + count
    return Crowd(concurrent=concurrent, countries=dict(sorted(countries.items())))


def next_sample(live_at: datetime, after: datetime) -> datetime:
    """The first whole minute since `live_at` that lies after an instant."""
    return live_at + EVERY * ((after - live_at) // EVERY + 1)


def keep_presence(
    work: Work,
    process: str,
    counts: Counts,
    came: Sequence[Came],
    went: Sequence[Went],
    real_now: datetime,
    lifetime: timedelta,
) -> Begun:
    """Take what one server process counts of the live sessions, and who came there and went.

    Sessions of this convention that are not live are passed over: only who is there while it is live has watched.

    Args:
        process: one name a start of a process.
        counts: session to (people watching, the same by country, ZZ unknown), at least those of `came`.
        real_now: real time; the counts hold for `lifetime` after it.
    """
    live = live_sessions(work.db, work.convention_id)
    close_lost(work, live, real_now)
    mine = select(Presence.session_id).where(Presence.process == process, col(Presence.expires_at) > real_now)
    known = set(work.db.exec(mine))
    presences = [
        {
            "process": process,
            "session_id": session_id,
            "concurrent": concurrent,
            "countries": countries,
            "expires_at": real_now + lifetime,
            "arrived": enter(work, process, session_id, [one for one in came if one.session == session_id]),
        }
        for session_id, (concurrent, countries) in counts.items()
        if session_id in live
    ]
    if presences:
        work.db.connection().execute(_KEEP_PRESENCE, presences)
    leave(work, went)
    return Begun(sessions=tuple(sorted((counts.keys() & live) - known)))


def sample(work: Work, session_id: UUID, real_now: datetime) -> AudienceRecord | None:
    """The timer of each minute and of the end: count, and tell.

    Nothing if the session is not live, or if this minute, or the end, has been sampled already.
    """
    session = work.db.get(ProgrammeSession, session_id)
    if session is None or session.live_at is None:
        return None
    audience = work.db.get(Audience, session_id)
    sampled_at = audience.sampled_at if audience else session.live_at
    if session.ended_at is None:
        if work.now < next_sample(session.live_at, sampled_at):
            return None
        work.at(next_sample(session.live_at, work.now), SAMPLE, session_id)
    elif sampled_at > session.ended_at:
        return None
    record = _count(work, session, audience or Audience(session_id=session_id, sampled_at=work.now), real_now)
    work.record(AudienceSampled(audience=record), topics_of_audience(session_id))
    return record


def _count(work: Work, session: ProgrammeSession, audience: Audience, real_now: datetime) -> AudienceRecord:
    close_lost(work, [session.id], real_now)
    mine = col(Presence.session_id) == session.id
    work.db.exec(delete(Presence).where(mine, col(Presence.expires_at) <= real_now))
    work.db.exec(update(Presence).where(mine).values(arrived=0))
    viewers = work.db.exec(by_country([session.id])).all()
    audience.concurrent = merge(work.db.exec(select(Presence).where(mine)), real_now).concurrent
    audience.peak = max(audience.peak, audience.concurrent)
    audience.unique = sum(row.people for row in viewers)
    audience.countries = dict(sorted((row.country or UNKNOWN, row.people) for row in viewers))
    audience.newcomers = dict(sorted((row.country or UNKNOWN, row.new) for row in viewers if row.new))
    audience.guests, audience.new_guests = sum(row.guests for row in viewers), sum(row.new_guests for row in viewers)
    audience.seconds = watched_seconds(work.db, session, work.now)
    audience.outside = _outside(work.db, session.id)
    audience.sampled_at = work.now
    work.db.add(audience)
    return audience_record(audience)


def by_country(session_ids: Collection[UUID]) -> Any:
    """A query for viewers by country: `country`, `people`, and of these the newcomers `new`, `guests`, `new_guests`."""
    guest, new = col(Viewer.guest), col(Viewer.newcomer)
    counted = {"new": new, "guests": guest, "new_guests": new & guest}
    sums = [func.sum(cast(which, Integer)).label(name) for name, which in counted.items()]
    query: Any = select(col(Viewer.country), func.count().label("people"), *sums)
    return query.where(col(Viewer.session_id).in_(session_ids)).group_by(Viewer.country)


def _outside(db: Session, session_id: UUID) -> dict[str, dict[str, Any]]:
    """What streams elsewhere last said, by channel."""
    providers = dict(
        db.exec(select(StreamChannel.id, StreamChannel.provider).where(StreamChannel.session_id == session_id)).all()
    )
    return {
        str(said.channel): {
            "provider": providers[said.channel],
            "concurrent": said.concurrent,
            "read_at": said.read_at.isoformat() if said.read_at else None,
        }
        for said in outside_of(db, session_id)
    }


def audience_counts(
    db: Session, convention_id: UUID, session_ids: Collection[UUID], real_now: datetime
) -> dict[UUID, dict[str, Any]]:
    """How many are watching each session and have watched it, and what its streams elsewhere say, as JSON.

    Reads a few rows a session and process: what is counted here is added up when it is handed in.
    """
    presences: dict[UUID, list[Presence]] = {session_id: [] for session_id in session_ids}
    for presence in db.exec(select(Presence).where(col(Presence.session_id).in_(session_ids))):
        presences[presence.session_id].append(presence)
    sampled = select(Audience.session_id, Audience.unique).where(col(Audience.session_id).in_(session_ids))
    unique = dict(db.exec(sampled).all())
    outside = outside_counts(db, convention_id)
    return {
        session_id: {
            "concurrent": merge(rows, real_now).concurrent,
            "unique": unique.get(session_id, 0) + sum(row.arrived for row in rows),
            "outside": [said.model_dump(mode="json") for said in outside.get(session_id, [])],
        }
        for session_id, rows in presences.items()
    }


def live_sessions(db: Session, convention_id: UUID) -> frozenset[UUID]:
    """The sessions that are live now; one that is paused still has its audience."""
    query = select(ProgrammeSession.id).where(
        ProgrammeSession.convention_id == convention_id, col(ProgrammeSession.state).in_(sorted(RUNNING))
    )
    return frozenset(db.exec(query))
