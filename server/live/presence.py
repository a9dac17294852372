"""Who is watching through this process: people whose live connection follows a session that is live.

Kept in memory and handed in for all sessions of a convention together, at most once a second: who joins or leaves costs
no write of their own. What was handed in holds for `LIFETIME`, so that a killed process's viewers vanish by themselves.
Deadlines are in real time, stays in convention time; all methods belong to the event loop.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Container
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple, Protocol
from uuid import UUID

import structlog

from server.accounts.actors import Actor
from server.ids import new_id
from sessions.audience import UNKNOWN
from sessions.stays import Came, Went

log = structlog.get_logger()

TOPIC = "session:"
EVERY = timedelta(seconds=1)
LIFETIME = timedelta(seconds=10)
REFRESH = LIFETIME / 3  # two refreshes may be lost before anybody vanishes
GRACE = timedelta(seconds=5)
AT_ONCE = 1000  # rows a command writes: well below the time one may hold the writer


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
    """What this process counts of one convention's live sessions, and who came there and went.

    `counts`: session to (people, the same by country, ZZ unknown).
    """

    convention_id: UUID
    counts: dict[UUID, tuple[int, dict[str, int]]]
    came: list[Came]
    went: list[Went]


@dataclass(slots=True)
class _Watcher:
    """Somebody with a live connection, or who had one a moment ago. Since `since` it is one stay."""

    country: str | None
    guest: bool
    since: datetime
    stay: UUID
    connections: int = 0


class _Leaving(NamedTuple):
    """Until when somebody may return as if they had not left, and when they left."""

    until: datetime
    at: datetime


@dataclass(slots=True)
class _Room:
    """The watchers of one session. `leaving` is in the order of the deadlines; `told` is the count handed in last.

    `came` and `went` are to be handed in, while the session is live. `idle_at` is when it was last seen not to be.
    """

    id: UUID
    watchers: dict[UUID, _Watcher] = field(default_factory=dict)
    leaving: dict[UUID, _Leaving] = field(default_factory=dict)
    came: deque[Came] = field(default_factory=deque)
    went: deque[Went] = field(default_factory=deque)
    countries: Counter[str] = field(default_factory=Counter)
    live: bool = False
    idle_at: datetime | None = None
    told: int = 0
    told_at: datetime | None = None

    def enter(self, person_id: UUID, country: str | None, guest: bool, now: datetime) -> None:
        watcher = self.watchers.get(person_id)
        if watcher is None:
            watcher = self.watchers[person_id] = _Watcher(country, guest, now, new_id())
            self.countries[country or UNKNOWN] += 1
            if self.live:
                self._begin(person_id, watcher)
        watcher.connections += 1
        self.leaving.pop(person_id, None)

    def leave(self, person_id: UUID, until: datetime, now: datetime) -> None:
        watcher = self.watchers[person_id]
        watcher.connections -= 1
        if watcher.connections == 0 and self.live:
            self.leaving[person_id] = _Leaving(until, now)
        elif watcher.connections == 0:  # who leaves before the beginning has watched nothing
            self._forget(person_id)

    def open(self, since: datetime | None, fresh: Container[UUID] = ()) -> None:
        """It is live: whoever is there begins a stay, at the earliest since then; those of `fresh` have begun it."""
        for person_id, watcher in self.watchers.items():
            if watcher.stay not in fresh:
                watcher.stay, watcher.since = new_id(), max(watcher.since, since or watcher.since)
                self._begin(person_id, watcher)

    def close(self, now: datetime) -> None:
        """It is not live: stays have ended with it."""
        self.forget_leaving()
        self.came.clear()
        self.went.clear()
        self.told, self.idle_at = 0, now

    def forget_leaving(self, real_now: datetime | None = None) -> None:
        """Forget those whose grace is over now, or all who are leaving."""
        for person_id, (until, at) in list(self.leaving.items()):
            if real_now is not None and until > real_now:
                return
            self.went.append(Went(self.id, self.watchers[person_id].stay, at))
            self._forget(person_id)

    def due(self, real_now: datetime) -> bool:
        """Is there anything to hand in?"""
        stale = bool(self.told) and (self.told_at is None or real_now - self.told_at >= REFRESH)
        return self.live and (bool(self.came or self.went) or self.told != len(self.watchers) or stale)

    def count(self) -> tuple[int, dict[str, int]]:
        return len(self.watchers), dict(sorted((+self.countries).items()))

    def _begin(self, person_id: UUID, watcher: _Watcher) -> None:
        self.came.append(Came(self.id, watcher.stay, person_id, watcher.country, watcher.guest, watcher.since))

    def _forget(self, person_id: UUID) -> None:
        self.countries[self.watchers.pop(person_id).country or UNKNOWN] -= 1
        self.leaving.pop(person_id, None)


class Presence:
    """Counts the watchers of this process. `on_join` and `on_leave` are the hub's callbacks.

    Args:
        live: the sessions of a convention that are live now.
        store: hands a report in; the counts hold for LIFETIME. It answers of which sessions' viewers it had not known,
            or had taken them for gone. What it raises is logged, and tried again.
        changed: told of every session whose counts here have changed, or which is live no more.
        now: convention time.
        real_now: real time.
    """

    def __init__(
        self,
        *,
        live: Callable[[UUID], Awaitable[Collection[UUID]]],
        store: Callable[[Report], Awaitable[Collection[UUID]]],
        changed: Callable[[UUID, UUID], None],
        now: Callable[[], datetime],
        real_now: Callable[[], datetime],
    ) -> None:
        self._live = live
        self._store = store
        self._changed = changed
        self._now = now
        self._real_now = real_now
        self._rooms: dict[UUID, dict[UUID, _Room]] = {}
        self._flushing = asyncio.Lock()

    def on_join(self, follower: Follower, topic: str) -> None:
        """A connection begins to follow a topic; those of sessions are what counts."""
        actor = follower.actor
        if topic.startswith(TOPIC) and actor.watcher_id is not None:
            rooms = self._rooms.setdefault(follower.channel.convention_id, {})
            session_id = UUID(topic.removeprefix(TOPIC))
            room = rooms.setdefault(session_id, _Room(session_id))
            room.enter(actor.watcher_id, actor.country, actor.person_id is None, self._now())

    def on_leave(self, follower: Follower, topic: str) -> None:
        """A connection follows a topic no more. Its person is still there until the grace is over."""
        watcher_id = follower.actor.watcher_id
        if topic.startswith(TOPIC) and watcher_id is not None:
            room = self._rooms[follower.channel.convention_id][UUID(topic.removeprefix(TOPIC))]
            room.leave(watcher_id, self._real_now() + GRACE, self._now())

    async def run(self) -> None:
        """Hand in once a second what has changed, one command a convention, until cancelled."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            await self._flush_all(commands=1)

    async def flush(self) -> None:
        """Hand in all that has changed since, and what would expire, now."""
        await self._flush_all()

    async def close(self) -> None:
        """Hand in for the last time, after the hub has sent everybody away: the process will not see them return."""
        for rooms in self._rooms.values():
            for room in rooms.values():
                room.forget_leaving()
        await self.flush()

    async def _flush_all(self, commands: int | None = None) -> None:
        async with self._flushing:
            for convention_id in list(self._rooms):
                try:
                    await self._flush(convention_id, commands)
                except Exception:
                    log.exception("presence was not handed in", convention_id=str(convention_id))

    async def _flush(self, convention_id: UUID, commands: int | None) -> None:
        rooms = self._rooms[convention_id]
        live = await self._live(convention_id)
        self._open_and_close(convention_id, live)
        given = 0
        while (commands is None or given < commands) and await self._hand_in(convention_id):
            given += 1
        for session_id, room in list(rooms.items()):
            if not (room.watchers or room.told or room.came or room.went):
                del rooms[session_id]
        if not rooms:
            del self._rooms[convention_id]

    def _open_and_close(self, convention_id: UUID, live: Collection[UUID]) -> None:
        now, real_now = self._now(), self._real_now()
        for session_id, room in self._rooms[convention_id].items():
            was_live, room.live = room.live, session_id in live
            if not room.live:
                room.close(now)
            elif was_live:
                room.forget_leaving(real_now)
            else:
                room.open(room.idle_at)
            if was_live and not room.live:
                self._changed(convention_id, session_id)

    async def _hand_in(self, convention_id: UUID) -> bool:
        """Give one command, if there is anything to tell."""
        real_now = self._real_now()
        due = {session_id: room for session_id, room in self._rooms[convention_id].items() if room.due(real_now)}
        if not due:
            return False
        counts = {session_id: room.count() for session_id, room in due.items()}
        changed = [session_id for session_id, room in due.items() if room.came or room.told != len(room.watchers)]
        came = list(islice(chain.from_iterable(room.came for room in due.values()), AT_ONCE))
        # Who went is told after all who came: a stay must have been begun.
        rest = 0 if len(came) < sum(len(room.came) for room in due.values()) else AT_ONCE - len(came)
        went = list(islice(chain.from_iterable(room.went for room in due.values()), rest))
        begun = await self._store(Report(convention_id, counts, came, went))
        for one in came:
            due[one.session].came.popleft()
        for other in went:
            due[other.session].went.popleft()
        for session_id, (concurrent, _) in counts.items():
            room = due[session_id]
            if session_id in begun and room.told:  # their stays have been ended
                room.open(self._now(), {one.stay for one in (*came, *room.came)})
            room.told, room.told_at = concurrent, real_now
        for session_id in changed:
            self._changed(convention_id, session_id)
        return True
