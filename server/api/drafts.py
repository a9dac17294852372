"""Automatic schedules: asked for, watched, compared, edited, published."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from matchmaking.drafts import drafting, editing, publishing, queries
from matchmaking.drafts.events import DraftGone, DraftRecord
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.presence import Site
from matchmaking.drafts.queries import Comparison, DraftAnswer, DraftMeetingAnswer, UnservedAnswer
from matchmaking.drafts.tables import Draft
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.requests import Limit
from server.errors import NotFound
from server.scheduling.sites import sites_of

router = convention_router("drafts", "/drafts")

Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]
Title = Annotated[str, StringConstraints(max_length=120)]

USUAL = SchedulePolicy()


class Wanted(Input):
    """What is asked for. The same seed and rows give the same schedule. `based_on`: a draft whose pinned meetings stay
    where they are, and from whose others the search begins."""

    title: Title = ""
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    based_on: UUID | None = None
    policy: SchedulePolicy = USUAL


class Naming(Input):
    """What a draft is called; left out, it stays."""

    title: Title | None = None


class Slot(Input):
    """Where a meeting is to be."""

    slot: UUID


class DraftMeetingPage(BaseModel):
    """Meetings of a draft. `next` is the cursor of the next page; null at the end."""

    items: list[DraftMeetingAnswer]
    next: UUID | None


class UnservedPage(BaseModel):
    """Parties that got less than they wished. `next` is the cursor of the next page; null at the end."""

    items: list[UnservedAnswer]
    next: UUID | None


@router.post("", status_code=201, response_model=DraftRecord)
async def ask_for(body: Wanted, desk: Running) -> Response:
    """Ask for a schedule. It is made beside the server; how far it is, is told on the organiser's topic."""
    command = partial(drafting.ask_for, policy=body.policy, title=body.title, seed=body.seed, based_on=body.based_on)
    return await desk.run(command, body, 201)


@router.get("")
def list_drafts(desk: Running) -> list[DraftAnswer]:
    """All drafts, the newest first."""
    with desk.reading() as db:
        return [queries.draft_answer(db, row) for row in queries.drafts_of(db, desk.convention_id)]


@router.get("/compare")
def compare(desk: Running, first: UUID, second: UUID, limit: Limit = 100) -> Comparison:
    """Two drafts side by side: quality beside quality, what only one has, what is at another time."""
    with desk.reading() as db:
        return queries.compare(db, _draft(db, desk, first), _draft(db, desk, second), limit)


@router.get("/{draft_id}")
def get_draft(draft_id: UUID, desk: Running) -> DraftAnswer:
    """How a draft stands, and how good it is."""
    with desk.reading() as db:
        return queries.draft_answer(db, _draft(db, desk, draft_id))


@router.patch("/{draft_id}", response_model=DraftRecord)
async def rename(draft_id: UUID, body: Naming, desk: Running) -> Response:
    """Call a draft something else."""
    return await desk.run(partial(drafting.rename, draft_id=draft_id, title=body.title), body)


@router.delete("/{draft_id}", response_model=DraftGone)
async def remove(draft_id: UUID, desk: Running) -> Response:
    """Remove a draft. Meetings that it was published as stay."""
    return await desk.run(partial(drafting.remove, draft_id=draft_id))


@router.post("/{draft_id}/cancel", response_model=DraftRecord)
async def cancel(draft_id: UUID, desk: Running) -> Response:
    """Call the search off; the best that it has found stays."""
    return await desk.run(partial(drafting.cancel, draft_id=draft_id))


@router.post("/{draft_id}/publish", response_model=DraftRecord)
async def publish(draft_id: UUID, desk: Running) -> Response:
    """Make all its meetings at once, and tell everybody theirs."""
    sites = await run_in_threadpool(_sites, desk)
    return await desk.run(partial(publishing.publish, draft_id=draft_id, sites=sites))


