"""What belongs to a host and its owners alone: owners, series, conventions, how long personal data is kept.

For everybody else there is nothing here.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlmodel import Session, col, select

from matchmaking.slots import Block
from server.accounts.actors import Actor
from server.accounts.doorkeeper import COOKIE, Visitor
from server.accounts.permissions import RoleName
from server.accounts.permissions import Scope as TokenScope
from server.accounts.tables import HostRole, Person
from server.api.door import DeskRoute, Input, PartsDep, VisitorDep, idempotency, origin_of
from server.api.fields import MailAddress, Name, Text, Zone
from server.batch import Command, Order
from server.conventions import commands, owners
from server.conventions.commands import ConventionRecord, RetentionRecord
from server.conventions.owners import OwnerRecord
from server.conventions.tables import Convention, Host, Series
from server.errors import NotFound, ScopeMissing, SecondFactorNeeded
from server.parts import Parts
from server.scope import HostScope, reading_as
from server.work import HOUSE

router = APIRouter(prefix="/api/v1/host", tags=["host"], route_class=DeskRoute)

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$", max_length=64)]


class HostDesk:
    """An owner's place in their host: the way to read what is the host's, and to give commands."""

    def __init__(self, request: Request, parts: Parts, visitor: Visitor) -> None:
        self.request = request
        self.parts = parts
        self.visitor = visitor

    @property
    def actor(self) -> Actor:
        """The owner, as commands see them."""
        visitor = self.visitor
        return Actor(visitor.person_id, visitor.host_id, visitor.login_id, frozenset({RoleName.OWNER}))

    def reading(self) -> AbstractContextManager[Session]:
        """A session in which the host's rows are all there is."""
        return reading_as(self.parts.engine, HostScope(self.visitor.host_id))

    def saw_personal_data(self, what: str, people: Iterable[UUID | None]) -> None:
        """Enter that these people's data was answered in this list; one's own is nothing to be entered."""
        others = [person for person in people if person is not None and person != self.visitor.person_id]
        self.parts.looks.note(None, self.actor, origin_of(self.request), what, others)

    async def run(
        self, command: Command, body: BaseModel | None = None, status: int = 200, lane: UUID = HOUSE
    ) -> Response:
        """Give a command, of no convention unless a lane says so, and answer its record.

        Raises:
            KeyMissing: without a fitting Idempotency-Key; and whatever the command refuses.
        """
        key = idempotency(self.request, body)
        answer = await self.parts.writer.run(Order(lane, command, self.actor, origin_of(self.request), key))
        return Response(None if status == 204 else answer, status, media_type="application/json")


def owner_only(request: Request, visitor: VisitorDep, parts: PartsDep) -> HostDesk:
    """The desk of an owner.

    Raises:
        NotFound: the visitor owns nothing.
        ScopeMissing, SecondFactorNeeded: they do, but not with this login.
    """
    desk = HostDesk(request, parts, visitor)
    with desk.reading() as db:
        if db.get(HostRole, (visitor.host_id, visitor.person_id, RoleName.OWNER)) is None:
            raise NotFound
    if visitor.kind != COOKIE and TokenScope.ORGANISE not in visitor.scopes:
        raise ScopeMissing(scope=TokenScope.ORGANISE)
    if parts.settings.organisers_need_totp and not visitor.second_factor:
        raise SecondFactorNeeded
    return desk


Owning = Annotated[HostDesk, Depends(owner_only)]


class HostOut(BaseModel):
    """The host."""

    id: UUID
    name: dict[str, Any]


class OwnerOut(BaseModel):
    """One of the host's owners."""

    id: UUID
    name: dict[str, Any] | None
    email: str | None


class SeriesOut(BaseModel):
    """Conventions that belong together."""

    id: UUID
    name: dict[str, Any]


class HostConvention(BaseModel):
    """A convention of the host."""

    id: UUID
    series_id: UUID
    slug: str
    name: dict[str, Any]
    zone: str
    first_day: date
    last_day: date
    retention_days: int


class NewOwner(Input):
    """An owner to be."""

    email: MailAddress
    zone: Zone = "UTC"
    name: Name | None = None


