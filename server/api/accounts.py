"""Who I am."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, model_validator
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from matchmaking.tables import Participation, Representative
from server.accounts import profile
from server.accounts.doorkeeper import Visitor
from server.accounts.leaving import places_of
from server.accounts.tables import Person, Role
from server.api.door import Input, PartsDep, ReaderDep, SelfDep, origin_of
from server.api.fields import Name, Phone, Text, Zone
from server.batch import Order
from server.conventions.tables import Convention
from server.parts import Parts
from server.scope import OwnScope, reading_as
from server.work import HOUSE

router = APIRouter(prefix="/api/v1", tags=["accounts"])


class Place(BaseModel):
    """What a person is in one convention."""

    slug: str
    name: dict[str, object]
    zone: str
    roles: list[str]
    parties: list[dict[str, object]]


class Me(BaseModel):
    """The signed-in person."""

    id: UUID
    name: dict[str, object] | None
    email: str | None
    zone: str
    places: list[Place]


class AboutMe(Input):
    """What is to change; what is left out stays, and null takes it away."""

    name: Name | None = None
    position: Text | None = None
    phone: Phone | None = None
    zone: Zone | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> "AboutMe":
        if "zone" in self.model_fields_set and self.zone is None:
            raise ValueError("everybody is somewhere")
        return self


@router.get("/me")
def me(visitor: ReaderDep, parts: PartsDep) -> Me:
    """Who I am, and what I am where."""
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        person = db.get_one(Person, visitor.person_id)
        places: dict[UUID, Place] = {}

        def place(convention: Convention) -> Place:
            fresh = Place(slug=convention.slug, name=convention.name, zone=convention.zone, roles=[], parties=[])
            return places.setdefault(convention.id, fresh)

        roles = select(Convention, Role.role).join(Role, col(Role.convention_id) == Convention.id)
        for convention, role in db.exec(roles.where(Role.person_id == person.id)):
            place(convention).roles.append(role)
        parties = (
            select(Convention, Participation)
            .join(Participation, col(Participation.convention_id) == Convention.id)
            .join(Representative, col(Representative.participation_id) == Participation.id)
        )
        for convention, party in db.exec(
            parties.where(Representative.person_id == person.id, col(Representative.active))
        ):
            summary = {"id": party.id, "name": party.name, "offers": party.offers, "seeks": party.seeks}
            place(convention).parties.append(summary)
        return Me(id=person.id, name=person.name, email=person.email, zone=person.zone, places=list(places.values()))


@router.patch("/me", status_code=204)
async def describe_me(body: AboutMe, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Correct what is known of me. Who reads the directories in which I stand is told to read them again."""
    actor, origin = visitor.actor, origin_of(request)
    values = body.model_dump(exclude_unset=True)
    command = partial(profile.describe, person_id=visitor.person_id, values=values)
    await parts.writer.run(Order(HOUSE, command, actor, origin))
    for convention_id in await run_in_threadpool(_my_places, visitor, parts):
        tell = partial(profile.tell_readers, person_id=visitor.person_id)
        await parts.writer.run(Order(convention_id, tell, actor, origin))
    parts.doorkeeper.forget()


def _my_places(visitor: Visitor, parts: Parts) -> list[UUID]:
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        return places_of(db, visitor.person_id)
