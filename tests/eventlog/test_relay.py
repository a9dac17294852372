"""Committed events reach the publisher in order and without gaps, whatever wakes the relay."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.eventlog.log import Log
from server.eventlog.relay import PAGE, Relay
from server.eventlog.stored import StoredEvent
from server.work import Work
from tests.factories import Fair, make_fair
from tests.server.commands import Noted, note

NEVER = 3600.0
BRISK = 0.05


class Paper:
    """A publisher that keeps what it is given and minds the protocol: the next events, without gaps."""

    def __init__(self) -> None:
        self.seqs: dict[UUID, list[int]] = {}
        self.started: dict[UUID, int] = {}
        self.news = asyncio.Event()

    def begin(self, convention_id: UUID, seq: int) -> int:
        self.started[convention_id] = seq
        return seq

    def publish(self, events: Sequence[StoredEvent]) -> None:
        for event in events:
            told = self.seqs.setdefault(event.convention_id, [])
            assert event.seq == (told[-1] if told else self.started.get(event.convention_id, 0)) + 1
            told.append(event.seq)
        self.news.set()

    async def has(self, convention_id: UUID, seq: int, seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while self.seqs.get(convention_id, [0])[-1] < seq:
                self.news.clear()
                await self.news.wait()


class LameLog(Log):
    """A log whose database is away for the next so many reads."""

    away = 0

    async def read(self, convention_id: UUID, after: int, upto: int | None, limit: int) -> list[StoredEvent]:
        if self.away:
            self.away -= 1
            raise ConnectionError("the database is away")
        return await super().read(convention_id, after, upto, limit)


@asynccontextmanager
async def relaying(log: Log, poll: float) -> Any:
    """A relay at work, and what it has published."""
    paper = Paper()
    relay = Relay(log, paper, poll)
    await relay.start()
    task = asyncio.create_task(relay.run())
    try:
        yield relay, paper
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def run(journey: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(journey())


def write(fair: Fair, *names: str) -> None:
    for name in names:
        fair.perform(SYSTEM, note(name))


def test_a_nudge_brings_what_was_committed_since(fair: Fair) -> None:
    write(fair, "before")

    async def journey() -> None:
        async with relaying(Log(fair.engine), NEVER) as (relay, paper):
            await asyncio.to_thread(write, fair, "one", "two")
            relay.nudge(fair.id)
            await paper.has(fair.id, 3, 1.0)
            assert (paper.started, paper.seqs) == ({fair.id: 1}, {fair.id: [2, 3]})

    run(journey)


def test_the_poll_finds_what_nobody_told_of(fair: Fair, clock: SteppedClock) -> None:
    """A lost wake-up, and a convention that is younger than the process."""

    async def journey() -> None:
        async with relaying(Log(fair.engine), BRISK) as (_, paper):
            await asyncio.to_thread(write, fair, "one")
            await paper.has(fair.id, 1)
            other = await asyncio.to_thread(make_fair, fair.engine, clock, host_id=fair.host_id, slug="younger")
            await asyncio.to_thread(write, other, "one", "two")
            await paper.has(other.id, 2)
            assert paper.seqs == {fair.id: [1], other.id: [1, 2]}

    run(journey)


def test_many_nudges_repeat_nothing(fair: Fair) -> None:
    async def journey() -> None:
        async with relaying(Log(fair.engine), BRISK) as (relay, paper):
            for number in range(20):
                await asyncio.to_thread(write, fair, str(number))
                for _ in range(5):
                    relay.nudge(fair.id)
                    await asyncio.sleep(0)
            await paper.has(fair.id, 20)
            assert paper.seqs == {fair.id: list(range(1, 21))}

    run(journey)


def test_what_follows_is_passed_on_without_being_read(fair: Fair) -> None:
    async def journey() -> None:
        log = LameLog(fair.engine)
        async with relaying(log, NEVER) as (relay, paper):
            await asyncio.to_thread(write, fair, "one", "two", "three")
            events = fair.events()
            log.away = 1
            relay.offer(events[:2])
            assert (paper.seqs, log.away) == ({fair.id: [1, 2]}, 1)
            log.away = 0
            relay.nudge(fair.id)
            await paper.has(fair.id, 3)

    run(journey)


def test_an_offer_with_a_gap_before_it_has_the_log_read(fair: Fair) -> None:
    """Another process wrote between two batches of this one."""

    async def journey() -> None:
        async with relaying(Log(fair.engine), NEVER) as (relay, paper):
            await asyncio.to_thread(write, fair, "one", "two", "three")
            relay.offer(fair.events()[1:2])
            assert paper.seqs == {}
            await paper.has(fair.id, 3)

    run(journey)


def test_an_offer_during_a_read_is_not_repeated(fair: Fair) -> None:
    async def journey() -> None:
        async with relaying(Log(fair.engine), NEVER) as (relay, paper):
            await asyncio.to_thread(write, fair, "one", "two")
            reading = asyncio.create_task(relay.catch_up(fair.id))
            await asyncio.sleep(0)  # it waits for the database now
            relay.offer(fair.events()[:1])
            assert await reading == 2
            assert paper.seqs == {fair.id: [1, 2]}

    run(journey)


def test_a_long_stretch_comes_page_by_page(sqlite_fair: Fair) -> None:
    fair = sqlite_fair

    def many(work: Work) -> None:
        for number in range(2 * PAGE + 1):
            work.record(Noted(name=str(number)), ["organiser"])

    fair.perform(SYSTEM, many)

    async def journey() -> None:
        paper, published = Paper(), list[UUID]()
        relay = Relay(Log(fair.engine), paper, NEVER)
        relay.on_published = published.append
        assert await relay.catch_up(fair.id) == 2 * PAGE + 1
        assert paper.seqs == {fair.id: list(range(1, 2 * PAGE + 2))}
        assert published == [fair.id] * 3

    run(journey)


def test_it_ends_when_told_although_it_is_woken_at_that_moment(sqlite_fair: Fair) -> None:
    async def journey() -> None:
        relay = Relay(Log(sqlite_fair.engine), Paper(), NEVER)
        task = asyncio.create_task(relay.run())
        await asyncio.sleep(0)
        relay.nudge(sqlite_fair.id)
        task.cancel()
        _, waiting = await asyncio.wait([task], timeout=20)
        assert waiting == set()

    run(journey)


def test_a_database_that_is_away_is_tried_again(fair: Fair) -> None:
    async def journey() -> None:
        log = LameLog(fair.engine)
        async with relaying(log, BRISK) as (relay, paper):
            log.away = 3
            await asyncio.to_thread(write, fair, "one")
            relay.nudge(fair.id)
            await paper.has(fair.id, 1)
            assert log.away == 0

    run(journey)
