"""The life of one accepted websocket: what the client says, refused or passed to the hub."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, StrictInt, TypeAdapter, ValidationError

from server.accounts.actors import Actor
from server.live.frames import LINES
from server.live.hub import POLICY_VIOLATION, Hub
from server.live.outlet import PulledOutlet
from server.live.protocol import EXTENSION, MAX_MESSAGE, Connection
from server.live.reader import Reader

MESSAGE_TOO_BIG = 1009  # RFC 6455, 7.4.1
MAX_TOPICS = 100
NAMED_AT_ONCE = 1000
MESSAGES_PER_SECOND = 20.0
MESSAGES_AT_ONCE = 40.0

TopicName = Annotated[str, Field(min_length=1, max_length=100)]
# Up to what a JavaScript client can count to.
Seq = Annotated[StrictInt, Field(ge=0, le=2**53 - 1)]


Code = Literal["clap", "heart", "laugh", "wow", "thanks"]
REACTIONS: tuple[str, ...] = get_args(Code)


class Subscribe(BaseModel):
    """Follow topics: from the event after a number on, or from a snapshot (null)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["subscribe"]
    topics: dict[TopicName, Seq | None] = Field(min_length=1, max_length=NAMED_AT_ONCE)


class Unsubscribe(BaseModel):
    """Follow topics no more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["unsubscribe"]
    topics: list[TopicName] = Field(min_length=1, max_length=NAMED_AT_ONCE)


class React(BaseModel):
    """Show what one thinks of a session that one follows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["react"]
    topic: TopicName
    reaction: Code


ClientMessage = Annotated[Subscribe | Unsubscribe | React, Field(discriminator="type")]
_CLIENT_MESSAGE: TypeAdapter[Subscribe | Unsubscribe | React] = TypeAdapter(ClientMessage)


class Allowance:
    """A token bucket over the loop's monotonic clock: so many at once, then so many a second."""

    __slots__ = ("_at", "_left", "_most", "_rate")

    def __init__(self, at_once: float, per_second: float) -> None:
        self._most, self._rate = at_once, per_second
        self._left, self._at = at_once, asyncio.get_running_loop().time()

    def take(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


async def serve(
    websocket: WebSocket, hub: Hub, actor: Actor, convention_id: UUID, ended: Callable[[], None] = lambda: None
) -> None:
    """Serve an accepted websocket until either side ends it; then `ended` is called.

    On our own server the hub has the connection to itself from here on, and this returns at once.
    """
    connection: Connection | None = websocket.scope.get("extensions", {}).get(EXTENSION)
    if connection is not None:
        connection.keep(Listening(hub, hub.attach(connection, actor, convention_id)).hear, ended)
        return
    outlet = PulledOutlet(LINES)
    sender = asyncio.create_task(_forward(websocket, outlet))
    reader = hub.attach(outlet, actor, convention_id)
    listening = Listening(hub, reader)
    try:
        while (message := await websocket.receive())["type"] != "websocket.disconnect":
            listening.hear(message.get("text"))
    finally:
        hub.detach(reader)
        sender.cancel()
        ended()


class Listening:
    """Does what a client says. What it says after it was sent away is not heard."""

    __slots__ = ("_allowance", "_hub", "_reader")

    def __init__(self, hub: Hub, reader: Reader) -> None:
        self._hub = hub
        self._reader = reader
        self._allowance = Allowance(MESSAGES_AT_ONCE, MESSAGES_PER_SECOND)

    def hear(self, text: str | None) -> None:
        """One message; None if it was binary."""
        hub, reader = self._hub, self._reader
        if not reader.open:
            return
        if not self._allowance.take():
            hub.refuse(reader, "rate_limited", f"At most {MESSAGES_PER_SECOND:.0f} messages a second.")
            hub.close(reader, POLICY_VIOLATION, "too many messages")
        elif text is None:
            hub.refuse(reader, "bad_message", "Send text frames with JSON.")
        elif len(text.encode("utf-8", "surrogatepass")) > MAX_MESSAGE:
            hub.refuse(reader, "message_too_big", f"At most {MAX_MESSAGE} bytes a message.")
            hub.close(reader, MESSAGE_TOO_BIG, "message too big")
        else:
            _obey(hub, reader, text)


def _obey(hub: Hub, reader: Reader, text: str) -> None:
    try:
        message = _CLIENT_MESSAGE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "message"
        hub.refuse(reader, "bad_message", f"{place}: {first['msg']}")
        return
    if isinstance(message, Unsubscribe):
        hub.unsubscribe(reader, message.topics)
    elif isinstance(message, React):
        hub.react(reader, message.topic, message.reaction)
    elif len(reader.followed() | message.topics.keys()) > MAX_TOPICS:
        hub.refuse(reader, "too_many_topics", f"At most {MAX_TOPICS} topics a connection.")
    else:
        hub.subscribe(reader, message.topics)


async def _forward(websocket: WebSocket, outlet: PulledOutlet) -> None:
    """Send whole messages, as any ASGI server takes them."""
    with suppress(WebSocketDisconnect):
        while (data := await outlet.pull()) is not None:
            for line in data.splitlines():
                await websocket.send_text(line.decode())
        if outlet.closing is not None:
            await websocket.close(*outlet.closing)
