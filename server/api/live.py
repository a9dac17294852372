"""The doors to the live stream: websocket and server-sent events."""

from typing import Annotated

from fastapi import Header, Query, WebSocket
from fastapi.responses import StreamingResponse

from server.accounts import logins
from server.accounts.actors import Actor
from server.accounts.doorkeeper import Visitor
from server.accounts.tokens import digest
from server.api.door import DeskDep, convention_router, find_visitor, parts_of
from server.batch import HOUSE, Order
from server.errors import Refusal
from server.live import socket, sse
from server.parts import Parts
from server.work import Work

router = convention_router("live")

POLICY_VIOLATION = 1008


@router.websocket("/live")
async def live(slug: str, websocket: WebSocket, ticket: str | None = None) -> None:
    """The live stream of a convention, by cookie (from our own pages), bearer token or ticket.

    Whoever may not come in is refused before the handshake is answered (HTTP 403).
    """
    parts = parts_of(websocket)
    house = await parts.doorkeeper.house(slug)
    actor: Actor | None = None
    try:
        visitor = await _visitor(websocket, parts, ticket)
    except Refusal:
        visitor = None
    if visitor is not None and house is not None:
        actor = await parts.doorkeeper.actor(visitor, house)
    if house is None or actor is None or not actor.member:
        await websocket.close(POLICY_VIOLATION)
        return
    await websocket.accept()
    await socket.serve(websocket, parts.hub, actor, house.id)


async def _visitor(websocket: WebSocket, parts: Parts, ticket: str | None) -> Visitor | None:
    if ticket is None:
        return await find_visitor(websocket, parts)

    def take(work: Work) -> logins.TicketRecord:
        return logins.take_ticket(work, digest(ticket), parts.clock.real_now())

    record = logins.TicketRecord.model_validate_json(await parts.writer.run(Order(HOUSE, take)))
    return await parts.doorkeeper.visitor_of_login(record.login)


@router.get("/events")
async def events(
    desk: DeskDep,
    topics: Annotated[str, Query(max_length=2000)],
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """The same stream as server-sent events, for networks that break websockets."""
    wanted = [topic for topic in topics.split(",") if topic]
    return sse.response(desk.parts.hub, desk.actor, desk.convention_id, wanted, sse.last_event_id(last_event_id))
