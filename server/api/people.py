"""People who have a role in a convention of their own: organisers, staff, interpreters, speakers, viewers."""

from collections import defaultdict
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import col, select

from server.accounts.permissions import May
from server.accounts.tables import Person, Role
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Country, MailAddress, Name, Zone
from server.conventions.commands import Member, MembersRecord, RoleRecord, add_members, remove_role

router = convention_router("people", "/people")

Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PEOPLE))]
GivenRole = Literal["organiser", "staff", "interpreter", "speaker", "viewer"]


class Newcomer(Input):
    """A person and their role. `name` is text by language, and under "original" the original's."""

    email: MailAddress
    role: GivenRole
    name: Name | None = None
    country: Country | None = None
    zone: Zone | None = None


class Newcomers(Input):
    """Up to 500 people at once."""

    people: Annotated[tuple[Newcomer, ...], Field(min_length=1, max_length=500)]


class Holder(BaseModel):
    """A person and the roles they were given here."""

    id: UUID
    name: dict[str, Any] | None
    email: str | None
    phone: str | None
    country: str | None
    zone: str
    roles: list[str]


class HolderPage(BaseModel):
    """People in the order of their ids. `next` is the cursor of the next page; null at the end."""

    items: list[Holder]
    next: str | None


@router.get("")
def list_people(
    desk: Managing,
    role: GivenRole | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HolderPage:
    """Who has a role here, a page at a time. Looking at their addresses is recorded."""
    holders = select(Role.person_id).where(Role.convention_id == desk.convention_id)
    if role is not None:
        holders = holders.where(Role.role == role)
    query = select(Person).where(col(Person.id).in_(holders))
    if after is not None:
        query = query.where(col(Person.id) > after)
    with desk.reading() as db:
        found = db.exec(query.order_by(col(Person.id)).limit(limit + 1)).all()
        people = found[:limit]
        given = select(Role.person_id, Role.role).where(
            Role.convention_id == desk.convention_id, col(Role.person_id).in_([person.id for person in people])
        )
        roles: defaultdict[UUID, list[str]] = defaultdict(list)
        for person_id, name in db.exec(given.order_by(col(Role.role))):
            roles[person_id].append(name)
    fields = set(Holder.model_fields) - {"roles"}
    items = [Holder(**person.model_dump(include=fields), roles=roles[person.id]) for person in people]
    desk.saw_personal_data("people", [person.id for person in items if person.email or person.phone])
    return HolderPage(items=items, next=str(people[-1].id) if len(found) > limit else None)


@router.post("", status_code=201, response_model=MembersRecord)
async def add(body: Newcomers, desk: Managing) -> Response:
    """Make people members of the convention; harmless for those who are."""
    members = [
        Member(
            email=person.email,
            role=person.role,
            name=dict(person.name) if person.name else None,
            country=person.country,
            zone=person.zone or desk.house.zone,
        )
        for person in body.people
    ]
    return await desk.run(partial(add_members, host_id=desk.house.host_id, members=members), body, 201)


@router.delete("/{person_id}/roles/{role}", response_model=RoleRecord)
async def take_away(person_id: UUID, role: GivenRole, desk: Managing) -> Response:
    """Take a role away. A convention keeps an organiser."""
    return await desk.run(partial(remove_role, person_id=person_id, role=role))
