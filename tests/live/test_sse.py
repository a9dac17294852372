import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from server.live.sse import last_event_id
from tests.live.serving import Serving, serving, until
from tests.live.test_hub import kinds
from tests.live.world import BUYER, Client

Stream = AsyncGenerator[tuple[str | None, dict[str, Any]], None]


async def received(http: httpx.AsyncClient, s: Serving, topics: str, last: str | None = None) -> Stream:
    """(id, frame) of each event, read as WHATWG HTML 9.2.6 says."""
    headers = {} if last is None else {"Last-Event-ID": last}
    async with http.stream("GET", s.events, params={"topics": topics}, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        seq = None
        async for line in response.aiter_lines():
            if line.startswith("id: "):
                seq = line[4:]
            elif line.startswith("data: "):
                yield seq, json.loads(line[6:])


async def some(stream: Stream, count: int) -> list[tuple[str | None, Any]]:
    async with asyncio.timeout(5):
        return [await anext(stream) for _ in range(count)]


def test_stream_is_that_of_the_websocket_with_ids() -> None:
    async def scenario() -> None:
        async with serving() as s, httpx.AsyncClient() as http:
            stream = received(http, s, "me,programme,organiser")
            begun = await some(stream, 4)
            assert [seq for seq, _ in begun] == [None, None, None, "0"]
            assert kinds([frame for _, frame in begun]) == [
                ("snapshot", "me", 0),
                ("snapshot", "programme", 0),
                ("error", "organiser", "unknown_topic"),
                ("cursor", 0),
            ]
            s.publish(f"party:{BUYER}", "programme")
            told = await some(stream, 2)
            assert [(seq, frame["topic"], frame["seq"]) for seq, frame in told] == [
                ("0", "me", 1),
                ("1", "programme", 1),
            ]

    asyncio.run(scenario())


def test_last_event_id_continues() -> None:
    async def scenario() -> None:
        async with serving() as s, httpx.AsyncClient() as http:
            client = Client()
            stream = received(http, s, "programme")
            for _, frame in await some(stream, 2):
                client.apply(frame)
            s.publish("programme", count=3)
            taken = await some(stream, 2)
            await stream.aclose()
            await until(lambda: not s.hub.followed())
            s.publish("programme")
            await s.hub._channels[s.convention.id].boundary.reached(4)
            again = await some(received(http, s, "programme", taken[-1][0]), 3)
            for _, frame in [*taken, *again]:
                client.apply(frame)
            assert client.seen == {"programme": [1, 2, 3, 4]}
            assert kinds([frame for _, frame in again])[-1] == ("cursor", 4)

    asyncio.run(scenario())


def test_stalled_stream_is_bounded_and_catches_up() -> None:
    async def scenario() -> None:
        async with serving(tick=0.0, ring=20_000, gap=20_000) as s:
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(("127.0.0.1", s.port))
            reader, writer = await asyncio.open_connection(sock=sock, limit=2**12)
            writer.write(b"GET /events?topics=programme HTTP/1.1\r\nHost: madang\r\n\r\n")
            await until(lambda: s.hub.watchers(s.convention.id, "programme"))
            (served,) = s.hub.watchers(s.convention.id, "programme")
            async with asyncio.timeout(10):
                while not served.paused:
                    s.publish("programme", count=200)
                    await asyncio.sleep(0)
            assert 32 * 1024 < served.outlet.buffered() < 64 * 1024
            last = len(s.convention.events)
            seen: list[int] = []
            async with asyncio.timeout(10):
                while not seen or seen[-1] != last:
                    line = await reader.readline()
                    if line.startswith(b'data: {"type":"event"'):
                        seen.append(json.loads(line[6:])["seq"])
            assert seen == list(range(1, last + 1))
            writer.close()

    asyncio.run(scenario())


def test_revoked_stream_ends() -> None:
    async def scenario() -> None:
        async with serving() as s, httpx.AsyncClient() as http:
            stream = received(http, s, "programme")
            await some(stream, 2)
            s.hub.revoke(lambda actor: True)
            rest = [frame async for _, frame in stream]
            assert kinds(rest) == [("error", "signed_out")]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("header", "seq"), [(None, None), ("17", 17), ("", None), ("-1", None), ("x", None), ("٣", None), ("9" * 40, None)]
)
def test_last_event_id_is_a_number_or_nothing(header: str | None, seq: int | None) -> None:
    assert last_event_id(header) == seq
