"""What every router asks first: who is there, in which convention, and how to give a command."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
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
KEY_LENGTH = 128
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

    def __init__(self, request: Request, parts: Parts, house: House, actor: Actor) -> None:
        self.request = request
        self.parts = parts
        self.house = house
        self.actor = actor

    @property
    def convention_id(self) -> UUID:
        return self.house.id

    async def run(
        self, command: Command, body: BaseModel | None = None, status: int = 200, ask: Ask | None = None
    ) -> Response:
        """Give a command and answer its record.

        Raises:
            KeyMissing: without a fitting Idempotency-Key; and whatever the command refuses.
        """
        sent = self.request.headers.get("idempotency-key", "")
        if not 1 <= len(sent) <= KEY_LENGTH:
            raise KeyMissing
        path = self.request.scope["path"]
        told = f"{self.request.method} {path}\n{body.model_dump_json() if body else ''}"
        key = (sent, hashlib.sha256(told.encode()).hexdigest())
        request_id = self.request.headers.get("x-request-id", "")[:64] or None
        answer = await self.parts.writer.run(Order(self.convention_id, command, self.actor, request_id, key, ask))
        return Response(answer, status, media_type="application/json")


async def find_desk(request: Request) -> Desk:
    """The visitor's desk in the convention of the path.

    Raises:
        NotSignedIn: there is none.
        NotFound: no such convention, or nothing the visitor has to do with.
    """
    parts = parts_of(request)
    token = token_of(request, parts)
    slug: str = request.path_params["slug"]
    visitor, house, actor = await parts.doorkeeper.entry(token, slug) if token else (None, None, None)
    if visitor is None:
        raise NotSignedIn
    if house is None or actor is None or not actor.member:
        raise NotFound
    return Desk(request, parts, house, actor)


DeskDep = Annotated[Desk, Depends(find_desk)]


class ConventionRoute(APIRoute):
    """A route below a convention's address. The address and the key of unsafe requests, which `Desk` reads by itself,
    are only described here: with FastAPI's own reading of the two there are some 4 % fewer bookings a second."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        unsafe = not SAFE_METHODS.issuperset(options.get("methods") or ())
        extra = options.get("openapi_extra") or {}
        super().__init__(
            path, endpoint, **options | {"openapi_extra": {**extra, "parameters": [SLUG, KEY] if unsafe else [SLUG]}}
        )


def convention_router(tag: str, below: str = "") -> APIRouter:
    """A router for addresses below a convention's."""
    return APIRouter(prefix=f"/api/v1/conventions/{{slug}}{below}", tags=[tag], route_class=ConventionRoute)


async def find_staff_desk(desk: DeskDep) -> Desk:
    """The same for organiser and staff. Others are told that there is nothing here.

    Raises:
        NotFound: the visitor is neither.
    """
    if not desk.actor.staff:
        raise NotFound
    return desk


StaffDep = Annotated[Desk, Depends(find_staff_desk)]
