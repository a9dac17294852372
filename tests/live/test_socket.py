import asyncio
import json
import random
import socket
import struct
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.live.protocol import uvicorn_options
from tests.live.serving import PLAIN, Serving, hear, say, serving, until
from tests.live.test_hub import kinds
from tests.live.world import Client, messages

SERVERS = pytest.mark.parametrize("options", [uvicorn_options(), PLAIN], ids=["direct", "any server"])


@SERVERS
def test_subscribe_events_and_unsubscribe(options: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with serving(options) as s, s.client({"programme": None, "organiser": None}) as client:
            assert kinds(await hear(client, 3)) == [
                ("snapshot", "programme", 0),
                ("error", "organiser", "unknown_topic"),
                ("cursor", 0),
            ]
            s.publish("programme", count=3)
            assert kinds(await hear(client, 3)) == [("event", "programme", seq) for seq in (1, 2, 3)]
            await say(client, {"type": "subscribe", "topics": {"session:1": None}})
            assert kinds(await hear(client, 2)) == [("snapshot", "session:1", 3), ("cursor", 3)]
            await say(client, {"type": "unsubscribe", "topics": ["programme"]})
            assert kinds(await hear(client)) == [("cursor", 3)]
            s.publish("programme", "session:1")
            assert kinds(await hear(client)) == [("event", "session:1", 4)]

    asyncio.run(scenario())


@SERVERS
@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        '{"type":"publish"}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","topics":{}}',
        '{"type":"subscribe","topics":{"me":-1}}',
        '{"type":"subscribe","topics":{"me":true}}',
        '{"type":"subscribe","topics":{"me":"1"}}',
        '{"type":"subscribe","topics":{"me":null},"as":"organiser"}',
        '{"type":"subscribe","topics":{"":null}}',
        '{"type":"unsubscribe","topics":"me"}',
        b"\x00",
    ],
)
def test_nonsense_is_answered_and_the_connection_goes_on(options: dict[str, Any], message: str | bytes) -> None:
    async def scenario() -> None:
        async with serving(options) as s, s.client() as client:
            await client.send(message)
            assert kinds(await hear(client)) == [("error", "bad_message")]
            await say(client, {"type": "subscribe", "topics": {"me": None}})
            assert kinds(await hear(client)) == [("snapshot", "me", 0)]

    asyncio.run(scenario())


