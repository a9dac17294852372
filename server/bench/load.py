"""The load generator: keep-alive connections that send requests made beforehand, in a process of its own.

It is made to cost little beside the server it measures: raw asyncio protocols, no HTTP library, no parsing beyond
the status and the length.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(frozen=True)
class Outcome:
    """What a volley of requests met: wall seconds in all, seconds of each answer, how many answers of each status."""

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    @property
    def p99(self) -> float:
        """Seconds within which 99 of 100 answers came."""
        return sorted(self.latencies)[int(len(self.latencies) * 0.99)]


class Load:
    """Sends volleys of requests from its process."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def volley(self, ports: Sequence[int], requests: Sequence[Sequence[bytes]]) -> Outcome:
        """Send each client's requests one after another, all clients at once, and wait for all answers.

        Args:
            ports: of servers on 127.0.0.1; client n talks to the one at n modulo their number.
            requests: a list a client.

        Raises:
            ConnectionError: a server closed a connection.
        """
        return self._pool.submit(_volley, ports, requests).result()


@contextmanager
def load_process() -> Iterator[Load]:
    """A load generator, gone afterwards."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield Load(pool)


def request(method: str, path: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP/1.1 request. Every header is `Name: value`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Client(asyncio.Protocol):
    """One connection. It sends its next request when the answer to the one before is whole."""

    def __init__(self, requests: Sequence[bytes], done: "asyncio.Future[None]") -> None:
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self._requests = iter(requests)
        self._done = done
        self._buffer = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send_next(self) -> None:
        """Send the next request; after the last the client is done."""
        following = next(self._requests, None)
        if following is None:
            self._done.set_result(None)
        else:
            self._sent = time.perf_counter()
            self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(_HEAD_END)
        if head < 0:
            return
        start = self._buffer.find(_LENGTH) + len(_LENGTH)
        length = int(self._buffer[start : self._buffer.find(b"\r", start)])
        if len(self._buffer) < head + len(_HEAD_END) + length:
            return
        self.latencies.append(time.perf_counter() - self._sent)
        self.statuses[int(self._buffer[9:12])] += 1
        self._buffer = b""
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed the connection"))


def _volley(ports: Sequence[int], requests: Sequence[Sequence[bytes]]) -> Outcome:
    return asyncio.run(_send(ports, requests))


async def _send(ports: Sequence[int], requests: Sequence[Sequence[bytes]]) -> Outcome:
    loop = asyncio.get_running_loop()
    clients: list[_Client] = []
    for number, own in enumerate(requests):
        client = _Client(own, loop.create_future())
        await loop.create_connection(lambda client=client: client, "127.0.0.1", ports[number % len(ports)])  # type: ignore[misc]
        clients.append(client)
    started = time.perf_counter()
    for client in clients:
        client.send_next()
    await asyncio.gather(*(client._done for client in clients))
    seconds = time.perf_counter() - started
    statuses = sum((client.statuses for client in clients), Counter())
    latencies = [latency for client in clients for latency in client.latencies]
    for client in clients:
        client._transport.close()
    return Outcome(seconds, latencies, dict(statuses))
