"""Reactions given through this process: counted in memory, and handed in for all sessions together once a second.

All methods belong to the event loop.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from sessions.floor.reactions import Reaction

log = structlog.get_logger()

TOPIC = "session:"
EVERY = timedelta(seconds=1)

Counts = Mapping[UUID, Mapping[Reaction, int]]


class Reactions:
    """Counts what is given. `on_reaction` is the hub's callback.

    Args:
        store: hands in a convention's counts. What it raises is logged, and they are handed in with the next.
    """

    def __init__(self, store: Callable[[UUID, Counts], Awaitable[object]]) -> None:
        self._store = store
        self._counts: defaultdict[UUID, defaultdict[UUID, Counter[Reaction]]] = defaultdict(_empty)

    def on_reaction(self, convention_id: UUID, topic_key: str, code: str) -> None:
        """Somebody who follows a session reacts."""
        self.add(convention_id, UUID(topic_key.removeprefix(TOPIC)), Reaction(code))

    def add(self, convention_id: UUID, session_id: UUID, reaction: Reaction) -> None:
        """Count one more."""
        self._counts[convention_id][session_id][reaction] += 1

    async def run(self) -> None:
        """Hand in once a second what was given, until cancelled."""
        while True:
            await asyncio.sleep(EVERY.total_seconds())
            await self.flush()

    async def flush(self) -> None:
        """Hand in what was given since, now."""
        taken, self._counts = self._counts, defaultdict(_empty)
        for convention_id, sessions in taken.items():
            try:
                await self._store(convention_id, sessions)
            except Exception:
                log.exception("reactions were not handed in", convention_id=str(convention_id))
                for session_id, counts in sessions.items():
                    self._counts[convention_id][session_id].update(counts)


def _empty() -> defaultdict[UUID, Counter[Reaction]]:
    return defaultdict(Counter)
