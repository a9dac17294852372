"""Mutes: who may not write in a session for now, by what they wrote, for those who moderate it."""

from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

import sessions.floor.mutes as commands
from server.api.door import DeskDep, Input, convention_router
from sessions.floor.word_events import MuteRecord

router = convention_router("floor", "/programme/{session_id}/mutes")


class Silence(Input):
    """Whoever wrote the question or line of chat `cause` writes no more for so many minutes, or as long as the floor is
    open."""

    cause: UUID
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None


@router.post("", status_code=201, response_model=MuteRecord)
async def mute(session_id: UUID, body: Silence, desk: DeskDep) -> Response:
    """Let them write no more. Who they are is not told."""
    lasting = None if body.minutes is None else timedelta(minutes=body.minutes)
    return await desk.run(partial(commands.mute, session_id=session_id, cause=body.cause, lasting=lasting), body, 201)


@router.delete("/{mute_id}", response_model=MuteRecord)
async def lift(session_id: UUID, mute_id: UUID, desk: DeskDep) -> Response:
    """Let them write again."""
    return await desk.run(partial(commands.lift, session_id=session_id, mute_id=mute_id))
