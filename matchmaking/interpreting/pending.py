"""Meetings for which nobody interprets yet: offered to whoever has become free."""

from datetime import datetime

from sqlmodel import col, select

from matchmaking.calendar import Rules, day_of
from matchmaking.changes import tell
from matchmaking.events import MeetingRecord
from matchmaking.interpreting.booking import engagement, interpret, put, speakers_of
from matchmaking.interpreting.events import InterpreterAssigned
from matchmaking.ports import Work
from matchmaking.slots import Interval
from matchmaking.states import Interpreting, MeetingState
from matchmaking.tables import Meeting

AT_ONCE = 100


def fill(work: Work, known: Rules, within: Interval | None = None) -> list[MeetingRecord]:
    """Find interpreters for meetings that wait for one, the earliest first; those that have one now, or need none now.

    Args:
        within: only meetings that begin between these instants.
    """
    query = select(Meeting).where(
        Meeting.convention_id == work.convention_id,
        Meeting.state == MeetingState.SCHEDULED.value,
        Meeting.interpreting == Interpreting.PENDING.value,
        col(Meeting.starts_at) > work.now,
    )
    if within is not None:
        query = query.where(col(Meeting.starts_at) >= within[0], col(Meeting.starts_at) < within[1])
    filled = []
    for meeting in work.db.exec(query.order_by(col(Meeting.starts_at), col(Meeting.id)).limit(AT_ONCE)).all():
        found = interpret(work, engagement(work, meeting), speakers_of(work, meeting.id), known)
        if found.state is not Interpreting.PENDING:
            put(work, meeting, found, None)
            filled.append(tell(work, meeting, InterpreterAssigned))
    return filled


def fill_day(work: Work, known: Rules, instant: datetime) -> list[MeetingRecord]:
    """The same for the convention's day around an instant, at which somebody has become free."""
    return fill(work, known, day_of(instant, known))
