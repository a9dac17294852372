"""An interpreter booked with a meeting, in the same transaction: found, taken, exchanged, given back."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, delete, or_, select, update

from matchmaking.booking import occupy_if_free
from matchmaking.calendar import Rules
from matchmaking.events import INTERPRETER, MeetingRecord
from matchmaking.interpreting.events import Gone, InterpreterAssigned, InterpreterMissing, InterpreterReleased
from matchmaking.interpreting.finding import helpers, interpreters_between, parties_of
from matchmaking.interpreting.helper import Engagement, Helper, obstacle
from matchmaking.interpreting.need import Speaker, can_interpret, needs_interpreter
from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.ports import Work
from matchmaking.slots import cells
from matchmaking.states import Interpreting
from matchmaking.tables import Attendance, Attendee, Meeting, Occupancy, Representative


class Booked(NamedTuple):
    """How a meeting is interpreted, and by whom."""

    state: Interpreting = Interpreting.NOT_NEEDED
    person: UUID | None = None


NOT_NEEDED = Booked()
PENDING = Booked(Interpreting.PENDING)


def interpret(
    work: Work, wanted: Engagement, speakers: Sequence[Speaker], known: Rules, *, keep: UUID | None = None
) -> Booked:
    """Take the time of the interpreter who suits best, if these people need one. People who share a language cost no
    look at the database.

    Args:
        keep: who interprets it now, by whomever they were chosen: they stay if they can.
    """
    if not needs_interpreter(speakers):
        return NOT_NEEDED
    languages = frozenset[str]().union(*(speaker.languages for speaker in speakers))
    known_here = interpreters_between(work.db, work.convention_id, languages, keep)
    able = [one for person, one in known_here.items() if person == keep or can_interpret(speakers, one[1])]
    found = helpers(work.db, work.convention_id, wanted, able, known)
    free = [one for one in found if obstacle(one, wanted, known) is None]
    span = cells(wanted.starts_at, wanted.ends_at, known.buffer_minutes)
    for helper in sorted(free, key=lambda one: (one.person != keep, *_suits(one, wanted, known))):
        # Whether they are free, another convention of the host may have changed this very moment.
        if occupy_if_free(work, wanted.meeting, helper.resource_for(wanted), span):
            return booked(helper)
    return PENDING


def booked(helper: Helper) -> Booked:
    """A meeting interpreted by somebody whose time it has."""
    return Booked(Interpreting.BOOKED if helper.party is None else Interpreting.OWN, helper.person)


def _suits(helper: Helper, wanted: Engagement, known: Rules) -> tuple[bool, bool, int, int, UUID]:
    """The party's own come first, then who is reserved for it, who is of least use elsewhere, who has done least."""
    minutes = helper.minutes_on_day_of(wanted, known)
    return helper.party is None, helper.block_for(wanted) is None, len(helper.pairs), minutes, helper.person


def rebook(work: Work, meeting: Meeting, known: Rules, speakers: Sequence[Speaker] | None = None) -> UUID | None:
    """See anew who interprets a meeting whose time, people or interpreter have changed. Whoever does stays if they can,
    and are still needed.

    Args:
        speakers: who meets, if that is known already.

    Returns:
        Who no longer interprets it: to be told by `tell_released`.
    """
    present = interpreter_of(work, meeting.id)
    if present is not None:
        _give_back(work, meeting.id, present)
    if meeting.interpreting == Interpreting.WAIVED:
        return None
    wanted = engagement(work, meeting)
    speakers = speakers or speakers_of(work, meeting.id)
    put(work, meeting, interpret(work, wanted, speakers, known, keep=present), present)
    return present if present != interpreter_of(work, meeting.id) else None


def put(work: Work, meeting: Meeting, now: Booked, before: UUID | None) -> None:
    """Write down who interprets a meeting instead of whom. The one's time is taken already, the other's given back."""
    meeting.interpreting = now.state.value
    work.db.add(meeting)
    if now.person == before:
        return
    if before is not None:
        there = (col(Attendance.meeting_id) == meeting.id, col(Attendance.person_id) == before)
        gone = update(Attendance).where(*there, col(Attendance.left_at).is_(None))
        work.db.exec(gone.values(left_at=work.now))
        work.db.delete(work.db.get_one(Attendee, (meeting.id, before)))
    if now.person is not None:
        work.db.add(Attendee(meeting_id=meeting.id, person_id=now.person, role=INTERPRETER, required=False))
    work.db.flush()


def drop(work: Work, meeting: Meeting, state: Interpreting) -> UUID | None:
    """Nobody interprets a meeting any more; who did."""
    present = interpreter_of(work, meeting.id)
    if present is not None:
        _give_back(work, meeting.id, present)
    put(work, meeting, Booked(state), present)
    return present


def _give_back(work: Work, meeting_id: UUID, person_id: UUID) -> None:
    """The meeting no longer holds the interpreter's time, nor that of hours of theirs that a party has."""
    blocks = select(InterpreterBlock.id).where(
        InterpreterBlock.convention_id == work.convention_id, InterpreterBlock.person_id == person_id
    )
    theirs = or_(col(Occupancy.resource_id) == person_id, col(Occupancy.resource_id).in_(blocks))
    work.db.exec(delete(Occupancy).where(col(Occupancy.holder_id) == meeting_id, theirs))


def tell_released(work: Work, meeting_id: UUID, released: UUID | None) -> None:
    """Tell who interprets a meeting no longer that it is none of theirs; before the meeting's own fact, which gives it
    back to those who see it for a party."""
    if released is not None:
        work.record(InterpreterReleased(meeting=Gone(id=meeting_id)), [f"person:{released}"])


def tell_missing(work: Work, record: MeetingRecord) -> None:
    """Tell the organiser if nobody was found; the meeting's own fact says it only by the way."""
    if record.interpreting == Interpreting.PENDING:
        work.record(InterpreterMissing(meeting=record), ["organiser"])


def tell_newly_booked(work: Work, record: MeetingRecord) -> None:
    """For meetings whose own fact is not for the interpreter to read: they hear of it by one that is."""
    for attendee in record.attendees:
        if attendee.role == INTERPRETER:
            work.record(InterpreterAssigned(meeting=record), [f"person:{attendee.person}"])
    tell_missing(work, record)


def interpreter_of(work: Work, meeting_id: UUID) -> UUID | None:
    """Who interprets a meeting."""
    query = select(Attendee.person_id).where(Attendee.meeting_id == meeting_id, Attendee.role == INTERPRETER)
    return work.db.exec(query).first()


def speakers_of(work: Work, meeting_id: UUID) -> list[Speaker]:
    """What those speak who are required at a meeting."""
    query = (
        select(Representative.languages, Representative.interpreter)
        .join(Attendee, col(Attendee.person_id) == Representative.person_id)
        .where(
            Representative.convention_id == work.convention_id,
            Attendee.meeting_id == meeting_id,
            col(Attendee.required),
        )
    )
    return [Speaker(frozenset(languages), said) for languages, said in work.db.exec(query)]


def engagement(work: Work, meeting: Meeting) -> Engagement:
    """A meeting as its interpreter sees it."""
    parties = parties_of(work.db, [meeting.id])[meeting.id]
    return Engagement(meeting.id, meeting.starts_at, meeting.ends_at, parties)
