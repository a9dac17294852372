"""A draft published: all its meetings are made in one transaction, or none.

Whose time was taken meanwhile loses: the unique key of their occupancy decides. Such a meeting is set at another time
if there is one that disturbs nobody, else the draft says that it is lost, and why.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from matchmaking.drafts.assembling import Ground, assemble_pair, ground_of
from matchmaking.drafts.drafting import load, tell
from matchmaking.drafts.errors import DraftEmpty, DraftOutdated
from matchmaking.drafts.events import DraftPublished, DraftRecord
from matchmaking.drafts.making import TAKEN, Making
from matchmaking.drafts.outdated import outdated
from matchmaking.drafts.placing import meeting_row
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.presence import Site
from matchmaking.drafts.states import DraftState, move_draft
from matchmaking.drafts.tables import DraftMeeting
from matchmaking.events import MeetingAssigned, MeetingRecord, topics_of
from matchmaking.interpreting.booking import tell_missing
from matchmaking.ports import Work
from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Placement, Problem
from matchmaking.statements import Statement

REPLACED = "replaced"  # set at another time than in the draft
MOST_REPLACED = 50  # meetings for which another time is looked for: a few milliseconds each
_SHOWN = 100

_DM: Any = DraftMeeting.__table__  # type: ignore[attr-defined]
_MARK = Statement(
    update(_DM).where(_DM.c.id == bindparam("row")).values(lost=bindparam("why"), meeting_id=bindparam("meeting"))
)


def publish(work: Work, draft_id: UUID, *, sites: Sequence[Site] = ()) -> DraftRecord:
    """Make the draft's meetings, and tell everybody theirs.

    Raises:
        NotAllowed, NotFound; WrongState: it is being made, or published already; DraftEmpty.
        DraftOutdated: some of those who are to meet have left, are not there then, or are not to meet any more.
    """
    draft = load(work, draft_id)
    draft.state = move_draft(draft.state, DraftState.PUBLISHED)
    chosen = select(DraftMeeting).where(DraftMeeting.draft_id == draft_id, col(DraftMeeting.lost).is_(None))
    rows = work.db.exec(chosen.order_by(col(DraftMeeting.id))).all()
    if not rows:
        raise DraftEmpty
    ground = ground_of(work.db, work.convention_id, SchedulePolicy.model_validate(draft.policy), sites, work.now)
    if wrong := outdated(work.db, ground, rows):
        shown = [{"meeting": row, "reason": reason} for row, reason in list(wrong.items())[:_SHOWN]]
        raise DraftOutdated(meetings=shown, count=len(wrong))
    making = Making(work, rows)
    made = making.make(rows)
    marks: dict[UUID, tuple[str | None, MeetingRecord | None]] = {
        row.id: (making.lost.get(row.id), made.get(row.id)) for row in rows
    }
    taken = [row for row in rows if making.lost.get(row.id) == TAKEN][:MOST_REPLACED]
    for row, record in _replace(work, making, taken, ground):
        marks[row.id] = REPLACED, record
    for _, there in marks.values():
        if there is not None:
            work.record(MeetingAssigned(meeting=there), topics_of(there))
            tell_missing(work, there)
    values = [{"row": row, "why": why, "meeting": one and one.id} for row, (why, one) in marks.items()]
    _MARK.run_many(work.db, values)
    draft.lost = sum(there is None for _, there in marks.values())
    return tell(work, draft, DraftPublished)


def _replace(
    work: Work, making: Making, rows: Sequence[DraftMeeting], ground: Ground
) -> Iterator[tuple[DraftMeeting, MeetingRecord]]:
    """Another time for these, the least unwelcome that disturbs nobody; those for which there is none are left out."""
    for row in rows:
        assembled = assemble_pair(work.db, ground, (row.one_id, row.other_id), ())
        for placement in _possible(assembled.problem):
            values = meeting_row(assembled, 0, placement, dict(assembled.taken))
            moved = {name: value for name, value in values.items() if name not in ("weight", "pinned")}
            if record := making.make([DraftMeeting(**row.model_dump() | moved)]).get(row.id):
                row.sqlmodel_update(moved)
                work.db.add(row)
                work.db.flush()
                yield row, record
                break


def _possible(problem: Problem) -> list[Placement]:
    """How the only candidate could be held, the least unwelcome times first."""
    if not problem.candidates:
        return []
    board = Board(problem)
    found = [placement for slot in range(len(problem.slots)) if (placement := board.fit(0, slot)) is not None]
    return sorted(found, key=lambda one: (one.pending, sum(party.discomfort[one.slot] for party in problem.parties)))
