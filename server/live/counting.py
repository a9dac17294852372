"""Live counts: the organiser's figures and the sessions' audiences, once a second at most, only while somebody looks.

Counts are not in the log. Figures are computed after something has happened: an event passed, or somebody came or went.
What is counted of a session (votes, reactions, who watches through other processes) changes without either, so it is
looked at every second as long as somebody follows one. What is the same as before is not shown again.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import structlog
from starlette.concurrency import run_in_threadpool

log = structlog.get_logger()

SPACING = 1.0
REFRESH = 5.0  # other processes' viewers are seen by looking again
ORGANISER, SESSION, BACKSTAGE = "organiser", "session:", "backstage:"

Figures = Callable[[UUID], dict[str, Any]]
Audiences = Callable[[UUID, Collection[str]], Mapping[str, dict[str, Any]]]


class Board(Protocol):
    """Where counts are shown, and who looks at them."""

    def counts(self, convention_id: UUID, topic_key: str, at: datetime, data: dict[str, Any]) -> None:
        """Show the newest counts of a topic."""

    def followed(self) -> list[UUID]:
        """The conventions that somebody follows in this process."""

    def followed_keys(self, convention_id: UUID) -> Collection[str]:
        """The keys of the topics that somebody follows there."""


class LiveCounts:
    """Computes what is looked at.

    Args:
        figures: a convention's, for its organiser. As `audiences`, it runs in a thread.
        audiences: what is counted of sessions of a convention, for those who follow these topics: a session's, or its
            moderators'.
        now: convention time.
    """

    def __init__(self, board: Board, figures: Figures, audiences: Audiences, now: Callable[[], datetime]) -> None:
        self._board = board
        self._figures = figures
        self._audiences = audiences
        self._now = now
        self._changed: dict[UUID, None] = {}
        self._shown: dict[tuple[UUID, str], dict[str, Any]] = {}
        self._something = asyncio.Event()

    def changed(self, convention_id: UUID) -> None:
        """Something happened there that figures may show."""
        self._changed[convention_id] = None
        self._something.set()

    async def run(self) -> None:
        """Show counts until cancelled."""
        clock = asyncio.get_running_loop().time
        looked = clock()
        while True:
            if not any(self._sessions(convention_id) for convention_id in self._board.followed()):
                # Not wait_for: Python 3.11's forgets that it was cancelled when it is woken at the same moment.
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(looked + REFRESH):
                        await self._something.wait()
            self._something.clear()
            refresh = clock() >= looked + REFRESH
            looked = clock() if refresh else looked
            changed, self._changed = self._changed, {}
            await self._show(changed, refresh)
            await asyncio.sleep(SPACING)

    async def _show(self, changed: Collection[UUID], refresh: bool) -> None:
        followed = {convention_id: self._board.followed_keys(convention_id) for convention_id in self._board.followed()}
        self._shown = {
            (convention_id, key): data for (convention_id, key), data in self._shown.items()
            if key in followed.get(convention_id, ())
        }  # fmt: skip
        for convention_id, keys in followed.items():
            try:
                if ORGANISER in keys and (refresh or convention_id in changed):
                    self._tell(convention_id, ORGANISER, await run_in_threadpool(self._figures, convention_id))
                if sessions := self._sessions(convention_id):
                    audiences = await run_in_threadpool(self._audiences, convention_id, sessions)
                    for key, audience in audiences.items():
                        self._tell(convention_id, key, audience)
            except Exception:
                log.exception("counts could not be computed")

    def _sessions(self, convention_id: UUID) -> list[str]:
        return [key for key in self._board.followed_keys(convention_id) if key.startswith((SESSION, BACKSTAGE))]

    def _tell(self, convention_id: UUID, key: str, data: dict[str, Any]) -> None:
        if self._shown.get((convention_id, key)) != data:
            self._shown[convention_id, key] = data
            self._board.counts(convention_id, key, self._now(), data)
