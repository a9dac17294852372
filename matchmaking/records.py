"""Rows as records: the one place that says what readers see of a request or meeting."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.events import (
    AttendeeRecord,
    LimitsRecord,
    MeetingRecord,
    PairRuleRecord,
    PreferenceRecord,
    RequestRecord,
)
from matchmaking.tables import Attendance, Attendee, Meeting, MeetingRequest, PairRule, PartyLimits, Preference


def request_record(row: MeetingRequest) -> RequestRecord:
    """A request as it stands."""
    return RequestRecord(
        id=row.id,
        requester=row.requester_id,
        addressee=row.addressee_id,
        awaiting=row.awaiting_id,
        state=row.state,
        proposals=row.proposals,
        slot=row.slot_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        expires_at=row.expires_at,
        created_at=row.created_at,
        closed_at=row.closed_at,
        meeting=row.meeting_id,
        version=row.version,
    )


def request_values(
    record: RequestRecord, convention_id: UUID, people: tuple[UUID, UUID], open_key: str | None
) -> dict[str, Any]:
    """The row of a new request; `people` are the requester's and the addressee's."""
    return {
        "id": record.id,
        "convention_id": convention_id,
        "requester_id": record.requester,
        "addressee_id": record.addressee,
        "awaiting_id": record.awaiting,
        "open_key": open_key,
        "state": record.state,
        "proposals": record.proposals,
        "slot_id": record.slot,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
        "requester_person_id": people[0],
        "addressee_person_id": people[1],
        "expires_at": record.expires_at,
        "created_at": record.created_at,
        "closed_at": record.closed_at,
        "meeting_id": record.meeting,
        "version": record.version,
    }


def meeting_record(row: Meeting, attendees: Sequence[Attendee], present: frozenset[UUID]) -> MeetingRecord:
    """A meeting as it stands; `present` are the people joined right now."""
    return MeetingRecord(
        id=row.id,
        request=row.request_id,
        state=row.state,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        matched_at=row.matched_at,
        attendees=tuple(
            AttendeeRecord(
                person=a.person_id,
                party=a.participation_id,
                role=a.role,
                required=a.required,
                present=a.person_id in present,
            )
            for a in sorted(attendees, key=lambda a: a.person_id)
        ),
        outcome=row.outcome,
        outcome_reason=row.outcome_reason,
        outcome_source=row.outcome_source,
        missing=tuple(UUID(party) for party in row.missing),
        no_show=tuple(UUID(party) for party in row.no_show),
        cancelled_for=row.cancel_code,
        moves=row.moves,
        version=row.version,
        mode=row.mode,
        place=row.resource_id,
        interpreting=row.interpreting,
    )


def meeting_values(record: MeetingRecord, convention_id: UUID) -> dict[str, Any]:
    """The row of a new meeting."""
    return {
        "id": record.id,
        "convention_id": convention_id,
        "request_id": record.request,
        "state": record.state,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
        "matched_at": record.matched_at,
        "outcome": None,
        "outcome_reason": None,
        "outcome_source": None,
        "missing": [],
        "no_show": [],
        "confirmed_by": [],
        "cancel_code": None,
        "mode": record.mode,
        "resource_id": record.place,
        "interpreting": record.interpreting,
        "moves": 0,
        "version": record.version,
    }


def attendee_values(record: AttendeeRecord, meeting_id: UUID) -> dict[str, Any]:
    """The row of a new attendee."""
    return {
        "meeting_id": meeting_id,
        "person_id": record.person,
        "participation_id": record.party,
        "role": record.role,
        "required": record.required,
    }


def meeting_records(db: Session, meetings: Sequence[Meeting]) -> list[MeetingRecord]:
    """Records of many meetings in two more queries."""
    ids = [meeting.id for meeting in meetings]
    if not ids:
        return []
    attendees: defaultdict[UUID, list[Attendee]] = defaultdict(list)
    for attendee in db.exec(select(Attendee).where(col(Attendee.meeting_id).in_(ids))):
        attendees[attendee.meeting_id].append(attendee)
    present: defaultdict[UUID, set[UUID]] = defaultdict(set)
    stays = select(Attendance).where(col(Attendance.meeting_id).in_(ids), col(Attendance.left_at).is_(None))
    for stay in db.exec(stays):
        present[stay.meeting_id].add(stay.person_id)
    return [meeting_record(m, attendees[m.id], frozenset(present[m.id])) for m in meetings]


def preference_record(row: Preference) -> PreferenceRecord:
    """A wish; its id is the pair's."""
    return PreferenceRecord(id=f"{row.by_id}:{row.about_id}", by=row.by_id, about=row.about_id, wish=row.wish)


def limits_record(row: PartyLimits) -> LimitsRecord:
    """How many meetings a party wants; its id is the party's."""
    return LimitsRecord(
        id=row.participation_id, least=row.least, most=row.most, most_a_day=row.most_a_day, version=row.version
    )


def pair_record(row: PairRule) -> PairRuleRecord:
    """The organiser's word on a pair."""
    return PairRuleRecord(id=f"{row.one_id}:{row.other_id}", one=row.one_id, other=row.other_id, rule=row.rule)
