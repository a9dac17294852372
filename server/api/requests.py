"""Meeting requests: ask, answer, counter, withdraw."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, StringConstraints
from starlette.concurrency import run_in_threadpool

import matchmaking.requests as commands
from matchmaking.errors import NotFound, SlotTaken
from matchmaking.events import RequestRecord
from matchmaking.outlook import Ask
from matchmaking.queries import find_request, nearest, requests_page, slots_for
from matchmaking.tables import MeetingRequest, Participation, Slot
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.times import slot_out
from server.batch import Command

router = convention_router("requests", "/requests")

Meeting = Annotated[Desk, Depends(Needs(May.MEET))]

Note = Annotated[str, StringConstraints(max_length=1000)]
Limit = Annotated[int, Query(ge=1, le=200)]


class Wanted(Input):
    """A request for a slot. `by` may be left out by who sits for one party only."""

    to: UUID
    slot: UUID
    by: UUID | None = None
    note: Note = ""


class Counter(Input):
    """Another slot instead."""

    slot: UUID
    note: Note = ""


class RequestPage(BaseModel):
    """Requests from the newest on. `next` is the cursor of the next page; null at the end."""

    items: list[RequestRecord]
    next: UUID | None


def own_party(desk: Desk, by: UUID | None) -> UUID:
    """The party the visitor acts for: the one named, or their only one; staff act for any.

    Raises:
        NotFound: it is not theirs, or they must say which.
    """
    if by is not None:
        if by not in desk.actor.parties and not desk.actor.staff:
            raise NotFound
        return by
    if len(desk.actor.parties) == 1:
        return next(iter(desk.actor.parties))
    raise NotFound("Say for which of your parties: give `by`.")


async def run_booking(desk: Desk, command: Command, body: BaseModel, ask: Ask | None, status: int) -> Response:
    """Run a command that takes a slot; a slot taken meanwhile is answered with the nearest free ones.

    Args:
        ask: the slot, and for whom, the asking side first; None if that is not the visitor's to know.
    """
    try:
        return await desk.run(command, body, status, ask)
    except SlotTaken as taken:
        if ask is None or "alternatives" in taken.details:
            raise
        taken.details = {"slot": ask.slot_id, "alternatives": await run_in_threadpool(alternatives, desk, ask)}
        raise


def alternatives(desk: Desk, ask: Ask) -> list[dict[str, Any]]:
    """The free slots of a pair nearest to a slot, as the asking side sees them."""
    with desk.reading() as db:
        wanted = db.get(Slot, ask.slot_id)
        party = db.get(Participation, ask.by)
        if wanted is None or party is None:
            return []
        free = slots_for(db, desk.convention_id, ask.by, ask.to, desk.parts.clock.now())
        zone = party.zone or desk.house.zone
        return [slot_out(slot, zone, desk.house.zone).model_dump() for slot in nearest(free, wanted.starts_at)]


@router.post("", status_code=201, response_model=RequestRecord)
async def ask(body: Wanted, desk: Meeting) -> Response:
    """Ask a party for a slot; a crossing request matches at once."""
    by = own_party(desk, body.by)
    command = partial(commands.request_meeting, by=by, to=body.to, slot_id=body.slot, note=body.note)
    return await run_booking(desk, command, body, Ask(by, body.to, body.slot), 201)


@router.get("")
def list_requests(desk: Meeting, after: UUID | None = None, limit: Limit = 50) -> RequestPage:
    """The requests of the visitor's parties; all of them for staff."""
    with desk.reading() as db:
        items = requests_page(db, desk.convention_id, after, limit + 1)
    return RequestPage(items=items[:limit], next=items[limit - 1].id if len(items) > limit else None)


@router.get("/{request_id}")
def get_request(request_id: UUID, desk: Meeting) -> RequestRecord:
    """One request."""
    with desk.reading() as db:
        found = find_request(db, desk.convention_id, request_id)
    if found is None:
        raise NotFound
    return found


@router.post("/{request_id}/accept", response_model=RequestRecord)
async def accept(request_id: UUID, desk: Meeting) -> Response:
    """Agree to the slot proposed last."""
    return await desk.run(partial(commands.accept, request_id=request_id))


@router.post("/{request_id}/decline", response_model=RequestRecord)
async def decline(request_id: UUID, desk: Meeting) -> Response:
    """Say no."""
    return await desk.run(partial(commands.decline, request_id=request_id))


@router.post("/{request_id}/withdraw", response_model=RequestRecord)
async def withdraw(request_id: UUID, desk: Meeting) -> Response:
    """Take the request (or one's own counter-proposal) back."""
    return await desk.run(partial(commands.withdraw, request_id=request_id))


@router.post("/{request_id}/counter", response_model=RequestRecord)
async def counter(request_id: UUID, body: Counter, desk: Meeting) -> Response:
    """Propose another slot instead."""
    command = partial(commands.counter, request_id=request_id, slot_id=body.slot, note=body.note)
    pair = await run_in_threadpool(_pair, desk, request_id)
    return await run_booking(desk, command, body, Ask(*pair, body.slot) if pair else None, 200)


def _pair(desk: Desk, request_id: UUID) -> tuple[UUID, UUID] | None:
    """The parties of a request, the visitor's own first; None if it is none of theirs."""
    with desk.reading() as db:
        request = db.get(MeetingRequest, request_id)
        if request is None:
            return None
        one, other = request.requester_id, request.addressee_id
        return (other, one) if other in desk.actor.parties else (one, other)
