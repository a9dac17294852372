"""Meetings: made, assigned, moved, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select, update

from matchmaking.booking import choose_people, occupy, release
from matchmaking.calendar import future_slot, rules
from matchmaking.errors import NeedsLook, NotAllowed, NotFound, WrongState
from matchmaking.events import (
    AttendeeRecord,
    Fact,
    MeetingAssigned,
    MeetingCancelled,
    MeetingMoved,
    MeetingRecord,
    topics_for,
)
from matchmaking.limits import Standing
from matchmaking.notes import check_note
from matchmaking.outlook import Ask
from matchmaking.ports import Work
from matchmaking.records import attendee_values, meeting_records, meeting_values
from matchmaking.statements import Statement
from matchmaking.states import MeetingState, move_meeting
from matchmaking.tables import Attendance, Attendee, Meeting, MeetingChange, MeetingRequest

START, RESCUE, NO_SHOW, END = "meeting.start", "meeting.rescue", "meeting.no_show", "meeting.end"
TIMERS = (START, RESCUE, NO_SHOW, END)

INSERT_REQUEST = Statement(insert(MeetingRequest.__table__))  # type: ignore[attr-defined]
_INSERT_MEETING = Statement(insert(Meeting.__table__), after=INSERT_REQUEST)  # type: ignore[attr-defined]
_INSERT_ATTENDEE = Statement(insert(Attendee.__table__), after=_INSERT_MEETING)  # type: ignore[attr-defined]


def create_meeting(
    work: Work,
    meeting_id: UUID,
    leads: Mapping[UUID, UUID],
    starts_at: datetime,
    ends_at: datetime,
    request_id: UUID | None = None,
) -> MeetingRecord:
    """The rows of an agreed meeting whose people's time is taken already under its id.

    Args:
        leads: party to the person who leads for it.
    """
    record = MeetingRecord(
        id=meeting_id,
        request=request_id,
        state=MeetingState.SCHEDULED,
        starts_at=starts_at,
        ends_at=ends_at,
        matched_at=work.now,
        attendees=tuple(
            AttendeeRecord(person=person, party=party, role="lead", required=True, present=False)
            for party, person in sorted(leads.items(), key=lambda lead: lead[1])
        ),
        outcome=None,
        outcome_reason=None,
        outcome_source=None,
        missing=(),
        no_show=(),
        cancelled_for=None,
        moves=0,
        version=1,
    )
    work.store(_INSERT_MEETING, meeting_values(record, work.convention_id))
    work.store(_INSERT_ATTENDEE, *(attendee_values(attendee, meeting_id) for attendee in record.attendees))
    work.at(starts_at, START, meeting_id)
    return record


def assign(work: Work, *, one: UUID, other: UUID, slot_id: UUID) -> MeetingRecord:
    """The organiser sets a meeting, past caps and wishes; never past the calendar.

    Raises:
        NotAllowed, NotFound, NeedsLook, WrongDirection, SlotUnknown, SlotTaken.
    """
    if not work.actor.staff:
        raise NotAllowed
    known = rules(work)
    standing = Standing(work, Ask(one, other, slot_id), known)
    standing.check_direction(either=True)
    if standing.addressee_needs_look:
        raise NeedsLook(fields=standing.addressee_needs_look)
    slot = standing.slot()
    people = choose_people(work, (one, other), slot, known)
    meeting_id = work.new_id()
    occupy(work, meeting_id, people, slot.starts_at, slot.ends_at, known)
    leads = {one: people[0], other: people[1]}
    record = create_meeting(work, meeting_id, leads, slot.starts_at, slot.ends_at)
    work.record(MeetingAssigned(meeting=record), topics_for(leads))
    return record


def move(work: Work, meeting_id: UUID, *, slot_id: UUID, reason: str = "") -> MeetingRecord:
    """Give the meeting another slot; it keeps its id.

    Raises:
        NotFound, PhaseClosed, WrongState (it has begun), SlotUnknown, SlotTaken.
    """
    meeting = load(work, meeting_id)
    work.require_phase("scheduling", "live")
    if meeting.state != MeetingState.SCHEDULED:
        raise WrongState(subject="meeting", state=meeting.state)
    known = rules(work)
    slot = future_slot(work, slot_id)
    attendees = attendees_of(work, meeting_id)
    one, other = parties_of(attendees)
    pair = (one, other)
    release(work, meeting_id)
    people = choose_people(work, pair, slot, known)
    occupy(work, meeting_id, people, slot.starts_at, slot.ends_at, known)
    for party, person in zip(pair, people, strict=True):
        work.db.exec(
            update(Attendee)
            .where(
                col(Attendee.meeting_id) == meeting_id,
                col(Attendee.participation_id) == party,
                col(Attendee.role) == "lead",
            )
            .values(person_id=person)
        )
    meeting.starts_at, meeting.ends_at = slot.starts_at, slot.ends_at
    meeting.moves += 1
    work.at(slot.starts_at, START, meeting_id)
    return tell(work, meeting, MeetingMoved, reason)


def cancel(work: Work, meeting_id: UUID, *, code: str, reason: str = "") -> MeetingRecord:
    """Call the meeting off; everybody's time is free again. `code` is told to all, `reason` only to the parties.

    Raises:
        NotFound, PhaseClosed, WrongState (it is over).
    """
    meeting = load(work, meeting_id)
    work.require_phase("scheduling", "live")
    meeting.state = move_meeting(meeting.state, MeetingState.CANCELLED)
    meeting.cancel_code = code
    work.db.exec(
        update(Attendance)
        .where(col(Attendance.meeting_id) == meeting_id, col(Attendance.left_at).is_(None))
        .values(left_at=work.now)
    )
    release(work, meeting_id)
    work.forget(meeting_id, *TIMERS)
    return tell(work, meeting, MeetingCancelled, reason)


def load(work: Work, meeting_id: UUID) -> Meeting:
    """A meeting that the actor may see: staff, whoever sits for one of its parties, and who is to be there.

    Raises:
        NotFound: no such meeting, or of others.
    """
    meeting = work.db.get(Meeting, meeting_id)
    # Asked also where there is no meeting: it takes as long as for one of others.
    attendees = [] if work.actor.staff else attendees_of(work, meeting_id)
    if meeting is None or meeting.convention_id != work.convention_id:
        raise NotFound
    if not work.actor.staff:
        there = any(attendee.person_id == work.actor.person_id for attendee in attendees)
        if not there and work.actor.parties.isdisjoint(parties_of(attendees)):
            raise NotFound
    return meeting


def attendees_of(work: Work, meeting_id: UUID) -> list[Attendee]:
    """Everybody who is to be there."""
    return list(work.db.exec(select(Attendee).where(Attendee.meeting_id == meeting_id)).all())


def parties_of(attendees: Sequence[Attendee]) -> list[UUID]:
    """The parties in a stable order (the older participation first)."""
    return sorted({a.participation_id for a in attendees if a.participation_id is not None})


def tell(work: Work, meeting: Meeting, fact: type[Fact], reason: str = "") -> MeetingRecord:
    """Count the change, record it for the parties and the organiser, answer the record.

    Args:
        reason: why, in free text: kept beside the meeting, not in the fact.

    Raises:
        IdentifiesPatient: the reason could say who a patient is.
    """
    meeting.version += 1
    work.db.add(meeting)
    check_note(reason)
    if reason:
        work.db.add(
            MeetingChange(
                meeting_id=meeting.id,
                version=meeting.version,
                what=fact.type.removeprefix("meeting."),
                reason=reason,
                by_id=work.actor.person_id,
                at=work.now,
            )
        )
    work.db.flush()
    record = meeting_records(work.db, [meeting])[0]
    parties = [attendee.party for attendee in record.attendees]
    work.record(fact(meeting=record), topics_for(parties))  # type: ignore[call-arg]
    return record
