"""The writer: one thread, many commands to a commit, and what its callers hear when something goes wrong."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text

from server.batch import Order
from server.clock import SteppedClock
from server.database import make_engine
from server.errors import Busy, KeyMissing, NotFound, Uncertain
from server.ids import new_id
from server.settings import Settings
from server.work import Work
from server.writer import Writer
from tests.factories import Fair, make_fair
from tests.server.commands import break_down, note, noted, refuse, spoil

Commits = list[tuple[UUID, int]]
Answer = TypeVar("Answer")


def run(story: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a story that must not take long."""
    return asyncio.run(asyncio.wait_for(story, 60))


@asynccontextmanager
async def writing(fair: Fair, commits: Commits | None = None, **options: Any) -> AsyncIterator[Writer]:
    """A running writer."""
    seen = [] if commits is None else commits
    writer = Writer(
        fair.engine,
        fair.clock,
        on_commit=lambda events: seen.append((events[0].convention_id, events[-1].seq)),
        **options,
    )
    await writer.start()
    try:
        yield writer
    finally:
        await writer.stop()


class Gate:
    """A command that holds the writer until it is opened, so that others gather behind it."""

    def __init__(self) -> None:
        self._reached, self._opened = threading.Event(), threading.Event()

    def __call__(self, _work: Work) -> None:
        self._reached.set()
        assert self._opened.wait(30)

    async def reached(self) -> None:
        await asyncio.to_thread(self._reached.wait, 30)

    def open(self) -> None:
        self._opened.set()


def give(writer: Writer, fair: Fair, *commands: Callable[[Work], Any]) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(writer.run(Order(fair.id, command))) for command in commands]


async def outcomes(tasks: list[asyncio.Task[str]]) -> list[object]:
    found = await asyncio.gather(*tasks, return_exceptions=True)
    return [answer if isinstance(answer, str) else type(answer) for answer in found]


def seqs(fair: Fair) -> list[int]:
    return [stored.seq for stored in fair.events()]


def test_an_answer_comes_after_the_commit(fair: Fair) -> None:
    async def story() -> None:
        async with writing(fair) as writer:
            assert await writer.run(Order(fair.id, note("one"))) == '{"name":"one"}'
            assert (noted(fair.engine), seqs(fair)) == (["one"], [1])

    run(story())


def test_commands_that_wait_share_a_commit(fair: Fair) -> None:
    commits: Commits = []

    async def story() -> None:
        async with writing(fair, commits) as writer:
            gate = Gate()
            first = give(writer, fair, note("first", gate))
            await gate.reached()
            waiting = give(writer, fair, *(note(f"n{n}") for n in range(20)))
            await asyncio.sleep(0)
            assert writer.waiting == 21
            gate.open()
            assert await outcomes(first + waiting) == [
                '{"name":"first"}',
                *(f'{{"name":"n{n}"}}' for n in range(20)),
            ]
            assert writer.waiting == 0

    run(story())
    assert commits == [(fair.id, 1), (fair.id, 21)]
    assert seqs(fair) == list(range(1, 22))


def test_what_is_given_together_is_committed_together_although_the_writer_was_idle(fair: Fair) -> None:
    commits: Commits = []

    async def story() -> None:
        async with writing(fair, commits) as writer:
            await asyncio.gather(*(writer.run(Order(fair.id, note(str(number)))) for number in range(20)))
            await writer.run(Order(fair.id, note("alone")))

    run(story())
    assert commits == [(fair.id, 20), (fair.id, 21)]


