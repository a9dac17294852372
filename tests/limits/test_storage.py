"""Our storages count as the library's own one does, and lose no hit of many at once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, func, select

from server.database import make_engine, reading, writing
from server.limits.storage import DatabaseStorage, ProcessStorage, sweep
from server.limits.tables import RateCount
from server.settings import Settings

START = datetime(2020, 11, 9, tzinfo=UTC)
LIMITS = tuple(map(parse, ("1 per second", "3 per 10 seconds", "5 per minute")))

Step = tuple[str, RateLimitItem, str, int, int]
STORIES = st.lists(
    st.tuples(
        st.sampled_from(("hit", "hit", "hit", "test", "clear")),
        st.sampled_from(LIMITS),
        st.sampled_from(("a", "b", "메일@example.kr", "x" * 500)),
        st.integers(1, 4),
        st.sampled_from((0, 0, 0, 1, 5, 9, 10, 61)),
    ),
    max_size=40,
)


@dataclass
class Time:
    """Real time that stands still until it is moved."""

    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def move(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


def told(storage: Storage, time: Time, story: list[Step]) -> list[Any]:
    """What the library answers at each step of a story."""
    windows, answers = FixedWindowRateLimiter(storage), []
    for act, limit, key, cost, pause in story:
        time.move(pause)
        if act == "clear":
            windows.clear(limit, key)
        else:
            answers.append(getattr(windows, act)(limit, key, cost=cost))
        answers.append(tuple(windows.get_window_stats(limit, key)))
    return answers


Library = Callable[[Time], MemoryStorage]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """The library's own storage, for which the time is the one given."""

    def at(time: Time) -> MemoryStorage:
        monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=time.seconds))
        return MemoryStorage()

    return at


ANY_STORY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY_STORY
@given(story=STORIES)
def test_database_counts_like_the_library(engine: Engine, library: Library, story: list[Step]) -> None:
    time = Time()
    ours = DatabaseStorage(engine, time)
    ours.reset()
    assert told(ours, time, story) == told(library(at := Time()), at, story)


@ANY_STORY
@given(story=STORIES)
def test_process_counts_like_the_library(library: Library, story: list[Step]) -> None:
    time = Time()
    assert told(ProcessStorage(time.seconds), time, story) == told(library(at := Time()), at, story)


@pytest.fixture
def engines(tables_url: str) -> Iterator[list[Engine]]:
    """Two engines on one database, as two processes have them."""
    made = [make_engine(Settings(database_url=tables_url)) for _ in range(2)]
    yield made
    for one in made:
        one.dispose()


def test_of_fifty_at_once_as_many_get_through_as_may(engines: list[Engine]) -> None:
    limit, barrier = parse("7 per minute"), threading.Barrier(50)

    def take(number: int) -> bool:
        windows = FixedWindowRateLimiter(DatabaseStorage(engines[number % 2], Time()))
        barrier.wait()
        return windows.hit(limit, "mailbox")

    with ThreadPoolExecutor(50) as threads:
        taken = list(threads.map(take, range(50)))
    assert taken.count(True) == 7
    assert DatabaseStorage(engines[0], Time()).get(limit.key_for("mailbox")) == 50


def test_keys_are_stored_as_digests_and_swept_after_their_time(engine: Engine) -> None:
    time = Time()
    storage = DatabaseStorage(engine, time)
    storage.incr("short@example.kr", 10)
    storage.incr("long@example.kr", 20)
    with reading(engine) as db:
        rows = db.connection().execute(select(RateCount.__table__)).all()  # type: ignore[attr-defined]
    assert not any("example" in str(row) for row in rows)
    time.move(10)
    with writing(engine) as connection:
        sweep(connection, time.now)
    with reading(engine) as db:
        left = db.connection().execute(select(func.count()).select_from(RateCount)).scalar_one()
    assert (left, storage.get("short@example.kr"), storage.get("long@example.kr")) == (1, 0, 1)
    assert storage.check()
    assert storage.reset() == 1


def test_process_keeps_no_more_windows_than_it_may() -> None:
    time = Time()
    storage = ProcessStorage(time.seconds)
    for number in range(storage.MOST + 10):
        storage.incr(str(number), 60)
    assert storage.MOST // 2 <= len(storage) <= storage.MOST
    assert (storage.get("0"), storage.get(str(storage.MOST))) == (0, 1)


def test_process_forgets_windows_that_have_ended() -> None:
    time = Time()
    storage = ProcessStorage(time.seconds)
    for number in range(10 * storage.FEW):
        storage.incr(str(number), 10)
        time.move(1)
    assert len(storage) <= storage.FEW
