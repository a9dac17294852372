"""Sessions as they run: the operator's buttons."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

import sessions.running as commands
from server.accounts.permissions import May
from server.api.door import Desk, Needs, convention_router
from sessions.events import SessionRecord

router = convention_router("programme", "/programme/{session_id}")

Running = Annotated[Desk, Depends(Needs(May.RUN_PROGRAMME))]


@router.post("/go-live", response_model=SessionRecord)
async def go_live(session_id: UUID, desk: Running) -> Response:
    """Begin now."""
    return await desk.run(partial(commands.go_live, session_id=session_id))


@router.post("/pause", response_model=SessionRecord)
async def pause(session_id: UUID, desk: Running) -> Response:
    """Interrupt it: its notice is shown meanwhile, and whoever is there stays counted."""
    return await desk.run(partial(commands.pause, session_id=session_id))


@router.post("/resume", response_model=SessionRecord)
async def resume(session_id: UUID, desk: Running) -> Response:
    """Go on, after a pause or an end that came too early."""
    return await desk.run(partial(commands.resume, session_id=session_id))


@router.post("/end", response_model=SessionRecord)
async def end(session_id: UUID, desk: Running) -> Response:
    """End now."""
    return await desk.run(partial(commands.end, session_id=session_id))


@router.post("/replay", response_model=SessionRecord)
async def show_again(session_id: UUID, desk: Running) -> Response:
    """Offer its replay."""
    return await desk.run(partial(commands.show_again, session_id=session_id))


@router.delete("/replay", response_model=SessionRecord)
async def hide_again(session_id: UUID, desk: Running) -> Response:
    """Offer it no longer."""
    return await desk.run(partial(commands.show_again, session_id=session_id, shown=False))
