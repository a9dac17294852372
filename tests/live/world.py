"""A convention for the hub without a database, readers without sockets, and a client that checks what it gets."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from server.accounts.actors import Actor
from server.eventlog.stored import StoredEvent
from server.ids import new_id
from server.live.channel import Limits
from server.live.frames import EVENT_STREAM, LINES, WEBSOCKET, Wire
from server.live.hub import Hub
from server.live.reader import Listener, Reader
from server.live.view import Snapshot, State

START = datetime(2020, 11, 9, tzinfo=UTC)
BUYER, EXHIBITOR = new_id(), new_id()
MEMBER = Actor(person_id=new_id(), roles=frozenset({"exhibitor"}), parties=frozenset({BUYER, EXHIBITOR}))
ORGANISER = Actor(person_id=new_id(), roles=frozenset({"organiser"}))


@dataclass
class Convention:
    """The committed log, with topics and snapshots read from it: the two ports of the hub."""

    id: UUID = field(default_factory=new_id)
    events: list[StoredEvent] = field(default_factory=list)
    snapshots: int = 0
    reads: int = 0
    padding: int = 0
    delay: float = 0.0
    said: dict[str, State] = field(default_factory=dict)

    def say(self, key: str, text_id: str) -> State:
        """Change a text, and give what is to be delivered of it."""
        lines = self.said.setdefault(key, {"line": {}})["line"]
        lines[text_id] = {"version": lines.get(text_id, {"version": 0})["version"] + 1}
        return {"line": {text_id: lines[text_id]}}

    def commit(self, *topics: str) -> StoredEvent:
        seq = len(self.events) + 1
        data = json.dumps({"meeting": {"id": str(seq)}})
        at = START + timedelta(seconds=seq)
        event = StoredEvent(self.id, seq, "meeting.accepted", 1, at, topics, data)
        self.events.append(event)
        return event

    def seqs(self, keys: Sequence[str], upto: int | None = None) -> list[int]:
        return [event.seq for event in self.events[:upto] if set(event.topics) & set(keys)]

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        await asyncio.sleep(self.delay)
        if topic == "me":
            return tuple(f"party:{party}" for party in sorted(actor.parties)) or None
        allowed = topic == "programme" or topic.startswith("session:") or (topic == "organiser" and actor.staff)
        return (topic,) if allowed else None

    def is_common(self, topic: str) -> bool:
        return topic == "programme" or topic.startswith("session:")

    def has_texts(self, topic: str) -> bool:
        return topic in self.said or topic == "me"

    async def texts(self, convention_id: UUID, keys: tuple[str, ...]) -> State:
        return {name: dict(lines) for key in keys for name, lines in self.said.get(key, {}).items()}

    async def snapshot(self, actor: Actor, convention_id: UUID, topic: str, keys: tuple[str, ...]) -> Snapshot:
        self.snapshots += 1
        await asyncio.sleep(self.delay / 2)
        state: dict[str, Any] = {"seen": self.seqs(keys), "padding": "밤" * self.padding}
        read = Snapshot(len(self.events), state, deepcopy(self.said.get(topic, {})))
        await asyncio.sleep(self.delay / 2)
        return read

    async def read(self, convention_id: UUID, after: int, upto: int | None, limit: int) -> Sequence[StoredEvent]:
        self.reads += 1
        await asyncio.sleep(self.delay)
        return self.events[after:upto][:limit]


class RecordingOutlet:
    """Keeps what is written. While `stalled`, it pauses the hub as a transport does whose buffer is full."""

    descriptor = -1

    def __init__(self, wire: Wire = LINES, room: int = 0) -> None:
        self.wire = wire
        self.writes: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.stalled = False
        self._room = room
        self._waiting = 0
        self._listener: Listener | None = None
        self._paused = False

    def write(self, data: bytes, /) -> None:
        assert not self._paused, "written to although paused"
        assert self._listener is not None, "written to although the reader has gone"
        self.writes.append(data)
        self._waiting += len(data) if self.stalled else 0
        if self._waiting > self._room and not self._paused and self._listener is not None:
            self._paused = True
            self._listener.pause()

    def stall(self) -> None:
        self.stalled = True

    def read_again(self) -> None:
        self.stalled, self._waiting = False, 0
        if self._paused:
            self._paused = False
            if self._listener is not None:
                self._listener.resume()

    def listen(self, listener: Listener | None) -> None:
        self._listener = listener

    def buffered(self) -> int:
        return self._waiting

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    @property
    def data(self) -> bytes:
        return b"".join(self.writes)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return decoded(self.wire, self.data)


def decoded(wire: Wire, data: bytes) -> list[dict[str, Any]]:
    """The frames in a wire's bytes; a last one that is not whole is left out."""
    if wire is LINES:
        return [json.loads(line) for line in data.split(b"\n")[:-1]]
    if wire is EVENT_STREAM:
        lines = (line for block in data.split(b"\n\n")[:-1] for line in block.split(b"\n"))
        return [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]
    assert wire is WEBSOCKET
    return [json.loads(message) for message in messages(data)]


