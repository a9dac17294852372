"""The rescue desk: who could meet now, proposals to both sides, and repairs of what stands."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session, select

import matchmaking.rescue.queries as queries
from matchmaking.errors import SlotTaken
from matchmaking.rescue import standby
from matchmaking.rescue.events import StandbyRecord
from matchmaking.rescue.repairs import Repaired, RepairProposal, Step, What, apply_repair, propose_repair
from matchmaking.rescue.states import StandbyState
from matchmaking.rescue.waiting import Waiting, standby_list
from matchmaking.tables import Attendee
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.requests import Limit, own_party
from server.errors import NotFound

router = convention_router("rescue", "/rescue")

Meeting = Annotated[Desk, Depends(Needs(May.MEET))]
Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]

MOST_STEPS = 500


class WaitingPair(BaseModel):
    """Two who could meet from `starts_at` to `ends_at`, in the slot. `wish_of_one`: what `one` wishes of `other`;
    `rule`: the organiser's word. Pairs of more `worth` come first; without a common language somebody interprets."""

    one: UUID
    other: UUID
    slot: UUID
    starts_at: datetime
    ends_at: datetime
    wish_of_one: str | None
    wish_of_other: str | None
    rule: str | None
    worth: int
    common_language: bool


class Propose(Input):
    """Two parties and a slot, which may have begun."""

    one: UUID
    other: UUID
    slot: UUID


class By(Input):
    """For which party; may be left out by who sits for one only."""

    by: UUID | None = None


ONLY = By()


class StepIn(Input):
    """A step of a repair, as it was proposed: a `move` and `call_off` name the meeting and its version."""

    what: What
    one: UUID
    other: UUID
    meeting: UUID | None = None
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    slot: UUID | None = None


class RepairIn(Input):
    """Which steps to do: all of them, or none."""

    steps: Annotated[list[StepIn], Field(min_length=1, max_length=MOST_STEPS)]


def waiting_pair(waiting: Waiting) -> WaitingPair:
    """One of the standby list, as it is answered."""
    return WaitingPair(
        one=waiting.one,
        other=waiting.other,
        slot=waiting.slot,
        starts_at=waiting.starts_at,
        ends_at=waiting.ends_at,
        wish_of_one=waiting.wishes.of_one,
        wish_of_other=waiting.wishes.of_other,
        rule=waiting.wishes.rule,
        worth=waiting.worth,
        common_language=waiting.common_language,
    )


@router.get("/standby")
def list_waiting(desk: Running, slots: Annotated[int, Query(ge=1, le=12)] = 3, limit: Limit = 50) -> list[WaitingPair]:
    """Who could meet now or in the next slots: both there, awake and free, and one of them wishing it at least."""
    with desk.reading() as db:
        found = standby_list(db, desk.convention_id, desk.parts.clock.now(), slots=slots, limit=limit)
    return [waiting_pair(one) for one in found]


@router.get("/proposals")
def list_proposals(desk: Meeting) -> list[StandbyRecord]:
    """The open proposals to the visitor's parties; all of them for staff. The oldest first."""
    with desk.reading() as db:
        return queries.open_proposals(db, desk.convention_id)


@router.post("/proposals", status_code=201, response_model=StandbyRecord)
async def propose(body: Propose, desk: Running) -> Response:
    """Propose a meeting to both: the first who accepts holds the time of both, the second makes the meeting."""
    return await desk.run(partial(standby.offer, one=body.one, other=body.other, slot_id=body.slot), body, 201)


@router.get("/proposals/{standby_id}")
def get_proposal(standby_id: UUID, desk: Meeting) -> StandbyRecord:
    """One proposal, also one that is over."""
    with desk.reading() as db:
        found = queries.find_proposal(db, desk.convention_id, standby_id)
    if found is None:
        raise NotFound
    return found


@router.post("/proposals/{standby_id}/accept", response_model=StandbyRecord)
async def accept(standby_id: UUID, desk: Meeting, body: By = ONLY) -> Response:
    """Agree. If somebody's time has gone elsewhere meanwhile, the proposal is over, and the answer `slot_taken`."""
    answer = await _answer(standby.accept, standby_id, desk, body)
    record = StandbyRecord.model_validate_json(bytes(answer.body))
    if record.state == StandbyState.LAPSED:
        raise SlotTaken(slot=record.slot)
    return answer


@router.post("/proposals/{standby_id}/decline", response_model=StandbyRecord)
async def decline(standby_id: UUID, desk: Meeting, body: By = ONLY) -> Response:
    """Say no, also after having accepted, as long as the other side has not."""
    return await _answer(standby.decline, standby_id, desk, body)


async def _answer(command: Callable[..., StandbyRecord], standby_id: UUID, desk: Desk, body: By) -> Response:
    by = own_party(desk, body.by)
    return await desk.run(partial(command, standby_id=standby_id, by=by), body)


@router.post("/proposals/{standby_id}/withdraw", response_model=StandbyRecord)
async def withdraw(standby_id: UUID, desk: Running) -> Response:
    """Take it back."""
    return await desk.run(partial(standby.withdraw, standby_id=standby_id))


@router.get("/repair")
def look_for_repair(
    desk: Running, meeting: UUID | None = None, party: UUID | None = None, gone: UUID | None = None
) -> RepairProposal:
    """What would move and what would come if what stands were repaired now; nothing is changed.

    Whatever has lost its time is always looked at; and the free times of a party, or of a meeting's parties. If none is
    named: of all whose meeting was called off, or to whose meeting somebody has not come. A party that is `gone` gets
    nothing, and its meetings are to be called off.
    """
    with desk.reading() as db:
        touched = [party] if party else _parties_of(db, meeting) if meeting else None
        return propose_repair(db, desk.convention_id, desk.parts.clock.now(), parties=touched, gone=gone)


def _parties_of(db: Session, meeting_id: UUID) -> list[UUID]:
    found = db.exec(select(Attendee.participation_id).where(Attendee.meeting_id == meeting_id)).all()
    return [party for party in found if party is not None]


@router.post("/repair", response_model=Repaired)
async def repair(body: RepairIn, desk: Running) -> Response:
    """Do steps of a repair, all or none; everybody concerned is told. Refused if anything has changed meanwhile."""
    steps = [Step(**step.model_dump()) for step in body.steps]
    return await desk.run(partial(apply_repair, steps=steps), body)
