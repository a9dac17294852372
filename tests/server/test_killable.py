"""Functions that misbehave in every way, and the process that asked, which goes on."""

import asyncio
import ctypes
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.errors import Busy
from server.killable import Turns, Unfinished, run_killable

SECRET = "mango@canary.example"


class Refused(Exception):
    """An exception of the function's own package."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class Given:
    """What a child answers with, of every kind there is."""

    text: str
    at: datetime
    names: dict[str, list[float | None]]
    numbers: frozenset[int]


def echo(given: Given) -> Given:
    sys.stdout.write("Parsers may print.")
    os.write(1, b"Some at the lowest level.")
    return given


def circumstances() -> tuple[int, dict[str, str], list[str]]:
    return os.getpid(), dict(os.environ), [one.name for one in Path("/proc/self/fd").iterdir()]


def loop() -> None:
    while True:
        pass


def sleep_deaf() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    sys.stdout.close()
    os.close(1)
    time.sleep(3600)


def swell() -> int:
    return len([bytearray(1 << 20) for _ in range(4096)])


def answer_much() -> bytes:
    return bytes(3 << 20)


def fall() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(0)


def refuse() -> None:
    raise Refused("no", "Say yes.")


def stumble() -> None:
    int(SECRET)


def say(words: bytes) -> None:
    """What a child says that a file has taken over: whatever it likes."""
    os.write(3, words)  # where answers go: the first file that a child opens
    os._exit(0)


def write_a_file(path: str) -> None:
    Path(path).write_text("x" * 100)


def repr_short(words: bytes) -> str:
    return repr(words[:20])


def asked(function: Callable[..., Any], *args: object, answer: Any = Any, seconds: float = 20) -> Any:
    return run_killable(
        function, *args, answer=answer, refusals=(Refused,), seconds=seconds, megabytes=512, answer_megabytes=2
    )


def children() -> list[str]:
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()


@pytest.fixture
def none_left() -> Iterator[None]:
    """No process of ours is left that was not there before: others belong to other tests' servers."""
    before = children()
    yield
    assert children() == before


def test_a_child_answers_with_what_was_asked_of_it() -> None:
    given = Given("가" * 100_000, datetime(2020, 11, 9, tzinfo=UTC), {"a": [1.0, None]}, frozenset({1}))
    assert asked(echo, given, answer=Given) == given


def test_a_child_is_another_process_without_our_environment_and_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_DATABASE_URL", f"postgresql://{SECRET}@host/name")
    with Path(__file__).open() as ours:
        os.set_inheritable(ours.fileno(), True)
        pid, environment, files = asked(circumstances, answer=tuple[int, dict[str, str], list[str]])
    assert pid != os.getpid()
    assert "MADANG_DATABASE_URL" not in environment
    assert str(ours) not in files
    assert set(files) <= {"0", "1", "2", "3", "4"}


@pytest.mark.usefixtures("none_left")
@pytest.mark.parametrize("function", [loop, sleep_deaf])
def test_what_takes_too_long_is_killed(function: Callable[[], None]) -> None:
    begin = time.monotonic()
    with pytest.raises(Unfinished) as caught:
        asked(function, seconds=1)
    assert caught.value.reason == "time"
    assert time.monotonic() - begin < 10


@pytest.mark.usefixtures("none_left")
@pytest.mark.parametrize("function", [swell, answer_much])
def test_what_wants_too_much_memory_is_ended(function: Callable[[], object]) -> None:
    with pytest.raises(Unfinished) as caught:
        asked(function)
    assert caught.value.reason == "memory"


@pytest.mark.usefixtures("none_left")
@pytest.mark.parametrize("function", [fall, leave])
def test_what_breaks_breaks_alone(function: Callable[[], object]) -> None:
    with pytest.raises(Unfinished) as caught:
        asked(function)
    assert caught.value.reason == "crash"


def test_what_a_child_says_is_read_whoever_says_it() -> None:
    """So that the next test is about what is said."""
    assert asked(say, b"+[1, 2]", answer=list[int]) == [1, 2]


@pytest.mark.parametrize(
    "words",
    [
        pickle.dumps(Path("x")),
        b"",
        b"+",
        b'+{"text": 1}',
        b"+[1, 2",
        b'-{"kind": "Limiter", "words": "x"}',
        b'-{"kind": "SystemExit"}',
        b"-null",
        b'!{"kind": "KeyError", "places": "x"}',
        b"+" + b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=repr_short,
)
def test_an_answer_is_a_value_of_the_type_expected_or_none(words: bytes) -> None:
    with pytest.raises(Unfinished) as caught:
        asked(say, words, answer=Given)
    assert caught.value.reason == "crash"


def test_a_refusal_arrives_as_it_was_raised() -> None:
    with pytest.raises(Refused) as caught:
        asked(refuse)
    assert (str(caught.value), caught.value.remedy) == ("no", "Say yes.")


def test_an_exception_nobody_foresaw_is_logged_without_its_words() -> None:
    with capture_logs() as lines, pytest.raises(Unfinished) as caught:
        asked(stumble)
    assert caught.value.reason == "crash"
    (line,) = lines
    assert line["kind"] == "ValueError"
    assert f"{__file__}:{stumble.__code__.co_firstlineno + 1}" in line["at"]
    assert SECRET not in str(line)


def test_a_child_writes_no_files(tmp_path: Path) -> None:
    with pytest.raises(Unfinished):
        asked(write_a_file, str(tmp_path / "left"))
    assert not (tmp_path / "left").exists() or (tmp_path / "left").read_text() == ""


def test_turns_are_few_and_so_are_places_to_wait() -> None:
    """Two work, one waits, and the next is sent away; when they are done there is room again."""
    free = threading.Event()
    running = threading.Semaphore(0)
    turns = Turns(at_once=2, waiting=1)

    def work() -> str:
        running.release()
        free.wait(30)
        return threading.current_thread().name

    async def story() -> list[str]:
        working = [asyncio.create_task(turns.run(work)) for _ in range(3)]
        for _ in range(2):
            await asyncio.to_thread(running.acquire)
        assert not running.acquire(blocking=False)
        with pytest.raises(Busy):
            await turns.run(work)
        free.set()
        done = await asyncio.gather(*working)
        return [*done, await turns.run(work)]

    assert {name[:-1] for name in asyncio.run(story())} == {"killable_"}


def test_who_gives_up_waiting_leaves_a_place() -> None:
    turns = Turns(at_once=1, waiting=0)
    free = threading.Event()

    async def story() -> str:
        first = asyncio.create_task(turns.run(free.wait, 30))
        await asyncio.sleep(0)
        first.cancel()
        free.set()
        while True:
            try:
                return await turns.run(lambda: "room again")
            except Busy:
                await asyncio.sleep(0)

    assert asyncio.run(asyncio.wait_for(story(), 20)) == "room again"
