"""Signing in and out, and tokens and tickets for programs."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints
from sqlmodel import col, select

from matchmaking.tables import Participation, Representative
from server.accounts import logins
from server.accounts.tables import Person, Role
from server.accounts.tokens import digest, new_token
from server.api.door import COOKIE, Input, PartsDep, VisitorDep, check_origin
from server.batch import HOUSE, Order
from server.conventions.tables import Convention
from server.database import reading

router = APIRouter(prefix="/api/v1", tags=["accounts"])

Token = Annotated[str, StringConstraints(min_length=20, max_length=200)]


class SignIn(Input):
    """A one-time sign-in link's token."""

    token: Token


class SignedIn(BaseModel):
    """Where to go from here."""

    person: UUID
    home: str


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


class NewToken(Input):
    """What a program's token is for."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Secret(BaseModel):
    """A secret, shown this once."""

    secret: str
    expires_at: datetime


@router.post("/sign-in")
async def sign_in(body: SignIn, request: Request, response: Response, parts: PartsDep) -> SignedIn:
    """Consume a sign-in link; the browser gets its cookie."""
    check_origin(request, parts)
    secret, now = new_token(), parts.clock.real_now()
    expires = now + timedelta(seconds=parts.settings.login_seconds)
    command = partial(
        logins.sign_in,
        link_digest=digest(body.token),
        login_digest=digest(secret),
        kind="cookie",
        real_now=now,
        expires_at=expires,
    )
    record = logins.LoginRecord.model_validate_json(await parts.writer.run(Order(HOUSE, command)))
    response.set_cookie(
        COOKIE,
        secret,
        max_age=parts.settings.login_seconds,
        httponly=True,
        samesite="lax",
        secure=parts.settings.base_url.startswith("https:"),
    )
    return SignedIn(person=record.person, home="/")


@router.post("/sign-out", status_code=204)
async def sign_out(visitor: VisitorDep, response: Response, parts: PartsDep) -> None:
    """End this login; its live connections are closed."""
    command = partial(logins.sign_out, login_id=visitor.login_id, real_now=parts.clock.real_now())
    await parts.writer.run(Order(HOUSE, command))
    parts.doorkeeper.forget()
    parts.hub.revoke(lambda actor: actor.login_id == visitor.login_id)
    response.delete_cookie(COOKIE)


@router.post("/tokens", status_code=201)
async def make_token(body: NewToken, visitor: VisitorDep, parts: PartsDep) -> Secret:
    """A bearer token for a program that acts as this person."""
    secret, now = new_token(), parts.clock.real_now()
    expires = now + timedelta(seconds=parts.settings.login_seconds)
    command = partial(
        logins.add_login,
        person_id=visitor.person_id,
        token_digest=digest(secret),
        kind="token",
        label=body.label,
        real_now=now,
        expires_at=expires,
    )
    await parts.writer.run(Order(HOUSE, command))
    return Secret(secret=secret, expires_at=expires)


@router.post("/live/tickets", status_code=201)
async def make_ticket(visitor: VisitorDep, parts: PartsDep) -> Secret:
    """A single-use ticket for a live socket, for programs, which cannot send a cookie."""
    secret = new_token()
    expires = parts.clock.real_now() + timedelta(seconds=parts.settings.ticket_seconds)
    command = partial(logins.issue_ticket, login_id=visitor.login_id, token_digest=digest(secret), expires_at=expires)
    await parts.writer.run(Order(HOUSE, command))
    return Secret(secret=secret, expires_at=expires)


@router.get("/me")
def me(visitor: VisitorDep, parts: PartsDep) -> Me:
    """Who I am, and what I am where."""
    with reading(parts.engine) as db:
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
        for convention, party in db.exec(parties.where(Representative.person_id == person.id)):
            summary = {"id": party.id, "name": party.name, "offers": party.offers, "seeks": party.seeks}
            place(convention).parties.append(summary)
        return Me(id=person.id, name=person.name, email=person.email, zone=person.zone, places=list(places.values()))
