"""Rows as records: the one place that says what readers see of a request or meeting."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.events import AttendeeRecord, MeetingRecord, PreferenceRecord, RequestRecord
from matchmaking.tables import Attendance, Attendee, Meeting, MeetingRequest, Preference


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
    )


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
