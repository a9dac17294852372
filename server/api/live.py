"""The doors to the live stream: websocket and server-sent events."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Query, Request, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from server.accounts import actors, logins
from server.accounts.actors import Actor
from server.accounts.doorkeeper import NOWHERE, Visitor
from server.accounts.permissions import Scope
from server.accounts.tokens import digest
from server.api.door import (
    DeskDep,
    PublicDep,
    PublicDesk,
    Slug,
    check_login,
    convention_router,
    find_visitor,
    parts_of,
)
from server.api.gates import turn_away
from server.batch import Order
from server.errors import LinkSpent, NotFound, RateLimited, Refusal, Unreadable
from server.limits.connections import Connections
from server.live import socket, sse
from server.live.kept import Kept
from server.logs import security_log
from server.parts import Parts
from server.work import HOUSE, Work

router = convention_router("live")

POLICY_VIOLATION = 1008
LIVE = f"{router.prefix}/live"
PUBLIC_LIVE = f"{router.prefix}/public/live"
Topics = Annotated[str, Query(max_length=2000)]
LastEventId = Annotated[str | None, Header(max_length=100)]
_EVENTS = {
    "schema": {
        "type": "object",
        "description": "An event: its `data` is a frame of the live protocol, its `id` the number to go on after.",
        "properties": {"id": {"type": "string"}, "data": {"type": "string", "contentMediaType": "application/json"}},
    }
}


def install(app: FastAPI) -> None:
    """Put the websockets' routes before all others. Thousands come in a minute, and whatever is no websocket is told
    from them at a glance."""
    app.state.shows_anything = Kept[UUID, bool]()
    app.add_api_websocket_route(PUBLIC_LIVE, public_live)
    app.add_api_websocket_route(LIVE, live)


async def public_live(slug: Slug, websocket: WebSocket, guest: UUID) -> None:
    """The live stream for anybody: what is public. `guest` is a random value that a browser keeps, by which its viewers
    are counted; cookies and tokens are not looked at.

    Whoever may not come in is refused before the handshake is answered (HTTP 403; 429 if they come too often).
    """
    parts, connections, address = parts_of(websocket), connections_of(websocket), _address(websocket)
    house = await parts.doorkeeper.house(slug)
    if house is None or not await _shows_anything(websocket, PublicDesk(parts, house)):
        await websocket.close(POLICY_VIOLATION)
        return
    try:
        connections.check(None, address)
    except RateLimited as refusal:
        await turn_away(refusal, websocket.scope, websocket.receive, websocket.send)
        return
    actor = actors.guest(house.id, house.host_id, guest)
    await _serve(websocket, parts, actor, house.id, connections.take(None, address))


async def _shows_anything(websocket: WebSocket, desk: PublicDesk) -> bool:
    """Whether there is something public; to guests there is no convention otherwise. Asked once a second for all."""
    kept: Kept[UUID, bool] = websocket.app.state.shows_anything

    def look() -> bool:
        try:
            with desk.reading():
                return True
        except NotFound:
            return False

    return await kept.get(desk.convention_id, lambda: run_in_threadpool(look))


async def _serve(
    websocket: WebSocket, parts: Parts, actor: Actor, convention_id: UUID, give_back: Callable[[], None]
) -> None:
    """Accept, and leave the connection to the hub. `give_back` is called when it is gone."""
    try:
        await websocket.accept()
    except BaseException:
        give_back()
        raise
    await socket.serve(websocket, parts.hub, _placed(websocket, parts, actor), convention_id, give_back)


async def live(
    slug: Slug,
    websocket: WebSocket,
    ticket: Annotated[str | None, Query(max_length=200)] = None,
) -> None:
    """The live stream of a convention, by cookie (from our own pages), bearer token or ticket.

    Whoever may not come in is refused before the handshake is answered (HTTP 403; 429 if they come too often).
    """
    parts = parts_of(websocket)
    house = await parts.doorkeeper.house(slug)
    actor: Actor | None = None
    try:
        visitor = await _visitor(websocket, parts, ticket)
        if visitor is not None:
            connections_of(websocket).check(visitor.login_id, _address(websocket))
    except RateLimited as refusal:
        await turn_away(refusal, websocket.scope, websocket.receive, websocket.send)
        return
    except Refusal:
        visitor = None
    if visitor is not None:
        actor = await parts.doorkeeper.actor(visitor, house or NOWHERE)
    if house is None or visitor is None or actor is None or not actor.member or not _good(parts, visitor, actor):
        if visitor is not None:
            security_log("denied", code="not_allowed", method="GET", route=LIVE, login=str(visitor.login_id))
        await websocket.close(POLICY_VIOLATION)
        return
    give_back = connections_of(websocket).take(visitor.login_id, _address(websocket))
    await _serve(websocket, parts, actor.within(visitor.scopes), house.id, give_back)


def connections_of(connection: HTTPConnection) -> Connections:
    """What counts this process's live connections."""
    connections: Connections = connection.app.state.connections
    return connections


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def _placed(connection: HTTPConnection, parts: Parts, actor: Actor) -> Actor:
    """With the country they watch from, as far as the operator lets us know: asked once a connection."""
    language = connection.headers.get("accept-language", "")
    country = parts.countries.country_of(actor.country, _address(connection), language)
    return actor if country == actor.country else replace(actor, country=country)


