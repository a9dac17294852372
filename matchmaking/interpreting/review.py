"""What an interpreter was to interpret, seen anew when they, or their hours, have changed."""

from uuid import UUID

from sqlmodel import col, select

from matchmaking.calendar import rules
from matchmaking.changes import tell
from matchmaking.events import INTERPRETER, MeetingRecord
from matchmaking.interpreting.booking import rebook, tell_released
from matchmaking.interpreting.events import InterpreterAssigned, InterpreterMissing
from matchmaking.ports import Work
from matchmaking.states import Interpreting, MeetingState
from matchmaking.tables import Attendee, Meeting


def review(work: Work, person_id: UUID) -> list[MeetingRecord]:
    """See anew what an interpreter is to interpret; the meetings that have another one now, or none."""
    query = (
        select(Meeting)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(
            Meeting.convention_id == work.convention_id,
            Meeting.state == MeetingState.SCHEDULED.value,
            Attendee.person_id == person_id,
            Attendee.role == INTERPRETER,
        )
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    records = []
    for meeting in work.db.exec(query).all():
        if rebook(work, meeting, rules(work)) is not None:
            pending = meeting.interpreting == Interpreting.PENDING
            tell_released(work, meeting.id, person_id)
            records.append(tell(work, meeting, InterpreterMissing if pending else InterpreterAssigned))
    return records
