"""Looks of parties at others' profiles: counted in memory and written down together, so that reading writes nothing.

One person who looks at the same party again within ten minutes has looked once. What a killed process had not written
is lost: it is a hint for suggestions, and no figure.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from uuid import UUID

import structlog

from matchmaking.recommend.views import View, count_views
from server.accounts.actors import Actor
from server.batch import Order
from server.writer import Writer

log = structlog.get_logger()

EVERY = 5.0  # seconds
ONCE_IN = timedelta(minutes=10)
MOST_KEPT = 50_000  # (person, party) that are remembered
MOST_WAITING = 20_000  # views that wait to be written; further ones are lost
AT_ONCE = 500

Pair = tuple[UUID, UUID]


class Views:
    """Counts looks. `note` may be called from any thread."""

    def __init__(self, writer: Writer, now: Callable[[], datetime], real_now: Callable[[], datetime]) -> None:
        self._writer, self._now, self._real_now = writer, now, real_now
        self._seen: OrderedDict[Pair, datetime] = OrderedDict()
        self._waiting: dict[UUID, dict[Pair, View]] = {}
        self._lock = Lock()

    def note(self, convention_id: UUID, actor: Actor, about: UUID) -> None:
        """Somebody looks at a party. Only who sits for another one counts, and for the first of theirs."""
        if actor.person_id is None or not actor.parties or about in actor.parties:
            return
        by, seen, real_now = min(actor.parties), (actor.person_id, about), self._real_now()
        with self._lock:
            last = self._seen.get(seen)
            waiting = self._waiting.setdefault(convention_id, {})
            if (last is not None and real_now < last + ONCE_IN) or len(waiting) >= MOST_WAITING:
                return
            self._seen[seen] = real_now
            self._seen.move_to_end(seen)
            while len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)
            times = waiting[by, about].times if (by, about) in waiting else 0
            waiting[by, about] = View(by, about, times + 1, self._now())

    async def run(self) -> None:
        """Write down what waits, for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write down what waits. If that fails, these views are lost."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for convention_id, views in waiting.items():
            every = list(views.values())
            for start in range(0, len(every), AT_ONCE):
                try:
                    command = partial(count_views, views=every[start : start + AT_ONCE])
                    await self._writer.run(Order(convention_id, command))
                except Exception as trouble:
                    log.warning("views of profiles were lost", trouble=type(trouble).__name__)
