"""What is relied on inside the pinned uvicorn. If this fails after an upgrade, read protocol.py against the new one."""

import asyncio
import inspect
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect

from server.live.protocol import EXTENSION, UNSENT_IN_KERNEL, Connection, LiveProtocol
from tests.live.serving import hear, serving, until, uvicorn_of

OURS = {"let_go", "_hear", "_ended", "_gone"}


def test_uvicorn_is_the_version_that_was_read() -> None:
    assert uvicorn.__version__.split(".")[:2] == ["0", "54"]


def test_overridden_methods_exist_with_the_same_parameters() -> None:
    ours = {name for name, member in vars(LiveProtocol).items() if inspect.isfunction(member)} - OURS
    assert ours == {
        "connection_made",
        "run_asgi",
        "send_receive_event_to_app",
        "pause_writing",
        "resume_writing",
        "connection_lost",
        "handle_close",
        "handle_parser_exception",
        "keepalive_timeout",
        "shutdown",
    }
    for name in ours:
        theirs = inspect.signature(getattr(WebSocketsSansIOProtocol, name)).parameters
        assert list(inspect.signature(getattr(LiveProtocol, name)).parameters) == list(theirs)


def test_connection_is_in_the_scope_with_its_limits_set() -> None:
    """A served scope, the connection's transport, and what uvicorn's protocol holds that we use."""
    scopes: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][EXTENSION].write(b"\x81\x02hi")
        scope["extensions"][EXTENSION].close(4000, "enough")
        scopes.append(await receive())

    async def scenario() -> None:
        # Deflate is asked for by the client and allowed by the configuration, and still not agreed on.
        async with (
            uvicorn_of(app, ws=LiveProtocol, ws_per_message_deflate=True) as port,
            connect(f"ws://127.0.0.1:{port}") as client,
        ):
            assert client.request is not None
            assert client.response is not None
            assert "Sec-WebSocket-Extensions" in client.request.headers
            assert "Sec-WebSocket-Extensions" not in client.response.headers
            connection = scopes[0]["extensions"][EXTENSION]
            protocol = connection.protocol
            assert isinstance(connection, Connection)
            assert protocol.transport.get_write_buffer_limits() == (0, 0)
            raw = protocol.transport.get_extra_info("socket")
            assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == UNSENT_IN_KERNEL
            assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            assert (protocol.writable.is_set(), connection.buffered()) == (True, 0)
            assert isinstance(protocol.tasks, set)
            assert await client.recv() == "hi"
            await client.wait_closed()
            assert (client.close_code, client.close_reason) == (4000, "enough")
            assert scopes[1]["type"] == "websocket.disconnect"

    asyncio.run(scenario())


def test_shutdown_of_the_server_closes_with_1012_and_nothing_is_written_after() -> None:
    async def scenario() -> None:
        async with serving() as s, s.client({"programme": None}) as client:
            await hear(client, 2)
            (reader,) = s.hub.watchers(s.convention.id, "programme")
            assert isinstance(reader.outlet, Connection)
            reader.outlet.protocol.shutdown()
            assert not reader.open
            s.publish("programme")
            await client.wait_closed()
            assert client.close_code == 1012
            await until(lambda: not s.hub.followed())

    asyncio.run(scenario())
