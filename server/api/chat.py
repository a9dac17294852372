"""A session's chat: write, report, moderate."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, StringConstraints

import sessions.floor.chat as commands
from server.accounts.permissions import May
from server.api import floor
from server.api.door import DeskDep, Input, convention_router
from server.api.floor import MessageEntry
from sessions.floor.word_events import MessageRecord
from sessions.readers import can_moderate

router = convention_router("floor", "/programme/{session_id}/chat")


class Line(Input):
    """A line of chat."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class MessagePage(BaseModel):
    """Lines in the order in which they were written. `before` is the cursor of the page before it; null at the
    beginning."""

    items: list[MessageEntry]
    before: UUID | None


@router.get("")
def get_messages(
    session_id: UUID,
    desk: DeskDep,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = floor.MESSAGES,
) -> MessagePage:
    """The newest lines, or those before a cursor. Moderators also see what is held or hidden, writers their own."""
    person, staff = desk.actor.person_id, desk.actor.may(May.RUN_PROGRAMME)
    with desk.reading() as db:
        floor.watchable(db, desk, session_id)
        behind = can_moderate(db, session_id, person, staff=staff)
        found = floor.messages(db, session_id, person, limit=limit + 1, before=before, behind=behind)
    items = found[-limit:]
    return MessagePage(items=items, before=items[0].id if len(found) > limit else None)


@router.post("", status_code=201, response_model=MessageRecord)
async def post(session_id: UUID, body: Line, desk: DeskDep) -> Response:
    """Write a line; if it is held, a moderator looks at it first."""
    return await desk.run(partial(commands.post, session_id=session_id, text=body.text), body, 201)


@router.post("/{message_id}/report", response_model=MessageRecord)
async def report(session_id: UUID, message_id: UUID, desk: DeskDep) -> Response:
    """Say that it should not stand there."""
    return await desk.run(partial(commands.report, session_id=session_id, message_id=message_id))


@router.post("/{message_id}/show", response_model=MessageRecord)
async def show(session_id: UUID, message_id: UUID, desk: DeskDep) -> Response:
    """Let it stand, or stand again."""
    return await desk.run(partial(commands.show, session_id=session_id, message_id=message_id))


@router.post("/{message_id}/hide", response_model=MessageRecord)
async def hide(session_id: UUID, message_id: UUID, desk: DeskDep) -> Response:
    """Put it away."""
    return await desk.run(partial(commands.hide, session_id=session_id, message_id=message_id))
