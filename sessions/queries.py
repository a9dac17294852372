"""Reading the programme half: the programme with its texts, the state of topics, and who is watching right now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from sessions.audience import Crowd, live_sessions, merge
from sessions.events import ListingRecord, Record
from sessions.records import audience_record, registration_record, reported_record, session_record
from sessions.reported import reported
from sessions.states import SessionState
from sessions.tables import (
    Appearance,
    Audience,
    Listing,
    Presence,
    ProgrammeSession,
    Registration,
    Speaker,
)

State = dict[str, dict[str, Any]]


def collection(records: Iterable[Record]) -> dict[str, Any]:
    """Records by id, as JSON."""
    dumped = (record.model_dump(mode="json") for record in records)
    return {record["id"]: record for record in dumped}


def state_of_programme(db: Session, convention_id: UUID, *, public: bool = False) -> State:
    """What the topic `programme` holds: what is announced to everybody who takes part. `public`: to anybody at all."""
    audiences = ["public"] if public else ["public", "registered"]
    sessions = select(ProgrammeSession).where(
        ProgrammeSession.convention_id == convention_id,
        ProgrammeSession.state != SessionState.DRAFT.value,
        col(ProgrammeSession.audience).in_(audiences),
    )
    return {"session": collection(map(session_record, db.exec(sessions))), "listing": _listing(db, convention_id)}


def _listing(db: Session, convention_id: UUID) -> dict[str, Any]:
    row = db.get(Listing, convention_id)
    return collection([ListingRecord(id=convention_id, version=row.version)] if row else [])


def state_of_session(db: Session, convention_id: UUID, session_id: UUID) -> State:
    """What the topic `session:ID` holds of the programme; the floor's part is in sessions.floor.queries."""
    sessions = select(ProgrammeSession).where(
        ProgrammeSession.convention_id == convention_id, ProgrammeSession.id == session_id
    )
    audiences = _audiences(convention_id).where(Audience.session_id == session_id)
    return {
        "session": collection(map(session_record, db.exec(sessions))),
        "audience": collection(map(audience_record, db.exec(audiences))),
    }


def state_of_backstage(db: Session, convention_id: UUID, session_id: UUID) -> State:
    """What the topic `backstage:ID` holds of the programme: the session, its audience and everybody's places in it."""
    places = select(Registration).where(
        Registration.convention_id == convention_id, Registration.session_id == session_id
    )
    return {
        **state_of_session(db, convention_id, session_id),
        "registration": collection(map(registration_record, db.exec(places))),
    }


def state_of_person(db: Session, convention_id: UUID, person_id: UUID) -> State:
    """What the topic key `person:ID` holds: one's own places, and the sessions to which only some are invited."""
    places = db.exec(
        select(Registration).where(Registration.convention_id == convention_id, Registration.person_id == person_id)
    ).all()
    parts = db.exec(
        select(Appearance.session_id)
        .join(Speaker, col(Speaker.id) == Appearance.speaker_id)
        .where(Appearance.convention_id == convention_id, Speaker.person_id == person_id)
    )
    mine = {*parts, *(place.session_id for place in places)}
    sessions = select(ProgrammeSession).where(
        col(ProgrammeSession.id).in_(mine),
        ProgrammeSession.audience == "invited",
        ProgrammeSession.state != SessionState.DRAFT.value,
    )
    return {
        "session": collection(map(session_record, db.exec(sessions))),
        "registration": collection(map(registration_record, places)),
    }


def state_of_convention(db: Session, convention_id: UUID) -> State:
    """What the topic `organiser` holds of the programme half."""
    sessions = select(ProgrammeSession).where(ProgrammeSession.convention_id == convention_id)
    audiences = db.exec(_audiences(convention_id))
    return {
        "session": collection(map(session_record, db.exec(sessions))),
        "audience": collection(map(audience_record, audiences)),
        "listing": _listing(db, convention_id),
        "reported": collection(map(reported_record, reported(db, convention_id))),
    }


def _audiences(convention_id: UUID) -> SelectOfScalar[Audience]:
    return select(Audience).join(ProgrammeSession).where(ProgrammeSession.convention_id == convention_id)


def crowds(db: Session, convention_id: UUID, real_now: datetime) -> dict[UUID, Crowd]:
    """Who is watching the live sessions right now, each of them."""
    live = live_sessions(db, convention_id)
    presences: defaultdict[UUID, list[Presence]] = defaultdict(list)
    for presence in db.exec(select(Presence).where(col(Presence.session_id).in_(live))):
        presences[presence.session_id].append(presence)
    return {session_id: merge(presences[session_id], real_now) for session_id in sorted(live)}