def _good(parts: Parts, visitor: Visitor, actor: Actor) -> bool:
    """Their login is good for reading."""
    try:
        check_login(parts, visitor, actor, Scope.READ)
    except Refusal:
        return False
    return True


async def _visitor(websocket: WebSocket, parts: Parts, ticket: str | None) -> Visitor | None:
    if ticket is None:
        return await find_visitor(websocket, parts)

    def take(work: Work) -> logins.TicketRecord:
        return logins.take_ticket(work, digest(ticket), parts.clock.real_now())

    try:
        record = logins.TicketRecord.model_validate_json(await parts.writer.run(Order(HOUSE, take)))
    except LinkSpent:
        security_log("ticket_refused")
        raise
    return await parts.doorkeeper.visitor_of_login(record.login)


@router.get("/events", response_class=sse.EventStream, responses={200: {"content": {"text/event-stream": _EVENTS}}})
async def events(desk: DeskDep, topics: Topics, last_event_id: LastEventId = None) -> sse.EventStream:
    """The same stream as server-sent events, for networks that break websockets."""
    return _streamed(desk.request, desk.parts, desk.actor, desk.convention_id, topics, last_event_id)


def watching_in_public(desk: PublicDep) -> PublicDesk:
    """The public's desk, where there is something to watch.

    Raises:
        NotFound: no such convention, or nothing public in it.
    """
    with desk.reading():
        return desk


PublicWatching = Annotated[PublicDesk, Depends(watching_in_public)]


@router.get(
    "/public/events", response_class=sse.EventStream, responses={200: {"content": {"text/event-stream": _EVENTS}}}
)
async def public_events(
    request: Request, desk: PublicWatching, guest: UUID, topics: Topics, last_event_id: LastEventId = None
) -> sse.EventStream:
    """What is public as server-sent events, without an account; `guest` as for the websocket."""
    actor = actors.guest(desk.house.id, desk.house.host_id, guest)
    return _streamed(request, desk.parts, actor, desk.house.id, topics, last_event_id)


def _streamed(
    request: Request, parts: Parts, actor: Actor, convention_id: UUID, topics: str, last_event_id: str | None
) -> sse.EventStream:
    wanted = [topic for topic in topics.split(",") if topic]
    if len(wanted) > socket.MAX_TOPICS:
        raise Unreadable(f"At most {socket.MAX_TOPICS} topics a connection.", field="topics")
    connections, holder = connections_of(request), (actor.login_id, _address(request))
    connections.check(*holder)
    last, place = sse.last_event_id(last_event_id), connections.held(*holder)
    return sse.response(parts.hub, _placed(request, parts, actor), convention_id, wanted, last, place)
