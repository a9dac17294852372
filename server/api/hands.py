"""Hands: raise one's own, and for moderators who comes on stage."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel
from sqlmodel import col, select

import sessions.floor.hands as commands
from server.accounts.tables import Person
from server.api.door import DeskDep, Input, convention_router
from server.errors import NotFound
from sessions.floor.events import HandRecord
from sessions.floor.states import HandState
from sessions.floor.tables import Hand
from sessions.tables import ProgrammeSession

router = convention_router("floor", "/programme/{session_id}/hands")


class HandOut(BaseModel):
    """A hand that is up, invited or on stage, and whose it is."""

    id: UUID
    person: UUID
    name: dict[str, Any] | None
    state: str
    at: datetime
    version: int


class Call(Input):
    """Who is asked on stage: somebody who has a seat there."""

    person: UUID


@router.get("")
def get_hands(session_id: UUID, desk: DeskDep) -> list[HandOut]:
    """The hands that are up, in the order in which they went up; for who does not moderate, their own."""
    query = (
        select(Hand, Person.name)
        .join(Person, col(Person.id) == Hand.person_id)
        .where(Hand.session_id == session_id, Hand.state != HandState.LOWERED.value)
        .order_by(col(Hand.at), col(Hand.id))
    )
    with desk.reading() as db:
        if db.get(ProgrammeSession, session_id) is None:
            raise NotFound
        return [
            HandOut(id=hand.id, person=hand.person_id, name=name, state=hand.state, at=hand.at, version=hand.version)
            for hand, name in db.exec(query)
        ]


@router.post("", status_code=201, response_model=HandRecord)
async def raise_hand(session_id: UUID, desk: DeskDep) -> Response:
    """You would like to speak."""
    return await desk.run(partial(commands.raise_hand, session_id=session_id), status=201)


@router.delete("", response_model=HandRecord)
async def lower_hand(session_id: UUID, desk: DeskDep) -> Response:
    """No longer, not after all, or you have spoken."""
    return await desk.run(partial(commands.lower_hand, session_id=session_id))


@router.post("/call", response_model=HandRecord)
async def call(session_id: UUID, body: Call, desk: DeskDep) -> Response:
    """Ask somebody on stage who has a seat there."""
    return await desk.run(partial(commands.call, session_id=session_id, person_id=body.person), body)


@router.post("/{hand_id}/invite", response_model=HandRecord)
async def invite(session_id: UUID, hand_id: UUID, desk: DeskDep) -> Response:
    """Ask on stage whose hand is up."""
    return await desk.run(partial(commands.invite, session_id=session_id, hand_id=hand_id))


@router.post("/{hand_id}/decline", response_model=HandRecord)
async def decline(session_id: UUID, hand_id: UUID, desk: DeskDep) -> Response:
    """Not now, or not after all."""
    return await desk.run(partial(commands.decline, session_id=session_id, hand_id=hand_id))


@router.post("/{hand_id}/bring-on-stage", response_model=HandRecord)
async def bring_on_stage(session_id: UUID, hand_id: UUID, desk: DeskDep) -> Response:
    """They are on stage."""
    return await desk.run(partial(commands.bring_on_stage, session_id=session_id, hand_id=hand_id))


@router.post("/{hand_id}/take-off", response_model=HandRecord)
async def take_off(session_id: UUID, hand_id: UUID, desk: DeskDep) -> Response:
    """They have spoken."""
    return await desk.run(partial(commands.take_off, session_id=session_id, hand_id=hand_id))
