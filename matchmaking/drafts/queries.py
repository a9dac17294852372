"""Reading drafts: how they stand, their meetings page by page, who got less than they wished, two side by side."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from matchmaking.drafts.events import DraftRecord, QualityRecord
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.records import draft_record
from matchmaking.drafts.standing import Pair
from matchmaking.drafts.states import OPEN, DraftState
from matchmaking.drafts.tables import Draft, DraftMeeting, DraftParty


class DraftAnswer(BaseModel):
    """A draft as it stands, what it was asked for and called, and how many are made before it (`place`, while it is
    queued: 1 is the next)."""

    draft: DraftRecord
    title: str
    policy: SchedulePolicy
    place: int | None
    meetings: int
    pinned: int


class DraftMeetingAnswer(BaseModel):
    """A meeting of a draft. `people` are who sits for each party. `lost`: why it is not to be made (taken_out, banned),
    or could not be (taken, begun, met); `replaced` is one that was made at another time."""

    id: UUID
    parties: tuple[UUID, ...]
    slot: UUID
    people: dict[UUID, UUID]
    interpreter: UUID | None
    interpreting: str
    mode: str
    place: UUID | None
    weight: int
    pinned: bool
    meeting: UUID | None
    lost: str | None


class UnservedAnswer(BaseModel):
    """A party that got less than it wished, and why (see `schedule.problem.Reason`)."""

    party: UUID
    wished: int
    got: int
    reason: str | None


class Moved(BaseModel):
    """Two who meet in both drafts, at different times."""

    parties: tuple[UUID, ...]
    from_slot: UUID
    to_slot: UUID


class Comparison(BaseModel):
    """Two drafts side by side: how good each is, what only one has, what is at another time; at most so many of each,
    with the whole numbers beside."""

    quality: tuple[QualityRecord | None, QualityRecord | None]
    only_first: list[DraftMeetingAnswer]
    only_second: list[DraftMeetingAnswer]
    moved: list[Moved]
    only_first_count: int
    only_second_count: int
    moved_count: int
    same_count: int


def drafts_of(db: Session, convention_id: UUID) -> list[Draft]:
    """The convention's drafts, the newest first; there are never many."""
    query = select(Draft).where(Draft.convention_id == convention_id)
    return list(db.exec(query.order_by(col(Draft.id).desc())))


def records_of(db: Session, convention_id: UUID) -> list[DraftRecord]:
    """What the organiser's topic holds of drafts."""
    return [draft_record(row) for row in drafts_of(db, convention_id)]


def find_draft(db: Session, convention_id: UUID, draft_id: UUID) -> Draft | None:
    """One draft."""
    query = select(Draft).where(Draft.convention_id == convention_id, Draft.id == draft_id)
    return db.exec(query).one_or_none()


def draft_answer(db: Session, row: Draft) -> DraftAnswer:
    """A draft with all that is said of it."""
    held = (DraftMeeting.draft_id == row.id, col(DraftMeeting.lost).is_(None))
    count = select(func.count()).select_from(DraftMeeting)
    return DraftAnswer(
        draft=draft_record(row),
        title=row.title,
        policy=SchedulePolicy.model_validate(row.policy),
        place=_place(db, row),
        meetings=db.exec(count.where(*held)).one(),
        pinned=db.exec(count.where(*held, col(DraftMeeting.pinned))).one(),
    )


def _place(db: Session, row: Draft) -> int | None:
    if row.state != DraftState.QUEUED:
        return None
    before = select(func.count()).select_from(Draft)
    waiting = col(Draft.state).in_([state.value for state in OPEN])
    earlier = before.where(Draft.convention_id == row.convention_id, waiting, col(Draft.id) < row.id)
    return 1 + db.exec(earlier).one()


def meetings_page(
    db: Session, draft_id: UUID, after: UUID | None, limit: int, *, party: UUID | None = None, lost: bool = False
) -> list[DraftMeetingAnswer]:
    """Meetings of a draft behind a cursor: of one party if one is named, or those that are lost or taken out."""
    query = _meetings(draft_id).order_by(col(DraftMeeting.id)).limit(limit)
    query = query.where(col(DraftMeeting.lost).is_not(None)) if lost else query
    if party is not None:
        query = query.where((DraftMeeting.one_id == party) | (DraftMeeting.other_id == party))
    if after is not None:
        query = query.where(col(DraftMeeting.id) > after)
    return [meeting_answer(row) for row in db.exec(query)]


def _meetings(draft_id: UUID) -> SelectOfScalar[DraftMeeting]:
    return select(DraftMeeting).where(DraftMeeting.draft_id == draft_id)


def meeting_answer(row: DraftMeeting) -> DraftMeetingAnswer:
    """A meeting of a draft as it is shown."""
    return DraftMeetingAnswer(
        id=row.id,
        parties=(row.one_id, row.other_id, *map(UUID, row.others)),
        slot=row.slot_id,
        people={UUID(party): UUID(person) for party, person in row.people.items()},
        interpreter=row.interpreter_id,
        interpreting=row.interpreting,
        mode=row.mode,
        place=row.resource_id,
        weight=row.weight,
        pinned=row.pinned,
        meeting=row.meeting_id,
        lost=row.lost,
    )


def unserved_page(db: Session, draft_id: UUID, after: UUID | None, limit: int) -> list[UnservedAnswer]:
    """The parties that got less than they wished, behind a cursor."""
    query = select(DraftParty).where(DraftParty.draft_id == draft_id).order_by(col(DraftParty.participation_id))
    if after is not None:
        query = query.where(col(DraftParty.participation_id) > after)
    return [
        UnservedAnswer(party=row.participation_id, wished=row.wished, got=row.got, reason=row.reason)
        for row in db.exec(query.limit(limit))
    ]


def compare(db: Session, first: Draft, second: Draft, most: int) -> Comparison:
    """Two drafts of a convention side by side."""
    one, other = _by_pair(db, first.id), _by_pair(db, second.id)
    only_first = [one[pair] for pair in sorted(one.keys() - other.keys())]
    only_second = [other[pair] for pair in sorted(other.keys() - one.keys())]
    both = sorted(one.keys() & other.keys())
    moved = [pair for pair in both if one[pair].slot_id != other[pair].slot_id]
    return Comparison(
        quality=(draft_record(first).quality, draft_record(second).quality),
        only_first=[meeting_answer(row) for row in only_first[:most]],
        only_second=[meeting_answer(row) for row in only_second[:most]],
        moved=[Moved(parties=pair, from_slot=one[pair].slot_id, to_slot=other[pair].slot_id) for pair in moved[:most]],
        only_first_count=len(only_first),
        only_second_count=len(only_second),
        moved_count=len(moved),
        same_count=len(both) - len(moved),
    )


def _by_pair(db: Session, draft_id: UUID) -> dict[Pair, DraftMeeting]:
    rows: Sequence[DraftMeeting] = db.exec(_meetings(draft_id).where(col(DraftMeeting.lost).is_(None))).all()
    return {(row.one_id, row.other_id): row for row in rows}
