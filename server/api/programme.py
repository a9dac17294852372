"""The conference programme: plan it, run it, read it."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field, StringConstraints

import sessions.programme as commands
import sessions.queries
from matchmaking.slots import to_instant
from server.api.door import DeskDep, Input, StaffDep, convention_router
from server.database import reading
from server.errors import NotFound
from sessions.events import SessionRecord
from sessions.programme import Kind
from sessions.queries import ProgrammeEntry

router = convention_router("programme", "/programme")

Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Link = Annotated[str, StringConstraints(pattern=r"^(https://\S{1,490})?$")]


class Plan(Input):
    """A session to be put on the programme. `title` is text by language, and under "original" the original's.

    Times are instants, or wall times in the convention's zone; where clocks show one twice, `fold` says which
    (0 the first, 1 the second).
    """

    title: Annotated[dict[str, Text], Field(max_length=20)]
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    fold: Literal[0, 1] | None = None
    track: Annotated[str, StringConstraints(max_length=80)] = ""
    stream_url: Link | None = None


class Change(Input):
    """What is to be different; fields left out stay. Times as in `Plan`."""

    title: Annotated[dict[str, Text], Field(max_length=20)] | None = None
    kind: Kind | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
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
    with reading(desk.parts.engine) as db:
        return sessions.queries.programme(db, desk.convention_id)


@router.get("/{session_id}")
def get_session(session_id: UUID, desk: DeskDep) -> ProgrammeEntry:
    """One session."""
    with reading(desk.parts.engine) as db:
        found = sessions.queries.entry(db, desk.convention_id, session_id)
    if found is None:
        raise NotFound
    return found


@router.post("", status_code=201, response_model=SessionRecord)
async def plan(body: Plan, desk: StaffDep) -> Response:
    """Put a session on the programme; it goes live and ends by itself, or by the operator's hand."""
    return await desk.run(partial(commands.plan, **with_instants(body, desk.house.zone)), body, 201)


@router.patch("/{session_id}", response_model=SessionRecord)
async def change(session_id: UUID, body: Change, desk: StaffDep) -> Response:
    """Change what is given."""
    return await desk.run(partial(commands.change, session_id=session_id, **with_instants(body, desk.house.zone)), body)


@router.post("/{session_id}/go-live", response_model=SessionRecord)
async def go_live(session_id: UUID, desk: StaffDep) -> Response:
    """Begin now."""
    return await desk.run(partial(commands.go_live, session_id=session_id))


@router.post("/{session_id}/end", response_model=SessionRecord)
async def end(session_id: UUID, desk: StaffDep) -> Response:
    """End now."""
    return await desk.run(partial(commands.end, session_id=session_id))


@router.post("/{session_id}/cancel", response_model=SessionRecord)
async def cancel(session_id: UUID, desk: StaffDep) -> Response:
    """Call it off."""
    return await desk.run(partial(commands.cancel, session_id=session_id))
