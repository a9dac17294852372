"""Thousands of websocket clients in one cheap process: raw sockets and epoll, frames counted, nothing else done.

Run as `python -m server.bench.push_clients`. Clients belong to a group, by which commands name them.
"""

import gc
import json
import os
import select
import socket
import struct
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from server.bench.processes import Command, reply
from server.bench.report import percentile

REQUEST = (
    b"GET %s HTTP/1.1\r\nHost: madang\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
PATIENCE = 60.0
# A sleeping reader on the same machine costs the sender a wake-up with each message, which a client across a network
# does not. So the clients look only now and then, except when the time of arrival is what is measured.
NAP = 0.01


def masked(payload: bytes) -> bytes:
    """A client's text frame (RFC 6455, 5.3). A mask of zeros is allowed to a client that need not hide from proxies."""
    length = len(payload)
    head = bytes((0x81, 0x80 | length)) if length < 126 else bytes((0x81, 0xFE)) + length.to_bytes(2, "big")
    return head + b"\0\0\0\0" + payload


@dataclass(slots=True)
class Client:
    """One connection. `seq` is the last number applied, by an event or a cursor."""

    sock: socket.socket
    rest: bytes = b""
    events: int = 0
    ready: bool = False
    seq: int | None = None
    resyncs: int = 0
    gaps: int = 0
    duplicates: int = 0

    def take(self, data: bytes, latencies: list[float] | None) -> None:
        """Count the frames in what was received (RFC 6455, 5.2); keep what is not whole."""
        buffer = self.rest + data
        position, end = 0, len(buffer)
        now = time.monotonic_ns() if latencies is not None else 0
        while end - position >= 2:
            length, start = buffer[position + 1], position + 2
            if length == 126:
                length, start = int.from_bytes(buffer[start : start + 2], "big"), start + 2
            if start + length > end:
                break
            if buffer.startswith(b'{"type":"event"', start):
                self.events += 1
                if latencies is not None:
                    sent = buffer.index(b'"sent":"', start) + 8
                    latencies.append((now - int(buffer[sent : sent + 20])) / 1e6)
            elif buffer.startswith(b'{"type":"', start):
                self.ready = True
            position = start + length
        self.rest = buffer[position:]

    def check(self, data: bytes) -> None:
        """Apply frames by the rules of the protocol to a stream whose every third event is another's."""
        self.rest += data
        while len(self.rest) >= 2:
            length, start = self.rest[1], 2
            if length == 126:
                length, start = int.from_bytes(self.rest[2:4], "big"), 4
            if len(self.rest) < start + length:
                return
            frame = json.loads(self.rest[start : start + length])
            self.rest = self.rest[start + length :]
            if frame["type"] == "event":
                assert self.seq is not None
                expected = self.seq + (2 if self.seq % 3 == 2 else 1)
                self.duplicates += frame["seq"] <= self.seq
                self.gaps += frame["seq"] > expected
            if frame["type"] == "resync":
                self.resyncs += 1
            elif "seq" in frame:
                self.seq = frame["seq"]


@dataclass
class Clients:
    """All groups, and the loop that reads them between commands."""

    groups: dict[str, list[Client]] = field(default_factory=lambda: defaultdict(list))
    poll: select.epoll = field(default_factory=select.epoll)
    by_fd: dict[int, Client] = field(default_factory=dict)
    latencies: list[float] | None = None

    def connect(self, group: str, port: int, path: str, count: int, subscribe: bool, stalled: bool = False) -> Command:
        """Open connections, one after the other. A stalled one is never read again once it is ready."""
        new = []
        for _ in range(count):
            client = Client(open_socket(port, path, 4096 if stalled else None))
            if subscribe:
                client.sock.sendall(masked(b'{"type":"subscribe","topics":{"programme":null}}'))
            client.sock.setblocking(False)
            new.append(client)
            if not stalled:
                self._watch(client)
        self.groups[group] += new
        if subscribe and not stalled:
            self._read_until(lambda: all(client.ready for client in new))
        return {}

    def expect(self, group: str, events: int, latency: bool = False) -> Command:
        """Wait until everybody in the group has had so many events since the last time."""
        clients = self.groups[group]
        self.latencies = [] if latency else None
        self._read_until(lambda: all(client.events >= events for client in clients))
        surplus = sum(client.events - events for client in clients)
        for client in clients:
            client.events = 0
        latencies, self.latencies = self.latencies, None
        figures = {"p50": percentile(latencies, 0.5), "p99": percentile(latencies, 0.99)} if latencies else {}
        return {"surplus": surplus, **figures}

    def cut(self, port: int, path: str, count: int, cuts: int, seconds: float) -> Command:
        """Clients that are cut off without a word, at random moments of `seconds`, and come back with their seq."""
        clients = [Client(open_socket(port, path)) for _ in range(count)]
        for client in clients:
            self._return(client)
        started, done = time.monotonic(), 0
        while done < cuts:
            due = min(cuts, int((time.monotonic() - started) / seconds * cuts) + 1)
            self._check(0.002)
            for number in range(done, due):
                client = clients[number % count]
                self.poll.unregister(client.sock.fileno())
                # With linger 0, close sends an RST and drops what is under way (socket(7)).
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                del self.by_fd[client.sock.fileno()]
                client.sock.close()
                client.rest = b""
                client.sock = open_socket(port, path)
                self._return(client)
            done = due
        self.groups["cut"] = clients
        return {"cuts": done}

    def settle(self, last: int) -> Command:
        """Read the cut clients until they have everything; what they have found wrong."""
        clients = self.groups["cut"]
        behind = (last - 1, last) if last % 3 == 0 else (last,)
        deadline = time.monotonic() + PATIENCE
        while any(client.seq is None or client.seq < behind[0] for client in clients):
            self._check(0.05)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{sum((c.seq or 0) < behind[0] for c in clients)} clients lack events")
        return {name: sum(getattr(client, name) for client in clients) for name in ("gaps", "duplicates", "resyncs")}

    def probe(self, port: int, count: int, every: float) -> Command:
        """Ask /healthz again and again on one connection; milliseconds until the answer."""
        times = []
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(count):
                started = time.monotonic()
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: madang\r\n\r\n")
                answer = b""
                while not answer.endswith(b'{"status":"ok"}'):
                    answer += sock.recv(4096)
                times.append((time.monotonic() - started) * 1000)
                time.sleep(every)
        return {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99)}

    def close(self, group: str) -> Command:
        for client in self.groups.pop(group):
            self.by_fd.pop(client.sock.fileno(), None)
            client.sock.close()
        return {}

    def _watch(self, client: Client) -> None:
        self.by_fd[client.sock.fileno()] = client
        self.poll.register(client.sock.fileno(), select.EPOLLIN)

    def _return(self, client: Client) -> None:
        message = {"type": "subscribe", "topics": {"programme": client.seq}}
        client.sock.sendall(masked(json.dumps(message).encode()))
        client.sock.setblocking(False)
        self._watch(client)

    def _read_until(self, done: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            if self.latencies is None:
                time.sleep(NAP)
            ready = self.poll.poll(0.2, 4096)
            for fd, _ in ready:
                client = self.by_fd[fd]
                client.take(_receive(client), self.latencies)
            if time.monotonic() > deadline:
                raise TimeoutError("events are missing")

    def _check(self, wait: float) -> None:
        for fd, _ in self.poll.poll(wait):
            client = self.by_fd[fd]
            client.check(_receive(client))


def open_socket(port: int, path: str, receive_buffer: int | None = None) -> socket.socket:
    """A blocking socket that has shaken hands."""
    sock = socket.socket()
    if receive_buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(PATIENCE)
    sock.connect(("127.0.0.1", port))
    sock.sendall(REQUEST % path.encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += sock.recv(4096)
    return sock


def _receive(client: Client) -> bytes:
    data = client.sock.recv(1 << 18)
    if not data:
        raise ConnectionError("the server has closed a connection")
    return data


def main() -> None:
    gc.disable()  # its pauses would count as the servers' latency; nothing here is cyclic
    clients = Clients()
    reply(pid=os.getpid())
    for line in sys.stdin:
        command = json.loads(line)
        reply(**getattr(clients, command.pop("do"))(**command))


if __name__ == "__main__":
    main()
