"""Drafts for tests: asked for, and filled in the simplest way there is."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from matchmaking import wishes
from matchmaking.drafts import drafting, running
from matchmaking.drafts.assembling import Assembled, assemble, ground_of
from matchmaking.drafts.events import DraftRecord, ProgressRecord
from matchmaking.drafts.placing import meeting_rows
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.presence import Site
from matchmaking.drafts.standing import Pair
from matchmaking.drafts.tables import DraftMeeting
from matchmaking.schedule.board import Board
from matchmaking.schedule.quality import judge
from matchmaking.schedule.timetable import bits
from server.accounts.actors import SYSTEM
from server.database import reading
from server.scheduling.task import quality_record
from tests.factories import Fair, Party


def wish(fair: Fair, by: Party, *about: Party, kind: wishes.WishName = "meet") -> None:
    """A party wishes to meet these."""
    for one in about:
        fair.perform(SYSTEM, wishes.prefer, by=by.id, about=one.id, wish=kind)


def assembled(
    fair: Fair, *, sites: tuple[Site, ...] = (), pins: dict[Pair, UUID] | None = None, **policy: Any
) -> Assembled:
    """What is to be scheduled now."""
    with reading(fair.engine) as db:
        ground = ground_of(db, fair.id, SchedulePolicy(**policy), sites, fair.clock.now())
        return assemble(db, ground, pins or {})


def placed_at_once(found: Assembled) -> Board:
    """The board on which each candidate has the first slot that it fits in."""
    board = Board(found.problem)
    for c in range(len(found.problem.candidates)):
        next((slot for slot in bits(board.options(c)) if board.place(c, slot)), None)
    return board


def made(fair: Fair, *, sites: tuple[Site, ...] = (), based_on: UUID | None = None, **policy: Any) -> DraftRecord:
    """A finished draft in which each wish has the first slot that it fits in."""
    queued = fair.perform(SYSTEM, drafting.ask_for, SchedulePolicy(**policy), based_on=based_on)
    fair.perform(SYSTEM, running.begin, queued.id)
    found = assembled(fair, sites=sites, **policy)
    schedule = placed_at_once(found).schedule()
    quality = judge(found.problem, schedule, 1000)
    unserved = [(found.problem.parties[one.party].id, one) for one in quality.unserved]
    record = fair.perform(
        SYSTEM,
        running.finish,
        queued.id,
        meeting_rows(found, schedule),
        quality_record(quality),
        ProgressRecord(stage="done"),
        unserved,
    )
    assert record is not None
    return record


def meetings(fair: Fair, draft_id: UUID) -> list[DraftMeeting]:
    """The draft's meetings, in the order in which they were made."""
    with reading(fair.engine) as db:
        query = select(DraftMeeting).where(DraftMeeting.draft_id == draft_id).order_by(col(DraftMeeting.id))
        return list(db.exec(query))


def meeting_of(fair: Fair, draft_id: UUID, one: Party, other: Party) -> DraftMeeting:
    """The draft's meeting of these two."""
    pair = tuple(sorted((one.id, other.id)))
    return next(row for row in meetings(fair, draft_id) if (row.one_id, row.other_id) == pair)
