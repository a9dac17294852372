"""Meetings: made, assigned, moved, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select, update

from matchmaking.booking import choose_seats, occupy, occupy_if_free, release
from matchmaking.calendar import Rules, Stretch, future_slot, rules
from matchmaking.changes import tell
from matchmaking.errors import NeedsLook, NotAllowed, NotFound, WrongState
from matchmaking.events import (
    INTERPRETER,
    AttendeeRecord,
    MeetingAssigned,
    MeetingCancelled,
    MeetingMoved,
    MeetingRecord,
    topics_of,
)
from matchmaking.interpreting.booking import NOT_NEEDED, Booked, interpret, rebook, tell_missing, tell_released
from matchmaking.interpreting.helper import Engagement
from matchmaking.interpreting.pending import fill_day
from matchmaking.limits import Standing
from matchmaking.outlook import Ask
from matchmaking.ports import Work
from matchmaking.records import attendee_values, meeting_values
from matchmaking.slots import cells
from matchmaking.statements import Statement
from matchmaking.states import Interpreting, MeetingState, move_meeting
from matchmaking.tables import Attendance, Attendee, Meeting, MeetingRequest

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
    interpreting: Booked = NOT_NEEDED,
) -> MeetingRecord:
    """The rows of an agreed meeting whose people's time, its interpreter's too, is taken already under its id.

    Args:
        leads: party to the person who leads for it.
    """
    record = agreed(work, meeting_id, leads, starts_at, ends_at, request_id, interpreting)
    store_meetings(work, [record])
    return record


def agreed(
    work: Work,
    meeting_id: UUID,
    leads: Mapping[UUID, UUID],
    starts_at: datetime,
    ends_at: datetime,
    request_id: UUID | None = None,
    interpreting: Booked = NOT_NEEDED,
    table: UUID | None = None,
) -> MeetingRecord:
    """A new meeting, before it has rows; at a table, or online."""
    seats = [
        AttendeeRecord(person=person, party=party, role="lead", required=True, present=False)
        for party, person in leads.items()
    ]
    if interpreting.person is not None:
        about = {"party": None, "role": INTERPRETER, "required": False, "present": False}
        seats.append(AttendeeRecord(person=interpreting.person, **about))
    return MeetingRecord(
        id=meeting_id,
        request=request_id,
        state=MeetingState.SCHEDULED,
        starts_at=starts_at,
        ends_at=ends_at,
        matched_at=work.now,
        attendees=tuple(sorted(seats, key=lambda seat: seat.person)),
        outcome=None,
        outcome_reason=None,
        outcome_source=None,
        missing=(),
        no_show=(),
        cancelled_for=None,
        moves=0,
        version=1,
        mode="online" if table is None else "onsite",
        place=table,
        interpreting=interpreting.state.value,
    )


def store_meetings(work: Work, records: Sequence[MeetingRecord]) -> None:
    """The rows of new meetings."""
    work.store(_INSERT_MEETING, *(meeting_values(record, work.convention_id) for record in records))
    seats = (attendee_values(attendee, record.id) for record in records for attendee in record.attendees)
    work.store(_INSERT_ATTENDEE, *seats)
    for record in records:
        work.at(record.starts_at, START, record.id)


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
    seats = choose_seats(work, (one, other), slot, known)
    meeting_id = work.new_id()
    times = slot.starts_at, slot.ends_at
    occupy(work, meeting_id, seats.people, *times, known)
    leads = dict(zip((one, other), seats.people, strict=True))
    interpreting = interpret(work, Engagement(meeting_id, *times, frozenset(leads)), seats.speakers, known)
    record = create_meeting(work, meeting_id, leads, *times, interpreting=interpreting)
    work.record(MeetingAssigned(meeting=record), topics_of(record))
    tell_missing(work, record)
    return record


def move(work: Work, meeting_id: UUID, *, slot_id: UUID, reason: str = "") -> MeetingRecord:
    """Give the meeting another slot; it keeps its id, and its interpreter if they can come.

    Raises:
        NotFound, NotAllowed (by its interpreter), PhaseClosed, WrongState (it has begun), SlotUnknown, SlotTaken.
    """
    meeting = load(work, meeting_id)
    work.require_phase("scheduling", "live")
    if meeting.state != MeetingState.SCHEDULED:
        raise WrongState(subject="meeting", state=meeting.state)
    known = rules(work)
    slot = future_slot(work, slot_id)
    one, other = _sides(work, meeting_id)
    pair = (one, other)
    release(work, meeting_id)
    seats = choose_seats(work, pair, slot, known)
    occupy(work, meeting_id, seats.people, slot.starts_at, slot.ends_at, known)
    _keep_table(work, meeting, slot, known)
    for party, person in zip(pair, seats.people, strict=True):
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
    tell_released(work, meeting_id, rebook(work, meeting, known, seats.speakers))
    record = tell(work, meeting, MeetingMoved, reason)
    tell_missing(work, record)
    return record


def cancel(work: Work, meeting_id: UUID, *, code: str, reason: str = "") -> MeetingRecord:
    """Call the meeting off; everybody's time is free again, and a freed interpreter's goes to who waits for one. `code`
    is told to all, `reason` only to the parties.

    Raises:
        NotFound, NotAllowed (by its interpreter), PhaseClosed, WrongState (it is over).
    """
    meeting = load(work, meeting_id)
    work.require_phase("scheduling", "live")
    _sides(work, meeting_id)
    meeting.state = move_meeting(meeting.state, MeetingState.CANCELLED)
    meeting.cancel_code = code
    work.db.exec(
        update(Attendance)
        .where(col(Attendance.meeting_id) == meeting_id, col(Attendance.left_at).is_(None))
        .values(left_at=work.now)
    )
    release(work, meeting_id)
    work.forget(meeting_id, *TIMERS)
    record = tell(work, meeting, MeetingCancelled, reason)
    if meeting.interpreting in (Interpreting.BOOKED, Interpreting.OWN):
        fill_day(work, rules(work), meeting.starts_at)
    return record


def _keep_table(work: Work, meeting: Meeting, slot: Stretch, known: Rules) -> None:
    """On site they stay at their table, if it is free then; else one is to be found."""
    span = cells(slot.starts_at, slot.ends_at, known.buffer_minutes)
    if meeting.resource_id is not None and not occupy_if_free(work, meeting.id, meeting.resource_id, span):
        meeting.resource_id = None


def _sides(work: Work, meeting_id: UUID) -> list[UUID]:
    """The parties of a meeting, for one of them or staff to change it.

    Raises:
        NotAllowed: whoever is only there to interpret.
    """
    parties = parties_of(attendees_of(work, meeting_id))
    if not work.actor.staff and work.actor.parties.isdisjoint(parties):
        raise NotAllowed
    return parties


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
