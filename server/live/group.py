"""Readers of equal interest, and the writing of one tick to all of them."""

import asyncio
import os
from array import array

from server.live.frames import Wire
from server.live.reader import Interest, Reader


class Pace:
    """Gives the event loop a turn after so many writes, over all groups of a tick."""

    def __init__(self, burst: int) -> None:
        self._burst = burst
        self.left = burst

    async def wrote(self, count: int) -> None:
        self.left -= count
        if self.left <= 0:
            self.left = self._burst
            await asyncio.sleep(0)


class Group:
    """Live readers of equal interest on one kind of wire: what one of them gets, all get.

    Thousands of readers lie scattered in memory, and to touch each costs as much as the rest of a write. So a tick
    goes to the sockets' descriptors, which lie side by side, and readers are touched only when something is the
    matter with them. What that leaves unsaid, how far a reader has come in a tick under way, `reached` knows.
    """

    __slots__ = ("_changes", "_crowd", "_descriptors", "_done", "_settled_at", "_upto", "interest", "members", "wire")

    def __init__(self, interest: Interest, wire: Wire) -> None:
        self.interest = interest
        self.wire = wire
        self.members: dict[Reader, None] = {}
        self._changes = 0
        self._settled_at = 0
        self._crowd: tuple[Reader, ...] = ()
        self._descriptors = array("i")
        self._done = 0
        self._upto = 0

    def add(self, reader: Reader) -> None:
        self.members[reader] = None
        self._changes += 1

    def remove(self, reader: Reader) -> None:
        del self.members[reader]
        self._changes += 1

    def settle(self) -> None:
        """Fix whom the next tick goes to: those who come later have it already."""
        if self._settled_at != self._changes:
            self._settled_at = self._changes
            self._crowd = tuple(self.members)
            self._descriptors = array("i", (reader.outlet.descriptor for reader in self._crowd))
        self._done = 0

    def reached(self, reader: Reader) -> int:
        """The last event of the tick under way if it was written to this member already, or 0."""
        return self._upto if reader in self._crowd[: self._done] else 0

    async def send(self, data: bytes, upto: int, pace: Pace) -> None:
        """Write the events up to `upto` to everybody settled who is still here."""
        self._upto = upto
        undisturbed = self._settled_at
        while self._done < len(self._crowd):
            start, end = self._done, min(len(self._crowd), self._done + pace.left)
            if undisturbed == self._changes:
                self._write(data, start, end)
                undisturbed = self._changes  # whoever was paused by its own write has had it
            else:
                self._write_to_those_left(data, start, end)
            self._done = end
            await pace.wrote(end - start)

    def _write(self, data: bytes, start: int, end: int) -> None:
        """Nobody has come or gone since all were settled. What a socket does not take is for its outlet."""
        write, size = os.write, len(data)
        for index, descriptor in enumerate(self._descriptors[start:end], start):
            try:
                sent = write(descriptor, data)
            except OSError:
                sent = 0
            if sent < size:
                self._done = index + 1
                self._crowd[index].write(data[sent:])

    def _write_to_those_left(self, data: bytes, start: int, end: int) -> None:
        for index, reader in enumerate(self._crowd[start:end], start):
            if reader.group is self and reader.position < self._upto:
                self._done = index + 1
                reader.write(data)
