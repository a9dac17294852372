"""One's own logins and tokens: which there are, and their end. Tokens and tickets for programs."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import Session, col, select

from server.accounts import logins
from server.accounts.doorkeeper import COOKIE, TOKEN, Visitor
from server.accounts.permissions import Scope
from server.accounts.tables import Login
from server.accounts.tokens import digest, new_token
from server.api.door import Input, PartsDep, ReaderDep, SelfDep, origin_of
from server.batch import Command, Order
from server.parts import Parts
from server.scope import OwnScope, reading_as
from server.work import HOUSE, Work

router = APIRouter(prefix="/api/v1", tags=["accounts"])

MOST_SHOWN = 500


class LoginOut(BaseModel):
    """A browser that is signed in. `current` is the one that asks."""

    id: UUID
    agent: str
    second_factor: bool
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime
    current: bool


class Logins(BaseModel):
    """Where somebody is signed in, the newest first."""

    logins: list[LoginOut]


class TokenOut(BaseModel):
    """A program's token, without its secret."""

    id: UUID
    label: str
    scopes: list[str]
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime


class Tokens(BaseModel):
    """Somebody's tokens in force, the newest first."""

    tokens: list[TokenOut]


class NewToken(Input):
    """What a program's token is for, what it may be used for, and for how many days."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    scopes: Annotated[frozenset[Scope], Field(min_length=1, max_length=len(Scope))]
    days: Annotated[int, Field(ge=1, le=365)] = 90


class Secret(BaseModel):
    """A secret, shown this once."""

    secret: str
    expires_at: datetime


class TokenMade(Secret):
    """A token's secret, shown this once; it is taken back by its id."""

    id: UUID


@router.get("/me/logins")
def my_logins(visitor: SelfDep, parts: PartsDep) -> Logins:
    """The browsers in which I am signed in."""
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        return Logins(
            logins=[
                LoginOut(**login.model_dump(), current=login.id == visitor.login_id)
                for login in _in_force(db, COOKIE, parts.clock.real_now())
            ]
        )


@router.delete("/me/logins", status_code=204)
async def end_my_other_logins(visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Sign out everywhere else. Sign-in links that wait to be used are worthless too; tokens stay."""
    now = parts.clock.real_now()

    def command(work: Work) -> None:
        logins.end_other_logins(work, visitor.person_id, visitor.login_id, now, COOKIE)

    await _run(command, visitor, request, parts)
    await parts.watch.look()


@router.delete("/me/logins/{login_id}", status_code=204)
async def end_my_login(login_id: UUID, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Sign out one browser; its live connections are closed."""
    await _end(login_id, COOKIE, visitor, request, parts)


@router.get("/tokens")
def my_tokens(visitor: SelfDep, parts: PartsDep) -> Tokens:
    """My programs' tokens."""
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        found = _in_force(db, TOKEN, parts.clock.real_now())
        return Tokens(tokens=[TokenOut.model_validate(login.model_dump()) for login in found])


@router.post("/tokens", status_code=201)
async def make_token(body: NewToken, visitor: SelfDep, request: Request, parts: PartsDep) -> TokenMade:
    """A bearer token for a program that acts as this person, as far as its scopes reach. It is shown this once."""
    secret, now = new_token(), parts.clock.real_now()
    command = partial(
        logins.add_login,
        person_id=visitor.person_id,
        token_digest=digest(secret),
        kind=TOKEN,
        label=body.label,
        real_now=now,
        expires_at=now + timedelta(days=body.days),
        scopes=body.scopes,
        second_factor=visitor.second_factor,
    )
    made = logins.LoginRecord.model_validate_json(await _run(command, visitor, request, parts))
    return TokenMade(secret=secret, expires_at=made.expires_at, id=made.id)


@router.delete("/tokens/{token_id}", status_code=204)
async def take_token_back(token_id: UUID, visitor: SelfDep, request: Request, parts: PartsDep) -> None:
    """Take a token back; its live connections are closed."""
    await _end(token_id, TOKEN, visitor, request, parts)


@router.post("/live/tickets", status_code=201)
async def make_ticket(visitor: ReaderDep, request: Request, parts: PartsDep) -> Secret:
    """A single-use ticket for a live socket, for programs, which cannot send a cookie."""
    secret = new_token()
    expires = parts.clock.real_now() + timedelta(seconds=parts.settings.ticket_seconds)
    command = partial(logins.issue_ticket, login_id=visitor.login_id, token_digest=digest(secret), expires_at=expires)
    await _run(command, visitor, request, parts)
    return Secret(secret=secret, expires_at=expires)


def _in_force(db: Session, kind: str, now: datetime) -> list[Login]:
    query = select(Login).where(Login.kind == kind, col(Login.ended_at).is_(None), col(Login.expires_at) > now)
    return list(db.exec(query.order_by(col(Login.created_at).desc()).limit(MOST_SHOWN)))


async def _end(login_id: UUID, kind: str, visitor: Visitor, request: Request, parts: Parts) -> None:
    command = partial(
        logins.end_login,
        person_id=visitor.person_id,
        login_id=login_id,
        kind=kind,
        real_now=parts.clock.real_now(),
    )
    await _run(command, visitor, request, parts)
    parts.watch.ended(login_id)


async def _run(command: Command, visitor: Visitor, request: Request, parts: Parts) -> str:
    return await parts.writer.run(Order(HOUSE, command, visitor.actor, origin_of(request)))
