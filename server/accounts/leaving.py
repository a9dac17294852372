"""Somebody leaves a convention for good: what they had before them is handed to a colleague, or called off."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from sqlmodel import Session, col, delete, select

from matchmaking.calendar import Rules, rules
from matchmaking.changes import tell
from matchmaking.errors import SlotTaken
from matchmaking.events import MeetingHandedOver
from matchmaking.interpreting.roster import stand_down
from matchmaking.meetings import cancel
from matchmaking.parties import changed
from matchmaking.requests import expire, withdraw
from matchmaking.seats import engagements, hand_over_one
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Interpreter, Meeting, MeetingRequest, Occupancy, Participation, Representative
from server.work import Work
from sessions import registration
from sessions.floor.forgetting import conventions_of, take_away
from sessions.tables import Registration

CODE = "cannot_attend"


def places_of(db: Session, person_id: UUID) -> list[UUID]:
    """The conventions in which somebody has a seat, interprets, is expected at a meeting, has a place in a session, or
    has asked or written something there."""
    seats = select(Representative.convention_id).where(
        Representative.person_id == person_id, col(Representative.active)
    )
    live = (MeetingState.SCHEDULED.value, MeetingState.IN_PROGRESS.value)
    meetings = (
        select(Meeting.convention_id)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(Attendee.person_id == person_id, col(Meeting.state).in_(live))
    )
    places = select(Registration.convention_id).where(
        Registration.person_id == person_id, Registration.state != registration.PlaceState.CANCELLED.value
    )
    interprets = select(Interpreter.convention_id).where(Interpreter.person_id == person_id, col(Interpreter.active))
    found = (db.exec(query) for query in (seats, interprets, meetings, places))
    return sorted({*chain.from_iterable(found), *conventions_of(db, person_id)})


def leave(work: Work, person_id: UUID) -> None:
    """Free somebody of this convention. A colleague of their party who is free takes a meeting or request over; without
    one, the meeting is cancelled and the request withdrawn. What they were to interpret goes to others, or waits for
    somebody. What has begun is finished by its timers. What they asked and wrote in sessions is hidden, and their
    places there are others'.

    The actor is staff: nobody has to wait for a phase in order to leave. Repeating it does nothing.
    """
    seat = work.db.get(Representative, (work.convention_id, person_id))
    seated = seat is not None and seat.active
    colleagues = _give_up(work, seat) if seat is not None and seated else []
    stand_down(work, person_id)
    ahead = engagements(work, person_id)
    known = rules(work)
    for request in ahead.requests:
        if expire(work, request.id) is None and not _taken_over(work, request, person_id, colleagues, known):
            withdraw(work, request.id)
    for meeting in ahead.to_come:
        if not _taken_over(work, meeting, person_id, colleagues, known):
            _miss(work, meeting, person_id)
    take_away(work, person_id)
    registration.leave(work, person_id)
    if seat is not None and seated:
        changed(work, work.db.get_one(Participation, seat.participation_id))


def _give_up(work: Work, seat: Representative) -> list[Representative]:
    """The seat is empty from now on; the colleagues who are left, in order. The first of them manages the party if
    nobody else does."""
    seat.active = False
    work.db.add(seat)
    work.db.flush()
    query = select(Representative).where(
        Representative.participation_id == seat.participation_id, col(Representative.active)
    )
    colleagues = list(work.db.exec(query.order_by(col(Representative.position))).all())
    if seat.admin and colleagues and not any(one.admin for one in colleagues):
        colleagues[0].admin = True
        work.db.add(colleagues[0])
        work.db.flush()
    return colleagues


def _taken_over(
    work: Work, what: Meeting | MeetingRequest, leaver: UUID, colleagues: Sequence[Representative], known: Rules
) -> bool:
    for colleague in colleagues:
        try:
            with work.db.begin_nested():
                hand_over_one(work, colleague.participation_id, what, leaver, colleague.person_id, known)
        except SlotTaken:
            continue
        return True
    return False


def _miss(work: Work, meeting: Meeting, person_id: UUID) -> None:
    """A meeting without somebody of one of its parties does not take place; without anybody else it does."""
    attendee = work.db.get_one(Attendee, (meeting.id, person_id))
    if attendee.participation_id is not None:
        cancel(work, meeting.id, code=CODE)
        return
    work.db.delete(attendee)
    held = (col(Occupancy.resource_id) == person_id, col(Occupancy.holder_id) == meeting.id)
    work.db.exec(delete(Occupancy).where(*held))
    tell(work, meeting, MeetingHandedOver)
