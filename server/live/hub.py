"""The hub of one process: readers come in, follow topics, stall, return and go.

The relay publishes every committed event here, per convention in order and without gaps. Each reader gets every
event of its topics exactly once and in order, or is told to take a fresh snapshot. All methods belong to the
event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from server.accounts.actors import Actor
from server.eventlog.stored import StoredEvent
from server.live import frames, joining
from server.live.channel import Channel, Limits
from server.live.reader import Outlet, Reader, Request, without
from server.live.view import Snapshot, State, View

POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
# Payloads a stalled client may still provoke (by nonsense it sends) before it is closed.
OUTBOX = 64
SESSION = "session:"


class Topics(Protocol):
    """What there is to follow, who may, and its present state."""

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        """The keys behind a topic's name; None if the actor may not see it or there is no such topic."""

    def is_common(self, topic: str) -> bool:
        """Whether all who may follow it see the same, so that one snapshot may serve them all."""

    def has_texts(self, topic: str) -> bool:
        """Whether there may be texts beside its records."""

    async def texts(self, convention_id: UUID, keys: tuple[str, ...]) -> State:
        """The texts that a topic of these keys holds."""

    async def snapshot(self, actor: Actor, convention_id: UUID, topic: str, keys: tuple[str, ...]) -> Snapshot:
        """What the topic holds, and the number of the last event in it, from one REPEATABLE READ transaction."""


class Log(Protocol):
    """The committed events, for readers who come from further back than memory holds."""

    async def read(self, convention_id: UUID, after: int, upto: int | None, limit: int) -> Sequence[StoredEvent]:
        """Events with after < seq <= upto, in order, at most `limit`."""


Hook = Callable[[Reader, str], None]
Reaction = Callable[[UUID, str, str], None]


