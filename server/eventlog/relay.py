"""The relay: reads committed events in order and hands them to this process's hub.

This process's writer offers what it has committed, the bus tells of other processes, and the relay looks by itself
every two seconds: the log is the truth, all else are hints. The cursor is in memory only; a new process starts at the
log's present end.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import structlog
from starlette.concurrency import run_in_threadpool

from server.eventlog.log import Log
from server.eventlog.stored import StoredEvent

log = structlog.get_logger()

PAGE = 1000


class Publisher(Protocol):
    """Whoever passes events on to subscribers."""

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Take the next events of one convention, in order and without gaps."""

    def begin(self, convention_id: UUID, seq: int) -> int:
        """Start behind `seq`, unless already further; the position to read on from."""


class Relay:
    """Moves events from the log to a publisher."""

    def __init__(self, events: Log, publisher: Publisher, poll: float = 2.0) -> None:
        self._events = events
        self._publisher = publisher
        self._poll = poll
        self._positions: dict[UUID, int] = {}
        self._woken: set[UUID] = set()
        self._wake = asyncio.Event()
        self.on_published: Callable[[UUID], None] = lambda convention_id: None

    def nudge(self, convention_id: UUID) -> None:
        """That convention's log has grown, or somebody waits for it."""
        self._woken.add(convention_id)
        self._wake.set()

    def offer(self, recorded: Sequence[StoredEvent]) -> None:
        """This process has just committed these. What follows the published is passed on without reading it again."""
        convention_id = recorded[0].convention_id
        if recorded[0].seq == self._positions.get(convention_id, 0) + 1:
            self._pass_on(recorded)
        else:
            self.nudge(convention_id)

    async def start(self) -> None:
        """Take the present ends of all logs as the starting points."""
        for convention_id, seq in (await run_in_threadpool(self._events.heads)).items():
            self._positions[convention_id] = self._publisher.begin(convention_id, seq)

    async def run(self) -> None:
        """Relay until cancelled. A database that is away is tried again at the next turn."""
        clock = asyncio.get_running_loop().time
        looked = clock()
        while True:
            # Not wait_for: Python 3.11's forgets that it was cancelled when it is woken at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout_at(looked + self._poll):
                    await self._wake.wait()
            self._wake.clear()
            grown, self._woken = self._woken, set()
            try:
                if clock() >= looked + self._poll:
                    looked = clock()
                    grown |= await self._grown()
                for convention_id in grown:
                    await self.catch_up(convention_id)
            except Exception:
                log.exception("relay could not read the log")
                await asyncio.sleep(self._poll / 4)

    async def _grown(self) -> set[UUID]:
        heads = await run_in_threadpool(self._events.heads)
        return {convention_id for convention_id, seq in heads.items() if seq > self._positions.get(convention_id, 0)}

    async def catch_up(self, convention_id: UUID) -> int:
        """Publish everything committed so far; the last number."""
        while True:
            position = self._positions.get(convention_id, 0)
            events = await self._events.read(convention_id, position, None, PAGE)
            # Meanwhile some of them may have been offered.
            if news := [event for event in events if event.seq > self._positions.get(convention_id, 0)]:
                self._pass_on(news)
            if len(events) < PAGE:
                return self._positions.get(convention_id, 0)

    def _pass_on(self, events: Sequence[StoredEvent]) -> None:
        convention_id = events[0].convention_id
        self._publisher.publish(events)
        self._positions[convention_id] = events[-1].seq
        self.on_published(convention_id)
