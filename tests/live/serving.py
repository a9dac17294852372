"""A real uvicorn in the test's own event loop, with the hub behind a websocket and an event stream."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Header, WebSocket
from fastapi.responses import StreamingResponse
from websockets.asyncio.client import ClientConnection, connect

from server.live import sse
from server.live.hub import Hub
from server.live.protocol import uvicorn_options
from server.live.socket import serve
from tests.live.world import MEMBER, Convention, a_hub

PLAIN = {"ws": "websockets-sansio"}


class Serving:
    """The address of the server, and the parts behind it."""

    def __init__(self, convention: Convention, hub: Hub, port: int) -> None:
        self.convention = convention
        self.hub = hub
        self.port = port
        self.live = f"ws://127.0.0.1:{port}/live"
        self.events = f"http://127.0.0.1:{port}/events"

    def publish(self, *topics: str, count: int = 1) -> None:
        self.hub.publish([self.convention.commit(*topics) for _ in range(count)])

    @asynccontextmanager
    async def client(self, topics: dict[str, int | None] | None = None) -> AsyncIterator[ClientConnection]:
        async with connect(self.live, max_size=None) as client:
            if topics is not None:
                await say(client, {"type": "subscribe", "topics": topics})
            yield client


@asynccontextmanager
async def serving(options: dict[str, Any] | None = None, **limits: Any) -> AsyncIterator[Serving]:
    convention = Convention()
    hub = a_hub(convention, **limits)
    app = FastAPI()

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await serve(websocket, hub, MEMBER, convention.id)

    @app.get("/events")
    async def events(topics: str, last_event_id: str | None = Header(None)) -> StreamingResponse:
        last = sse.last_event_id(last_event_id)
        return sse.response(hub, MEMBER, convention.id, topics.split(","), last)

    async with uvicorn_of(app, **(options or uvicorn_options())) as port:
        yield Serving(convention, hub, port)
        await hub.aclose()


@asynccontextmanager
async def uvicorn_of(app: Any, **options: Any) -> AsyncIterator[int]:
    """The port of a started server, without the main loop and the pauses of its ending that uvicorn would add."""
    listening = socket.create_server(("127.0.0.1", 0))
    # Accepted sockets inherit it: a reader who stalls is noticed soon.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", **options)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listening])
    try:
        yield listening.getsockname()[1]
    finally:
        for listener in server.servers:
            listener.close()
        for connection in tuple(server.server_state.connections):
            connection.shutdown()
        await until(lambda: not server.server_state.tasks)


async def say(client: ClientConnection, message: Any) -> None:
    await client.send(json.dumps(message))


async def hear(client: ClientConnection, count: int = 1) -> list[dict[str, Any]]:
    """The next frames; TimeoutError if they do not come."""
    async with asyncio.timeout(5):
        return [json.loads(await client.recv()) for _ in range(count)]


async def until(condition: Any) -> None:
    """Return once the condition holds; TimeoutError if it does not within 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the condition is of the server's making, which tells nobody
            await asyncio.sleep(0.005)
