"""What every router asks first: who is there, in which convention, and how to give a command."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, model_validator
from sqlmodel import Session, select
from starlette.requests import HTTPConnection

from matchmaking.outlook import Ask
from server.accounts.actors import Actor
from server.accounts.doorkeeper import COOKIE as COOKIE_KIND
from server.accounts.doorkeeper import House, Visitor
from server.accounts.permissions import BACKSTAGE, May, scope_for
from server.accounts.permissions import Scope as TokenScope
from server.api import cookies, origins
from server.api.cookies import login_cookie
from server.batch import Command, Order
from server.errors import (
    BrowserOnly,
    KeyMissing,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ScopeMissing,
    SecondFactorNeeded,
)
from server.limits.requests import RequestRates
from server.parts import Parts
from server.scope import GuestScope, Scope, reading_as
from server.work import Origin
from sessions.tables import ProgrammeSession

COOKIE = cookies.NAME
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
KEY_LENGTH = 128
Slug = Annotated[str, Path(max_length=64)]
SLUG = {
    "name": "slug",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "description": "The convention's address.",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH},
    "description": "A fresh random value; the same one when the request is sent again.",
}


class Input(BaseModel):
    """Base of request bodies: unknown fields are refused, and texts that no database keeps."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _can_be_kept(cls, body: Any) -> Any:
        if not can_be_kept(body):
            raise ValueError("texts hold no NUL, and no halves of characters")
        return body


def can_be_kept(body: Any) -> bool:
    """No text in this JSON value holds what PostgreSQL has no place for (NUL) or UTF-8 has no bytes for."""
    left = [body]
    while left:
        one = left.pop()
        if isinstance(one, str):
            if "\0" in one or (not one.isascii() and any("\ud800" <= character <= "\udfff" for character in one)):
                return False
        elif isinstance(one, dict):
            left += one.keys()
            left += one.values()
        elif isinstance(one, list):
            left += one
    return True


def parts_of(connection: HTTPConnection) -> Parts:
    """The application's parts."""
    parts: Parts = connection.app.state.parts
    return parts


def rates_of(connection: HTTPConnection) -> RequestRates:
    """What counts this process's requests."""
    rates: RequestRates = connection.app.state.rates
    return rates


async def find_parts(connection: HTTPConnection) -> Parts:
    """The same as a dependency: one that is not `async` costs every request a visit to a thread."""
    return parts_of(connection)


PartsDep = Annotated[Parts, Depends(find_parts)]


def check_origin(connection: HTTPConnection, parts: Parts) -> None:
    """Nobody is signed in by another site's page: for requests that come without a login.

    Raises:
        ForeignOrigin: it was another site's page.
    """
    origins.check_origin(connection, parts.settings, with_cookie=False)


