"""Places in sessions: one's own, and what planners give."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, Field
from sqlmodel import col, select

import sessions.registration as commands
from server.accounts.permissions import May
from server.accounts.tables import Person
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.api.fields import MailAddress
from server.errors import NotFound
from server.usecases.people import give_places
from sessions.events import Gone, RegistrationRecord
from sessions.records import registration_record
from sessions.registration import PlacesRecord, Seat
from sessions.tables import ProgrammeSession, Registration

router = convention_router("programme", "/programme/{session_id}")

Running = Annotated[Desk, Depends(Needs(May.RUN_PROGRAMME))]


class Places(Input):
    """Who is to have a place, by their accounts' ids or mail addresses: invited, or, if `settled`, without being
    asked."""

    people: Annotated[list[UUID | MailAddress], Field(min_length=1, max_length=500)]
    seat: Seat = Seat.AUDIENCE
    settled: bool = False


class PlaceEntry(BaseModel):
    """A place and whose it is."""

    place: RegistrationRecord
    name: dict[str, Any] | None


@router.post("/registration", response_model=RegistrationRecord)
async def register(session_id: UUID, desk: DeskDep) -> Response:
    """Take a place, or wait for one: `state` tells which."""
    return await desk.run(partial(commands.register, session_id=session_id))


@router.delete("/registration", response_model=RegistrationRecord)
async def give_up(session_id: UUID, desk: DeskDep) -> Response:
    """Give your place up; who waits first moves up."""
    return await desk.run(partial(commands.give_up, session_id=session_id))


@router.get("/places")
def list_places(session_id: UUID, desk: Running) -> list[PlaceEntry]:
    """Everybody's places, in the order in which they came."""
    query = (
        select(Registration, Person.name)
        .join(Person, col(Person.id) == Registration.person_id, isouter=True)
        .where(Registration.session_id == session_id)
        .order_by(col(Registration.at), col(Registration.id))
    )
    with desk.reading() as db:
        if db.get(ProgrammeSession, session_id) is None:
            raise NotFound
        return [PlaceEntry(place=registration_record(place), name=name) for place, name in db.exec(query)]


@router.post("/places", response_model=PlacesRecord)
async def give(session_id: UUID, body: Places, desk: Running) -> Response:
    """Invite people, or give them a place or a seat on stage."""
    command = partial(give_places, session_id=session_id, people=body.people, seat=body.seat, settled=body.settled)
    return await desk.run(command, body)


@router.delete("/places/{place_id}", response_model=Gone)
async def remove(session_id: UUID, place_id: UUID, desk: Running) -> Response:
    """Take a place or an invitation away."""
    return await desk.run(partial(commands.remove_place, session_id=session_id, place_id=place_id))
