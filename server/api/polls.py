"""Polls of a session: ask, vote, count, show. Who moderates the session asks; the commands know who that is."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field, StringConstraints

import sessions.floor.polls as commands
import sessions.floor.results
from server.accounts.permissions import May
from server.api.door import DeskDep, Input, convention_router
from server.api.programme import Title
from server.errors import NotFound
from sessions.floor.events import PollRecord
from sessions.floor.polls import PollKind, Voted
from sessions.floor.results import PollEntry
from sessions.tables import ProgrammeSession

router = convention_router("floor", "/programme/{session_id}/polls")

Options = Annotated[list[Title], Field(max_length=commands.OPTIONS)]
Most = Annotated[int, Field(ge=1, le=commands.OPTIONS)]
# A word may become shorter when it is written plainly.
Choice = Annotated[
    list[Annotated[str, StringConstraints(max_length=2 * commands.WORD_LENGTH)]], Field(max_length=commands.OPTIONS)
]


class NewPoll(Input):
    """A poll to be drafted: its question and options by language. `most` is how many options one may choose of several,
    or where a scale ends; `shown` lets everybody see how it stands."""

    kind: PollKind
    question: Title
    options: Options = Field(default_factory=list)
    most: Most | None = None
    shown: bool = True


class PollChange(Input):
    """What is to be different in a draft; fields left out stay."""

    kind: PollKind | None = None
    question: Title | None = None
    options: Options | None = None
    most: Most | None = None
    shown: bool | None = None


class Vote(Input):
    """The places of the chosen options ("0" is the first), a step of the scale ("1" is the first), or one word."""

    choice: Choice


@router.get("")
def get_polls(session_id: UUID, desk: DeskDep) -> list[PollEntry]:
    """The session's polls, with your own votes, and how they stand if that is shown; moderators see everything."""
    with desk.reading() as db:
        if db.get(ProgrammeSession, session_id) is None:
            raise NotFound
        staff = desk.actor.may(May.RUN_PROGRAMME)
        return sessions.floor.results.polls(db, session_id, desk.actor.person_id, staff=staff)


@router.post("", status_code=201, response_model=PollRecord)
async def make(session_id: UUID, body: NewPoll, desk: DeskDep) -> Response:
    """Draft a poll."""
    fields = {name: getattr(body, name) for name in NewPoll.model_fields}
    return await desk.run(partial(commands.make, session_id=session_id, **fields), body, 201)


@router.patch("/{poll_id}", response_model=PollRecord)
async def change(session_id: UUID, poll_id: UUID, body: PollChange, desk: DeskDep) -> Response:
    """Change a draft."""
    given = {name: getattr(body, name) for name in body.model_fields_set if getattr(body, name) is not None}
    return await desk.run(partial(commands.change, session_id=session_id, poll_id=poll_id, **given), body)


@router.delete("/{poll_id}", response_model=PollRecord)
async def remove(session_id: UUID, poll_id: UUID, desk: DeskDep) -> Response:
    """Throw a draft away."""
    return await desk.run(partial(commands.remove, session_id=session_id, poll_id=poll_id))


@router.post("/{poll_id}/copy", status_code=201, response_model=PollRecord)
async def copy(session_id: UUID, poll_id: UUID, desk: DeskDep) -> Response:
    """Draft the same once more: a poll that is closed stays closed."""
    return await desk.run(partial(commands.copy, session_id=session_id, poll_id=poll_id), status=201)


@router.post("/{poll_id}/open", response_model=PollRecord)
async def open_poll(session_id: UUID, poll_id: UUID, desk: DeskDep) -> Response:
    """Let everybody vote."""
    return await desk.run(partial(commands.open_poll, session_id=session_id, poll_id=poll_id))


@router.post("/{poll_id}/close", response_model=PollRecord)
async def close(session_id: UUID, poll_id: UUID, desk: DeskDep) -> Response:
    """End the voting, for good."""
    return await desk.run(partial(commands.close, session_id=session_id, poll_id=poll_id))


@router.post("/{poll_id}/show", response_model=PollRecord)
async def show(session_id: UUID, poll_id: UUID, desk: DeskDep) -> Response:
    """Let everybody see how it stands."""
    return await desk.run(partial(commands.show, session_id=session_id, poll_id=poll_id))


@router.post("/{poll_id}/hide", response_model=PollRecord)
async def hide(session_id: UUID, poll_id: UUID, desk: DeskDep) -> Response:
    """Let moderators alone see how it stands."""
    return await desk.run(partial(commands.show, session_id=session_id, poll_id=poll_id, shown=False))


@router.post("/{poll_id}/vote", response_model=Voted)
async def vote(session_id: UUID, poll_id: UUID, body: Vote, desk: DeskDep) -> Response:
    """Vote, once and for all."""
    command = partial(commands.vote, session_id=session_id, poll_id=poll_id, choice=body.choice)
    return await desk.run(command, body)
