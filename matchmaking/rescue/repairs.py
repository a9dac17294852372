"""Repairing what stands: proposed from what there is at this moment, applied all together or not at all."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from matchmaking import meetings
from matchmaking.booking import release
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.errors import NotAllowed, SlotTaken, SlotUnknown
from matchmaking.events import MeetingRecord
from matchmaking.ports import Work
from matchmaking.rescue.errors import AlreadyMet, NotWished, RepairOutdated
from matchmaking.rescue.lifting import Lifted, lift
from matchmaking.rescue.pairs import have_met, wishes_of, worth
from matchmaking.schedule.problem import Candidate, Problem
from matchmaking.schedule.repair import Change, Upset, Why, repair
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Meeting

What = Literal["move", "assign", "call_off"]
_CODE = "cannot_attend"  # why something has no time any more
_PRICE = SchedulePolicy().weights.must_meet  # nobody is moved for what one side alone wishes


class Step(BaseModel):
    """One change: a meeting of that version gets a slot (its own, if only its people change), two parties meet in a
    slot, or a meeting that has no time any more is called off."""

    model_config = ConfigDict(frozen=True)

    what: What
    one: UUID
    other: UUID
    meeting: UUID | None = None
    version: int | None = None
    slot: UUID | None = None


class ProposedStep(Step):
    """A step, why it is proposed (see `schedule.repair.Why`), and between which times."""

    why: Why
    before: datetime | None
    after: datetime | None


class RepairProposal(BaseModel):
    """What could be done. `moved` counts the meetings that would be moved though nothing is wrong with them."""

    steps: tuple[ProposedStep, ...]
    moved: int


class Repaired(BaseModel):
    """The meetings that were changed, as they stand now."""

    meetings: tuple[MeetingRecord, ...]


def propose_repair(
    db: Session,
    convention_id: UUID,
    now: datetime,
    *,
    parties: Collection[UUID] | None = None,
    gone: UUID | None = None,
) -> RepairProposal:
    """What would move and what would come if what stands were repaired. Nothing is changed.

    Whatever has lost its time is put elsewhere; the freed times of those, and of `parties`, go to wishes without any.

    Args:
        parties: None for those whose meeting to come was called off, or who are in one to which somebody has not come.

        gone: a party that is not there any more from now on, whatever its hours say.

    Raises:
        NotFound: the convention has no meeting calendar.
    """
    lifted = lift(db, convention_id, now)
    parties = _let_down(db, convention_id, now) if parties is None else parties
    touched = frozenset(p for p, party in enumerate(lifted.problem.parties) if party.id in parties)
    problem = _without(lifted.problem, gone) if gone else lifted.problem
    found = repair(Upset(problem, lifted.standing, touched), price=_PRICE)
    return RepairProposal(steps=tuple(_step(lifted, change) for change in found.changes), moved=found.moved)


def _without(problem: Problem, gone: UUID) -> Problem:
    """The problem, with nobody there of a party."""
    return replace(
        problem,
        parties=tuple(
            replace(party, seats=tuple(replace(seat, free=0) for seat in party.seats)) if party.id == gone else party
            for party in problem.parties
        ),
        candidates=tuple(_loose(problem, candidate, gone) for candidate in problem.candidates),
    )


def _loose(problem: Problem, candidate: Candidate, gone: UUID) -> Candidate:
    """What begins soon is not kept where it is if one of its parties is gone."""
    theirs = any(problem.parties[party].id == gone for party in candidate.parties)
    return replace(candidate, fixed=None) if theirs else candidate


def _let_down(db: Session, convention_id: UUID, now: datetime) -> set[UUID]:
    query = (
        select(Meeting, Attendee.participation_id)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(Meeting.convention_id == convention_id, Meeting.ends_at > now)
    )
    return {
        party
        for meeting, party in db.exec(query)
        if party is not None and (meeting.state == MeetingState.CANCELLED or meeting.missing)
    }


def _step(lifted: Lifted, change: Change) -> ProposedStep:
    problem = lifted.problem
    one, other = (problem.parties[p].id for p in problem.candidates[change.candidate].parties[:2])
    before, after = (place and problem.slots[place.slot] for place in (change.before, change.after))
    meeting = lifted.meetings.get(change.candidate)
    return ProposedStep(
        what="assign" if meeting is None else "move" if after else "call_off",
        one=one,
        other=other,
        meeting=meeting and meeting.id,
        version=meeting and meeting.version,
        slot=after and after.id,
        why=change.why,
        before=before and before.starts_at,
        after=after and after.starts_at,
    )


def apply_repair(work: Work, steps: Sequence[Step]) -> Repaired:
    """Do these steps, all or none; each meeting's change is told to its parties.

    Raises:
        NotAllowed
        RepairOutdated: meetings that have changed meanwhile, or pairs that are not to meet, or whose time is taken.
    """
    if not work.actor.staff:
        raise NotAllowed
    stale = [step for step in steps if not _still_fits(work, step)]
    if stale:
        raise RepairOutdated(changed=[_named(step) for step in stale])
    for step in steps:
        if step.meeting is not None:  # all times are given back first: one may take what another leaves
            release(work, step.meeting)
    # What is called off, and what moves, goes before what comes anew.
    order: list[What] = ["call_off", "move", "assign"]
    return Repaired(meetings=tuple(_do(work, step) for step in sorted(steps, key=lambda step: order.index(step.what))))


def _still_fits(work: Work, step: Step) -> bool:
    if step.what == "assign":
        wished = worth(wishes_of(work.db, work.convention_id, step.one, step.other)) is not None
        return wished and not have_met(work.db, work.convention_id, step.one, step.other)
    meeting = work.db.get(Meeting, step.meeting) if step.meeting else None
    return (
        meeting is not None
        and meeting.convention_id == work.convention_id
        and (meeting.state, meeting.version) == (MeetingState.SCHEDULED, step.version)
    )


def _do(work: Work, step: Step) -> MeetingRecord:
    try:
        if step.what == "call_off" and step.meeting:
            return meetings.cancel(work, step.meeting, code=_CODE)
        if step.what == "move" and step.meeting and step.slot:
            return meetings.move(work, step.meeting, slot_id=step.slot)
        if step.slot is None:
            raise SlotUnknown
        return meetings.assign(work, one=step.one, other=step.other, slot_id=step.slot)
    except (SlotTaken, SlotUnknown, AlreadyMet, NotWished) as refusal:
        raise RepairOutdated(changed=[_named(step)]) from refusal


def _named(step: Step) -> dict[str, UUID | None]:
    return {"meeting": step.meeting, "one": step.one, "other": step.other, "slot": step.slot}
