"""Whom a party sends: its own admins see to that, and the organiser, who invites organisations."""

from datetime import date
from functools import partial
from itertools import pairwise
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, Field, model_validator
from sqlmodel import col, select

from matchmaking.parties import Day
from matchmaking.tables import Availability, Representative
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Country, Languages, LocalDate, MailAddress, Name, Phone, Text, Zone
from server.conventions import representatives as commands
from server.conventions.representatives import SeatRecord
from server.errors import NotAllowed, NotFound

router = convention_router("representatives", "/parties")

Meeting = Annotated[Desk, Depends(Needs(May.MEET))]
ManagingOwn = Annotated[Desk, Depends(Needs(May.MANAGE_PARTY))]
Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PARTIES))]

Minute = Annotated[int, Field(ge=0, le=2880)]
Words = Annotated[tuple[Text, ...], Field(max_length=50)]


class NewRepresentative(Input):
    """A representative to be. Of somebody whom the host knows already, nothing that is known is overwritten."""

    email: MailAddress
    name: Name | None = None
    position: Text | None = None
    phone: Phone | None = None
    languages: Languages = ()
    zone: Zone | None = None
    admin: bool = False

    def newcomer(self) -> commands.Newcomer:
        """The same for the command."""
        return commands.Newcomer(**self.model_dump())


class NewParty(Input):
    """An organisation to be invited, and the first of its people, who manages the others."""

    name: Name
    country: Country | None = None
    zone: Zone
    offers: bool
    seeks: bool
    city: Text | None = None
    category: Text | None = None
    products: Words = ()
    interests: Words = ()
    target_countries: Annotated[tuple[Country, ...], Field(max_length=50)] = ()
    contact: NewRepresentative

    @model_validator(mode="after")
    def _does_something(self) -> "NewParty":
        if not (self.offers or self.seeks):
            raise ValueError("a party offers, seeks, or both")
        if not self.name.keys() - {"original"}:
            raise ValueError("a name in one language at least")
        return self


class RepresentativeChange(Input):
    """What is to change; what is left out stays."""

    name: Name | None = None
    position: Text | None = None
    phone: Phone | None = None
    languages: Languages | None = None
    zone: Zone | None = None
    admin: bool | None = None


class DayIn(Input):
    """One local date: how somebody takes part, and [opens, closes] in minutes after midnight (past 1440: after it)."""

    local_date: LocalDate
    mode: Literal["online", "on_site"] = "online"
    hours: Annotated[tuple[tuple[Minute, Minute], ...], Field(max_length=8)]

    @model_validator(mode="after")
    def _in_order(self) -> "DayIn":
        if any(opens >= closes for opens, closes in self.hours):
            raise ValueError("hours open before they close")
        if any(one[1] > other[0] for one, other in pairwise(self.hours)):
            raise ValueError("hours follow each other")
        return self


class Hours(Input):
    """When somebody is there; on dates that are not named they are not."""

    zone: Zone | None = None
    days: Annotated[tuple[DayIn, ...], Field(max_length=70)]

    @model_validator(mode="after")
    def _once(self) -> "Hours":
        if len({day.local_date for day in self.days}) != len(self.days):
            raise ValueError("each date once")
        return self


class DayOut(BaseModel):
    """One local date. `source`: stated, all_day, assumed (nobody said anything)."""

    local_date: date
    mode: str
    zone: str
    hours: list[list[int]]
    source: str


@router.post("", status_code=201, response_model=SeatRecord)
async def add_party(body: NewParty, desk: Managing) -> Response:
    """Let an organisation take part, with its first representative."""
    about: dict[str, Any] = body.model_dump(exclude={"contact"})
    command = partial(
        commands.add_party,
        host_id=desk.house.host_id,
        profile=commands.Profile(**about),
        contact=body.contact.newcomer(),
    )
    return await desk.run(command, body, 201)


@router.post("/{party_id}/people", status_code=201, response_model=SeatRecord)
async def add_representative(party_id: UUID, body: NewRepresentative, desk: ManagingOwn) -> Response:
    """Add somebody to a party; harmless for those who sit for it."""
    command = partial(commands.add_representative, party_id=party_id, newcomer=body.newcomer())
    return await desk.run(command, body, 201)


@router.patch("/{party_id}/people/{person_id}", response_model=SeatRecord)
async def change_representative(
    party_id: UUID, person_id: UUID, body: RepresentativeChange, desk: ManagingOwn
) -> Response:
    """Change a representative. `kept` in the answer names what is the host's and was left as it was."""
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    command = partial(commands.update_representative, party_id=party_id, person_id=person_id, changes=changes)
    return await desk.run(command, body)


@router.delete("/{party_id}/people/{person_id}", response_model=SeatRecord)
async def remove_representative(
    party_id: UUID, person_id: UUID, desk: ManagingOwn, move_to: UUID | None = None
) -> Response:
    """Take a seat away; `move_to` names the colleague who takes over what that person has before them."""
    command = partial(commands.remove_representative, party_id=party_id, person_id=person_id, move_to=move_to)
    return await desk.run(command)


@router.get("/{party_id}/people/{person_id}/hours")
def get_hours(party_id: UUID, person_id: UUID, desk: Meeting) -> list[DayOut]:
    """When a representative is there, for their own party and the organiser."""
    with desk.reading() as db:
        seat = db.get(Representative, (desk.convention_id, person_id))
        if seat is None or not seat.active or seat.participation_id != party_id:
            raise NotFound
        if party_id not in desk.actor.parties and not desk.actor.staff:
            raise NotAllowed
        rows = db.exec(
            select(Availability)
            .where(Availability.convention_id == desk.convention_id, Availability.person_id == person_id)
            .order_by(col(Availability.local_date))
        )
        return [DayOut(**row.model_dump(include=set(DayOut.model_fields))) for row in rows]


@router.put("/{party_id}/people/{person_id}/hours", response_model=SeatRecord)
async def set_hours(party_id: UUID, person_id: UUID, body: Hours, desk: Meeting) -> Response:
    """Set when a representative is there: one's own hours, or a colleague's for who manages the party."""
    days = [Day(**day.model_dump()) for day in body.days]
    command = partial(commands.set_hours, party_id=party_id, person_id=person_id, zone=body.zone, days=days)
    return await desk.run(command, body)