def test_a_batch_has_its_limit_and_conventions_take_turns(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    commits: Commits = []

    async def story() -> None:
        async with writing(fair, commits, batch=2) as writer:
            gate = Gate()
            tasks = give(writer, fair, note("first", gate))
            await gate.reached()
            tasks += give(writer, fair, *(note(f"n{n}") for n in range(4)))
            tasks += give(writer, other, note("theirs"))
            await asyncio.sleep(0)
            gate.open()
            await outcomes(tasks)

    run(story())
    assert commits == [(fair.id, 1), (fair.id, 3), (other.id, 1), (fair.id, 5)]


def test_a_refusal_reaches_its_own_caller_alone_and_leaves_no_event(fair: Fair) -> None:
    commits: Commits = []

    async def story() -> None:
        async with writing(fair, commits) as writer:
            gate = Gate()
            tasks = give(writer, fair, note("gate", gate))
            await gate.reached()
            tasks += give(writer, fair, note("one"), note("two", refuse), note("three"))
            await asyncio.sleep(0)
            gate.open()
            assert (await outcomes(tasks))[1:] == ['{"name":"one"}', KeyMissing, '{"name":"three"}']
            assert await outcomes(give(writer, fair, note("four", refuse))) == [KeyMissing]

    run(story())
    assert commits == [(fair.id, 1), (fair.id, 3)]
    assert [json.loads(stored.data)["name"] for stored in fair.events()] == ["gate", "one", "three"]


@pytest.mark.parametrize("defect", [break_down, spoil])
def test_a_command_that_breaks_fails_alone(fair: Fair, defect: Callable[[Work], object]) -> None:
    async def story() -> None:
        async with writing(fair) as writer:
            gate = Gate()
            tasks = give(writer, fair, note("gate", gate))
            await gate.reached()
            tasks += give(writer, fair, note("one"), note("two", defect), note("three"))
            await asyncio.sleep(0)
            gate.open()
            answers = await outcomes(tasks)
            assert answers[1::2] == ['{"name":"one"}', '{"name":"three"}']
            assert isinstance(answers[2], type)
            assert answers[2] not in (Busy, Uncertain)
            assert await writer.run(Order(fair.id, note("four"))) == '{"name":"four"}'

    run(story())
    assert noted(fair.engine) == ["gate", "one", "three", "four"]
    assert seqs(fair) == [1, 2, 3, 4]


def test_a_full_queue_is_busy_and_empties_again(sqlite_fair: Fair) -> None:
    fair = sqlite_fair

    async def story() -> None:
        async with writing(fair, limit=3) as writer:
            gate = Gate()
            tasks = give(writer, fair, note("gate", gate))
            await gate.reached()
            tasks += give(writer, fair, *(note(f"n{n}") for n in range(4)))
            await asyncio.sleep(0)
            gate.open()
            assert await outcomes(tasks) == ['{"name":"gate"}', '{"name":"n0"}', '{"name":"n1"}', Busy, Busy]
            assert await writer.run(Order(fair.id, note("later"))) == '{"name":"later"}'

    run(story())


def test_stopping_finishes_what_was_accepted_and_takes_no_more(sqlite_fair: Fair) -> None:
    fair = sqlite_fair

    async def story() -> None:
        writer = Writer(fair.engine, fair.clock)
        with pytest.raises(Busy):
            await writer.run(Order(fair.id, note("too early")))
        await writer.start()
        gate = Gate()
        tasks = give(writer, fair, note("gate", gate))
        await gate.reached()
        tasks += give(writer, fair, note("one"))
        await asyncio.sleep(0)
        stopping = asyncio.create_task(writer.stop())
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await writer.run(Order(fair.id, note("too late")))
        gate.open()
        await stopping
        assert await outcomes(tasks) == ['{"name":"gate"}', '{"name":"one"}']

    run(story())
    assert noted(fair.engine) == ["gate", "one"]


def test_a_command_is_done_though_its_caller_has_gone(sqlite_fair: Fair) -> None:
    fair = sqlite_fair

    async def story() -> None:
        async with writing(fair) as writer:
            gate = Gate()
            tasks = give(writer, fair, note("gate", gate), note("one"), note("two", refuse))
            await gate.reached()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            gate.open()
            assert await writer.run(Order(fair.id, note("three"))) == '{"name":"three"}'

    run(story())
    assert noted(fair.engine) == ["gate", "one", "three"]


def test_an_unknown_convention_is_refused_and_the_writer_goes_on(fair: Fair) -> None:
    async def story() -> None:
        async with writing(fair) as writer:
            with pytest.raises(NotFound):
                await writer.run(Order(new_id(), note("nowhere")))
            assert await writer.run(Order(fair.id, note("one"))) == '{"name":"one"}'

    run(story())


@pytest.mark.parametrize("writers", [2])
def test_two_processes_on_one_database_keep_one_dense_sequence(fair: Fair, tables_url: str, writers: int) -> None:
    """Each process has its engine and its writer; the convention's row orders them."""
    engines = [make_engine(Settings(database_url=tables_url)) for _ in range(writers)]

    async def story() -> None:
        running = [Writer(engine, fair.clock, batch=5) for engine in engines]
        for writer in running:
            await writer.start()
        tasks = [task for n in range(40) for writer in running for task in give(writer, fair, note(f"n{n}"))]
        assert len(await asyncio.gather(*tasks)) == 40 * writers
        for writer in running:
            await writer.stop()

    run(story())
    assert seqs(fair) == list(range(1, 40 * writers + 1))
    assert len(noted(fair.engine)) == 40 * writers
    for engine in engines:
        engine.dispose()


HOLD = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
other.execute("UPDATE host SET created_at = created_at")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
other.execute("COMMIT")
"""


def impatient(url: str) -> Engine:
    """An engine whose driver does not wait for SQLite's lock by itself, so that the writer has to."""
    engine = make_engine(Settings(database_url=url))
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout = 1"))
    return engine


@pytest.mark.parametrize(("seconds", "answer"), [(0.5, '{"name":"one"}'), (30, Busy)])
def test_another_process_may_hold_the_write_lock_for_a_while(
    sqlite_fair: Fair, sqlite_url: str, seconds: float, answer: object
) -> None:
    fair = sqlite_fair
    engine = impatient(sqlite_url)
    command = [sys.executable, "-c", HOLD, sqlite_url.removeprefix("sqlite:///"), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"

        async def story() -> None:
            writer = Writer(engine, fair.clock)
            await writer.start()
            assert await outcomes(give(writer, fair, note("one"))) == [answer]
            other.kill()
            assert await writer.run(Order(fair.id, note("two"))) == '{"name":"two"}'
            await writer.stop()

        run(story())
    engine.dispose()
    assert noted(fair.engine) == (["two"] if answer is Busy else ["one", "two"])


@pytest.fixture
def postgres_fair(postgres_url: str, clock: SteppedClock) -> Fair:
    """A fair on PostgreSQL alone, for what only it does."""
    return make_fair(make_engine(Settings(database_url=postgres_url)), clock)


def test_a_deadlocks_victim_runs_again(postgres_fair: Fair) -> None:
    """PostgreSQL ends the transaction that notices the deadlock first: ours, for the other one never looks."""
    fair = postgres_fair
    rename = 'UPDATE {} SET name = \'{{"en": "Busan"}}\''
    runs: list[str] = []

    async def story() -> None:
        async with writing(fair) as writer:
            with fair.engine.connect() as other, other.begin():
                other.execute(text("SET LOCAL deadlock_timeout = '20s'"))
                other.execute(text(rename.format("host")))
                ours_has_series = Gate()

                def both(work: Work) -> None:
                    work.db.connection().execute(text(rename.format("series")))
                    if not runs:
                        ours_has_series(work)
                    runs.append("ran")
                    work.db.connection().execute(text(rename.format("host")))

                (task,) = give(writer, fair, note("one", both))
                await ours_has_series.reached()
                ours_has_series.open()
                await asyncio.to_thread(other.execute, text(rename.format("series")))
            assert await task == '{"name":"one"}'

    run(story())
    assert (runs, seqs(fair)) == (["ran", "ran"], [1])
    fair.engine.dispose()


def test_a_lost_connection_is_uncertain_and_made_anew(postgres_fair: Fair) -> None:
    fair = postgres_fair

    async def story() -> None:
        async with writing(fair) as writer:
            assert await writer.run(Order(fair.id, note("one"))) == '{"name":"one"}'
            with fair.engine.begin() as other:
                mine = "datname = current_database() AND pid <> pg_backend_pid()"
                other.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"))
            assert await outcomes(give(writer, fair, note("two"))) == [Uncertain]
            assert await writer.run(Order(fair.id, note("three"))) == '{"name":"three"}'

    run(story())
    assert (noted(fair.engine), seqs(fair)) == (["one", "three"], [1, 2])
    fair.engine.dispose()


def test_a_connection_lost_in_the_middle_of_a_command_is_uncertain_too(postgres_fair: Fair) -> None:
    fair = postgres_fair

    def cut(work: Work) -> None:
        own = work.db.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        with fair.engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        work.db.connection().execute(text("SELECT 1"))

    async def story() -> None:
        async with writing(fair) as writer:
            assert await outcomes(give(writer, fair, note("one", cut))) == [Uncertain]
            assert await writer.run(Order(fair.id, note("two"))) == '{"name":"two"}'

    run(story())
    assert (noted(fair.engine), seqs(fair)) == (["two"], [1])
    fair.engine.dispose()
