"""Schedules asked for, made, edited, published, called off and removed, while all topics are looked at."""

from matchmaking.drafts import drafting, editing, publishing, running
from matchmaking.drafts.events import ProgressRecord
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.requests import request_meeting
from server.accounts.actors import SYSTEM
from tests.factories import Fair, Party
from tests.matchmaking.drafts.making import made, meeting_of


def schedules_are_made(fair: Fair, one: Party, other: Party) -> None:
    """One published, of a request that was open; one called off; one that failed."""
    slot = fair.slot("2020-11-12 09:00")
    fair.perform(SYSTEM, request_meeting, by=one.id, to=other.id, slot_id=slot)
    draft = made(fair).id
    meeting = meeting_of(fair, draft, one, other).id
    fair.perform(SYSTEM, editing.move, draft, meeting, slot_id=slot)
    fair.perform(SYSTEM, publishing.publish, draft)
    fair.perform(SYSTEM, drafting.remove, draft)
    for end in ("cancelled", "failed"):
        draft = fair.perform(SYSTEM, drafting.ask_for, SchedulePolicy()).id
        fair.perform(SYSTEM, running.begin, draft)
        fair.perform(SYSTEM, running.progress, draft, ProgressRecord(stage="improving", done=1, of=9))
        if end == "cancelled":
            fair.perform(SYSTEM, drafting.cancel, draft)
        else:
            fair.perform(SYSTEM, running.fail, draft, "memory")
