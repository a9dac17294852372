"""The newest events of a convention in memory, each with the frames already made of it."""

from collections.abc import Sequence

from server.eventlog.stored import StoredEvent
from server.live import frames
from server.live.frames import Wire


class Entry:
    """One event; its frame for a (wire, topic) is made once and serves all."""

    __slots__ = ("_frames", "event")

    def __init__(self, event: StoredEvent) -> None:
        self.event = event
        self._frames: dict[tuple[Wire, str], bytes] = {}

    def frame(self, wire: Wire, topic: str) -> bytes:
        made = self._frames.get((wire, topic))
        if made is None:
            made = self._frames[wire, topic] = wire.frame(frames.event(self.event, topic))
        return made

    def block(self, wire: Wire, topics: Sequence[str]) -> bytes:
        """The event's frames for a reader of these topics (one at least).

        Only the last carries the mark: whoever is cut off before it gets all of them again.
        """
        made = [self.frame(wire, topic) for topic in topics]
        made.insert(-1, wire.mark(self.event.seq))
        return b"".join(made)


class Ring:
    """A dense run of events, `first` to `last`, kept for readers who come back soon."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: list[Entry] = []
        self.first = 1

    @property
    def last(self) -> int:
        return self.first + len(self._entries) - 1

    def start_after(self, seq: int) -> None:
        """Begin an empty ring behind `seq`."""
        self._entries.clear()
        self.first = seq + 1

    def append(self, event: StoredEvent) -> None:
        """Raises ValueError if the event is not the next one."""
        if event.seq != self.last + 1:
            raise ValueError(f"event {event.seq} cannot follow {self.last}")
        self._entries.append(Entry(event))

    def after(self, seq: int, limit: int) -> list[Entry]:
        """At most `limit` events behind `seq`, which must not lie before the ring."""
        start = seq + 1 - self.first
        return self._entries[start : start + limit]

    def trim(self, delivered: int) -> None:
        """Forget the oldest beyond the capacity, but nothing that was not delivered yet."""
        # Only when it is a tenth over: cutting a list's head costs its length.
        if len(self._entries) * 10 > self._capacity * 11:
            surplus = min(len(self._entries) - self._capacity, delivered + 1 - self.first)
            del self._entries[:surplus]
            self.first += surplus
