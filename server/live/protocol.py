"""uvicorn's websocket protocol, opened up for the hub: it writes finished frames straight to the transport.

Give `uvicorn_options()` to `uvicorn.Config`. The connection is then found in the ASGI scope, under
`scope["extensions"][EXTENSION]`. What is relied on inside uvicorn is held by tests/live/test_protocol.py, and
uvicorn is pinned for it.
"""

import asyncio
import socket
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from server.live.frames import WEBSOCKET
from server.live.reader import Listener

EXTENSION = "madang.connection"
MAX_MESSAGE = 16 * 1024

# What a reader who has stopped reading leaves in memory: this much unsent in the kernel, and of the write that found
# it full (a tick, or a piece of a snapshot) the rest in the transport.
UNSENT_IN_KERNEL = 24 * 1024
NONE = -1


def uvicorn_options() -> dict[str, Any]:
    """The settings of uvicorn that the live stream needs.

    A reader may stall for 60 s (`Limits.patience`); a shorter ping timeout would cut it off before.
    """
    return {
        "ws": LiveProtocol,
        "ws_max_size": MAX_MESSAGE,
        "ws_per_message_deflate": False,
        "ws_ping_interval": 30.0,
        "ws_ping_timeout": 60.0,
    }


class Connection:
    """The outlet of one websocket. Who writes is to write whole frames of RFC 6455.

    The transport pauses its listener as soon as it keeps anything, so before that bytes may go past it. This holds
    for plain sockets of asyncio's own loop; all others have no `descriptor` here.
    """

    __slots__ = ("_transport", "descriptor", "listener", "protocol", "wire", "write")

    def __init__(self, protocol: "LiveProtocol") -> None:
        self.wire = WEBSOCKET
        self.listener: Listener | None = None
        self.protocol = protocol
        self._transport = protocol.transport
        self.write = self._transport.write
        plain = type(self._transport) is _SelectorSocketTransport
        self.descriptor = self._transport.get_extra_info("socket").fileno() if plain else NONE

    def listen(self, listener: Listener | None) -> None:
        self.listener = listener

    def buffered(self) -> int:
        return self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """The closing handshake of RFC 6455, 7.1.2; a peer that does not read is cut off instead (7.1.7)."""
        protocol = self.protocol
        if not protocol.writable.is_set():
            protocol.transport.abort()
            return
        message = {"type": "websocket.close", "code": code, "reason": reason}
        task = protocol.loop.create_task(protocol.send(message))  # type: ignore[arg-type]
        protocol.tasks.add(task)
        task.add_done_callback(protocol.tasks.discard)


class LiveProtocol(WebSocketsSansIOProtocol):
    """Tells the connection's listener when the client stops reading, reads again, or is gone.

    `gone` comes before anything else could be written: no data may follow a close frame (RFC 6455, 5.5.1), and a
    closed socket's descriptor may soon be another's.
    """

    connection: Connection | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        # Uncompressed frames only: with deflate, one frame could not serve all (RFC 7692, 7.1.1).
        self.conn.available_extensions = []
        self.transport.set_write_buffer_limits(0)
        peer = self.transport.get_extra_info("socket")
        if peer is not None and peer.family in (socket.AF_INET, socket.AF_INET6):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL)
            # asyncio does this too, but not for sockets that were handed in without their protocol's number.
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def run_asgi(self) -> None:
        self.connection = Connection(self)
        extensions = cast(dict[str, Any], self.scope["extensions"])
        extensions[EXTENSION] = self.connection
        await super().run_asgi()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.connection is not None and self.connection.listener is not None:
            self.connection.listener.pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.connection is not None and self.connection.listener is not None:
            self.connection.listener.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone()
        super().connection_lost(exc)

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._gone()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._gone()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._gone()

    def shutdown(self) -> None:
        super().shutdown()
        self._gone()

    def _gone(self) -> None:
        if self.connection is not None and self.connection.listener is not None:
            self.connection.listener.gone()
