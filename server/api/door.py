"""What every router asks first: who is there, in which convention, and how to give a command."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.requests import HTTPConnection

from matchmaking.outlook import Ask
from server.accounts.actors import Actor
from server.accounts.doorkeeper import House, Visitor
from server.batch import Command, Order
from server.errors import ForeignOrigin, KeyMissing, NotFound, NotSignedIn
from server.parts import Parts

COOKIE = "madang_login"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Input(BaseModel):
    """Base of request bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def parts_of(connection: HTTPConnection) -> Parts:
    """The application's parts."""
    parts: Parts = connection.app.state.parts
    return parts


async def find_parts(connection: HTTPConnection) -> Parts:
    """The same as a dependency: one that is not `async` costs every request a visit to a thread."""
    return parts_of(connection)


PartsDep = Annotated[Parts, Depends(find_parts)]


def check_origin(connection: HTTPConnection, parts: Parts) -> None:
    """A browser tells which page sent a request; a cookie counts only when that page is ours.

    Raises:
        ForeignOrigin: it was another site's page.
    """
    origin = connection.headers.get("origin")
    if origin is not None:
        own = f"{connection.url.scheme.replace('ws', 'http')}://{connection.headers.get('host', '')}"
        if origin != own and origin not in parts.settings.origins:
            raise ForeignOrigin
    elif connection.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise ForeignOrigin


def token_of(connection: HTTPConnection, parts: Parts) -> str | None:
    """The bearer token, or the cookie of one of our own pages.

    Raises:
        ForeignOrigin: a cookie with an unsafe request from another site.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    cookie = connection.cookies.get(COOKIE)
    if cookie and (connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE_METHODS):
        check_origin(connection, parts)
    return cookie or None


async def find_visitor(connection: HTTPConnection, parts: Parts) -> Visitor | None:
    """The login behind the bearer token or cookie.

    Raises:
        ForeignOrigin: as `token_of`.
    """
    token = token_of(connection, parts)
    return await parts.doorkeeper.visitor(token) if token else None


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


class Desk:
    """One request's place in a convention: the actor, and the way to read and to give commands."""

    def __init__(self, request: Request, parts: Parts, house: House, actor: Actor, key: str | None) -> None:
        self.request = request
        self.parts = parts
        self.house = house
        self.actor = actor
        self._key = key

    @property
    def convention_id(self) -> UUID:
        return self.house.id

    async def run(
        self, command: Command, body: BaseModel | None = None, status: int = 200, ask: Ask | None = None
    ) -> Response:
        """Give a command and answer its record.

        Raises:
            KeyMissing: without an Idempotency-Key; and whatever the command refuses.
        """
        if not self._key:
            raise KeyMissing
        path = self.request.scope["path"]
        told = f"{self.request.method} {path}\n{body.model_dump_json() if body else ''}"
        key = (self._key, hashlib.sha256(told.encode()).hexdigest())
        request_id = self.request.headers.get("x-request-id", "")[:64] or None
        answer = await self.parts.writer.run(Order(self.convention_id, command, self.actor, request_id, key, ask))
        return Response(answer, status, media_type="application/json")


async def find_desk(
    slug: str,
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=128)] = None,
) -> Desk:
    """The visitor's desk in the convention of the path.

    Raises:
        NotSignedIn: there is none.
        NotFound: no such convention, or nothing the visitor has to do with.
    """
    parts = parts_of(request)
    token = token_of(request, parts)
    visitor, house, actor = await parts.doorkeeper.entry(token, slug) if token else (None, None, None)
    if visitor is None:
        raise NotSignedIn
    if house is None or actor is None or not actor.member:
        raise NotFound
    return Desk(request, parts, house, actor, idempotency_key)


DeskDep = Annotated[Desk, Depends(find_desk)]


async def find_staff_desk(desk: DeskDep) -> Desk:
    """The same for organiser and staff. Others are told that there is nothing here.

    Raises:
        NotFound: the visitor is neither.
    """
    if not desk.actor.staff:
        raise NotFound
    return desk


StaffDep = Annotated[Desk, Depends(find_staff_desk)]
