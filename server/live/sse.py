"""The live stream as server-sent events, for networks that break websockets.

Each `data` is one frame of the live protocol, without the client's half: topics are named in the address. `id`
is the number up to which the reader has everything, so `Last-Event-ID` (WHATWG HTML, 9.2.4) is where it goes on.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import AbstractContextManager, aclosing, nullcontext
from uuid import UUID

from fastapi.responses import StreamingResponse

from server.accounts.actors import Actor
from server.live.frames import EVENT_STREAM
from server.live.hub import Hub
from server.live.outlet import PulledOutlet

# 9.2.7 advises a comment every 15 s or so against proxies that drop silent connections.
HEARTBEAT = 15.0
RETRY_MS = 2000


class EventStream(StreamingResponse):
    """An answer that goes on for as long as its reader stays."""

    media_type = "text/event-stream"


def last_event_id(header: str | None) -> int | None:
    """The number in a `Last-Event-ID` header; None (begin with snapshots) if there is none."""
    if header is None or not header.isascii() or not header.isdigit() or len(header) > 18:
        return None
    return int(header)


def response(
    hub: Hub,
    actor: Actor,
    convention_id: UUID,
    topics: Iterable[str],
    last: int | None,
    place: AbstractContextManager[None] | None = None,
) -> EventStream:
    """The answer to `GET .../events?topics=...`; X-Accel-Buffering keeps nginx from collecting it first.

    `place` is held for as long as the stream goes on.
    """
    return EventStream(
        _kept(place or nullcontext(), stream(hub, actor, convention_id, topics, last)),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _kept(place: AbstractContextManager[None], pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    with place:
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece


async def stream(
    hub: Hub, actor: Actor, convention_id: UUID, topics: Iterable[str], last: int | None
) -> AsyncGenerator[bytes, None]:
    """The bytes of the stream, until the reader leaves or the hub sends it away.

    A topic the actor may not see is answered by an error frame, like on the websocket.
    """
    outlet = PulledOutlet(EVENT_STREAM)
    reader = hub.attach(outlet, actor, convention_id)
    try:
        hub.subscribe(reader, dict.fromkeys(topics, last))
        yield b"retry: %d\n\n" % RETRY_MS
        while (data := await outlet.pull(HEARTBEAT)) is not None:
            yield data or b":\n\n"
    finally:
        hub.detach(reader)
