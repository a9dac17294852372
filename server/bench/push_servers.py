"""The servers that `bench push` compares, each run as `python -m server.bench.push_servers NAME`.

- hub: the whole hub on uvicorn with our protocol class, FastAPI, tickets and topic permissions;
- broadcast: `websockets.broadcast`, the usual way;
- raw: one frame, encoded once, written to bare asyncio transports: the floor of what asyncio can do;
- loop: FastAPI with `await send_text` to one after the other.

All send the same JSON, 213 bytes an event. Commands: `burst` sends ticks of events at an interval.
"""

import asyncio
import base64
import fcntl
import gc
import hashlib
import json
import socket
import struct
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uvicorn
import websockets.asyncio.server
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from server.accounts.actors import Actor
from server.bench.processes import Command, obey, reply
from server.eventlog.stored import StoredEvent
from server.ids import new_id
from server.live import frames
from server.live.channel import Limits
from server.live.hub import Hub
from server.live.protocol import uvicorn_options
from server.live.reader import Reader
from server.live.socket import serve
from server.live.view import Snapshot, State

CONVENTION = new_id()
START = datetime(2020, 11, 9, tzinfo=UTC)
PAYLOAD = 213
SIOCOUTQ = 0x5411  # tcp(7): bytes in the send queue that the peer has not acknowledged


def an_event(seq: int, topics: tuple[str, ...] = ("programme",)) -> StoredEvent:
    """An event whose frame has PAYLOAD bytes (for seqs of one digit) and carries the moment of its making."""
    sent = f"{time.monotonic_ns():020}"
    data = f'{{"session":{{"id":"0191b1a0-7d5c-7c00-8000-000000000001","state":"live"}},"sent":"{sent}"}}'
    event = StoredEvent(CONVENTION, seq, "session.started", 1, START, topics, data)
    padding = PAYLOAD - len(frames.event(event, topics[0])) + len(str(seq)) - 1
    return StoredEvent(CONVENTION, seq, event.type, 1, START, topics, f"{data[:-1]}{' ' * padding}}}")


async def burst(send: Any, ticks: int, events: int, interval: float) -> Command:
    """Call `send(events)` once an interval."""
    for _ in range(ticks):
        started = time.monotonic()
        sent = send(events)
        if sent is not None:
            await sent
        await asyncio.sleep(max(0.0, started + interval - time.monotonic()))
    return {}


async def collect() -> Command:
    """Settle the memory before it is read."""
    gc.collect()
    return {}


