"""Live counts: computed when something has happened and somebody looks, once a second at most."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from server.ids import new_id
from server.live.counting import SPACING, LiveCounts

AT = datetime(2020, 11, 9, tzinfo=UTC)
HERE, THERE, TALK, PANEL = new_id(), new_id(), new_id(), new_id()
Shown = tuple[UUID, str, dict[str, Any]]


class Board:
    """Shows counts of what is followed."""

    def __init__(self, convention_id: UUID, *keys: str) -> None:
        self.shown: list[Shown] = []
        self.keys = list(keys)
        self._convention_id = convention_id
        self._news = asyncio.Event()

    def counts(self, convention_id: UUID, topic_key: str, at: datetime, data: dict[str, Any]) -> None:
        assert at == AT
        self.shown.append((convention_id, topic_key, data))
        self._news.set()

    def followed(self) -> list[UUID]:
        return [self._convention_id]

    def followed_keys(self, convention_id: UUID) -> list[str]:
        assert convention_id == self._convention_id
        return self.keys

    async def has(self, count: int) -> None:
        async with asyncio.timeout(8):
            while len(self.shown) < count:
                self._news.clear()
                await self._news.wait()


class Figures:
    """Counts how often it was asked; fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.looked = 0
        self.faults = 0
        self.watching: dict[UUID, int] = {}

    def of(self, convention_id: UUID) -> dict[str, Any]:
        self.asked += 1
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError
        return {"matched": self.asked}

    def audiences(self, convention_id: UUID, topics: Collection[str]) -> dict[str, dict[str, Any]]:
        self.looked += 1
        return {topic: {"concurrent": self.watching.get(UUID(topic.partition(":")[2]), 0)} for topic in topics}


def run(journey: Callable[[LiveCounts, Board, Figures], Coroutine[Any, Any, None]], *keys: str) -> None:
    async def counted() -> None:
        board, figures = Board(HERE, *keys), Figures()
        counts = LiveCounts(board, figures.of, figures.audiences, lambda: AT)
        task = asyncio.create_task(counts.run())
        try:
            await journey(counts, board, figures)
        finally:
            counts.changed(HERE)  # woken at the very moment at which it is to end
            task.cancel()
            _, running = await asyncio.wait([task], timeout=20)
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
        assert board.shown == [(HERE, "organiser", {"matched": number}) for number in (1, 2)]
        assert (figures.asked, figures.looked) == (2, 0)

    run(journey, "organiser", "programme")


def test_figures_of_the_organiser_are_not_computed_for_viewers() -> None:
    async def journey(counts: LiveCounts, board: Board, figures: Figures) -> None:
        counts.changed(HERE)
        await board.has(1)
        assert (figures.asked, figures.looked) == (0, 1)

    run(journey, f"session:{TALK}")


def test_sessions_show_what_has_changed_and_nothing_else() -> None:
    async def journey(counts: LiveCounts, board: Board, figures: Figures) -> None:
        talk, panel = f"session:{TALK}", f"session:{PANEL}"
        figures.watching = {TALK: 3}
        await board.has(2)  # nothing has happened: votes and other processes' viewers tell of nothing
        figures.watching = {TALK: 4}
        await board.has(3)
        board.keys.remove(talk)
        await asyncio.sleep(SPACING + 0.3)
        board.keys.append(talk)
        await board.has(4)
        assert board.shown == [
            (HERE, talk, {"concurrent": 3}),
            (HERE, panel, {"concurrent": 0}),
            (HERE, talk, {"concurrent": 4}),
            (HERE, talk, {"concurrent": 4}),
        ]

    run(journey, f"session:{TALK}", f"session:{PANEL}")


def test_moderators_are_shown_a_session_without_watching_it() -> None:
    async def journey(counts: LiveCounts, board: Board, figures: Figures) -> None:
        figures.watching = {TALK: 3}
        await board.has(1)
        assert board.shown == [(HERE, f"backstage:{TALK}", {"concurrent": 3})]

    run(journey, f"backstage:{TALK}", "organiser")


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
        assert board.shown == [(HERE, "organiser", {"matched": 2})]

    run(journey, "organiser")
