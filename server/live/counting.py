"""Live counts: the organiser's figures and a session's audience, once a second at most, only while somebody looks.

Counts are not in the log. They are computed after something has happened: an event passed, or somebody came or went.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from starlette.concurrency import run_in_threadpool

log = structlog.get_logger()

SPACING = 1.0
REFRESH = 5.0  # other processes' viewers are seen by looking again

Figures = Callable[[UUID], dict[str, Any]]


class Board(Protocol):
    """Where counts are shown, and who looks at them."""

    def counts(self, convention_id: UUID, topic_key: str, at: datetime, data: dict[str, Any]) -> None:
        """Show the newest counts of a topic."""

    def followed(self) -> list[UUID]:
        """The conventions that somebody follows in this process."""


class LiveCounts:
    """Computes figures of conventions that have changed and are looked at."""

    def __init__(self, board: Board, figures: Figures, now: Callable[[], datetime]) -> None:
        self._board = board
        self._figures = figures
        self._now = now
        self._changed: dict[UUID, None] = {}
        self._something = asyncio.Event()

    def changed(self, convention_id: UUID) -> None:
        """Something happened there that figures may show."""
        self._changed[convention_id] = None
        self._something.set()

    async def run(self) -> None:
        """Show counts until cancelled."""
        while True:
            # Not wait_for: Python 3.11's forgets that it was cancelled when it is woken at the same moment.
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH):
                    await self._something.wait()
            refresh = not self._something.is_set()
            self._something.clear()
            changed, self._changed = self._changed, {}
            for convention_id in self._board.followed():
                if refresh or convention_id in changed:
                    await self._show(convention_id)
            await asyncio.sleep(SPACING)

    async def _show(self, convention_id: UUID) -> None:
        try:
            figures = await run_in_threadpool(self._figures, convention_id)
        except Exception:
            log.exception("figures could not be computed")
            return
        at = self._now()
        self._board.counts(convention_id, "organiser", at, figures)
        for session_id, concurrent in figures["live"].items():
            self._board.counts(convention_id, f"session:{session_id}", at, {"concurrent": concurrent})
