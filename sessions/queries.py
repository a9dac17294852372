"""Reading the programme half: the programme page, the state of topics, and who is watching right now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from sessions.audience import Crowd, live_sessions, merge
from sessions.events import Record, SessionRecord
from sessions.records import audience_record, session_record
from sessions.tables import Audience, Presence, ProgrammeSession

State = dict[str, dict[str, Any]]


class ProgrammeEntry(SessionRecord):
    """A session with its texts, as the programme page shows it. `title` is text by language, and its original."""

    title: dict[str, str]
    stream_url: str | None


def programme(db: Session, convention_id: UUID) -> list[ProgrammeEntry]:
    """All sessions of a convention in the order of their beginning."""
    query = (
        select(ProgrammeSession)
        .where(ProgrammeSession.convention_id == convention_id)
        .order_by(col(ProgrammeSession.starts_at), col(ProgrammeSession.id))
    )
    return [_entry(row) for row in db.exec(query)]


def entry(db: Session, convention_id: UUID, session_id: UUID) -> ProgrammeEntry | None:
    """One session; None if this convention has no such session."""
    row = db.get(ProgrammeSession, session_id)
    return _entry(row) if row is not None and row.convention_id == convention_id else None


def _entry(row: ProgrammeSession) -> ProgrammeEntry:
    return ProgrammeEntry(**session_record(row).model_dump(), title=row.title, stream_url=row.stream_url)


def collection(records: Iterable[Record]) -> dict[str, Any]:
    """Records by id, as JSON."""
    dumped = (record.model_dump(mode="json") for record in records)
    return {record["id"]: record for record in dumped}


def state_of_programme(db: Session, convention_id: UUID) -> State:
    """What the topic `programme` holds."""
    sessions = select(ProgrammeSession).where(ProgrammeSession.convention_id == convention_id)
    return {"session": collection(map(session_record, db.exec(sessions)))}


def state_of_session(db: Session, convention_id: UUID, session_id: UUID) -> State:
    """What the topic `session:ID` holds."""
    sessions = select(ProgrammeSession).where(
        ProgrammeSession.convention_id == convention_id, ProgrammeSession.id == session_id
    )
    audiences = _audiences(convention_id).where(Audience.session_id == session_id)
    return {
        "session": collection(map(session_record, db.exec(sessions))),
        "audience": collection(map(audience_record, db.exec(audiences))),
    }


def state_of_convention(db: Session, convention_id: UUID) -> State:
    """What the topic `organiser` holds of the programme half."""
    audiences = db.exec(_audiences(convention_id))
    return {**state_of_programme(db, convention_id), "audience": collection(map(audience_record, audiences))}


def _audiences(convention_id: UUID) -> SelectOfScalar[Audience]:
    return select(Audience).join(ProgrammeSession).where(ProgrammeSession.convention_id == convention_id)


def crowds(db: Session, convention_id: UUID, real_now: datetime) -> dict[UUID, Crowd]:
    """Who is watching the live sessions right now, each of them."""
    live = live_sessions(db, convention_id)
    presences: defaultdict[UUID, list[Presence]] = defaultdict(list)
    for presence in db.exec(select(Presence).where(col(Presence.session_id).in_(live))):
        presences[presence.session_id].append(presence)
    return {session_id: merge(presences[session_id], real_now) for session_id in sorted(live)}