def messages(data: bytes) -> Iterator[bytes]:
    """The text messages in a server's bytes, by RFC 6455, 5.2 and 5.4."""
    message = b""
    while len(data) >= 2:
        fin, opcode, length, start = data[0] & 0x80, data[0] & 0x0F, data[1], 2
        assert opcode == (0 if message else 1), "a continuation goes on with a message, a text frame begins one"
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
            assert length > 125
        elif length == 127:
            length, start = int.from_bytes(data[2:10], "big"), 10
            assert length > 0xFFFF
        if len(data) < start + length:
            return
        message += data[start : start + length]
        data = data[start + length :]
        if fin:
            yield message
            message = b""


class Client:
    """Applies frames by the rules of the protocol, and fails on what may never happen."""

    def __init__(self) -> None:
        self.seen: dict[str, list[int]] = {}
        self.lines: dict[str, dict[str, Any]] = {}
        self.seqs: dict[str, int] = {}
        self.errors: list[str] = []
        self.resyncs: list[tuple[str, str]] = []
        self.resync: set[str] = set()

    def forget(self, topics: Iterable[str]) -> None:
        for topic in list(topics):
            self.seen.pop(topic, None)
            self.lines.pop(topic, None)
            self.seqs.pop(topic, None)
            self.resync.discard(topic)

    def apply(self, frame: dict[str, Any]) -> None:
        topic = frame.get("topic", "")
        match frame["type"]:
            case "snapshot":
                assert frame["seq"] >= self.seqs.get(topic, 0), "a state older than what was told before"
                self.seen[topic] = list(frame["state"]["seen"])
                self.lines[topic] = dict(frame["texts"].get("line", {}))
                self.seqs[topic] = frame["seq"]
                self.resync.discard(topic)
            case "event":
                assert topic not in self.resync, "events of a topic whose snapshot is due"
                assert frame["seq"] > self.seqs[topic], "a duplicate, or out of order"
                self.seen[topic].append(frame["seq"])
                self.seqs[topic] = frame["seq"]
            case "cursor":
                assert not self.resync
                for known, seq in self.seqs.items():
                    assert frame["seq"] >= seq, "a cursor that goes back"
                    self.seqs[known] = frame["seq"]
            case "resync":
                self.resyncs.append((topic, frame["reason"]))
                self.resync.add(topic)
            case "error":
                self.errors.append(frame["code"])
            case "texts":
                assert topic in self.seen, "texts of a topic that is not there"
                for text_id, text in frame["data"]["line"].items():
                    if text["version"] >= self.lines[topic].get(text_id, text)["version"]:
                        self.lines[topic][text_id] = text
            case other:
                assert other == "counts"


def a_hub(convention: Convention, **limits: Any) -> Hub:
    return Hub(convention, convention, Limits(**limits))


def attach(hub: Hub, convention: Convention, actor: Actor = MEMBER, **outlet: Any) -> tuple[Reader, RecordingOutlet]:
    out = RecordingOutlet(**outlet)
    return hub.attach(out, actor, convention.id), out