class BlockIn(Input):
    """Daily meeting hours in the convention's wall time, in minutes after midnight; past 1440 after it."""

    name: Text
    opens: Annotated[int, Field(ge=0, le=2880)]
    closes: Annotated[int, Field(ge=0, le=2880)]


class NewConvention(Input):
    """A convention to be. Without a series it begins one of its own."""

    slug: Slug
    name: Name
    zone: Zone
    first_day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
    last_day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
    organiser_email: MailAddress
    series_id: UUID | None = None
    slot_minutes: Annotated[int, Field(ge=5, le=480)] = 30
    buffer_minutes: Annotated[int, Field(ge=0, le=240)] = 5
    blocks: Annotated[tuple[BlockIn, ...], Field(min_length=1, max_length=12)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "NewConvention":
        if self.last_day < self.first_day:
            raise ValueError("the last day follows the first")
        return self

    def usual_or_own_blocks(self) -> Sequence[Block]:
        """The daily hours that were asked for, or the usual ones."""
        own = [Block(**block.model_dump()) for block in self.blocks or ()]
        return own or commands.USUAL_BLOCKS


class Retention(Input):
    """How long after the last day personal data is kept."""

    days: Annotated[int, Field(ge=1, le=3650)]


@router.get("")
def get_host(desk: Owning) -> HostOut:
    """The host that the visitor owns."""
    with desk.reading() as db:
        return HostOut(**db.get_one(Host, desk.visitor.host_id).model_dump(include=set(HostOut.model_fields)))


@router.get("/owners")
def list_owners(desk: Owning) -> list[OwnerOut]:
    """Who owns the host."""
    query = select(Person).join(HostRole, col(HostRole.person_id) == Person.id).order_by(col(Person.id))
    with desk.reading() as db:
        shown = [OwnerOut(**person.model_dump(include=set(OwnerOut.model_fields))) for person in db.exec(query)]
    desk.saw_personal_data("owners", (owner.id for owner in shown if owner.email))
    return shown


@router.post("/owners", status_code=201, response_model=OwnerRecord)
async def add_owner(body: NewOwner, desk: Owning) -> Response:
    """Make somebody an owner; harmless if they are."""
    name: dict[str, object] | None = dict(body.name) if body.name else None
    command = partial(owners.add_owner_by_address, email=body.email, zone=body.zone, name=name)
    return await desk.run(command, body, 201)


@router.delete("/owners/{person_id}", response_model=OwnerRecord)
async def remove_owner(person_id: UUID, desk: Owning) -> Response:
    """Somebody owns the host no more. It keeps an owner."""
    return await desk.run(partial(owners.remove_owner, person_id=person_id))


@router.get("/series")
def list_series(desk: Owning) -> list[SeriesOut]:
    """The host's series."""
    with desk.reading() as db:
        found = db.exec(select(Series).order_by(col(Series.id)))
        return [SeriesOut(**one.model_dump(include=set(SeriesOut.model_fields))) for one in found]


@router.get("/conventions")
def list_conventions(desk: Owning) -> list[HostConvention]:
    """The host's conventions, the latest first."""
    with desk.reading() as db:
        found = db.exec(select(Convention).order_by(col(Convention.first_day).desc(), col(Convention.slug)))
        return [HostConvention(**one.model_dump(include=set(HostConvention.model_fields))) for one in found]


@router.post("/conventions", status_code=201, response_model=ConventionRecord)
async def create_convention(body: NewConvention, desk: Owning) -> Response:
    """Make a convention with its calendar, usual dates and organiser."""
    about = body.model_dump(exclude={"blocks", "name"})
    command = partial(
        commands.create_convention,
        **about,
        name=dict(body.name),
        host_id=desk.visitor.host_id,
        blocks=body.usual_or_own_blocks(),
    )
    return await desk.run(command, body, 201)


@router.put("/conventions/{convention_id}/retention", response_model=RetentionRecord)
async def set_retention(convention_id: UUID, body: Retention, desk: Owning) -> Response:
    """Set how long after the last day personal data is kept."""
    with desk.reading() as db:
        if db.get(Convention, convention_id) is None:
            raise NotFound
    return await desk.run(partial(commands.set_retention, days=body.days), body, lane=convention_id)
