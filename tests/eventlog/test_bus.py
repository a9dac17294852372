"""Wake-ups between processes, over a real PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg

from server.eventlog.bus import CHANNEL, PostgresBus
from server.ids import new_id
from tests.servers import Databases


class Process:
    """A process that announces and hears."""

    def __init__(self, url: str) -> None:
        self.bus = PostgresBus(url)
        self.heard: Counter[UUID] = Counter()
        self.news = asyncio.Event()

    def wake(self, convention_id: UUID) -> None:
        self.heard[convention_id] += 1
        self.news.set()

    async def hears(self, convention_id: UUID, seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not self.heard[convention_id]:
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def processes(url: str, count: int) -> AsyncIterator[list[Process]]:
    """Processes that listen."""
    made = [Process(url) for _ in range(count)]
    tasks = [asyncio.create_task(process.bus.run(process.wake)) for process in made]
    try:
        await listening(url, count)
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def listening(url: str, count: int) -> None:
    """Return once so many connections listen."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = %s"
    async with await psycopg.AsyncConnection.connect(plain(url), autocommit=True) as connection:
        for _ in range(250):
            if (await (await connection.execute(query, [f"LISTEN {CHANNEL}"])).fetchone()) == (count,):
                return
            await asyncio.sleep(0.02)
    raise TimeoutError("they do not listen")


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def test_every_process_hears_of_growth_soon(databases: Databases) -> None:
    url, convention = databases.fresh(), new_id()

    async def journey() -> None:
        async with processes(url, 3) as (one, *others):
            one.bus.announce(convention)
            await asyncio.gather(*(other.hears(convention, 1.0) for other in others))
            assert {frozenset(other.heard) for other in others} == {frozenset({convention})}

    asyncio.run(journey())


def test_many_announcements_become_few_wake_ups(databases: Databases) -> None:
    url, conventions, last = databases.fresh(), [new_id() for _ in range(3)], new_id()

    async def journey() -> None:
        async with processes(url, 2) as (one, other):
            for _ in range(1000):
                for convention in conventions:
                    one.bus.announce(convention)
            await asyncio.sleep(0.1)
            one.bus.announce(last)
            await other.hears(last)
            assert other.heard == Counter(dict.fromkeys([*conventions, last], 1))

    asyncio.run(journey())


def test_lost_connections_are_made_anew(databases: Databases) -> None:
    url, before, after = databases.fresh(), new_id(), new_id()

    async def journey() -> None:
        async with processes(url, 2) as (one, other):
            one.bus.announce(before)
            await other.hears(before)
            async with await psycopg.AsyncConnection.connect(plain(url), autocommit=True) as connection:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await asyncio.sleep(0.1)
            await listening(url, 2)
            one.bus.announce(after)
            await other.hears(after)

    asyncio.run(journey())
