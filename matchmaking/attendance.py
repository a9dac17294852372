"""A meeting at its time: started and ended by timers, joined and left by people, judged by evidence.

| figure | definition |
|---|---|
| held | every required party present together for the policy's minutes (5), or confirmed by both sides, or by staff |
| not joined | a required party of whom nobody has come by the policy's minute (3): a case for the rescue desk |
| no-show | the same at the policy's minute (10) |

Whoever looks in early and leaves before the beginning has not come, unless the parties have met by then.

Each timer re-checks the meeting before it acts, so a late or repeated one does no harm.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, select

from matchmaking.calendar import rules
from matchmaking.changes import tell
from matchmaking.errors import NotAllowed, NotFound, NotJoinable, WrongState
from matchmaking.events import (
    INTERPRETER,
    MeetingCorrected,
    MeetingEnded,
    MeetingJoined,
    MeetingLeft,
    MeetingNoShow,
    MeetingNotJoined,
    MeetingRecord,
    MeetingStarted,
)
from matchmaking.meetings import END, NO_SHOW, RESCUE, TIMERS, attendees_of, load, parties_of
from matchmaking.ports import Work
from matchmaking.records import meeting_records
from matchmaking.slots import Interval, merge
from matchmaking.states import Interpreting, MeetingState, NotHeldReason, Outcome, move_meeting
from matchmaking.tables import Amount, Attendance, Attendee, Meeting

ONGOING = (MeetingState.SCHEDULED, MeetingState.IN_PROGRESS)


def join(work: Work, meeting_id: UUID, person_id: UUID, evidence: str = "platform") -> MeetingRecord:
    """An attendee is there. Joining again while there changes nothing.

    Raises:
        NotFound, NotAllowed (another's place), PhaseClosed, NotJoinable (too early, or over).
    """
    meeting = load(work, meeting_id)
    work.require_phase("live")
    attendees = attendees_of(work, meeting_id)
    _own_place(work, attendees, person_id)
    opens = meeting.starts_at - timedelta(minutes=rules(work).policies.join_early_minutes)
    if meeting.state not in ONGOING or not opens <= work.now < meeting.ends_at:
        raise NotJoinable(opens_at=opens, ends_at=meeting.ends_at)
    if _open_stays(work, meeting_id, person_id):
        return meeting_records(work.db, [meeting])[0]
    work.db.add(_new_stay(work, meeting_id, person_id, work.now, None, evidence))
    work.db.flush()
    _forgive(work, meeting, attendees)
    return tell(work, meeting, MeetingJoined)


def leave(work: Work, meeting_id: UUID, person_id: UUID) -> MeetingRecord:
    """An attendee is no longer there. The last one to leave a meeting that was held ends it.

    Raises:
        NotFound, NotAllowed, WrongState (was not there).
    """
    meeting = load(work, meeting_id)
    _own_place(work, attendees_of(work, meeting_id), person_id)
    stays = _open_stays(work, meeting_id, person_id)
    if not stays:
        raise WrongState("This person is not in the meeting.", subject="attendance")
    for stay in stays:
        stay.left_at = max(work.now, stay.joined_at)
        work.db.add(stay)
    work.db.flush()
    record = tell(work, meeting, MeetingLeft)
    everybody_gone = not any(attendee.present for attendee in record.attendees)
    if meeting.state == MeetingState.IN_PROGRESS and everybody_gone and _was_held(work, meeting):
        return _finish(work, meeting)
    return record


def start(work: Work, meeting_id: UUID) -> MeetingRecord | None:
    """The timer at the beginning."""
    meeting = work.db.get(Meeting, meeting_id)
    if meeting is None or meeting.state != MeetingState.SCHEDULED or meeting.starts_at > work.now:
        return None
    meeting.state = move_meeting(meeting.state, MeetingState.IN_PROGRESS)
    policies = rules(work).policies
    if meeting.interpreting == Interpreting.PENDING and policies.without_interpreter == "go_on":
        meeting.interpreting = Interpreting.WAIVED.value
    work.at(meeting.starts_at + timedelta(minutes=policies.rescue_minutes), RESCUE, meeting_id)
    work.at(meeting.starts_at + timedelta(minutes=policies.no_show_minutes), NO_SHOW, meeting_id)
    work.at(meeting.ends_at, END, meeting_id)
    return tell(work, meeting, MeetingStarted)


def look_for_missing(work: Work, meeting_id: UUID) -> MeetingRecord | None:
    """The timer of minute 3: parties of whom nobody has come go to the organiser's rescue list."""
    return _mark_absent(work, meeting_id, rules(work).policies.rescue_minutes, no_show=False)


def look_for_no_show(work: Work, meeting_id: UUID) -> MeetingRecord | None:
    """The timer of minute 10."""
    return _mark_absent(work, meeting_id, rules(work).policies.no_show_minutes, no_show=True)


def _mark_absent(work: Work, meeting_id: UUID, minute: int, *, no_show: bool) -> MeetingRecord | None:
    meeting = work.db.get(Meeting, meeting_id)
    if meeting is None or meeting.state != MeetingState.IN_PROGRESS:
        return None
    if work.now < meeting.starts_at + timedelta(minutes=minute):
        return None
    absent = [str(party) for party in _absent(work, meeting, attendees_of(work, meeting_id))]
    if absent == (meeting.no_show if no_show else meeting.missing):
        return None
    meeting.missing = absent
    if no_show:
        meeting.no_show = absent
    return tell(work, meeting, MeetingNoShow if no_show else MeetingNotJoined)


def end(work: Work, meeting_id: UUID) -> MeetingRecord | None:
    """The timer at the end: whoever is still there has left by now, and the outcome is measured."""
    meeting = work.db.get(Meeting, meeting_id)
    if meeting is None or meeting.state != MeetingState.IN_PROGRESS or meeting.ends_at > work.now:
        return None
    return _finish(work, meeting)


def _finish(work: Work, meeting: Meeting) -> MeetingRecord:
    over = min(work.now, meeting.ends_at)
    for stay in _stays(work, meeting.id):
        if stay.left_at is None:
            stay.left_at = max(over, stay.joined_at)
            work.db.add(stay)
    meeting.state = move_meeting(meeting.state, MeetingState.ENDED)
    work.forget(meeting.id, *TIMERS)
    work.db.flush()
    _judge(work, meeting)
    return tell(work, meeting, MeetingEnded)


def _judge(work: Work, meeting: Meeting) -> None:
    """The outcome by what was measured; what people have said about it stands above that."""
    if meeting.outcome_source in ("staff", "both_sides"):
        return
    attendees = attendees_of(work, meeting.id)
    waited = meeting.interpreting == Interpreting.PENDING  # unless the policy is to go on, as it is from `start` on
    if _was_held(work, meeting) and not waited:
        meeting.outcome, meeting.outcome_reason = Outcome.HELD.value, None
    else:
        reason = NotHeldReason.TECHNICAL
        if _absent(work, meeting, attendees):
            reason = NotHeldReason.ABSENT
        elif _lacked_interpreter(work, meeting, attendees):
            reason = NotHeldReason.NO_INTERPRETER
        meeting.outcome, meeting.outcome_reason = Outcome.NOT_HELD.value, reason.value
    meeting.outcome_source = "measured"


def _lacked_interpreter(work: Work, meeting: Meeting, attendees: Sequence[Attendee]) -> bool:
    """Whether nobody interpreted though somebody had to."""
    if meeting.interpreting in (Interpreting.PENDING, Interpreting.WAIVED):
        return True
    interpreters = {attendee.person_id for attendee in attendees if attendee.role == INTERPRETER}
    return bool(interpreters) and interpreters.isdisjoint(stay.person_id for stay in _stays(work, meeting.id))


def confirm_held(work: Work, meeting_id: UUID) -> MeetingRecord:
    """A side says that it was held; when every party has said so, it counts as held.

    Raises:
        NotFound, PhaseClosed, NotAllowed (staff correct instead), WrongState (it is not over).
    """
    meeting = load(work, meeting_id)
    work.require_phase("live", "follow_up")
    parties = {str(p) for p in parties_of(attendees_of(work, meeting_id))}
    mine = {str(p) for p in work.actor.parties} & parties
    if not mine:
        raise NotAllowed
    if meeting.state != MeetingState.ENDED:
        raise WrongState(subject="meeting", state=meeting.state)
    meeting.confirmed_by = sorted({*meeting.confirmed_by, *mine})
    if set(meeting.confirmed_by) == parties and meeting.outcome_source != "staff":
        meeting.outcome, meeting.outcome_reason = Outcome.HELD.value, None
        meeting.outcome_source = "both_sides"
        meeting.missing, meeting.no_show = [], []
    return tell(work, meeting, MeetingCorrected)


def correct_outcome(
    work: Work, meeting_id: UUID, outcome: Outcome, reason: NotHeldReason | None = None, evidence: str = ""
) -> MeetingRecord:
    """Staff set the outcome right; it stands above what was measured or said.

    Args:
        evidence: how they know, in words.

    Raises:
        NotFound, NotAllowed, WrongState (cancelled or not over).
    """
    meeting = load(work, meeting_id)
    if not work.actor.staff:
        raise NotAllowed
    if meeting.state != MeetingState.ENDED:
        raise WrongState(subject="meeting", state=meeting.state)
    meeting.outcome, meeting.outcome_source = outcome.value, "staff"
    meeting.outcome_reason = reason.value if reason and outcome is Outcome.NOT_HELD else None
    if outcome is not Outcome.NOT_HELD:
        meeting.missing, meeting.no_show = [], []
    return tell(work, meeting, MeetingCorrected, evidence)


def correct_attendance(
    work: Work,
    meeting_id: UUID,
    person_id: UUID,
    joined_at: datetime,
    left_at: datetime | None,
    evidence: str = "",
) -> MeetingRecord:
    """Staff add a stay that the platform did not see (a call, the organiser's own eyes), and the rest follows.

    Args:
        evidence: how they know, in words.

    Raises:
        NotFound, NotAllowed, WrongState (cancelled; or leaves before it joins).
    """
    meeting = load(work, meeting_id)
    if not work.actor.staff:
        raise NotAllowed
    attendees = attendees_of(work, meeting_id)
    if person_id not in {attendee.person_id for attendee in attendees}:
        raise NotFound
    if meeting.state == MeetingState.ENDED:
        left_at = left_at or meeting.ends_at
    if meeting.state == MeetingState.CANCELLED or (left_at is not None and left_at < joined_at):
        raise WrongState(subject="attendance", state=meeting.state)
    work.db.add(_new_stay(work, meeting_id, person_id, joined_at, left_at, "staff"))
    work.db.flush()
    _forgive(work, meeting, attendees)
    if meeting.state == MeetingState.ENDED:
        _judge(work, meeting)
    return tell(work, meeting, MeetingCorrected, evidence)


def together(stays: Iterable[tuple[UUID, Interval]]) -> timedelta:
    """How long all parties were present at once.

    Args:
        stays: (party, (joined, left)), every party that is required at least once.
    """
    by_party: defaultdict[UUID, list[Interval]] = defaultdict(list)
    for party, interval in stays:
        by_party[party].append(interval)
    common: list[Interval] | None = None
    for intervals in by_party.values():
        merged = merge(intervals)
        common = merged if common is None else _overlap(common, merged)
    return sum(((end - start) for start, end in common or []), timedelta())


def _overlap(ours: Sequence[Interval], theirs: Sequence[Interval]) -> list[Interval]:
    both = [(max(a, c), min(b, d)) for a, b in ours for c, d in theirs]
    return [(start, end) for start, end in both if start < end]


def _was_held(work: Work, meeting: Meeting) -> bool:
    attendees = attendees_of(work, meeting.id)
    party = {a.person_id: a.participation_id for a in attendees if a.required}
    stays = [
        (party[stay.person_id], (stay.joined_at, stay.left_at or work.now))
        for stay in _stays(work, meeting.id)
        if party.get(stay.person_id) is not None
    ]
    if {p for p, _ in stays} != {p for p in party.values() if p is not None}:
        return False
    return together(stays) >= timedelta(minutes=rules(work).policies.held_minutes)  # type: ignore[arg-type]


def _absent(work: Work, meeting: Meeting, attendees: Sequence[Attendee]) -> list[UUID]:
    if _was_held(work, meeting):
        return []
    stays = _stays(work, meeting.id)
    came = {stay.person_id for stay in stays if stay.left_at is None or stay.left_at > meeting.starts_at}
    required = {a.participation_id for a in attendees if a.required and a.participation_id is not None}
    there = {a.participation_id for a in attendees if a.person_id in came}
    return sorted(required - there)


def _forgive(work: Work, meeting: Meeting, attendees: Sequence[Attendee]) -> None:
    """Whoever has come, though late, is neither missing nor a no-show."""
    absent = {str(party) for party in _absent(work, meeting, attendees)}
    meeting.missing = [party for party in meeting.missing if party in absent]
    meeting.no_show = [party for party in meeting.no_show if party in absent]


def _own_place(work: Work, attendees: Sequence[Attendee], person_id: UUID) -> None:
    if person_id not in {attendee.person_id for attendee in attendees}:
        raise NotFound
    if not work.actor.staff and work.actor.person_id != person_id:
        raise NotAllowed


def _stays(work: Work, meeting_id: UUID) -> Sequence[Attendance]:
    return work.db.exec(select(Attendance).where(Attendance.meeting_id == meeting_id)).all()


def _open_stays(work: Work, meeting_id: UUID, person_id: UUID) -> Sequence[Attendance]:
    query = select(Attendance).where(
        Attendance.meeting_id == meeting_id, Attendance.person_id == person_id, col(Attendance.left_at).is_(None)
    )
    return work.db.exec(query).all()


def _new_stay(
    work: Work, meeting_id: UUID, person_id: UUID, joined_at: datetime, left_at: datetime | None, evidence: str
) -> Attendance:
    return Attendance(
        id=work.new_id(),
        meeting_id=meeting_id,
        person_id=person_id,
        joined_at=joined_at,
        left_at=left_at,
        evidence=evidence,
        recorded_by=work.actor.person_id,
    )


def report_amount(work: Work, meeting_id: UUID, rung: str, amount: str, currency: str) -> MeetingRecord:
    """A side tells a rung of the money ladder for its meeting; telling it again replaces it.

    Args:
        amount: decimal text, at most two places.

    Raises:
        NotFound, NotAllowed (by its interpreter), PhaseClosed, WrongState (it is not over).
    """
    meeting = load(work, meeting_id)
    work.require_phase("live", "follow_up")
    if meeting.state != MeetingState.ENDED:
        raise WrongState(subject="meeting", state=meeting.state)
    mine = work.actor.parties & set(parties_of(attendees_of(work, meeting_id)))
    if not mine and not work.actor.staff:
        raise NotAllowed
    by = min(mine) if mine else work.convention_id
    row = work.db.get(Amount, (meeting_id, rung, by)) or Amount(
        meeting_id=meeting_id, rung=rung, by_id=by, amount=Decimal(0), currency=currency, entered_at=work.now
    )
    row.amount, row.currency, row.entered_at = Decimal(amount), currency, work.now
    work.db.add(row)
    return meeting_records(work.db, [meeting])[0]
