"""Who is watching: presences of all server processes, viewers ever seen, and a sample a minute for the log.

A presence is short-lived and in real time; a viewer's row stays. Neither is written once a viewer: each process
hands in what it counts, and who is new, together.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import JSON, Integer, Uuid, bindparam, cast, delete, text
from sqlmodel import Session, col, func, select
from sqlmodel.sql.sqltypes import UTCDateTime

from sessions.events import AudienceRecord, AudienceSampled, Record, topics_of_audience
from sessions.ports import Work
from sessions.records import audience_record
from sessions.states import SessionState
from sessions.tables import Audience, Presence, ProgrammeSession, Viewer

SAMPLE = "session.sample"
EVERY = timedelta(minutes=1)
UNKNOWN = "ZZ"  # CLDR's code of an unknown region

Counts = Mapping[UUID, tuple[int, dict[str, int]]]
Newcomers = Sequence[tuple[UUID, UUID, str | None]]

_KEEP_PRESENCE = text(
    "INSERT INTO presence (process, session_id, concurrent, countries, expires_at)"
    " VALUES (:process, :session_id, :concurrent, :countries, :expires_at)"
    " ON CONFLICT (process, session_id) DO UPDATE SET"
    " concurrent = excluded.concurrent, countries = excluded.countries, expires_at = excluded.expires_at"
).bindparams(
    bindparam("session_id", type_=Uuid()),
    bindparam("countries", type_=JSON()),
    bindparam("expires_at", type_=UTCDateTime()),
)
_ADD_VIEWER = text(
    "INSERT INTO viewer (session_id, person_id, country, newcomer, first_seen_at)"
    " VALUES (:session_id, :person_id, :country, NOT EXISTS ("
    "SELECT 1 FROM viewer AS earlier JOIN programme_session ON programme_session.id = earlier.session_id"
    " WHERE earlier.person_id = :person_id AND programme_session.convention_id = :convention_id"
    "), :first_seen_at)"
    " ON CONFLICT (session_id, person_id) DO NOTHING"
).bindparams(
    bindparam("session_id", type_=Uuid()),
    bindparam("person_id", type_=Uuid()),
    bindparam("convention_id", type_=Uuid()),
    bindparam("first_seen_at", type_=UTCDateTime()),
)


class Crowd(Record):
    """How many people are watching right now, by country too. Who is connected to two processes counts twice."""

    concurrent: int
    countries: dict[str, int]


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
    work: Work, process: str, counts: Counts, newcomers: Newcomers, real_now: datetime, lifetime: timedelta
) -> None:
    """Take what one server process counts of the live sessions, and who it sees in them for the first time.

    Sessions of this convention that are not live are passed over: only who is there while it is live has watched.

    Args:
        process: one name a start of a process.
        counts: session to (people watching, the same by country, ZZ unknown).
        newcomers: (session, person, country). Those known already change nothing.
        real_now: real time; the counts hold for `lifetime` after it.
    """
    live = live_sessions(work.db, work.convention_id)
    presences = [
        {
            "process": process,
            "session_id": session_id,
            "concurrent": concurrent,
            "countries": countries,
            "expires_at": real_now + lifetime,
        }
        for session_id, (concurrent, countries) in counts.items()
        if session_id in live
    ]
    viewers = [
        {
            "session_id": session_id,
            "person_id": person_id,
            "country": country,
            "convention_id": work.convention_id,
            "first_seen_at": work.now,
        }
        for session_id, person_id, country in newcomers
        if session_id in live
    ]
    connection = work.db.connection()
    if presences:
        connection.execute(_KEEP_PRESENCE, presences)
    if viewers:
        connection.execute(_ADD_VIEWER, viewers)


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
    record = _count(work, audience or Audience(session_id=session_id, sampled_at=work.now), real_now)
    work.record(AudienceSampled(audience=record), topics_of_audience(session_id))
    return record


def _count(work: Work, audience: Audience, real_now: datetime) -> AudienceRecord:
    mine = col(Presence.session_id) == audience.session_id
    work.db.exec(delete(Presence).where(mine, col(Presence.expires_at) <= real_now))
    viewers = work.db.exec(
        select(Viewer.country, func.count(), func.sum(cast(Viewer.newcomer, Integer)))
        .where(Viewer.session_id == audience.session_id)
        .group_by(col(Viewer.country))
    ).all()
    audience.concurrent = merge(work.db.exec(select(Presence).where(mine)), real_now).concurrent
    audience.peak = max(audience.peak, audience.concurrent)
    audience.unique = sum(count for _, count, _ in viewers)
    audience.countries = dict(sorted((country or UNKNOWN, count) for country, count, _ in viewers))
    audience.newcomers = dict(sorted((country or UNKNOWN, new) for country, _, new in viewers if new))
    audience.sampled_at = work.now
    work.db.add(audience)
    return audience_record(audience)


def live_sessions(db: Session, convention_id: UUID) -> frozenset[UUID]:
    """The sessions that are live now."""
    query = select(ProgrammeSession.id).where(
        ProgrammeSession.convention_id == convention_id, ProgrammeSession.state == SessionState.LIVE.value
    )
    return frozenset(db.exec(query))
