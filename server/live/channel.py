"""The fan-out of one convention: what was published goes to every live reader who follows it, in ticks.

Events wait for the next tick, which is at once when nothing was sent for `Limits.tick` seconds. A tick is one
write to each reader concerned; readers of equal interest get the same bytes. Everything runs on one event loop,
and the pump alone sends events to live readers, so positions need no locks:

- `position`: the last event published here;
- `boundary`: the last event of the newest tick, complete or under way. A reader who comes in has everything up
  to here, and gets the rest with all others;
- `delivered`: the last event of the newest complete tick.
"""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.eventlog.stored import StoredEvent
from server.live import frames
from server.live.frames import Wire
from server.live.group import Group, Pace
from server.live.kept import Kept
from server.live.reader import Interest, Reader, TopicSet
from server.live.ring import Entry, Ring
from server.live.sayings import Sayings
from server.live.view import View

logger = logging.getLogger(__name__)

INTERNAL_ERROR = 1011  # RFC 6455, 7.4.1
# Bytes of an event's frame besides its data, generously.
ENVELOPE = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in events or bytes, times in seconds."""

    ring: int = 10_000
    gap: int = 5_000
    """A reader further behind than this gets a snapshot instead of events."""
    tick: float = 0.020
    tick_events: int = 256
    tick_bytes: int = 16 * 1024
    burst: int = 250
    """Writes between two turns of the event loop, so that other requests are not held up."""
    cursor: float = 15.0
    counts: float = 1.0
    patience: float = 60.0
    """How long a reader may not read at all before it is closed."""
    ahead: float = 1.0
    """How long a client may be ahead of this process (it came from another) before it counts as lost."""
    shared: float = 1.0
    """How long a topic's snapshot serves all who come: they are replayed what has happened since."""
    behind: int = 100
    """Not longer than until it is so many events old."""
    sayings: int = 300
    """A reader who missed more deliveries of texts than these gets all that there are."""


class Watermark:
    """A number that only rises, and those who wait for it."""

    def __init__(self) -> None:
        self.value = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._tiebreak = itertools.count()

    def rise(self, value: int) -> None:
        self.value = value
        while self._waiting and self._waiting[0][0] <= value:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    async def reached(self, value: int) -> None:
        """Return once the number is at least `value`."""
        if self.value < value:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (value, next(self._tiebreak), future))
            await future


@dataclass(slots=True)
class _Counts:
    at: datetime
    data: dict[str, Any]
    sent: float = float("-inf")
    timer: asyncio.TimerHandle | None = None


