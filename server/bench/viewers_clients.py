"""Thousands of viewers in one cheap process: raw sockets and epoll, frames counted, nothing drawn.

Run as `python -m server.bench.viewers_clients`. Viewers belong to a group, by which commands name them.
"""

import gc
import json
import os
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from server.bench.processes import Command, reply
from server.bench.push_clients import masked
from server.bench.report import percentile

REQUEST = (
    b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
PATIENCE = 300.0
WINDOW = 100  # who are on their way in at a time
NAP = 0.02  # as the clients of `bench push`: looking now and then costs the servers no wake-ups
SMALL = 4096  # bytes a viewer takes in who does not read
TEXT, CLOSE, PING = 0x1, 0x8, 0x9


@dataclass(slots=True)
class Viewer:
    """One connection. `seq` is the number up to which it has everything; `texts` counts texts of records."""

    sock: socket.socket
    begun: float
    joined: float = 0.0
    shaken: bool = False
    rest: bytes = b""
    seq: int = -1
    frames: int = 0
    counts: int = 0
    texts: int = 0


@dataclass(slots=True)
class Crowd:
    """A group: who they are, where they come in, and what they ask for."""

    address: tuple[str, int]
    path: str
    subscribe: bytes
    viewers: list[Viewer] = field(default_factory=list)


class Viewers:
    """All groups, and the loop that reads them."""

    def __init__(self) -> None:
        self._crowds: dict[str, Crowd] = {}
        self._poll = select.epoll()
        self._by_fd: dict[int, tuple[Viewer, Crowd]] = {}
        self._arrivals: list[tuple[int, int]] | None = None

    def connect(
        self, group: str, port: int, path: str, topics: list[str], count: int, stalled: bool = False
    ) -> Command:
        """Let so many in, and wait until each has everything. A stalled one never reads again then.

        Returns:
            Milliseconds from opening a connection to having everything: half of them and 99 of 100 took no longer.
        """
        wanted = json.dumps({"type": "subscribe", "topics": dict.fromkeys(topics)}).encode()
        crowd = self._crowds.setdefault(group, Crowd(("127.0.0.1", port), path, masked(wanted) if topics else b""))
        new = self._let_in(crowd, count, SMALL if stalled else None)
        for viewer in new if stalled else ():
            self._poll.unregister(viewer.sock.fileno())
        times = [(viewer.joined - viewer.begun) * 1000 for viewer in new]
        return {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99)}

    def hold(self, group: str, seconds: float, churn: int) -> Command:
        """Watch; every second so many leave and as many come.

        Returns:
            Frames that came; figures a second for the one of those who stayed who got fewest, and who got most.
        """
        crowd = self._crowds[group]
        stayed = crowd.viewers[churn * (int(seconds) + 1) :]
        self._frames(crowd)
        before = {id(viewer): viewer.counts for viewer in stayed}
        started, frames = time.monotonic(), 0
        for second in range(1, int(seconds) + 1):
            leaving, crowd.viewers = crowd.viewers[:churn], crowd.viewers[churn:]
            frames += sum(viewer.frames for viewer in leaving)
            self._send_away(leaving)
            self._let_in(crowd, churn)
            self._read(until=started + second)
        seconds = time.monotonic() - started  # longer than asked for where the machine has other things to do
        rates = [(viewer.counts - before[id(viewer)]) / seconds for viewer in stayed]
        return {"frames": frames + self._frames(crowd), "fewest": min(rates), "most": max(rates), "seconds": seconds}

    def expect(self, group: str, seq: int, texts: int = 0) -> Command:
        """Read until everybody has everything up to a number, and so many texts since this was asked before."""
        crowd = self._crowds[group]
        deadline = time.monotonic() + PATIENCE
        while any(viewer.seq < seq or viewer.texts < texts for viewer in crowd.viewers):
            self._read(until=0)
            if time.monotonic() > deadline:
                raise TimeoutError("events or texts are missing")
        for viewer in crowd.viewers:
            viewer.texts = 0
        return {"frames": self._frames(crowd)}

    def count(self, group: str, frames: int) -> Command:
        """Read until everybody has had so many frames since the last time."""
        crowd = self._crowds[group]
        deadline = time.monotonic() + PATIENCE
        while any(viewer.frames < frames for viewer in crowd.viewers):
            self._read(until=0)
            if time.monotonic() > deadline:
                raise TimeoutError("frames are missing")
        return {"frames": self._frames(crowd)}

    def listen(self, events: int) -> Command:
        """Note when each event arrives, until everybody in this process has had so many: (number, nanoseconds of the
        monotonic clock)."""
        self._read(until=time.monotonic() + 0.1)
        self._arrivals = []
        viewers = sum(len(crowd.viewers) for crowd in self._crowds.values())
        deadline = time.monotonic() + PATIENCE
        while len(self._arrivals) < events * viewers:
            self._read(until=0, nap=0.0)
            if time.monotonic() > deadline:
                raise TimeoutError("events are missing")
        arrivals, self._arrivals = self._arrivals, None
        return {"arrivals": arrivals}

    def leave(self, group: str) -> Command:
        """Everybody goes."""
        self._send_away(self._crowds.pop(group).viewers)
        return {}

    def _let_in(self, crowd: Crowd, count: int, receive_buffer: int | None = None) -> list[Viewer]:
        new: list[Viewer] = []
        coming: list[Viewer] = []
        deadline = time.monotonic() + PATIENCE
        while len(new) < count or coming:
            while len(new) < count and len(coming) < WINDOW:
                viewer = self._open(crowd, receive_buffer)
                new.append(viewer)
                coming.append(viewer)
            self._read(until=0, nap=0.002)
            coming = [viewer for viewer in coming if not viewer.joined]
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(coming)} viewers did not get in")
        crowd.viewers += new
        return new

    def _open(self, crowd: Crowd, receive_buffer: int | None) -> Viewer:
        sock = socket.socket()
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        viewer = Viewer(sock, time.monotonic())
        sock.connect(crowd.address)
        sock.sendall(REQUEST % crowd.path.replace("GUEST", str(uuid4())).encode())
        sock.setblocking(False)
        self._by_fd[sock.fileno()] = (viewer, crowd)
        self._poll.register(sock.fileno(), select.EPOLLIN)
        return viewer

    def _send_away(self, viewers: list[Viewer]) -> None:
        for viewer in viewers:
            self._by_fd.pop(viewer.sock.fileno(), None)
            viewer.sock.close()

    @staticmethod
    def _frames(crowd: Crowd) -> int:
        """The frames that came since this was asked before."""
        frames = sum(viewer.frames for viewer in crowd.viewers)
        for viewer in crowd.viewers:
            viewer.frames = 0
        return frames

    def _read(self, until: float, nap: float = NAP) -> None:
        """Read what there is, once and then until a moment."""
        while True:
            if nap:
                time.sleep(nap)
            for fd, _ in self._poll.poll(0.0 if nap else 0.05, 4096):
                viewer, crowd = self._by_fd[fd]
                data = viewer.sock.recv(1 << 18)
                if not data:
                    raise ConnectionError("the server has closed a connection")
                self._take(viewer, crowd, data)
            if time.monotonic() >= until:
                return

    def _take(self, viewer: Viewer, crowd: Crowd, data: bytes) -> None:
        buffer = viewer.rest + data if viewer.rest else data
        position = 0
        if not viewer.shaken:
            position = buffer.find(b"\r\n\r\n") + 4
            if position < 4:
                viewer.rest = buffer
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(buffer[:200].decode(errors="replace"))
            viewer.shaken = True
            if crowd.subscribe:
                viewer.sock.send(crowd.subscribe)
            else:
                viewer.joined = time.monotonic()
        viewer.rest = buffer[self._take_frames(viewer, buffer, position) :]

    def _take_frames(self, viewer: Viewer, buffer: bytes, position: int) -> int:
        """Count the whole frames (RFC 6455, 5.2); where the first that is not whole begins."""
        end = len(buffer)
        while end - position >= 2:
            length, start = buffer[position + 1], position + 2
            if length > 125:
                size = 2 if length == 126 else 8
                length, start = int.from_bytes(buffer[start : start + size], "big"), start + size
            if start + length > end:
                break
            opcode = buffer[position] & 0x0F
            if opcode == TEXT:
                self._count(viewer, buffer, start, start + length)
            elif opcode == PING:
                viewer.sock.send(b"\x8a" + masked(buffer[start : start + length])[1:])
            elif opcode == CLOSE:
                raise ConnectionError(buffer[start + 2 : start + length].decode())
            position = start + length
        return position

    def _count(self, viewer: Viewer, buffer: bytes, start: int, end: int) -> None:
        viewer.frames += 1
        kind = buffer[start + 9 : start + 11]
        if kind in (b"ev", b"cu", b"sn"):
            at = buffer.find(b'"seq":', start, end) + 6
            last = at
            while 48 <= buffer[last] <= 57:
                last += 1
            viewer.seq = int(buffer[at:last])
            if kind == b"cu" and not viewer.joined:
                viewer.joined = time.monotonic()
            elif kind == b"ev" and self._arrivals is not None:
                self._arrivals.append((viewer.seq, time.monotonic_ns()))
        elif kind == b"co":
            viewer.counts += 1
        elif kind == b"te":
            viewer.texts += buffer.count(b'"text":', start, end)


def main() -> None:
    gc.disable()  # its pauses would count as the servers' latency; nothing here is cyclic
    viewers: Any = Viewers()
    reply(pid=os.getpid())
    for line in sys.stdin:
        command = json.loads(line)
        reply(**getattr(viewers, command.pop("do"))(**command))


if __name__ == "__main__":
    main()
