"""Meetings: made, assigned, moved, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, update

from matchmaking.booking import choose_people, occupy, release
from matchmaking.calendar import future_slot, rules
from matchmaking.errors import NotAllowed, NotFound, WrongState
from matchmaking.events import (
    Fact,
    MeetingAssigned,
    MeetingCancelled,
    MeetingMoved,
    MeetingRecord,
    topics_for,
)
from matchmaking.limits import check_parties
from matchmaking.ports import Work
from matchmaking.records import meeting_record, meeting_records
from matchmaking.states import MeetingState, move_meeting
from matchmaking.tables import Attendance, Attendee, Meeting

START, RESCUE, NO_SHOW, END = "meeting.start", "meeting.rescue", "meeting.no_show", "meeting.end"
TIMERS = (START, RESCUE, NO_SHOW, END)


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
    meeting = Meeting(
        id=meeting_id,
        convention_id=work.convention_id,
        request_id=request_id,
        state=MeetingState.SCHEDULED,
        starts_at=starts_at,
        ends_at=ends_at,
        matched_at=work.now,
    )
    attendees = [
        Attendee(meeting_id=meeting_id, person_id=person, participation_id=party, role="lead", required=True)
        for party, person in leads.items()
    ]
    work.db.add(meeting)
    work.db.flush()
    work.db.add_all(attendees)
    work.at(starts_at, START, meeting_id)
    return meeting_record(meeting, attendees, frozenset())


def assign(work: Work, *, one: UUID, other: UUID, slot_id: UUID) -> MeetingRecord:
    """The organiser sets a meeting, past caps and wishes; never past the calendar.

    Raises:
        NotAllowed, NotFound, NeedsLook, WrongDirection, SlotUnknown, SlotTaken.
    """
    if not work.actor.staff:
        raise NotAllowed
    known = rules(work)
    check_parties(work, one, other, known)
    slot = future_slot(work, slot_id)
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
            .where(col(Attendee.meeting_id) == meeting_id, col(Attendee.participation_id) == party)
            .values(person_id=person)
        )
    meeting.starts_at, meeting.ends_at = slot.starts_at, slot.ends_at
    meeting.moves += 1
    work.at(slot.starts_at, START, meeting_id)
    return tell(work, meeting, MeetingMoved)


def cancel(work: Work, meeting_id: UUID, *, code: str, note: str = "") -> MeetingRecord:
    """Call the meeting off; everybody's time is free again. `note` is kept in its row and not told in events.

    Raises:
        NotFound, PhaseClosed, WrongState (it is over).
    """
    meeting = load(work, meeting_id)
    work.require_phase("scheduling", "live")
    meeting.state = move_meeting(meeting.state, MeetingState.CANCELLED)
    meeting.cancel_code, meeting.cancel_note = code, note
    work.db.exec(
        update(Attendance)
        .where(col(Attendance.meeting_id) == meeting_id, col(Attendance.left_at).is_(None))
        .values(left_at=work.now)
    )
    release(work, meeting_id)
    work.forget(meeting_id, *TIMERS)
    return tell(work, meeting, MeetingCancelled)


def load(work: Work, meeting_id: UUID) -> Meeting:
    """A meeting that the actor may see.

    Raises:
        NotFound: no such meeting, or of other parties.
    """
    meeting = work.db.get(Meeting, meeting_id)
    if meeting is None or meeting.convention_id != work.convention_id:
        raise NotFound
    if not work.actor.staff and work.actor.parties.isdisjoint(parties_of(attendees_of(work, meeting_id))):
        raise NotFound
    return meeting


def attendees_of(work: Work, meeting_id: UUID) -> list[Attendee]:
    """Everybody who is to be there."""
    return list(work.db.exec(select(Attendee).where(Attendee.meeting_id == meeting_id)).all())


def parties_of(attendees: Sequence[Attendee]) -> list[UUID]:
    """The parties in a stable order (the older participation first)."""
    return sorted({a.participation_id for a in attendees if a.participation_id is not None})


def tell(work: Work, meeting: Meeting, fact: type[Fact]) -> MeetingRecord:
    """Count the change, record it for the parties and the organiser, answer the record."""
    meeting.version += 1
    work.db.add(meeting)
    work.db.flush()
    record = meeting_records(work.db, [meeting])[0]
    parties = [attendee.party for attendee in record.attendees]
    work.record(fact(meeting=record), topics_for(parties))  # type: ignore[call-arg]
    return record
