"""Who is watching through this process: people whose live connection follows a session that is live.

Kept in memory and handed in for all sessions together, at most once a second: who joins or leaves costs no write.
What was handed in holds for `LIFETIME`, so that a killed process's viewers vanish by themselves. All times are real
time; all methods belong to the event loop.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from server.accounts.actors import Actor
from sessions.audience import UNKNOWN

log = structlog.get_logger()

TOPIC = "session:"
EVERY = timedelta(seconds=1)
LIFETIME = timedelta(seconds=10)
REFRESH = LIFETIME / 3  # two refreshes may be lost before anybody vanishes
GRACE = timedelta(seconds=5)
NEWCOMERS_AT_ONCE = 1000  # rows a command writes: well below the time one may hold the writer


class Stream(Protocol):
    """The convention's stream that a connection reads."""

    @property
    def convention_id(self) -> UUID: ...


class Follower(Protocol):
    """A live connection, as the hub's callbacks hand it over."""

    @property
    def actor(self) -> Actor: ...

    @property
    def channel(self) -> Stream: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What this process counts of one convention's live sessions.

    `counts`: session to (people, the same by country, ZZ unknown). `newcomers`: (session, person, country).
    """

    convention_id: UUID
    counts: dict[UUID, tuple[int, dict[str, int]]]
    newcomers: list[tuple[UUID, UUID, str | None]]


@dataclass(slots=True)
class _Watcher:
    country: str | None
    connections: int = 0


@dataclass(slots=True)
class _Room:
    """The watchers of one session. `leaving` is in the order of the deadlines; `told` is the count handed in last."""

    watchers: dict[UUID, _Watcher] = field(default_factory=dict)
    leaving: dict[UUID, datetime] = field(default_factory=dict)
    newcomers: dict[UUID, str | None] = field(default_factory=dict)
    countries: Counter[str] = field(default_factory=Counter)
    live: bool = False
    told: int = 0
    told_at: datetime | None = None

    def enter(self, person_id: UUID, country: str | None) -> None:
        watcher = self.watchers.get(person_id)
        if watcher is None:
            watcher = self.watchers[person_id] = _Watcher(country)
            self.newcomers[person_id] = country
            self.countries[country or UNKNOWN] += 1
        watcher.connections += 1
        self.leaving.pop(person_id, None)

    def leave(self, person_id: UUID, until: datetime) -> None:
        watcher = self.watchers[person_id]
        watcher.connections -= 1
        if watcher.connections == 0 and self.live:
            self.leaving[person_id] = until
        elif watcher.connections == 0:  # who leaves before the beginning has watched nothing
            self.forget(person_id)

    def forget(self, person_id: UUID) -> None:
        country = self.watchers.pop(person_id).country or UNKNOWN
        self.leaving.pop(person_id, None)
        self.countries[country] -= 1
        if not self.live:
            self.newcomers.pop(person_id, None)

    def forget_leaving(self, now: datetime | None = None) -> None:
        """Forget those whose grace is over now, or all who are leaving."""
        for person_id, until in list(self.leaving.items()):
            if now is not None and until > now:
                return
            self.forget(person_id)

    def due(self, now: datetime) -> bool:
        """Is there anything to hand in?"""
        stale = bool(self.told) and (self.told_at is None or now - self.told_at >= REFRESH)
        return self.live and (bool(self.newcomers) or self.told != len(self.watchers) or stale)

    def count(self) -> tuple[int, dict[str, int]]:
        return len(self.watchers), dict(sorted((+self.countries).items()))


class Presence:
    """Counts the watchers of this process. `on_join` and `on_leave` are the hub's callbacks.

    Args:
        live: the sessions of a convention that are live now.
        store: hands a report in; the counts hold for LIFETIME. What it raises is logged, and tried again.
        changed: told of every session whose counts here have changed, or which is live no more.
        real_now: real time.
    """

    def __init__(
        self,
        *,
        live: Callable[[UUID], Awaitable[Collection[UUID]]],
        store: Callable[[Report], Awaitable[object]],
        changed: Callable[[UUID, UUID], None],
        real_now: Callable[[], datetime],
    ) -> None:
        self._live = live
        self._store = store
        self._changed = changed
        self._real_now = real_now
        self._rooms: dict[UUID, dict[UUID, _Room]] = {}
        self._flushing = asyncio.Lock()

    def on_join(self, follower: Follower, topic: str) -> None:
        """A connection begins to follow a topic; those of sessions are what counts."""
        person_id = follower.actor.person_id
        if topic.startswith(TOPIC) and person_id is not None:
            rooms = self._rooms.setdefault(follower.channel.convention_id, {})
            room = rooms.setdefault(UUID(topic.removeprefix(TOPIC)), _Room())
            room.enter(person_id, follower.actor.country)

    def on_leave(self, follower: Follower, topic: str) -> None:
        """A connection follows a topic no more. Its person is still there until the grace is over."""
        person_id = follower.actor.person_id
        if topic.startswith(TOPIC) and person_id is not None:
            room = self._rooms[follower.channel.convention_id][UUID(topic.removeprefix(TOPIC))]
            room.leave(person_id, self._real_now() + GRACE)

    async def run(self) -> None:
        """Hand in once a second what has changed, until cancelled."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            await self.flush()

    async def flush(self) -> None:
        """Hand in what has changed since, and what would expire, now."""
        async with self._flushing:
            for convention_id in list(self._rooms):
                try:
                    await self._flush(convention_id)
                except Exception:
                    log.exception("presence was not handed in", convention_id=str(convention_id))

    async def close(self) -> None:
        """Hand in for the last time, after the hub has sent everybody away: the process will not see them return."""
        for rooms in self._rooms.values():
            for room in rooms.values():
                room.forget_leaving()
        await self.flush()

    async def _flush(self, convention_id: UUID) -> None:
        rooms = self._rooms[convention_id]
        live = await self._live(convention_id)
        now = self._real_now()
        for session_id, room in list(rooms.items()):
            was_live, room.live = room.live, session_id in live
            room.forget_leaving(now if room.live else None)
            if was_live and not room.live:
                room.told = 0
                self._changed(convention_id, session_id)
        due = {session_id: room for session_id, room in rooms.items() if room.due(now)}
        if due:
            await self._hand_in(convention_id, due, now)
        for session_id, room in list(rooms.items()):
            if not (room.watchers or room.told or (room.live and room.newcomers)):
                del rooms[session_id]
        if not rooms:
            del self._rooms[convention_id]

    async def _hand_in(self, convention_id: UUID, rooms: dict[UUID, _Room], now: datetime) -> None:
        counts = {session_id: room.count() for session_id, room in rooms.items()}
        changed = [
            session_id for session_id, room in rooms.items() if room.newcomers or room.told != len(room.watchers)
        ]
        newcomers = deque((session_id, *new) for session_id, room in rooms.items() for new in room.newcomers.items())
        first = counts
        while first or newcomers:
            batch = [newcomers.popleft() for _ in range(min(len(newcomers), NEWCOMERS_AT_ONCE))]
            await self._store(Report(convention_id, first, batch))
            for session_id, person_id, _ in batch:
                rooms[session_id].newcomers.pop(person_id, None)
            first = {}
        for session_id, (concurrent, _) in counts.items():
            rooms[session_id].told, rooms[session_id].told_at = concurrent, now
        for session_id in changed:
            self._changed(convention_id, session_id)