class Channel:
    """One convention's stream in this process."""

    def __init__(self, convention_id: UUID, limits: Limits) -> None:
        self.convention_id = convention_id
        self.limits = limits
        self.ring = Ring(limits.ring)
        self.position = Watermark()
        self.boundary = Watermark()
        self.delivered = 0
        self.readers: set[Reader] = set()
        self.views: Kept[str, View] = Kept(limits.shared)
        self.sayings = Sayings(limits.sayings)
        self._groups: dict[tuple[TopicSet, Wire], Group] = {}
        self._by_key: dict[str, dict[Group, None]] = {}
        self._counts: dict[str, _Counts] = {}
        self._due: set[str] = set()
        self._cursor_due = False
        self._heartbeat: asyncio.TimerHandle | None = None
        self._pump: asyncio.Task[None] | None = None

    @property
    def keys(self) -> list[str]:
        """The topic keys that live readers follow."""
        return list(self._by_key)

    def begin(self, seq: int) -> int:
        """Start behind `seq` if nothing was published yet and nobody is live; the position to go on from."""
        if not self.position.value and not self._groups and seq > 0:
            self.ring.start_after(seq)
            self.delivered = seq
            self.boundary.rise(seq)
            self.position.rise(seq)
        return self.position.value

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Take the next events; those already here are passed over. Raises ValueError on a gap."""
        for event in events:
            if event.seq <= self.position.value:
                continue
            self.begin(event.seq - 1)
            self.ring.append(event)
            self.position.rise(event.seq)
        self._wake()

    def texts(self, key: str, data: dict[str, Any]) -> None:
        """Texts of a topic, for everybody who follows it."""
        self.sayings.add(key, data)
        self._wake()

    def counts(self, key: str, at: datetime, data: dict[str, Any]) -> None:
        """The newest counts of a topic: sent at once, or when a second has passed since the last."""
        counts = self._counts.setdefault(key, _Counts(at, data))
        counts.at, counts.data = at, data
        if counts.timer is None:
            loop = asyncio.get_running_loop()
            wait = counts.sent + self.limits.counts - loop.time()
            counts.timer = loop.call_later(max(0.0, wait), self._counts_due, key)

    def newest_counts(self, reader: Reader, names: Iterable[str]) -> list[bytes]:
        """The frames of what is counted on these topics of a reader."""
        return [
            frame
            for name in names
            for key in reader.topics.get(name, ())
            if (counts := self._counts.get(key)) is not None
            for frame in self._counts_frames(reader.outlet.wire, [name], counts)
        ]

    def missed_texts(self, reader: Reader) -> list[bytes]:
        """The frames of the texts that were delivered since this reader had all of its topics'."""
        return [
            saying.frame(reader.outlet.wire, name)
            for name, told in reader.told.items()
            for saying in self.sayings.after(told, reader.topics.get(name, ()))
        ]

    def cursor(self, wire: Wire) -> bytes:
        """What tells a live reader that it has everything up to the boundary and may come back from there."""
        seq = self.boundary.value
        return wire.mark(seq) + wire.frame(frames.cursor(seq))

    def join(self, reader: Reader) -> None:
        """Make a reader live that has everything up to the boundary."""
        interest, wire = Interest(reader.topics), reader.outlet.wire
        group = self._groups.get((interest.topics, wire))
        if group is None:
            group = self._groups[interest.topics, wire] = Group(interest, wire)
            for key in interest.keys:
                self._by_key.setdefault(key, {})[group] = None
        group.add(reader)
        reader.group, reader.interest, reader.live = group, group.interest, True
        reader.position = self.boundary.value
        if self._heartbeat is None:
            self._schedule_heartbeat()

    def leave(self, reader: Reader) -> None:
        """Take a reader out of the fan-out, knowing how far it came. Harmless if it is not in it."""
        group = reader.group
        if group is None:
            return
        reader.group, reader.live = None, False
        reader.told = dict.fromkeys(reader.topics, self.sayings.done)
        # In the middle of a tick the reader may have been written to already, or not.
        under_way = group.reached(reader) if self.delivered < self.boundary.value else 0
        reader.position = max(reader.position, self.delivered, under_way)
        group.remove(reader)
        if not group.members:
            del self._groups[group.interest.topics, group.wire]
            for key in group.interest.keys:
                del self._by_key[key][group]
                if not self._by_key[key]:
                    del self._by_key[key]

    async def close(self) -> None:
        """Stop timers and the pump."""
        for timer in (self._heartbeat, *(counts.timer for counts in self._counts.values())):
            if timer is not None:
                timer.cancel()
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])

    def _wake(self) -> None:
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Send a tick after the other until nothing is left to send, and rest for the length of one."""
        loop = asyncio.get_running_loop()
        try:
            while self._has_work():
                started = loop.time()
                await self._send_events()
                await self._send_texts()
                await self._send_counts()
                await self._send_cursor()
                await asyncio.sleep(max(0.0, started + self.limits.tick - loop.time()))
        except Exception:
            logger.exception("the fan-out of convention %s failed; its readers must return", self.convention_id)
            self.delivered = self.boundary.value
            for reader in tuple(self.readers):
                reader.hub.close(reader, INTERNAL_ERROR, "internal error")
        finally:
            self._pump = None

    def _has_work(self) -> bool:
        behind = self.boundary.value < self.position.value
        return behind or self.sayings.waiting or bool(self._due) or self._cursor_due

    async def _send_events(self) -> None:
        entries = self._next_tick()
        if not entries:
            return
        upto = entries[-1].event.seq
        self.boundary.rise(upto)
        pace = Pace(self.limits.burst)
        for group, data in self._plan(entries):
            await group.send(data, upto, pace)
        self.delivered = upto
        self.ring.trim(upto)

    def _next_tick(self) -> list[Entry]:
        """What waits, up to the size of one write."""
        entries = self.ring.after(self.boundary.value, self.limits.tick_events)
        size = 0
        for count, entry in enumerate(entries):
            size += (len(entry.event.data) + ENVELOPE) * len(entry.event.topics)
            if size > self.limits.tick_bytes:
                return entries[: max(1, count)]
        return entries

    def _plan(self, entries: Sequence[Entry]) -> list[tuple[Group, bytes]]:
        """Who gets which bytes. Members are settled: they come and go while a tick is under way."""
        blocks: dict[Group, list[bytes]] = {}
        for entry in entries:
            keys = entry.event.topics
            for group in dict.fromkeys(group for key in keys for group in self._by_key.get(key, ())):
                block = entry.block(group.wire, group.interest.named(keys))
                blocks.setdefault(group, []).append(block)
        for group in blocks:
            group.settle()
        return [(group, b"".join(parts)) for group, parts in blocks.items()]

    async def _send_texts(self) -> None:
        """What is said of a record comes after the event that tells of it."""
        while self.sayings.waiting:
            saying = self.sayings.begin()
            await self._send_to_live(
                (group, b"".join(saying.frame(group.wire, name) for name in group.interest.named([saying.key])))
                for group in tuple(self._by_key.get(saying.key, ()))
            )
            self.sayings.done = saying.number

    async def _send_counts(self) -> None:
        due, self._due = self._due, set()
        now = asyncio.get_running_loop().time()
        for key in due:
            counts = self._counts[key]
            counts.sent, counts.timer = now, None
            await self._send_to_live(
                (group, b"".join(self._counts_frames(group.wire, group.interest.named([key]), counts)))
                for group in tuple(self._by_key.get(key, ()))
            )

    async def _send_cursor(self) -> None:
        if self._cursor_due:
            self._cursor_due = False
            groups = tuple(self._groups.values())
            await self._send_to_live(((group, self.cursor(group.wire)) for group in groups), idle=True)

    async def _send_to_live(self, deliveries: Iterable[tuple[Group, bytes]], idle: bool = False) -> None:
        """`idle` leaves out those who wait for a topic: a cursor would say that it is here already."""
        pace = Pace(self.limits.burst)
        for group, data in deliveries:
            for reader in tuple(group.members):
                if reader.live and not (idle and reader.requests):
                    reader.write(data)
                    await pace.wrote(1)

    @staticmethod
    def _counts_frames(wire: Wire, names: Iterable[str], counts: _Counts) -> list[bytes]:
        return [wire.frame(frames.counts(name, counts.at, counts.data)) for name in names]

    def _counts_due(self, key: str) -> None:
        self._due.add(key)
        self._wake()

    def _schedule_heartbeat(self) -> None:
        self._heartbeat = asyncio.get_running_loop().call_later(self.limits.cursor, self._beat)

    def _beat(self) -> None:
        self._heartbeat = None
        if self._groups:
            self._cursor_due = True
            self._wake()
            self._schedule_heartbeat()
