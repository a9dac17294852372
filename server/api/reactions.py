"""Reactions over HTTP, for networks without websockets: counted where those of the live stream are."""

from uuid import UUID

from fastapi import Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, convention_router, required_key
from server.errors import NotAllowed, NotFound
from sessions.errors import NotOffered, WrongState
from sessions.floor.reactions import Reaction
from sessions.floor.readers import rules_of
from sessions.readers import can_watch
from sessions.states import RUNNING
from sessions.tables import ProgrammeSession

router = convention_router("floor", "/programme/{session_id}/reactions")


class Given(Input):
    """A reaction."""

    reaction: Reaction


@router.post("", status_code=204, response_class=Response)
async def react(session_id: UUID, body: Given, desk: DeskDep) -> Response:
    """Clap, and the like, while the session runs. Sent twice, it counts twice."""
    required_key(desk.request)

    def look() -> None:
        with desk.reading() as db:
            _check(db, session_id, desk)

    await run_in_threadpool(look)
    desk.parts.reactions.add(desk.convention_id, session_id, body.reaction)
    return Response(status_code=204)


def _check(db: Session, session_id: UUID, desk: Desk) -> None:
    """Refuse who may not watch it, and sessions in which there is nothing to react to."""
    session = db.get(ProgrammeSession, session_id)
    if session is None:
        raise NotFound
    if not can_watch(db, session_id, desk.actor.person_id, staff=desk.actor.may(May.RUN_PROGRAMME)):
        raise NotAllowed
    if session.state not in RUNNING:
        raise WrongState(subject="session", state=session.state)
    if not rules_of(session).reactions:
        raise NotOffered
