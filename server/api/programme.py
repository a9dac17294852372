"""The conference programme: plan it, announce it, read it. How sessions run is in running.py."""

from datetime import UTC
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import Field, StringConstraints

import sessions.entries
import sessions.programme as commands
from matchmaking.slots import to_instant
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.api.fields import Time
from server.errors import NotFound
from sessions.entries import Programme, ProgrammeEntry
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules
from sessions.programme import AudienceKind, Kind, RunBy
from sessions.states import SessionState

router = convention_router("programme", "/programme")

Planning = Annotated[Desk, Depends(Needs(May.PLAN_PROGRAMME))]

Language = Annotated[str, StringConstraints(max_length=16, pattern=r"^[A-Za-z0-9-]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Title = Annotated[dict[Language, Words], Field(max_length=20)]
Abstract = Annotated[dict[Language, Prose], Field(max_length=20)]
Code = Annotated[str, StringConstraints(max_length=80)]
Places = Annotated[int, Field(ge=1, le=100_000)]


class Details(Input):
    """What a session may have besides a title and its times. Texts are by language, under "original" the original's.

    `capacity` limits the places, and `registers` asks for one; `run_by` says what lets it begin and end; `floor` what
    its audience may do; `notice` is shown while there is nothing to see.
    """

    abstract: Abstract | None = None
    notice: Title | None = None
    track: Code | None = None
    room: Code | None = None
    languages: Annotated[list[Language], Field(max_length=20)] | None = None
    audience: AudienceKind | None = None
    registers: bool | None = None
    capacity: Places | None = None
    run_by: RunBy | None = None
    floor: FloorRules | None = None


class Plan(Details):
    """A session to be put on the programme, as a draft, announced, or scheduled.

    Times are instants, or wall times in the convention's zone; where clocks show one twice, `fold` says which (0 the
    first, 1 the second).
    """

    title: Title
    kind: Kind
    starts_at: Time
    ends_at: Time
    fold: Literal[0, 1] | None = None
    state: Literal["draft", "published", "scheduled"] = "scheduled"


class Change(Details):
    """What is to be different; fields left out stay, `capacity: null` lifts the limit. Times as in `Plan`."""

    title: Title | None = None
    kind: Kind | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None
    fold: Literal[0, 1] | None = None


class Publishing(Input):
    """Whether its time is settled (it will go live by itself), or may still change."""

    settled: bool = True


def given(body: Plan | Change, zone: str) -> dict[str, Any]:
    """The body's fields that were sent, with wall times turned into instants.

    Raises:
        NonexistentTime, AmbiguousTime: a wall time that clocks skip, or show twice.
    """
    fields = {
        name: getattr(body, name)
        for name in body.model_fields_set
        if name not in ("fold", "state") and (name == "capacity" or getattr(body, name) is not None)
    }
    for name in ("starts_at", "ends_at"):
        if (at := fields.get(name)) is not None:
            fields[name] = to_instant(at, zone, body.fold) if at.tzinfo is None else at.astimezone(UTC)
    return fields


@router.get("")
def get_programme(desk: DeskDep) -> Programme:
    """All sessions that you may know of, in the order of their beginning; all tracks, rooms and speakers."""
    with desk.reading() as db:
        return sessions.entries.programme(db, desk.convention_id)


@router.get("/{session_id}")
def get_session(session_id: UUID, desk: DeskDep) -> ProgrammeEntry:
    """One session."""
    with desk.reading() as db:
        found = sessions.entries.entry(db, desk.convention_id, session_id)
    if found is None:
        raise NotFound
    return found


@router.post("", status_code=201, response_model=SessionRecord)
async def plan(body: Plan, desk: Planning) -> Response:
    """Put a session on the programme. What is scheduled goes live and ends by itself, or by the operator's hand."""
    state = SessionState(body.state)
    return await desk.run(partial(commands.plan, **given(body, desk.house.zone), state=state), body, 201)


@router.patch("/{session_id}", response_model=SessionRecord)
async def change(session_id: UUID, body: Change, desk: Planning) -> Response:
    """Change what is given."""
    return await desk.run(partial(commands.change, session_id=session_id, **given(body, desk.house.zone)), body)


@router.post("/{session_id}/publish", response_model=SessionRecord)
async def publish(session_id: UUID, body: Publishing, desk: Planning) -> Response:
    """Announce it to its audience."""
    return await desk.run(partial(commands.publish, session_id=session_id, settled=body.settled), body)


@router.post("/{session_id}/take-back", response_model=SessionRecord)
async def take_back(session_id: UUID, desk: Planning) -> Response:
    """Make it a draft again, also if it was cancelled: only planners see it."""
    return await desk.run(partial(commands.take_back, session_id=session_id))


@router.post("/{session_id}/cancel", response_model=SessionRecord)
async def cancel(session_id: UUID, desk: Planning) -> Response:
    """Call it off."""
    return await desk.run(partial(commands.cancel, session_id=session_id))
