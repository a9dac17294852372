"""A search in a process of its own: what it says, that it stops, and that none is left over."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import pytest

from matchmaking.schedule.problem import Schedule
from matchmaking.schedule.solve import solve
from server.scheduling.search import Failure, Search, searching
from server.scheduling.task import Line, Task
from tests.scheduling.moody import CONTRARY, DEAF, FAULTY, HUNGRY, MORTAL, MUTE, PATIENT, filled
from tests.scheduling.problems import PROBLEM, task

Answer = TypeVar("Answer")
SOON = 20.0


def while_searching(
    given: Task, look: Callable[[Search], Awaitable[Answer]], *, seconds: float = 60, megabytes: int = 4096
) -> Answer:
    """What is seen of a search; afterwards its process is gone."""
    pids: list[int] = []

    async def journey() -> Answer:
        async with searching(given, seconds=seconds, megabytes=megabytes) as search:
            pids.append(search.pid)
            return await look(search)

    answer = asyncio.run(journey())
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    return answer


async def all_lines(search: Search) -> list[Line]:
    lines: list[Line] = []
    with suppress(EOFError):
        while (line := await search.next(SOON)) is not None:
            lines.append(line)
    return lines


async def how_it_ended(search: Search) -> Failure:
    await all_lines(search)
    return await search.failure()


def test_the_last_line_has_the_schedule_that_the_seed_gives() -> None:
    lines = while_searching(task(5, "matchmaking.schedule.solve"), all_lines)
    last = lines[-1].found
    assert last is not None
    assert (last.last, last.schedule()) == (True, solve(PROBLEM, seed=5).schedule)
    assert last.quality.gap_percent == 0
    assert any(line.progress for line in lines)


def test_what_an_earlier_search_had_found_is_told_at_once_and_never_lost() -> None:
    begun = {c: placement.slot for c, placement in filled(PROBLEM).placed.items()}
    given = Task(PROBLEM, MUTE, 1.0, begun, "tests.scheduling.moody")

    async def first(search: Search) -> Line | None:
        return await search.next(SOON)

    line = while_searching(given, first)
    assert line is not None
    assert line.found is not None
    assert {c: placement.slot for c, placement in line.found.schedule().placed.items()} == begun
    assert (line.found.last, line.found.quality.bound) == (False, None)


def test_a_search_that_is_asked_to_stop_says_what_it_has() -> None:
    async def stopped(search: Search) -> list[Line]:
        await search.next(SOON)
        await search.stop()
        return await all_lines(search)

    last = while_searching(task(PATIENT), stopped)[-1].found
    assert last is not None
    assert (last.last, last.schedule()) == (True, Schedule(filled(PROBLEM).placed))


def test_a_search_that_does_not_listen_is_killed() -> None:
    async def deaf(search: Search) -> None:
        await search.next(SOON)
        await search.stop()

    while_searching(task(DEAF), deaf)


def test_contradictions_are_named() -> None:
    lines = while_searching(task(CONTRARY), all_lines)
    assert [line.impossible for line in lines] == [["these two are never there at once"]]


@pytest.mark.parametrize(("mood", "failure"), [(HUNGRY, "memory"), (FAULTY, "broken"), (MORTAL, "killed")])
def test_how_a_search_can_end(mood: int, failure: Failure) -> None:
    assert while_searching(task(mood), how_it_ended) == failure


def test_a_search_that_takes_too_long_ends_by_itself() -> None:
    assert while_searching(task(MUTE), how_it_ended, seconds=-4) == "time"  # a second, with the grace that it has


def test_nothing_is_left_if_it_is_killed_from_outside() -> None:
    async def killed(search: Search) -> Failure:
        await search.next(SOON)
        os.kill(search.pid, signal.SIGKILL)
        return await how_it_ended(search)

    assert while_searching(task(DEAF), killed) == "killed"
