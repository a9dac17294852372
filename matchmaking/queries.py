"""Reading the meeting half: the state of topics, and a party's free slots."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from matchmaking.booking import free_slots
from matchmaking.calendar import rules_of
from matchmaking.events import MeetingRecord, Record, RequestRecord
from matchmaking.interpreting.queries import active_interpreters, block_records, interpreted_by
from matchmaking.parties import directory
from matchmaking.records import limits_record, meeting_records, pair_record, preference_record, request_record
from matchmaking.rescue.queries import proposals
from matchmaking.tables import (
    Attendee,
    Meeting,
    MeetingChange,
    MeetingRequest,
    PairRule,
    Participation,
    PartyLimits,
    Preference,
    Slot,
)

State = dict[str, dict[str, Any]]


def collection(records: Iterable[Record]) -> dict[str, Any]:
    """Records by id, as JSON."""
    dumped = (record.model_dump(mode="json") for record in records)
    return {record["id"]: record for record in dumped}


def _requests(convention_id: UUID, parties: Collection[UUID] | None) -> SelectOfScalar[MeetingRequest]:
    """The requests of these parties; of all with None."""
    query = select(MeetingRequest).where(MeetingRequest.convention_id == convention_id)
    if parties is None:
        return query
    mine = or_(col(MeetingRequest.requester_id).in_(parties), col(MeetingRequest.addressee_id).in_(parties))
    return query.where(mine)


def _meetings(convention_id: UUID, parties: Collection[UUID] | None) -> SelectOfScalar[Meeting]:
    """The meetings of these parties; of all with None."""
    query = select(Meeting).where(Meeting.convention_id == convention_id)
    if parties is None:
        return query
    mine = select(Attendee.meeting_id).where(col(Attendee.participation_id).in_(parties))
    return query.where(col(Meeting.id).in_(mine))


def state_of_party(db: Session, convention_id: UUID, party_id: UUID) -> State:
    """What the topic `party:ID` holds: its requests, meetings, wishes, limits, meetings proposed to it, and hours of
    interpreters that it has."""
    blocks = collection(block_records(db, convention_id, party=party_id))
    return {**_state(db, convention_id, [party_id]), "block": blocks}


def state_of_convention(db: Session, convention_id: UUID) -> State:
    """What the topic `organiser` holds of the meeting half."""
    rules = select(PairRule).where(PairRule.convention_id == convention_id)
    return {
        **_state(db, convention_id, None),
        "pair_rule": collection(map(pair_record, db.exec(rules))),
        "directory": collection([directory(db, convention_id)]),
        "interpreter": collection(active_interpreters(db, convention_id)),
        "block": collection(block_records(db, convention_id)),
    }


def state_of_person(db: Session, convention_id: UUID, person_id: UUID) -> State:
    """What the topic key `person:ID` holds of the meeting half: what somebody interprets, and the hours of theirs that
    are a party's."""
    return {
        "meeting": collection(interpreted_by(db, convention_id, person_id)),
        "block": collection(block_records(db, convention_id, person=person_id)),
    }


def _state(db: Session, convention_id: UUID, parties: Collection[UUID] | None) -> State:
    wishes = select(Preference).where(Preference.convention_id == convention_id)
    limits = select(PartyLimits).where(PartyLimits.convention_id == convention_id)
    if parties is not None:
        wishes = wishes.where(col(Preference.by_id).in_(parties))
        limits = limits.where(col(PartyLimits.participation_id).in_(parties))
    return {
        "request": collection(map(request_record, db.exec(_requests(convention_id, parties)))),
        "meeting": collection(meeting_records(db, db.exec(_meetings(convention_id, parties)).all())),
        "preference": collection(map(preference_record, db.exec(wishes))),
        "limits": collection(map(limits_record, db.exec(limits))),
        "standby": collection(proposals(db, convention_id, parties)),
    }


# What follows finds what the session shows: everything of the convention, or what its reader may see of that.


def requests_page(db: Session, convention_id: UUID, after: UUID | None, limit: int) -> list[RequestRecord]:
    """Requests, the newest first, behind a cursor."""
    query = _requests(convention_id, None).order_by(col(MeetingRequest.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(MeetingRequest.id) < after)
    return [request_record(row) for row in db.exec(query)]


def meetings_page(db: Session, convention_id: UUID, after: UUID | None, limit: int) -> list[MeetingRecord]:
    """Meetings, the newest first, behind a cursor."""
    query = _meetings(convention_id, None).order_by(col(Meeting.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(Meeting.id) < after)
    return meeting_records(db, db.exec(query).all())


def find_request(db: Session, convention_id: UUID, request_id: UUID) -> RequestRecord | None:
    """One request."""
    row = db.exec(_requests(convention_id, None).where(MeetingRequest.id == request_id)).one_or_none()
    return request_record(row) if row is not None else None


def find_meeting(db: Session, convention_id: UUID, meeting_id: UUID) -> MeetingRecord | None:
    """One meeting."""
    rows = db.exec(_meetings(convention_id, None).where(Meeting.id == meeting_id)).all()
    return next(iter(meeting_records(db, rows)), None)


def changes_of(db: Session, meeting_id: UUID) -> list[MeetingChange]:
    """Why a meeting was moved, cancelled or corrected, in order."""
    query = select(MeetingChange).where(MeetingChange.meeting_id == meeting_id)
    return list(db.exec(query.order_by(col(MeetingChange.version))).all())


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
