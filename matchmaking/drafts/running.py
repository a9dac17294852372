"""A schedule being made: begun, further, better, over. These commands are given by whoever holds the draft's lease."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, delete, select

from matchmaking.drafts.drafting import load, tell
from matchmaking.drafts.events import (
    DraftBegun,
    DraftFailed,
    DraftFinished,
    DraftProgressed,
    DraftRecord,
    ProgressRecord,
    QualityRecord,
)
from matchmaking.drafts.states import DraftState, move_draft
from matchmaking.drafts.tables import Draft, DraftMeeting, DraftParty
from matchmaking.ports import Work
from matchmaking.schedule.problem import Unserved
from matchmaking.statements import Statement

_INSERT_MEETING = Statement(insert(DraftMeeting.__table__))  # type: ignore[attr-defined]
_INSERT_PARTY = Statement(insert(DraftParty.__table__))  # type: ignore[attr-defined]
_COLUMNS = [
    getattr(DraftMeeting, name) for name in DraftMeeting.model_fields if name not in ("draft_id", "convention_id")
]
_NEW = {"lost": None, "meeting_id": None}
_AT_ONCE = 500
_NAMED = 20  # contradictions

Values = dict[str, Any]


def begin(work: Work, draft_id: UUID) -> DraftRecord | None:
    """Begin with a draft, or go on with one that is running; None if it is not its turn, or not there any more."""
    draft = work.db.get(Draft, draft_id)
    if draft is None:
        return None
    if draft.state == DraftState.QUEUED:
        if next_of(work) != draft_id:
            return None
        draft.state = move_draft(draft.state, DraftState.RUNNING)
    elif draft.state != DraftState.RUNNING:
        return None
    return tell(work, draft, DraftBegun)


def next_of(work: Work) -> UUID | None:
    """The draft of the convention whose turn it is: one at a time, in the order in which they were asked for."""
    states = [DraftState.RUNNING.value, DraftState.QUEUED.value]
    query = select(Draft.id).where(Draft.convention_id == work.convention_id, col(Draft.state).in_(states))
    return work.db.exec(query.order_by(col(Draft.state).desc(), col(Draft.id))).first()


def progress(work: Work, draft_id: UUID, told: ProgressRecord) -> DraftRecord | None:
    """The search is further; None if nobody wants it any more."""
    draft = load(work, draft_id)
    if draft.state != DraftState.RUNNING:
        return None
    draft.progress = told.model_dump()
    return tell(work, draft, DraftProgressed)


def keep(work: Work, draft_id: UUID, rows: Sequence[Values], quality: QualityRecord) -> DraftRecord | None:
    """Keep the best that has been found so far, also of a search just called off; None if nobody wants it any more.

    Args:
        rows: values of `DraftMeeting` (see `placing.meeting_rows`); what is there and not among them goes.
    """
    draft = load(work, draft_id)
    if draft.state not in (DraftState.RUNNING, DraftState.CANCELLED) or draft.edited:
        return None
    _replace(work, draft, rows)
    draft.quality = quality.model_dump()
    return tell(work, draft, DraftProgressed)


def finish(
    work: Work,
    draft_id: UUID,
    rows: Sequence[Values],
    quality: QualityRecord,
    told: ProgressRecord,
    unserved: Sequence[tuple[UUID, Unserved]],
) -> DraftRecord | None:
    """The schedule is done, with who got less than they wished; None if nobody wants it any more."""
    draft = load(work, draft_id)
    if draft.state != DraftState.RUNNING:
        return keep(work, draft_id, rows, quality)
    _replace(work, draft, rows)
    work.db.exec(delete(DraftParty).where(col(DraftParty.draft_id) == draft_id))
    fares = [
        {
            "draft_id": draft_id,
            "participation_id": party,
            "convention_id": work.convention_id,
            "wished": one.wished,
            "got": one.got,
            "reason": one.reason,
        }
        for party, one in unserved
    ]
    if fares:
        _INSERT_PARTY.run_many(work.db, fares)
    draft.quality, draft.progress = quality.model_dump(), told.model_dump()
    draft.state = move_draft(draft.state, DraftState.FINISHED)
    draft.ended_at = work.now
    return tell(work, draft, DraftFinished)


def fail(work: Work, draft_id: UUID, failure: str, reasons: Sequence[str] = ()) -> DraftRecord | None:
    """The search broke off: there is no schedule, or only the best that was kept. None if nobody wants it any more."""
    draft = load(work, draft_id)
    if draft.state != DraftState.RUNNING:
        return None
    draft.progress = {**draft.progress, "failure": failure, "reasons": list(reasons[:_NAMED])}
    draft.state = move_draft(draft.state, DraftState.FAILED if draft.quality is None else DraftState.CANCELLED)
    draft.ended_at = work.now
    return tell(work, draft, DraftFailed)


def _replace(work: Work, draft: Draft, rows: Sequence[Values]) -> None:
    """Let these be the draft's meetings. Those that stay as they are keep their rows, those that change their ids."""
    query = select(*_COLUMNS).where(DraftMeeting.draft_id == draft.id)
    known = {(row.one_id, row.other_id): row for row in work.db.exec(query)}
    new, gone = [], {pair: row.id for pair, row in known.items()}
    for values in rows:
        there = known.get((values["one_id"], values["other_id"]))
        if there is not None and all(getattr(there, name) == value for name, value in values.items()):
            del gone[there.one_id, there.other_id]
        else:
            new.append({**_NEW, **values, "id": work.new_id() if there is None else there.id})
    ids = list(gone.values())
    for first in range(0, len(ids), _AT_ONCE):
        work.db.exec(delete(DraftMeeting).where(col(DraftMeeting.id).in_(ids[first : first + _AT_ONCE])))
    if new:
        of = {"draft_id": draft.id, "convention_id": draft.convention_id}
        _INSERT_MEETING.run_many(work.db, [one | of for one in new])
