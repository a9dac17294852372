"""The doors to the live stream: websocket and server-sent events."""

from typing import Annotated

from fastapi import Header, Path, Query, WebSocket
from starlette.requests import HTTPConnection

from server.accounts import logins
from server.accounts.actors import Actor
from server.accounts.doorkeeper import NOWHERE, Visitor
from server.accounts.permissions import Scope
from server.accounts.tokens import digest
from server.api.door import DeskDep, check_login, convention_router, find_visitor, parts_of
from server.api.gates import turn_away
from server.batch import Order
from server.errors import LinkSpent, RateLimited, Refusal, Unreadable
from server.limits.connections import Connections
from server.live import socket, sse
from server.logs import security_log
from server.parts import Parts
from server.work import HOUSE, Work

router = convention_router("live")

POLICY_VIOLATION = 1008
LIVE = f"{router.prefix}/live"
_EVENTS = {
    "schema": {
        "type": "object",
        "description": "An event: its `data` is a frame of the live protocol, its `id` the number to go on after.",
        "properties": {"id": {"type": "string"}, "data": {"type": "string", "contentMediaType": "application/json"}},
    }
}


@router.websocket("/live")
async def live(
    slug: Annotated[str, Path(max_length=64)],
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
    with connections_of(websocket).held(visitor.login_id, _address(websocket)):
        await websocket.accept()
        await socket.serve(websocket, parts.hub, actor.within(visitor.scopes), house.id)


def connections_of(connection: HTTPConnection) -> Connections:
    """What counts this process's live connections."""
    connections: Connections = connection.app.state.connections
    return connections


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


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
async def events(
    desk: DeskDep,
    topics: Annotated[str, Query(max_length=2000)],
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> sse.EventStream:
    """The same stream as server-sent events, for networks that break websockets."""
    wanted = [topic for topic in topics.split(",") if topic]
    if len(wanted) > socket.MAX_TOPICS:
        raise Unreadable(f"At most {socket.MAX_TOPICS} topics a connection.", field="topics")
    connections, holder = connections_of(desk.request), (desk.actor.login_id, _address(desk.request))
    connections.check(*holder)
    last, place = sse.last_event_id(last_event_id), connections.held(*holder)
    return sse.response(desk.parts.hub, desk.actor, desk.convention_id, wanted, last, place)
