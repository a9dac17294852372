"""The organiser's hand in who interprets what: assign, exchange, take away, do without, fill what is pending."""

from uuid import UUID

from matchmaking.booking import occupy_if_free
from matchmaking.calendar import Rules, rules
from matchmaking.changes import tell
from matchmaking.errors import NotAllowed, NotFound, WrongState
from matchmaking.events import Fact, MeetingRecord, Record
from matchmaking.interpreting.booking import (
    Booked,
    booked,
    drop,
    engagement,
    interpreter_of,
    put,
    speakers_of,
    tell_released,
)
from matchmaking.interpreting.errors import CannotInterpret
from matchmaking.interpreting.events import InterpreterAssigned, InterpreterMissing, InterpreterWaived
from matchmaking.interpreting.finding import helpers, interpreters_of
from matchmaking.interpreting.helper import Obstacle, obstacle
from matchmaking.interpreting.need import needs_interpreter
from matchmaking.interpreting.pending import fill
from matchmaking.ports import Work
from matchmaking.slots import cells
from matchmaking.states import Interpreting, MeetingState
from matchmaking.tables import Meeting


class FilledRecord(Record):
    """The meetings that were found an interpreter, or need none any more."""

    meetings: tuple[UUID, ...]


class ExchangedRecord(Record):
    """Two meetings that have exchanged their interpreters."""

    one: MeetingRecord
    other: MeetingRecord


def assign_interpreter(work: Work, meeting_id: UUID, person_id: UUID) -> MeetingRecord:
    """Somebody interprets a meeting, instead of whoever did. What they speak is the organiser's to know; their hours,
    rests and limits hold.

    Raises:
        NotAllowed, NotFound, WrongState (it is over), CannotInterpret.
    """
    meeting = _to_change(work, meeting_id)
    before = drop(work, meeting, Interpreting.PENDING)
    if before == person_id:
        before = None
    put(work, meeting, _take(work, meeting, person_id, rules(work)), None)
    return _told(work, meeting, InterpreterAssigned, before)


def exchange(work: Work, one_id: UUID, other_id: UUID) -> ExchangedRecord:
    """Two meetings exchange their interpreters.

    Raises:
        NotAllowed, NotFound, WrongState (over, or without an interpreter), CannotInterpret.
    """
    one, other = _to_change(work, one_id), _to_change(work, other_id)
    firsts, seconds = interpreter_of(work, one_id), interpreter_of(work, other_id)
    if firsts is None or seconds is None or firsts == seconds:
        raise WrongState("Two interpreters are exchanged.", subject="interpreter")
    for meeting in (one, other):
        drop(work, meeting, Interpreting.PENDING)
    put(work, one, _take(work, one, seconds, rules(work)), None)
    put(work, other, _take(work, other, firsts, rules(work)), None)
    return ExchangedRecord(
        one=_told(work, one, InterpreterAssigned, firsts), other=_told(work, other, InterpreterAssigned, seconds)
    )


def unassign(work: Work, meeting_id: UUID) -> MeetingRecord:
    """Nobody interprets a meeting any more: it waits for somebody, if its people need one.

    Raises:
        NotAllowed, NotFound, WrongState (it is over, or nobody interprets it).
    """
    meeting = _to_change(work, meeting_id)
    needed = needs_interpreter(speakers_of(work, meeting_id))
    before = drop(work, meeting, Interpreting.PENDING if needed else Interpreting.NOT_NEEDED)
    if before is None:
        raise WrongState("Nobody interprets it.", subject="interpreter")
    return _told(work, meeting, InterpreterMissing if needed else InterpreterAssigned, before)


def waive(work: Work, meeting_id: UUID) -> MeetingRecord:
    """A meeting is to go on without an interpreter, whatever its people speak.

    Raises:
        NotAllowed, NotFound, WrongState (it is over).
    """
    meeting = _to_change(work, meeting_id)
    before = drop(work, meeting, Interpreting.WAIVED)
    return _told(work, meeting, InterpreterWaived, before)


def fill_pending(work: Work) -> FilledRecord:
    """Find interpreters for meetings that wait for one, a hundred at a time.

    Raises:
        NotAllowed
    """
    if not work.actor.staff:
        raise NotAllowed
    return FilledRecord(meetings=tuple(record.id for record in fill(work, rules(work))))


def _to_change(work: Work, meeting_id: UUID) -> Meeting:
    if not work.actor.staff:
        raise NotAllowed
    meeting = work.db.get(Meeting, meeting_id)
    if meeting is None or meeting.convention_id != work.convention_id:
        raise NotFound
    if meeting.state not in (MeetingState.SCHEDULED, MeetingState.IN_PROGRESS):
        raise WrongState(subject="meeting", state=meeting.state)
    return meeting


def _take(work: Work, meeting: Meeting, person_id: UUID, known: Rules) -> Booked:
    """Take somebody's time for a meeting that nobody interprets."""
    chosen = interpreters_of(work.db, work.convention_id).get(person_id)
    if chosen is None or not chosen[0].active:
        raise NotFound
    wanted = engagement(work, meeting)
    (helper,) = helpers(work.db, work.convention_id, wanted, [chosen], known)
    span = cells(wanted.starts_at, wanted.ends_at, known.buffer_minutes)
    reason = obstacle(helper, wanted, known)
    if reason is None and not occupy_if_free(work, wanted.meeting, helper.resource_for(wanted), span):
        reason = Obstacle.BUSY
    if reason is not None:
        raise CannotInterpret(reason=reason, meeting=meeting.id)
    return booked(helper)


def _told(work: Work, meeting: Meeting, fact: type[Fact], before: UUID | None) -> MeetingRecord:
    tell_released(work, meeting.id, before)
    return tell(work, meeting, fact)
