"""Reading the meeting half: the state of topics, and a party's free slots."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from matchmaking.booking import free_slots
from matchmaking.calendar import rules_of
from matchmaking.events import Record
from matchmaking.parties import directory
from matchmaking.records import meeting_records, preference_record, request_record
from matchmaking.tables import Attendee, Meeting, MeetingRequest, Participation, Preference, Slot

State = dict[str, dict[str, Any]]


def collection(records: Iterable[Record]) -> dict[str, Any]:
    """Records by id, as JSON."""
    dumped = (record.model_dump(mode="json") for record in records)
    return {record["id"]: record for record in dumped}


def state_of_party(db: Session, convention_id: UUID, party_id: UUID) -> State:
    """What the topic `party:ID` holds: its requests, meetings and wishes."""
    requests = select(MeetingRequest).where(
        MeetingRequest.convention_id == convention_id,
        or_(col(MeetingRequest.requester_id) == party_id, col(MeetingRequest.addressee_id) == party_id),
    )
    mine = select(Attendee.meeting_id).where(Attendee.participation_id == party_id)
    meetings = select(Meeting).where(Meeting.convention_id == convention_id, col(Meeting.id).in_(mine))
    wishes = select(Preference).where(Preference.convention_id == convention_id, Preference.by_id == party_id)
    return {
        "request": collection(map(request_record, db.exec(requests))),
        "meeting": collection(meeting_records(db, db.exec(meetings).all())),
        "preference": collection(map(preference_record, db.exec(wishes))),
    }


def state_of_convention(db: Session, convention_id: UUID) -> State:
    """What the topic `organiser` holds of the meeting half."""
    requests = select(MeetingRequest).where(MeetingRequest.convention_id == convention_id)
    meetings = select(Meeting).where(Meeting.convention_id == convention_id)
    wishes = select(Preference).where(Preference.convention_id == convention_id)
    return {
        "request": collection(map(request_record, db.exec(requests))),
        "meeting": collection(meeting_records(db, db.exec(meetings).all())),
        "preference": collection(map(preference_record, db.exec(wishes))),
        "directory": collection([directory(db, convention_id)]),
    }


def slots_for(db: Session, convention_id: UUID, reader: UUID, other: UUID, now: datetime) -> list[Slot]:
    """The slots from now on in which both parties have somebody there and free.

    A party that needs a look has none, and neither has one that said "no thanks" about the reader.
    """
    rules = rules_of(db, convention_id)
    parties = db.exec(select(Participation.needs_look).where(col(Participation.id).in_([reader, other]))).all()
    unwanted = db.get(Preference, (convention_id, other, reader))
    closed = any(parties) or (unwanted is not None and unwanted.wish == "no_thanks")
    query = select(Slot).where(Slot.convention_id == convention_id, Slot.starts_at > now).order_by(col(Slot.starts_at))
    free = free_slots(db, convention_id, (reader, other), db.exec(query).all(), rules)
    return [] if closed else free


def nearest(slots: Iterable[Slot], wanted: datetime, count: int = 3) -> list[Slot]:
    """The slots closest in time to the one that was wanted, the closest first."""
    return sorted(slots, key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))[:count]


