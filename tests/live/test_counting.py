"""Live counts: computed when something has happened and somebody looks, once a second at most."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from server.ids import new_id
from server.live.counting import SPACING, LiveCounts

AT = datetime(2020, 11, 9, tzinfo=UTC)
HERE, THERE, TALK = new_id(), new_id(), new_id()
Shown = tuple[UUID, str, dict[str, Any]]


class Board:
    """Shows counts of what is followed."""

    def __init__(self, *followed: UUID) -> None:
        self.shown: list[Shown] = []
        self._followed = list(followed)
        self._news = asyncio.Event()

    def counts(self, convention_id: UUID, topic_key: str, at: datetime, data: dict[str, Any]) -> None:
        assert at == AT
        self.shown.append((convention_id, topic_key, data))
        self._news.set()

    def followed(self) -> list[UUID]:
        return self._followed

    async def has(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.shown) < count:
                self._news.clear()
                await self._news.wait()


class Figures:
    """Counts how often it was asked; fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.faults = 0
        self.live: dict[str, int] = {}

    def __call__(self, convention_id: UUID) -> dict[str, Any]:
        self.asked += 1
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError
        return {"matched": self.asked, "live": dict(self.live)}


def run(journey: Callable[[LiveCounts, Board, Figures], Coroutine[Any, Any, None]]) -> None:
    async def counted() -> None:
        board, figures = Board(HERE), Figures()
        counts = LiveCounts(board, figures, lambda: AT)
        task = asyncio.create_task(counts.run())
        try:
            await journey(counts, board, figures)
        finally:
            counts.changed(HERE)  # woken at the very moment at which it is to end
            task.cancel()
            _, running = await asyncio.wait([task], timeout=5)
            assert running == set()

    asyncio.run(counted())


def test_many_changes_are_shown_once_a_second_and_only_where_somebody_looks() -> None:
    async def journey(counts: LiveCounts, board: Board, figures: Figures) -> None:
        now = asyncio.get_running_loop().time
        begun = now()
        for _ in range(100):
            counts.changed(THERE)
            counts.changed(HERE)
        await board.has(1)
        for _ in range(100):
            counts.changed(HERE)
        await board.has(2)
        assert now() - begun >= SPACING
        assert board.shown == [(HERE, "organiser", {"matched": number, "live": {}}) for number in (1, 2)]
        assert figures.asked == 2

    run(journey)


def test_sessions_that_are_live_show_their_own_count() -> None:
    async def journey(counts: LiveCounts, board: Board, figures: Figures) -> None:
        figures.live = {str(TALK): 3}
        counts.changed(HERE)
        await board.has(2)
        assert board.shown == [
            (HERE, "organiser", {"matched": 1, "live": {str(TALK): 3}}),
            (HERE, f"session:{TALK}", {"concurrent": 3}),
        ]

    run(journey)


def test_figures_that_fail_are_shown_next_time() -> None:
    async def journey(counts: LiveCounts, board: Board, figures: Figures) -> None:
        figures.faults = 1
        counts.changed(HERE)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if not figures.faults:
                break
        counts.changed(HERE)
        await board.has(1)
        assert board.shown == [(HERE, "organiser", {"matched": 2, "live": {}})]

    run(journey)