@router.get("/{draft_id}/meetings")
def list_meetings(
    draft_id: UUID,
    desk: Running,
    after: UUID | None = None,
    limit: Limit = 50,
    party: UUID | None = None,
    lost: Annotated[bool, Query(description="Only what was taken out, or could not be made.")] = False,
) -> DraftMeetingPage:
    """The draft's meetings, also while it is being made: the best so far."""
    with desk.reading() as db:
        _draft(db, desk, draft_id)
        items = queries.meetings_page(db, draft_id, after, limit + 1, party=party, lost=lost)
    return DraftMeetingPage(items=items[:limit], next=items[limit - 1].id if len(items) > limit else None)


@router.get("/{draft_id}/unserved")
def list_unserved(draft_id: UUID, desk: Running, after: UUID | None = None, limit: Limit = 50) -> UnservedPage:
    """Who got less than they wished, and why."""
    with desk.reading() as db:
        _draft(db, desk, draft_id)
        items = queries.unserved_page(db, draft_id, after, limit + 1)
    return UnservedPage(items=items[:limit], next=items[limit - 1].party if len(items) > limit else None)


@router.post("/{draft_id}/meetings/{draft_meeting_id}/move", response_model=DraftRecord)
async def move(draft_id: UUID, draft_meeting_id: UUID, body: Slot, desk: Running) -> Response:
    """Drag a meeting to another slot; refused with what is in the way, and the nearest slots that are free."""
    sites = await run_in_threadpool(_sites, desk)
    command = partial(editing.move, draft_id=draft_id, meeting_id=draft_meeting_id, slot_id=body.slot, sites=sites)
    return await desk.run(command, body)


@router.post("/{draft_id}/meetings/{draft_meeting_id}/pin", response_model=DraftRecord)
async def pin(draft_id: UUID, draft_meeting_id: UUID, desk: Running) -> Response:
    """Let a schedule that is based on this one keep it where it is."""
    return await desk.run(partial(editing.pin, draft_id=draft_id, meeting_id=draft_meeting_id, pinned=True))


@router.post("/{draft_id}/meetings/{draft_meeting_id}/unpin", response_model=DraftRecord)
async def unpin(draft_id: UUID, draft_meeting_id: UUID, desk: Running) -> Response:
    """Let it be moved again."""
    return await desk.run(partial(editing.pin, draft_id=draft_id, meeting_id=draft_meeting_id, pinned=False))


@router.post("/{draft_id}/meetings/{draft_meeting_id}/take-out", response_model=DraftRecord)
async def take_out(draft_id: UUID, draft_meeting_id: UUID, desk: Running) -> Response:
    """Take a meeting out of the draft; it can be put back."""
    return await desk.run(partial(editing.take_out, draft_id=draft_id, meeting_id=draft_meeting_id))


@router.post("/{draft_id}/meetings/{draft_meeting_id}/ban", response_model=DraftRecord)
async def ban(draft_id: UUID, draft_meeting_id: UUID, desk: Running) -> Response:
    """Take a meeting out of the draft, and let the two not be scheduled any more."""
    return await desk.run(partial(editing.ban, draft_id=draft_id, meeting_id=draft_meeting_id))


@router.post("/{draft_id}/meetings/{draft_meeting_id}/put-back", response_model=DraftRecord)
async def put_back(draft_id: UUID, draft_meeting_id: UUID, desk: Running) -> Response:
    """Put back what was taken out, where it was; a ban is lifted."""
    sites = await run_in_threadpool(_sites, desk)
    return await desk.run(partial(editing.put_back, draft_id=draft_id, meeting_id=draft_meeting_id, sites=sites))


def _draft(db: Session, desk: Desk, draft_id: UUID) -> Draft:
    found = queries.find_draft(db, desk.convention_id, draft_id)
    if found is None:
        raise NotFound
    return found


def _sites(desk: Desk) -> list[Site]:
    """The tables at which meetings can be."""
    with desk.reading() as db:
        return sites_of(db, desk.convention_id)