class Hub:
    """Serves the live streams of all conventions to the readers of this process.

    `on_nudge` is called with a convention whose newest events are waited for. `on_join` and `on_leave` hear of
    every (reader, topic name) that begins and ends; a stalled reader still follows. `on_reaction` gets the convention,
    topic key and code of each reaction that a reader sends.
    """

    def __init__(self, topics: Topics, log: Log, limits: Limits | None = None) -> None:
        self.topics = topics
        self.log = log
        self.limits = limits or Limits()
        self.on_nudge: Callable[[UUID], None] = lambda convention_id: None
        self.on_join: list[Hook] = []
        self.on_leave: list[Hook] = []
        self.on_reaction: Reaction = lambda convention_id, topic_key, code: None
        self._channels: dict[UUID, Channel] = {}

    def begin(self, convention_id: UUID, seq: int) -> int:
        """Let a convention's stream start behind `seq` (the log's end); the number to read on from."""
        return self._channel(convention_id).begin(seq)

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Take committed events, in order. Those already published are passed over.

        Raises ValueError if an event is missing between them and what was published before.
        """
        start = 0
        for end in range(1, len(events) + 1):
            if end == len(events) or events[end].convention_id != events[start].convention_id:
                self._channel(events[start].convention_id).publish(events[start:end])
                start = end

    def news(self, convention_id: UUID, after: int) -> list[StoredEvent]:
        """The events published after a number, as far as memory holds them."""
        ring = self._channel(convention_id).ring
        after = max(after, ring.first - 1)
        return [entry.event for entry in ring.after(after, ring.last - after)]

    def position(self, convention_id: UUID) -> int:
        """The number of the last event published; 0 before the first."""
        channel = self._channels.get(convention_id)
        return 0 if channel is None else channel.position.value

    def followed(self) -> list[UUID]:
        """The conventions that have readers here."""
        return [convention_id for convention_id, channel in self._channels.items() if channel.readers]

    def followed_keys(self, convention_id: UUID) -> list[str]:
        """The keys of the topics whose followers here are being written to."""
        channel = self._channels.get(convention_id)
        return [] if channel is None else channel.keys

    @property
    def readers(self) -> int:
        """How many connections there are."""
        return sum(len(channel.readers) for channel in self._channels.values())

    async def reached(self, convention_id: UUID, seq: int) -> None:
        """Return once the event `seq` has been published here; the relay is nudged if it has not."""
        channel = self._channel(convention_id)
        if channel.position.value < seq:
            self.on_nudge(convention_id)
            await channel.position.reached(seq)

    def counts(self, convention_id: UUID, topic_key: str, at: datetime, data: dict[str, Any]) -> None:
        """Show the newest counts to those who follow the topic: the last ones only, once a second at most."""
        self._channel(convention_id).counts(topic_key, at, data)

    def texts(self, convention_id: UUID, topic_key: str, data: dict[str, Any]) -> None:
        """Give texts, {collection: {id: text}}, to those who follow the topic."""
        self._channel(convention_id).texts(topic_key, data)

    def forget_views(self, convention_id: UUID) -> None:
        """Let nobody begin with a snapshot from before: what has happened since is not told again."""
        self._channel(convention_id).views.clear()

    def attach(self, outlet: Outlet, actor: Actor, convention_id: UUID) -> Reader:
        """A new reader who follows nothing yet."""
        channel = self._channel(convention_id)
        reader = Reader(self, channel, outlet, actor)
        channel.readers.add(reader)
        outlet.listen(reader)
        return reader

    def subscribe(self, reader: Reader, topics: Mapping[str, int | None]) -> None:
        """Follow topics, each from the event after a number on, or from a snapshot (None)."""
        self.unrequest(reader, topics)
        for topic, seq in topics.items():
            self.request(reader, Request(topic, seq))

    def unsubscribe(self, reader: Reader, topics: Iterable[str]) -> None:
        """Follow these no more. Unknown ones are passed over."""
        topics = list(topics)
        self.unrequest(reader, topics)
        if any(topic in reader.topics for topic in topics):
            reader.channel.leave(reader)
            for topic in topics:
                self.forget(reader, topic)
            self.drive(reader)

    def refuse(self, reader: Reader, code: str, message: str, topic: str | None = None) -> None:
        """Send an error frame."""
        if reader.outbox is not None and len(reader.outbox) > OUTBOX:
            self.close(reader, POLICY_VIOLATION, "reads nothing")
        else:
            reader.send(reader.outlet.wire.pieces(frames.error(code, message, topic)))

    def revoke(self, matches: Callable[[Actor], bool], code: str = "signed_out") -> int:
        """Close the connections of actors whose rights have ended or changed; how many there were.

        They may come back, to be judged anew. After `permission_changed` the client takes fresh snapshots,
        since `me` may now stand for other parties.
        """
        readers = [r for channel in self._channels.values() for r in channel.readers if matches(r.actor)]
        for reader in readers:
            self.refuse(reader, code, "Your permissions have changed. Connect again.")
            self.close(reader, POLICY_VIOLATION, code)
        return len(readers)

    def watchers(self, convention_id: UUID, topic_key: str) -> list[Reader]:
        """The readers who follow a topic, stalled ones too."""
        channel = self._channels.get(convention_id)
        readers = () if channel is None else channel.readers
        return [r for r in readers if any(topic_key in keys for keys in r.topics.values())]

    def detach(self, reader: Reader) -> None:
        """The connection is gone. Harmless when repeated."""
        if not reader.open:
            return
        reader.open = False
        reader.outlet.listen(None)
        reader.channel.leave(reader)
        reader.channel.readers.discard(reader)
        reader.requests = reader.outbox = None
        if reader.patience is not None:
            reader.patience.cancel()
        if reader.driver is not None and reader.driver is not asyncio.current_task():
            reader.driver.cancel()
        for topic in list(reader.topics):
            self.forget(reader, topic)

    def close(self, reader: Reader, code: int, reason: str) -> None:
        """Send a reader away."""
        self.detach(reader)
        reader.outlet.close(code, reason)

    async def aclose(self) -> None:
        """Send everybody away and stop."""
        for channel in self._channels.values():
            for reader in tuple(channel.readers):
                self.close(reader, 1001, "going away")
            await channel.close()

    # What outlets and the joining of readers call.

    def park(self, reader: Reader) -> None:
        """The client does not read: out of the fan-out, until it does or patience ends."""
        reader.paused = True
        reader.channel.leave(reader)
        reader.fresh = set(reader.topics)
        if reader.patience is None:
            reader.patience = asyncio.get_running_loop().call_later(
                self.limits.patience, self.close, reader, POLICY_VIOLATION, "stalled"
            )

    def unpark(self, reader: Reader) -> None:
        """The client reads again: bring it up to date."""
        reader.paused = False
        if reader.patience is not None:
            reader.patience.cancel()
            reader.patience = None
        self.drive(reader)

    def request(self, reader: Reader, request: Request) -> None:
        """Take a topic in after those requested before."""
        if reader.requests is None:
            reader.requests = deque()
        reader.requests.append(request)
        self.drive(reader)

    def unrequest(self, reader: Reader, topics: Iterable[str]) -> None:
        """Drop what was requested of these topics and not answered yet."""
        for request in reader.requests or ():
            if request.topic in topics:
                request.cancelled = True

    def drive(self, reader: Reader) -> None:
        """See to it that somebody brings the reader up to date."""
        if reader.open and reader.driver is None:
            reader.driver = asyncio.get_running_loop().create_task(joining.drive(self, reader))

    async def view(self, reader: Reader, topic: str, keys: tuple[str, ...], at_least: int) -> View:
        """The topic's snapshot, of that number or a later one. It may be another's, a moment old."""
        channel = reader.channel

        async def read() -> View:
            told = channel.sayings.newest
            return View(await self.topics.snapshot(reader.actor, channel.convention_id, topic, keys), told)

        def good(view: View) -> bool:
            recent = channel.boundary.value - view.seq <= self.limits.behind
            return view.seq >= at_least and recent and channel.sayings.has_after(view.told)

        if not self.topics.is_common(topic):
            return await read()
        while (view := await channel.views.get(keys[0], read, good)).seq < at_least:
            pass
        return view

    async def present_texts(self, reader: Reader, topic: str, keys: tuple[str, ...]) -> View:
        """The topic's texts, for a reader who goes on from a number: what it missed of them stands in no event."""
        if self.topics.is_common(topic):
            return await self.view(reader, topic, keys, 0)
        told = reader.channel.sayings.newest
        return View(Snapshot(0, {}, await self.topics.texts(reader.channel.convention_id, keys)), told)

    def react(self, reader: Reader, topic: str, code: str) -> None:
        """Count a reaction to what the reader follows."""
        keys = reader.topics.get(topic)
        if keys is None or not topic.startswith(SESSION):
            self.refuse(reader, "unknown_topic", f"You do not follow {topic!r}.", topic)
        else:
            self.on_reaction(reader.channel.convention_id, keys[0], code)

    def follow(self, reader: Reader, topic: str, keys: tuple[str, ...]) -> None:
        """Enter a topic among the reader's, and say so to the hooks if it is new."""
        known = topic in reader.topics
        reader.topics[topic] = keys
        if not known:
            for hook in self.on_join:
                hook(reader, topic)

    def forget(self, reader: Reader, topic: str) -> None:
        """Take a topic from the reader's, who must not be live, and say so to the hooks."""
        if reader.topics.pop(topic, None) is not None:
            reader.after = without(reader.after, topic)
            reader.told = without(reader.told, topic)
            for hook in self.on_leave:
                hook(reader, topic)

    def _channel(self, convention_id: UUID) -> Channel:
        channel = self._channels.get(convention_id)
        if channel is None:
            channel = self._channels[convention_id] = Channel(convention_id, self.limits)
        return channel