class MemoryTopics:
    """The hub's ports over a list: a public topic, and one for the organiser alone."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        allowed = topic == "programme" or (topic == "organiser" and actor.staff)
        return (topic,) if allowed and convention_id == CONVENTION else None

    def is_common(self, topic: str) -> bool:
        return True

    def has_texts(self, topic: str) -> bool:
        return False

    async def texts(self, convention_id: UUID, keys: tuple[str, ...]) -> State:
        return {}

    async def snapshot(self, actor: Actor, convention_id: UUID, topic: str, keys: tuple[str, ...]) -> Snapshot:
        return Snapshot(len(self.events), {"session": {}}, {})

    async def read(self, convention_id: UUID, after: int, upto: int | None, limit: int) -> Sequence[StoredEvent]:
        return self.events[after:upto][:limit]


async def run_hub(burst_size: int) -> None:
    log = MemoryTopics()
    hub = Hub(log, log, Limits(burst=burst_size))
    tickets = {"viewer": Actor(person_id=new_id(), roles=frozenset({"viewer"}))}
    app = FastAPI()

    @app.websocket("/live")
    async def live(websocket: WebSocket, ticket: str) -> None:
        actor = tickets.get(ticket)
        if actor is None:
            return await websocket.close(1008)
        await websocket.accept()
        return await serve(websocket, hub, actor, CONVENTION)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    def publish(count: int, *topics: str) -> None:
        events = [an_event(len(log.events) + 1 + n, topics or ("programme",)) for n in range(count)]
        log.events += events
        hub.publish(events)

    async def stalled() -> Command:
        readers = hub.watchers(CONVENTION, "programme")
        held = [_held(reader) for reader in readers if reader.paused]
        return {"readers": len(readers), "stalled": len(held), "most": max(held, default=0), "all": sum(held)}

    async def mixed(count: int, every: float) -> Command:
        """Events one by one, every third of which is not for viewers."""
        for _ in range(count):
            publish(1, "organiser" if len(log.events) % 3 == 2 else "programme")
            await asyncio.sleep(every)
        return {"last": len(log.events)}

    async def started(port: int) -> None:
        reply(port=port)
        await obey({"burst": lambda **c: burst(publish, **c), "stalled": stalled, "collect": collect, "mixed": mixed})

    # The clients answer no pings. The others have none either, but the hub keeps its cursors.
    await _uvicorn(app, started, {**uvicorn_options(), "ws_ping_interval": None})


def _held(reader: Reader) -> int:
    """Bytes kept for a reader: in the transport, in the kernel, and waiting in the hub."""
    outlet: Any = reader.outlet
    sock = outlet.protocol.transport.get_extra_info("socket")
    unacknowledged = struct.unpack("i", fcntl.ioctl(sock.fileno(), SIOCOUTQ, b"\0" * 4))[0]
    waiting = sum(map(len, reader.outbox or ()))
    return int(reader.outlet.buffered() + unacknowledged + waiting)


async def run_loop() -> None:
    viewers: set[WebSocket] = set()
    app = FastAPI()

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        viewers.add(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            viewers.discard(websocket)

    async def send(count: int) -> None:
        for _ in range(count):
            text = frames.event(an_event(1), "programme").decode()
            for viewer in tuple(viewers):
                await viewer.send_text(text)

    async def started(port: int) -> None:
        reply(port=port)
        await obey({"burst": lambda **c: burst(send, **c), "collect": collect})

    await _uvicorn(app, started, {"ws": "websockets-sansio", "ws_ping_interval": None})


async def _uvicorn(app: FastAPI, started: Any, options: dict[str, Any]) -> None:
    listening = _listen()
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", **options)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await started(listening.getsockname()[1])
    server.should_exit = server.force_exit = True
    await serving


async def run_broadcast() -> None:
    connections: set[websockets.asyncio.server.ServerConnection] = set()

    async def handler(connection: websockets.asyncio.server.ServerConnection) -> None:
        connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            connections.discard(connection)

    def send(count: int) -> None:
        for _ in range(count):
            text = frames.event(an_event(1), "programme").decode()
            websockets.asyncio.server.broadcast(connections, text)

    listening = _listen()
    serving = websockets.asyncio.server.serve(handler, sock=listening, compression=None, ping_interval=None)
    async with serving as server:
        reply(port=listening.getsockname()[1])
        await obey({"burst": lambda **c: burst(send, **c), "collect": collect})
        server.close(close_connections=False)
        for connection in tuple(connections):
            connection.transport.abort()


class RawProtocol(asyncio.Protocol):
    """Shakes hands as RFC 6455, 4.2.2 says, and reads nothing more."""

    transports: set[asyncio.Transport]

    def __init__(self, transports: set[asyncio.Transport]) -> None:
        self.transports = transports
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.transport in self.transports:
            return
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            lines = self._request.split(b"\r\n")
            key = next(line[19:] for line in lines if line.lower().startswith(b"sec-websocket-key: "))
            digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False).digest()
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
            )
            self.transports.add(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transports.discard(self.transport)


async def run_raw() -> None:
    transports: set[asyncio.Transport] = set()

    def send(count: int) -> None:
        for _ in range(count):
            frame = frames.WEBSOCKET.frame(frames.event(an_event(1), "programme"))
            for transport in transports:
                transport.write(frame)

    listening = _listen()
    await asyncio.get_running_loop().create_server(lambda: RawProtocol(transports), sock=listening)
    reply(port=listening.getsockname()[1])
    await obey({"burst": lambda **c: burst(send, **c), "collect": collect})


def _listen() -> socket.socket:
    # asyncio turns Nagle's algorithm off only for sockets that name their protocol.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1024)
    return listening


def main(name: str, settings: str = "{}") -> None:
    servers: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
        "hub": run_hub,
        "broadcast": run_broadcast,
        "raw": run_raw,
        "loop": run_loop,
    }
    asyncio.run(servers[name](**json.loads(settings)))


if __name__ == "__main__":
    main(*sys.argv[1:])
