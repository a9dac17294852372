"""A client of the live stream that keeps up with its topics by the protocol's one rule, for tests alone."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

Frame = dict[str, Any]
State = dict[str, dict[str, Any]]
Connect = Callable[[], Awaitable[ClientConnection]]

SOON = 1.0  # seconds within which somebody is told
PATIENCE = 30.0  # seconds after which nobody will be, even on a busy machine
PAUSE = 0.05


class Follower:
    """Holds {topic: state}: a snapshot replaces it, an event's records are put in, what was seen is skipped.

    When the connection breaks it comes back with the last number it has for each topic. What it was told is kept:

    - `events`: applied event frames of all topics, in order;
    - `snapshots`: (topic, seq) of every snapshot taken;
    - `repeated`: event frames that came although they were applied already;
    - `counts`: the newest counts of each topic;
    - `texts`: the texts of each topic's records, by collection and id.
    """

    def __init__(self, connect: Connect, *topics: str) -> None:
        self._connect = connect
        self._topics = topics
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._unheard: list[Frame] = []
        self._socket: ClientConnection | None = None
        self.states: dict[str, State] = {}
        self.seqs: dict[str, int] = {}
        self.events: list[Frame] = []
        self.snapshots: list[tuple[str, int]] = []
        self.repeated: list[Frame] = []
        self.resyncs: list[Frame] = []
        self.errors: list[Frame] = []
        self.counts: dict[str, dict[str, Any]] = {}
        self.texts: dict[str, State] = {}
        self.connections = 0

    async def __aenter__(self) -> Self:
        """Follow, and return once every topic's state is here."""
        self._task = asyncio.create_task(self._follow())
        try:
            await self.until(lambda: self.seqs.keys() >= set(self._topics))
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _follow(self) -> None:
        while True:
            with suppress(OSError, WebSocketException):
                async with await self._connect() as self._socket:
                    self.connections += 1
                    wanted = {topic: self.seqs.get(topic) for topic in self._topics}
                    await self._socket.send(json.dumps({"type": "subscribe", "topics": wanted}))
                    async for text in self._socket:
                        self.take(json.loads(text))
            await asyncio.sleep(PAUSE)

    async def cut(self) -> None:
        """Lose the connection without a word, as a network does; it comes back by itself."""
        assert self._socket is not None
        self._socket.transport.abort()
        before = self.connections
        await self.until(lambda: self.connections > before)

    def take(self, frame: Frame) -> None:
        """Apply one frame."""
        topic = frame.get("topic", "")
        match frame["type"]:
            case "snapshot":
                self.states[topic], self.seqs[topic] = frame["state"], frame["seq"]
                self.texts[topic] = frame.get("texts", {})
                self.snapshots.append((topic, frame["seq"]))
            case "event" if frame["seq"] <= self.seqs[topic]:
                self.repeated.append(frame)
            case "event":
                for collection, record in frame["data"].items():
                    records = self.states[topic].setdefault(collection, {})
                    if record.get("gone"):
                        records.pop(record["id"], None)
                    else:
                        records[record["id"]] = record
                self.seqs[topic] = frame["seq"]
                self.events.append(frame)
                self._unheard.append(frame)
            case "cursor":
                self.seqs = {known: max(seq, frame["seq"]) for known, seq in self.seqs.items()}
            case "texts":
                for collection, texts in frame["data"].items():
                    self.texts[topic].setdefault(collection, {}).update(texts)
            case "counts":
                self.counts[topic] = frame["data"]
            case "resync":
                self.resyncs.append(frame)
            case "error":
                self.errors.append(frame)
        self._news.set()

    async def until(self, condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Return once the condition holds; TimeoutError if it does not in time."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def hears(self, event: str, seconds: float = PATIENCE) -> Any:
        """The data of the next event of this type that was not heard before; those told earlier are passed over."""

        def told() -> Frame | None:
            return next((frame for frame in self._unheard if frame["event"] == event), None)

        try:
            await self.until(told, seconds)
        except TimeoutError:
            heard = [frame["event"] for frame in self._unheard]
            raise AssertionError(f"not told of {event} within {seconds} s, but of {heard}") from None
        found = told()
        assert found is not None
        del self._unheard[: self._unheard.index(found) + 1]
        return found["data"]

    async def counted(self, topic: str, seconds: float = PATIENCE, **wanted: Any) -> dict[str, Any]:
        """The counts of a topic as soon as they show these values."""

        def shown() -> bool:
            now = self.counts.get(topic, {})
            return all(now.get(name) == value for name, value in wanted.items())

        try:
            await self.until(shown, seconds)
        except TimeoutError:
            raise AssertionError(f"counts of {topic} are {self.counts.get(topic)}, not {wanted}") from None
        return self.counts[topic]

    async def reaches(self, topic: str, seq: int, seconds: float = PATIENCE) -> None:
        """Return once the topic stands at this number at least."""
        await self.until(lambda: self.seqs.get(topic, 0) >= seq, seconds)

    def applied(self, topic: str) -> list[int]:
        """The numbers of the events applied to a topic, in the order in which they were."""
        return [frame["seq"] for frame in self.events if frame["topic"] == topic]
