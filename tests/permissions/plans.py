"""On the stage: a draft of a schedule, with a meeting in it and a party that got less than it wished."""

from uuid import UUID

from sqlmodel import Session

from matchmaking.drafts.events import ProgressRecord, QualityRecord
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.tables import Draft, DraftMeeting, DraftParty
from server.database import writing
from server.ids import new_id
from tests.factories import Fair, Party

QUALITY = QualityRecord(
    meetings=1,
    weight=8,
    bound=8.0,
    gap_percent=0.0,
    left_out=0,
    pending=0,
    idle_gaps=0,
    discomfort=0,
    worst_discomfort=0,
    share_of_worst=1.0,
    interpreter_minutes=0,
    unserved=1,
)


def drafts_of(fair: Fair, buyer: Party, exhibitor: Party) -> dict[str, UUID]:
    """A finished draft in which these two meet."""
    draft = Draft(
        id=new_id(),
        convention_id=fair.id,
        title="First try",
        state="finished",
        seed=1,
        policy=SchedulePolicy().model_dump(),
        progress=ProgressRecord(stage="done").model_dump(),
        quality=QUALITY.model_dump(),
        created_at=fair.clock.now(),
        ended_at=fair.clock.now(),
    )
    one, other = sorted((buyer, exhibitor), key=lambda party: party.id)
    meeting = DraftMeeting(
        id=new_id(),
        draft_id=draft.id,
        convention_id=fair.id,
        one_id=one.id,
        other_id=other.id,
        slot_id=fair.slot("2020-11-12 09:00"),
        people={str(party.id): str(party.people[0]) for party in (one, other)},
        interpreting="not_needed",
        mode="online",
        weight=8,
    )
    fares = DraftParty(
        draft_id=draft.id, participation_id=buyer.id, convention_id=fair.id, wished=2, got=1, reason="others_first"
    )
    ids = {"draft_id": draft.id, "draft_meeting_id": meeting.id}
    with writing(fair.engine) as connection, Session(connection) as db:
        for row in (draft, meeting, fares):
            db.add(row)
            db.flush()
    return ids