@SERVERS
def test_too_many_topics_are_refused_together(options: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with serving(options) as s, s.client({f"session:{n}": None for n in range(99)}) as client:
            await hear(client, 100)
            await say(client, {"type": "subscribe", "topics": {"me": None, "programme": None}})
            assert kinds(await hear(client)) == [("error", "too_many_topics")]
            await say(client, {"type": "subscribe", "topics": {"me": None, "session:1": None}})
            assert kinds(await hear(client)) == [("snapshot", "me", 0)]

    asyncio.run(scenario())


@pytest.mark.parametrize(("options", "told"), [(uvicorn_options(), []), (PLAIN, [("error", "message_too_big")])])
def test_oversize_message_closes_with_1009(options: dict[str, Any], told: list[Any]) -> None:
    async def scenario() -> None:
        async with serving(options) as s, s.client() as client:
            await client.send(json.dumps({"type": "x" * 17_000}))
            assert await _until_closed(client) == (told, 1009)
            await until(lambda: not s.hub.followed())

    asyncio.run(scenario())


@SERVERS
def test_too_many_messages_close_with_1008(options: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with serving(options) as s, s.client() as client:
            for _ in range(45):
                await say(client, {"type": "unsubscribe", "topics": ["me"]})
            assert await _until_closed(client) == ([("error", "rate_limited")], 1008)
            await until(lambda: not s.hub.followed())

    asyncio.run(scenario())


async def _until_closed(client: Any) -> tuple[list[Any], int | None]:
    frames = []
    try:
        while True:
            frames += await hear(client)
    except ConnectionClosed:
        return kinds(frames), client.close_code


@SERVERS
def test_revoked_reader_is_told_and_closed(options: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with serving(options) as s, s.client({"programme": None}) as client:
            await hear(client, 2)
            s.hub.revoke(lambda actor: True)
            assert await _until_closed(client) == ([("error", "signed_out")], 1008)

    asyncio.run(scenario())


@SERVERS
def test_client_that_closes_is_forgotten(options: dict[str, Any]) -> None:
    async def scenario() -> None:
        async with serving(options) as s:
            async with s.client({"programme": None}) as client:
                await hear(client, 2)
                assert len(s.hub.watchers(s.convention.id, "programme")) == 1
            assert client.close_code == 1000
            await until(lambda: not s.hub.followed())

    asyncio.run(scenario())


def test_large_snapshot_arrives_whole_and_pings_are_answered() -> None:
    async def scenario() -> None:
        async with serving() as s:
            s.convention.padding = 300_000
            async with s.client({"programme": None}) as client:
                pong = await client.ping()
                frames = await hear(client, 2)
                await pong
                assert kinds(frames) == [("snapshot", "programme", 0), ("cursor", 0)]
                assert frames[0]["state"]["padding"] == "밤" * 300_000

    asyncio.run(scenario())


async def raw_client(s: Serving, receive_buffer: int | None = None) -> socket.socket:
    """A subscribed websocket that is read by hand (key and masking key are of no consequence)."""
    sock = socket.socket()
    if receive_buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.connect(("127.0.0.1", s.port))
    sock.sendall(
        b"GET /live HTTP/1.1\r\nHost: madang\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    sock.setblocking(False)
    loop, answer = asyncio.get_running_loop(), b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += await loop.sock_recv(sock, 1)
    body = b'{"type":"subscribe","topics":{"programme":null}}'
    await loop.sock_sendall(sock, bytes((0x81, 0x80 | len(body))) + b"\0\0\0\0" + body)
    return sock


def test_slow_reader_is_parked_with_little_buffered_while_others_get_everything() -> None:
    async def scenario() -> None:
        async with serving(ring=1000, tick=0.0) as s, s.client({"programme": None}) as fast:
            await hear(fast, 2)
            slow = await raw_client(s, receive_buffer=4096)
            await until(lambda: len(s.hub.watchers(s.convention.id, "programme")) == 2)
            for _ in range(100):
                s.publish("programme", count=20)
                assert len(await hear(fast, 20)) == 20
            parked = [reader for reader in s.hub.watchers(s.convention.id, "programme") if reader.paused]
            assert len(parked) == 1
            assert 0 < parked[0].outlet.buffered() <= 64 * 1024 - 8 * 1024
            data = b""
            client = Client()
            async with asyncio.timeout(5):
                while not data.endswith(b'{"type":"cursor","seq":2000}'):
                    data += await asyncio.get_running_loop().sock_recv(slow, 65536)
            for message in messages(data):
                client.apply(json.loads(message))
            assert (client.seen, client.resyncs) == ({"programme": list(range(1, 2001))}, [])
            slow.close()

    asyncio.run(scenario())


def test_reader_that_stalls_too_long_is_cut_off() -> None:
    async def scenario() -> None:
        async with serving(tick=0.0, patience=0.1) as s:
            slow = await raw_client(s, receive_buffer=4096)
            await until(lambda: s.hub.watchers(s.convention.id, "programme"))
            for _ in range(60):
                s.publish("programme", count=20)
                await asyncio.sleep(0.001)
            await until(lambda: not s.hub.followed())
            slow.close()

    asyncio.run(scenario())


def test_abrupt_cuts_and_returns_lose_and_repeat_nothing() -> None:
    async def one(s: Serving, done: asyncio.Event, client: Client) -> None:
        while not done.is_set():
            async with connect(s.live) as returned:
                await say(returned, {"type": "subscribe", "topics": {"programme": client.seqs.get("programme")}})
                for _ in range(random.randrange(1, 12)):
                    client.apply((await hear(returned))[0])
                # An RST instead of a close frame, with whatever is under way.
                raw = returned.transport.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                returned.transport.abort()
        async with s.client({"programme": client.seqs.get("programme")}) as last:
            while client.seqs.get("programme") != len(s.convention.events):
                client.apply((await hear(last))[0])

    async def scenario() -> None:
        async with serving(ring=200) as s:
            done = asyncio.Event()
            clients = [Client() for _ in range(10)]
            running = [asyncio.create_task(one(s, done, client)) for client in clients]
            for number in range(100):
                s.publish("programme" if number % 3 else "organiser", count=2)
                await asyncio.sleep(0.005)
            done.set()
            s.publish("programme", count=12)
            await asyncio.gather(*running)
            assert [client.seen for client in clients] == [{"programme": s.convention.seqs(["programme"])}] * 10

    asyncio.run(scenario())
