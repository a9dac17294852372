"""Who interprets at a convention: added, changed, withdrawn, and when they are there."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, Field, model_validator
from sqlmodel import col, select

from matchmaking.interpreting import roster
from matchmaking.interpreting.events import InterpreterRecord
from matchmaking.parties import Day
from matchmaking.tables import Availability
from server.accounts.contacts import names_of
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Country, Language, MailAddress, Name, Zone
from server.api.representatives import DayOut, Hours
from server.conventions.interpreters import NewInterpreter, add_interpreter

router = convention_router("interpreters", "/interpreters")

Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]
Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PARTIES))]

Minutes = Annotated[int, Field(ge=5, le=24 * 60)]
Pairs = Annotated[tuple[tuple[Language, Language], ...], Field(max_length=200)]


def _two_languages(pairs: Pairs | None) -> None:
    if any(source == target for source, target in pairs or ()):
        raise ValueError("a pair is of two languages")


class Newcomer(Input):
    """An interpreter to be. `pairs` are [from, into] languages, each direction one; `party` is who brings them."""

    email: MailAddress
    name: Name | None = None
    country: Country | None = None
    zone: Zone | None = None
    pairs: Annotated[Pairs, Field(min_length=1)]
    daily_minutes: Minutes | None = None
    party: UUID | None = None

    @model_validator(mode="after")
    def _between_two(self) -> "Newcomer":
        _two_languages(self.pairs)
        return self


class Change(Input):
    """What is to change; what is left out stays. `active: false` withdraws them; null lifts the limit of minutes, or
    makes them everybody's."""

    zone: Zone | None = None
    pairs: Pairs | None = None
    daily_minutes: Minutes | None = None
    party: UUID | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _between_two(self) -> "Change":
        _two_languages(self.pairs)
        return self

    def given(self) -> dict[str, Any]:
        """What was sent."""
        nothing = ("zone", "pairs", "active")
        return {
            name: getattr(self, name)
            for name in self.model_fields_set
            if not (name in nothing and getattr(self, name) is None)
        }


class Listed(BaseModel):
    """An interpreter with their name."""

    name: dict[str, Any] | None
    interpreter: InterpreterRecord


@router.get("")
def list_interpreters(desk: Running) -> list[Listed]:
    """Everybody who interprets, also those who are withdrawn."""
    with desk.reading() as db:
        found = roster.records(db, desk.convention_id)
        names = names_of(db, [one.id for one in found])
    return [Listed(name=names.get(one.id), interpreter=one) for one in found]


@router.post("", status_code=201, response_model=InterpreterRecord)
async def add(body: Newcomer, desk: Managing) -> Response:
    """Let somebody interpret; who does already is changed. They are there in usual hours until they say theirs."""
    newcomer = NewInterpreter(
        email=body.email,
        name=dict(body.name) if body.name else None,
        country=body.country,
        zone=body.zone or desk.house.zone,
        pairs=body.pairs,
        daily_minutes=body.daily_minutes,
        party=body.party,
    )
    return await desk.run(partial(add_interpreter, host_id=desk.house.host_id, newcomer=newcomer), body, 201)


@router.patch("/{person_id}", response_model=InterpreterRecord)
async def change(person_id: UUID, body: Change, desk: Running) -> Response:
    """Change or withdraw an interpreter. Meetings to come that they can no longer take go to others, or wait."""
    return await desk.run(partial(roster.change, person_id=person_id, **body.given()), body)


@router.get("/{person_id}/hours")
def get_hours(person_id: UUID, desk: Running) -> list[DayOut]:
    """When an interpreter is there."""
    with desk.reading() as db:
        roster.load(db, desk.convention_id, person_id)
        rows = db.exec(
            select(Availability)
            .where(Availability.convention_id == desk.convention_id, Availability.person_id == person_id)
            .order_by(col(Availability.local_date))
        )
        return [DayOut(**row.model_dump(include=set(DayOut.model_fields))) for row in rows]


@router.put("/{person_id}/hours", response_model=InterpreterRecord)
async def set_hours(person_id: UUID, body: Hours, desk: Running) -> Response:
    """Set when an interpreter is there; meetings to come at other times go to others, or wait."""
    days = [Day(**day.model_dump()) for day in body.days]
    return await desk.run(partial(roster.set_hours, person_id=person_id, zone=body.zone, days=days), body)
