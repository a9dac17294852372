"""One connection as the hub sees it: where its bytes go, what it follows, and how far it has come."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from server.accounts.actors import Actor
from server.live.frames import Wire

if TYPE_CHECKING:
    from server.live.channel import Channel
    from server.live.group import Group
    from server.live.hub import Hub

TopicSet = frozenset[tuple[str, tuple[str, ...]]]
NOTHING: Mapping[str, int] = MappingProxyType({})


def without(numbers: Mapping[str, int], topic: str) -> Mapping[str, int]:
    """The topics' numbers, but not this one's."""
    return {name: number for name, number in numbers.items() if name != topic} if topic in numbers else numbers


class Listener(Protocol):
    """Whom an outlet tells of its state, on the event loop."""

    def pause(self) -> None:
        """The client does not read: write no more than what is already on its way."""

    def resume(self) -> None:
        """The client reads again."""

    def gone(self) -> None:
        """Nothing can be written any more."""


class Outlet(Protocol):
    """The writable end of one connection. `write` takes bytes of `wire`, never waits and never raises.

    As long as it has not paused its listener, it keeps nothing back, and bytes may go to the `descriptor` instead,
    if it has one (-1: none); what that does not take goes to `write`.
    """

    wire: Wire

    @property
    def descriptor(self) -> int: ...

    def write(self, data: bytes, /) -> None: ...

    def listen(self, listener: Listener | None) -> None: ...

    def buffered(self) -> int:
        """Bytes in this process that the client has not been sent."""

    def close(self, code: int, reason: str) -> None:
        """End the connection, with a close code of RFC 6455, 7.4, where the transport has such a thing."""


class Interest:
    """What a reader follows: topic names and the keys behind each. Readers of equal interest form a group."""

    __slots__ = ("_names", "topics")

    def __init__(self, topics: Mapping[str, tuple[str, ...]]) -> None:
        self.topics: TopicSet = frozenset(topics.items())
        self._names: dict[str, tuple[str, ...]] = {}
        for name, keys in topics.items():
            for key in keys:
                self._names[key] = (*self._names.get(key, ()), name)

    @property
    def keys(self) -> Iterable[str]:
        return self._names.keys()

    def named(self, keys: Iterable[str]) -> list[str]:
        """The names under which something about these keys is told, each once."""
        return list(dict.fromkeys(name for key in keys for name in self._names.get(key, ())))


@dataclass(slots=True)
class Request:
    """A topic to be taken in: from `seq` on, or by a snapshot; `reason` if that was not asked for."""

    topic: str
    seq: int | None
    reason: str | None = None
    cancelled: bool = False


class Reader:
    """A connection to one convention's stream.

    It is `live` while the channel's fan-out writes to it. Otherwise it has every event up to `position` (a
    topic in `after` already up to that number, if that is further) and every delivery of texts up to the topic's
    number in `told`, and what it still is to get waits in `outbox`.
    """

    __slots__ = (
        "actor",
        "after",
        "channel",
        "driver",
        "fresh",
        "group",
        "hub",
        "interest",
        "live",
        "open",
        "outbox",
        "outlet",
        "patience",
        "paused",
        "position",
        "requests",
        "told",
        "topics",
        "write",
    )

    def __init__(self, hub: "Hub", channel: "Channel", outlet: Outlet, actor: Actor) -> None:
        self.hub = hub
        self.channel = channel
        self.outlet = outlet
        self.write = outlet.write
        self.actor = actor
        self.topics: dict[str, tuple[str, ...]] = {}
        self.interest: Interest | None = None
        self.group: Group | None = None
        self.live = False
        self.open = True
        self.paused = False
        self.position = 0
        self.after: Mapping[str, int] = NOTHING
        self.told: Mapping[str, int] = NOTHING
        self.fresh: set[str] | None = None
        self.requests: deque[Request] | None = None
        self.outbox: deque[bytes] | None = None
        self.driver: asyncio.Task[None] | None = None
        self.patience: asyncio.TimerHandle | None = None

    def pause(self) -> None:
        self.hub.park(self)

    def resume(self) -> None:
        self.hub.unpark(self)

    def gone(self) -> None:
        self.hub.detach(self)

    def send(self, pieces: Sequence[bytes]) -> None:
        """Write, behind what is waiting, and only as long as the client reads."""
        if self.outbox is None:
            self.outbox = deque()
        self.outbox.extend(pieces)
        self.flush()

    def flush(self) -> bool:
        """Write what waits in the outbox; whether more may be written."""
        while self.outbox and not self.paused:
            self.write(self.outbox.popleft())
        if not self.outbox:
            self.outbox = None
        return not self.paused

    def missing(self, names: Iterable[str], seq: int) -> list[str]:
        """Those of the names under which this event has not been told yet."""
        return [name for name in names if self.after.get(name, 0) < seq]

    def followed(self) -> set[str]:
        """The names of the topics followed or asked for."""
        asked = {request.topic for request in self.requests or () if not request.cancelled}
        return asked | self.topics.keys()
