"""Who interprets which meeting: an interpreter's agenda, and the organiser's hand in it."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict

from matchmaking.events import MeetingRecord
from matchmaking.interpreting import assigning, blocks, queries
from matchmaking.interpreting.agenda import agenda
from matchmaking.interpreting.assigning import ExchangedRecord, FilledRecord
from matchmaking.interpreting.events import BlockRecord
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Instant
from server.api.meetings import Instruction, MeetingPage
from server.api.requests import Limit

router = convention_router("interpreting", "/interpreting")

Joining = Annotated[Desk, Depends(Needs(May.JOIN))]
Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]


class Assign(Input):
    """Who is to interpret."""

    person: UUID


class Exchange(Input):
    """Two meetings that exchange their interpreters."""

    one: UUID
    other: UUID


class NewBlock(Input):
    """An interpreter's hours for one party, on whole 5 minutes."""

    person: UUID
    party: UUID
    starts_at: Instant
    ends_at: Instant


class Shown(BaseModel):
    """Base of what is read from values."""

    model_config = ConfigDict(from_attributes=True)


class AgendaSide(Shown):
    """A party of a meeting; `languages` are those of its people there."""

    id: UUID
    name: dict[str, Any]
    country: str | None
    category: str | None
    products: list[str]
    interests: list[str]
    languages: list[str]


class AgendaInstruction(Instruction, Shown):
    """How to join by one channel."""


class AgendaEntry(Shown):
    """A meeting to interpret, with its parties and how to get there."""

    meeting: MeetingRecord
    sides: list[AgendaSide]
    instructions: list[AgendaInstruction]


class Cover(Shown):
    """What is to be interpreted between two languages, null where nobody told; `pending` has nobody yet."""

    one: str | None
    other: str | None
    meetings: int
    minutes: int
    pending: int
    pending_minutes: int


@router.get("/agenda")
def get_agenda(desk: Joining, since: Instant | None = None) -> list[AgendaEntry]:
    """What the visitor interprets, in the order of time; `since` leaves out what was over by then."""
    with desk.reading() as db:
        person = desk.actor.person_id
        found = agenda(db, desk.convention_id, person, since) if person else []
        return [AgendaEntry.model_validate(entry) for entry in found]


@router.get("/pending")
def list_pending(desk: Running, after: UUID | None = None, limit: Limit = 50) -> MeetingPage:
    """Meetings that wait for an interpreter."""
    with desk.reading() as db:
        items = queries.pending_page(db, desk.convention_id, after, limit + 1)
    return MeetingPage(items=items[:limit], next=items[limit - 1].id if len(items) > limit else None)


@router.get("/cover")
def get_cover(desk: Running) -> list[Cover]:
    """How many meetings and minutes are to be interpreted between which languages."""
    with desk.reading() as db:
        return [Cover.model_validate(row) for row in queries.cover(db, desk.convention_id)]


@router.post("/fill", response_model=FilledRecord)
async def fill(desk: Running) -> Response:
    """Find interpreters for meetings that wait for one, a hundred at a time."""
    return await desk.run(assigning.fill_pending)


@router.post("/exchange", response_model=ExchangedRecord)
async def exchange(body: Exchange, desk: Running) -> Response:
    """Let two meetings exchange their interpreters."""
    return await desk.run(partial(assigning.exchange, one_id=body.one, other_id=body.other), body)


@router.put("/meetings/{meeting_id}", response_model=MeetingRecord)
async def assign(meeting_id: UUID, body: Assign, desk: Running) -> Response:
    """Let somebody interpret a meeting, instead of whoever did."""
    command = partial(assigning.assign_interpreter, meeting_id=meeting_id, person_id=body.person)
    return await desk.run(command, body)


@router.delete("/meetings/{meeting_id}", response_model=MeetingRecord)
async def unassign(meeting_id: UUID, desk: Running) -> Response:
    """Let nobody interpret it: it waits for somebody, if its people need one."""
    return await desk.run(partial(assigning.unassign, meeting_id=meeting_id))


@router.post("/meetings/{meeting_id}/waive", response_model=MeetingRecord)
async def waive(meeting_id: UUID, desk: Running) -> Response:
    """Let it go on without an interpreter."""
    return await desk.run(partial(assigning.waive, meeting_id=meeting_id))


@router.get("/blocks")
def list_blocks(desk: Joining) -> list[BlockRecord]:
    """Reserved hours: one's own, those of one's parties; all of them for staff."""
    with desk.reading() as db:
        return queries.block_records(db, desk.convention_id)


@router.post("/blocks", status_code=201, response_model=BlockRecord)
async def reserve(body: NewBlock, desk: Running) -> Response:
    """Reserve hours of an interpreter for one party."""
    command = partial(
        blocks.reserve, person_id=body.person, party_id=body.party, starts_at=body.starts_at, ends_at=body.ends_at
    )
    return await desk.run(command, body, 201)


@router.delete("/blocks/{block_id}", response_model=BlockRecord)
async def give_back(block_id: UUID, desk: Running) -> Response:
    """Give reserved hours back. Meetings in them keep the interpreter, as far as the rules allow."""
    return await desk.run(partial(blocks.give_back, block_id=block_id))