def token_of(connection: HTTPConnection, parts: Parts) -> str | None:
    """The bearer token, or the cookie of one of our own pages.

    Raises:
        ForeignOrigin: a cookie with an unsafe request from another site.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    cookie = connection.cookies.get(login_cookie(parts.settings))
    if cookie and (connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE_METHODS):
        origins.check_origin(connection, parts.settings, with_cookie=True)
    return cookie or None


async def find_visitor(connection: HTTPConnection, parts: Parts) -> Visitor | None:
    """The login behind the bearer token or cookie.

    Raises:
        ForeignOrigin: as `token_of`. RateLimited: it asks too often.
    """
    token = token_of(connection, parts)
    visitor = await parts.doorkeeper.visitor(token) if token else None
    if visitor is not None:
        connection.scope["login"] = visitor.login_id
        rates_of(connection).count_account(visitor.person_id)
    return visitor


async def signed_in(request: Request, parts: PartsDep) -> Visitor:
    """The visitor.

    Raises:
        NotSignedIn: there is none.
    """
    visitor = await find_visitor(request, parts)
    if visitor is None:
        raise NotSignedIn
    return visitor


VisitorDep = Annotated[Visitor, Depends(signed_in)]


async def in_a_browser(visitor: VisitorDep) -> Visitor:
    """The visitor, who came with a cookie: one's own account is no program's business.

    Raises:
        BrowserOnly: a program's token.
    """
    if visitor.kind != COOKIE_KIND:
        raise BrowserOnly
    return visitor


SelfDep = Annotated[Visitor, Depends(in_a_browser)]


async def able_to_read(visitor: VisitorDep) -> Visitor:
    """The visitor, whose login is good for reading.

    Raises:
        ScopeMissing: a program's token that is not.
    """
    if TokenScope.READ not in visitor.scopes:
        raise ScopeMissing(scope=TokenScope.READ)
    return visitor


ReaderDep = Annotated[Visitor, Depends(able_to_read)]


class Contact(Protocol):
    """Somebody as they were shown."""

    @property
    def id(self) -> UUID: ...

    @property
    def email(self) -> str | None: ...

    @property
    def phone(self) -> str | None: ...


class Desk:
    """One request's place in a convention: the actor, and the way to read and to give commands."""

    def __init__(self, request: Request, parts: Parts, house: House, actor: Actor) -> None:
        self.request = request
        self.parts = parts
        self.house = house
        self.actor = actor

    @property
    def convention_id(self) -> UUID:
        return self.house.id

    @property
    def scope(self) -> Scope:
        """What this reader may read here."""
        return Scope(self.house.id, self.house.host_id, self.actor)

    def reading(self) -> AbstractContextManager[Session]:
        """A session over one state of the database, in which this reader's rows are all there is."""
        return reading_as(self.parts.engine, self.scope)

    def saw_contacts(self, what: str, people: Iterable[tuple[UUID | None, Contact]]) -> None:
        """Enter whose contact data was answered in a list of people, with the party each is there for, to those who
        may see everybody's. One's own party's is nothing to be entered."""
        if self.actor.may(May.SEE_CONTACTS):
            others = (one for party, one in people if party not in self.actor.parties)
            self.saw_personal_data(what, (one.id for one in others if one.email or one.phone))

    def saw_personal_data(self, what: str, people: Iterable[UUID]) -> None:
        """Enter that these people's contact data was answered in this list."""
        if shown := [person for person in people if person != self.actor.person_id]:
            self.parts.looks.note(self.house.id, self.actor, origin_of(self.request), what, shown)

    async def run(
        self,
        command: Command,
        body: BaseModel | None = None,
        status: int = 200,
        ask: Ask | None = None,
        *,
        repeats: bool = False,
    ) -> Response:
        """Give a command and answer its record.

        Args:
            repeats: the command runs again when its key comes again, since its answer cannot be kept: it is secret.

        Raises:
            KeyMissing: without a fitting Idempotency-Key; and whatever the command refuses.
        """
        key = idempotency(self.request, body)
        order = Order(self.convention_id, command, self.actor, origin_of(self.request), None if repeats else key, ask)
        answer = await self.parts.writer.run(order)
        return Response(answer, status, media_type="application/json")


def required_key(request: Request) -> str:
    """The request's Idempotency-Key.

    Raises:
        KeyMissing: there is none that fits.
    """
    sent: str = request.headers.get("idempotency-key", "")
    if not 1 <= len(sent) <= KEY_LENGTH:
        raise KeyMissing
    return sent


def idempotency(request: Request, body: BaseModel | None) -> tuple[str, str]:
    """A request's key, and the digest of what it asks for: the same key with another is refused.

    Raises:
        KeyMissing.
    """
    told = f"{request.method} {request.scope['path']}\n{body.model_dump_json() if body else ''}"
    return required_key(request), hashlib.sha256(told.encode()).hexdigest()


def origin_of(connection: HTTPConnection) -> Origin:
    """Where a request comes from, for the audit trail and the log of events."""
    client = connection.client
    return Origin(client.host if client else None, connection.headers.get("x-request-id", "")[:64] or None)


