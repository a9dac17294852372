"""The conference programme: plan it, run it, read it."""

from datetime import UTC
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import AfterValidator, Field, StringConstraints

import sessions.programme as commands
import sessions.queries
from matchmaking.instructions import is_safe_stream
from matchmaking.slots import to_instant
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.api.fields import Time
from server.errors import NotFound
from sessions.events import SessionRecord
from sessions.programme import Kind
from sessions.queries import ProgrammeEntry

router = convention_router("programme", "/programme")

Planning = Annotated[Desk, Depends(Needs(May.PLAN_PROGRAMME))]
Running = Annotated[Desk, Depends(Needs(May.RUN_PROGRAMME))]

Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Title = Annotated[dict[Annotated[str, StringConstraints(max_length=16)], Text], Field(max_length=20)]


def _stream(url: str) -> str:
    if url and not is_safe_stream(url):
        raise ValueError("send an https address without a name or password in it")
    return url


Link = Annotated[str, StringConstraints(pattern=r"^(https://\S{1,490})?$"), AfterValidator(_stream)]


class Plan(Input):
    """A session to be put on the programme. `title` is text by language, and under "original" the original's.

    Times are instants, or wall times in the convention's zone; where clocks show one twice, `fold` says which
    (0 the first, 1 the second).
    """

    title: Title
    kind: Kind
    starts_at: Time
    ends_at: Time
    fold: Literal[0, 1] | None = None
    track: Annotated[str, StringConstraints(max_length=80)] = ""
    stream_url: Link | None = None


class Change(Input):
    """What is to be different; fields left out stay. Times as in `Plan`."""

    title: Title | None = None
    kind: Kind | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None
    fold: Literal[0, 1] | None = None
    track: Annotated[str, StringConstraints(max_length=80)] | None = None
    stream_url: Link | None = None


def with_instants(body: Plan | Change, zone: str) -> dict[str, Any]:
    """The body's fields with wall times turned into instants.

    Raises:
        NonexistentTime, AmbiguousTime: a wall time that clocks skip, or show twice.
    """
    fields = dict(body)
    fold = fields.pop("fold")
    for name in ("starts_at", "ends_at"):
        at = fields[name]
        if at is not None:
            fields[name] = to_instant(at, zone, fold) if at.tzinfo is None else at.astimezone(UTC)
    return fields


@router.get("")
def get_programme(desk: DeskDep) -> list[ProgrammeEntry]:
    """All sessions in the order of their beginning."""
    with desk.reading() as db:
        return sessions.queries.programme(db, desk.convention_id)


@router.get("/{session_id}")
def get_session(session_id: UUID, desk: DeskDep) -> ProgrammeEntry:
    """One session."""
    with desk.reading() as db:
        found = sessions.queries.entry(db, desk.convention_id, session_id)
    if found is None:
        raise NotFound
    return found


@router.post("", status_code=201, response_model=SessionRecord)
async def plan(body: Plan, desk: Planning) -> Response:
    """Put a session on the programme; it goes live and ends by itself, or by the operator's hand."""
    return await desk.run(partial(commands.plan, **with_instants(body, desk.house.zone)), body, 201)


@router.patch("/{session_id}", response_model=SessionRecord)
async def change(session_id: UUID, body: Change, desk: Planning) -> Response:
    """Change what is given."""
    return await desk.run(partial(commands.change, session_id=session_id, **with_instants(body, desk.house.zone)), body)


@router.post("/{session_id}/go-live", response_model=SessionRecord)
async def go_live(session_id: UUID, desk: Running) -> Response:
    """Begin now."""
    return await desk.run(partial(commands.go_live, session_id=session_id))


@router.post("/{session_id}/end", response_model=SessionRecord)
async def end(session_id: UUID, desk: Running) -> Response:
    """End now."""
    return await desk.run(partial(commands.end, session_id=session_id))


@router.post("/{session_id}/cancel", response_model=SessionRecord)
async def cancel(session_id: UUID, desk: Planning) -> Response:
    """Call it off."""
    return await desk.run(partial(commands.cancel, session_id=session_id))
