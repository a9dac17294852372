"""uvicorn's websocket protocol, opened up for the hub: it writes finished frames straight to the transport.

Give `uvicorn_options()` to `uvicorn.Config`. The connection is then found in the ASGI scope, under
`scope["extensions"][EXTENSION]`. What is relied on inside uvicorn is held by tests/live/test_protocol.py, and
uvicorn is pinned for it.
"""

import asyncio
import socket
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from server.live.frames import WEBSOCKET, Wire
from server.live.reader import Listener

EXTENSION = "madang.connection"
MAX_MESSAGE = 16 * 1024

# What a reader who has stopped reading leaves in memory: this much unsent in the kernel, and of the write that found
# it full (a tick, or a piece of a snapshot) the rest in the transport.
UNSENT_IN_KERNEL = 24 * 1024
NONE = -1
INVALID_TEXT = 1007  # RFC 6455, 7.4.1

Hear = Callable[[str | None], None]


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

    `hear` and `ended` are set once it is kept.
    """

    __slots__ = ("_transport", "descriptor", "ended", "hear", "listener", "protocol", "wire", "write")

    def __init__(self, protocol: "LiveProtocol") -> None:
        self.wire: Wire = WEBSOCKET
        self.listener: Listener | None = None
        self.hear: Hear | None = None
        self.ended: Callable[[], None] | None = None
        self.protocol = protocol
        self._transport = protocol.transport
        self.write = self._transport.write
        plain = type(self._transport) is _SelectorSocketTransport
        self.descriptor = self._transport.get_extra_info("socket").fileno() if plain else NONE

    def listen(self, listener: Listener | None) -> None:
        self.listener = listener

    def buffered(self) -> int:
        return self._transport.get_write_buffer_size()

    def keep(self, hear: Hear, ended: Callable[[], None]) -> None:
        """Let the accepted connection go on when its application has returned: a waiting task and all that it holds
        would be most of what a reader costs.

        Args:
            hear: gets the text of each message; None for one that is binary.
            ended: called once when the connection is gone.
        """
        self.hear, self.ended = hear, ended
        self.protocol.let_go()

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


class _Nobody:
    """Stands where an application's messages wait, when there is none any more."""

    def put_nowait(self, message: object) -> None:
        """It is not needed."""


class _Writable:
    """An `asyncio.Event` in little: whoever closes looks first, so nobody waits for it."""

    __slots__ = ("_set",)

    def __init__(self, writable: bool) -> None:
        self._set = writable

    def set(self) -> None:
        self._set = True

    def clear(self) -> None:
        self._set = False

    def is_set(self) -> bool:
        return self._set

    async def wait(self) -> None:
        """What is written nevertheless waits in the transport."""


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
        done = False
        try:
            await self.app(self.scope, self.receive, self.send)
            done = self.handshake_complete
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
        if not done:
            self.send_500_response()
        if self.close_timer is None and not (done and self.connection.hear):
            self.transport.close()

    def let_go(self) -> None:
        """Forget what only the application and the handshake needed, and hear what was not heard yet: a few KB."""
        waiting, self.queue = self.queue, cast(Any, _Nobody())
        while not waiting.empty():
            message = waiting.get_nowait()
            if message["type"] == "websocket.receive":
                self._hear(message.get("text"))
        self.request.headers.clear()  # the parser holds on to the request itself
        self.scope = self.request = self.response = cast(Any, None)
        self.writable = cast(Any, _Writable(self.writable.is_set()))
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        if self.disconnected:
            self._gone()
            self._ended()

    def send_receive_event_to_app(self) -> None:
        if self.connection is None or self.connection.hear is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return
        try:
            self._hear(data.decode() if self.curr_msg_data_type == "text" else None)
        except UnicodeDecodeError:  # RFC 6455, 8.1
            self.conn.send_close(INVALID_TEXT)
            self.handle_parser_exception()

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
        self._ended()

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

    def _hear(self, text: str | None) -> None:
        if self.connection is not None and self.connection.hear is not None:
            self.connection.hear(text)

    def _ended(self) -> None:
        if self.connection is not None and self.connection.ended is not None:
            ended, self.connection.ended = self.connection.ended, None
            ended()

    def _gone(self) -> None:
        if self.connection is not None and self.connection.listener is not None:
            self.connection.listener.gone()