def check_login(parts: Parts, visitor: Visitor, actor: Actor, needed: TokenScope) -> None:
    """What is theirs may be done with this login.

    Raises:
        ScopeMissing: a program's token that is not for it. SecondFactorNeeded: it begins with a one-time code.
    """
    if needed not in visitor.scopes:  # a cookie has them all
        raise ScopeMissing(scope=needed)
    if parts.settings.organisers_need_totp and actor.staff and not visitor.second_factor:
        raise SecondFactorNeeded


class Needs:
    """The dependency of a route in a convention: the visitor's desk, if they may do what the route is for.

    Raises, when called:
        NotSignedIn: there is no visitor.
        NotFound: no such convention, none of the visitor's, or something behind the scenes for who is in front.
        NotAllowed: the visitor sees it, but it is not theirs to do.
        ScopeMissing, SecondFactorNeeded: it would be theirs, but not with this login.
    """

    def __init__(self, may: May) -> None:
        self.may = may

    async def __call__(self, request: Request) -> Desk:
        parts = parts_of(request)
        token = token_of(request, parts)
        slug: str = request.path_params["slug"]
        visitor, house, actor = await parts.doorkeeper.entry(token, slug) if token else (None, None, None)
        if visitor is None:
            raise NotSignedIn
        request.scope["login"] = visitor.login_id
        rates_of(request).count_account(visitor.person_id)
        if house is None or actor is None or not actor.member:
            raise NotFound
        if not actor.may(self.may):
            raise NotAllowed if actor.staff or self.may not in BACKSTAGE else NotFound
        check_login(parts, visitor, actor, scope_for(self.may, safe=request.method in SAFE_METHODS))
        return Desk(request, parts, house, actor.within(visitor.scopes))


DeskDep = Annotated[Desk, Depends(Needs(May.SEE))]


class PublicDesk:
    """Anybody's place in a convention: what is public is all there is. Who asks is not looked at."""

    def __init__(self, parts: Parts, house: House) -> None:
        self.parts = parts
        self.house = house

    @property
    def convention_id(self) -> UUID:
        return self.house.id

    @contextmanager
    def reading(self, session_id: UUID | None = None) -> Iterator[Session]:
        """A session over one state of the database, in which only what is public is there.

        Raises:
            NotFound: nothing is, to the public there is no such convention then; or not the session that is named.
        """
        asked = select(ProgrammeSession.id).limit(1)
        with reading_as(self.parts.engine, GuestScope(self.house.id)) as db:
            if db.exec(asked.where(ProgrammeSession.id == session_id) if session_id else asked).first() is None:
                raise NotFound
            yield db


async def anybody(request: Request) -> PublicDesk:
    """The public's desk of the convention.

    Raises:
        NotFound: no such convention.
    """
    parts = parts_of(request)
    house = await parts.doorkeeper.house(request.path_params["slug"])
    if house is None:
        raise NotFound
    return PublicDesk(parts, house)


PublicDep = Annotated[PublicDesk, Depends(anybody)]


class DeskRoute(APIRoute):
    """A route at a convention's or a host's desk. The convention's address and the key of unsafe requests, which desks
    read by themselves, are only described here: with FastAPI's own reading of the two there are some 4 % fewer
    bookings a second."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        described = [SLUG] if "{slug}" in path else []
        if not SAFE_METHODS.issuperset(options.get("methods") or ()):
            described.append(KEY)
        extra = options.get("openapi_extra") or {}
        super().__init__(path, endpoint, **options | {"openapi_extra": {**extra, "parameters": described}})


def convention_router(tag: str, below: str = "") -> APIRouter:
    """A router for addresses below a convention's."""
    return APIRouter(prefix=f"/api/v1/conventions/{{slug}}{below}", tags=[tag], route_class=DeskRoute)
