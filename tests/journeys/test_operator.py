"""The operator's commands beside a running server on one SQLite file."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from server.accounts.tables import SignInLink
from server.database import WAIT_FOR_LOCK_MS, reading
from server.settings import Settings
from tests.journeys.clients import open_http
from tests.journeys.crowd import ORGANISER, SLOTS, SLUG, Crowd, make_crowd
from tests.journeys.processes import MADANG, START, ServerProcess, environment, free_port, server_process

LINKS = 100
INVITE_AGAIN_AND_AGAIN = f"""
from server.cli import app
for _ in range({LINKS}):
    app(["invite", "{SLUG}", "{ORGANISER}"], standalone_mode=False)
"""
HOLD_THE_LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """The embedded database of a directory."""
    assert sqlite_url == Settings(data_dir=tmp_path).url
    return Settings(data_dir=tmp_path)


@pytest.fixture
def crowd(settings: Settings) -> Crowd:
    return make_crowd(settings, SLOTS)


def beside(settings: Settings, journey: Callable[[ServerProcess], Awaitable[None]]) -> None:
    """The journey while a server runs."""

    async def served() -> None:
        async with server_process(settings) as server:
            await journey(server)

    asyncio.run(served())


def test_second_server_on_one_file_is_refused_with_a_clear_word(settings: Settings, tmp_path: Path) -> None:
    by_another_name = Settings(
        data_dir=tmp_path / "elsewhere", database_url=f"sqlite:///{tmp_path / 'elsewhere' / '..' / 'madang.sqlite3'}"
    )

    async def journey(server: ServerProcess) -> None:
        for second in (settings, by_another_name):
            second.data_dir.mkdir(exist_ok=True)
            done = await asyncio.to_thread(serve, second)
            assert done.returncode == 1
            said = " ".join(done.stderr.split())
            assert f"madang.sqlite3 is already served by process {server.pid}." in said
            assert "set MADANG_DATABASE_URL to a PostgreSQL" in said
            assert "Traceback" not in said
        async with httpx.AsyncClient(base_url=server.address) as client:
            assert (await client.get("/readyz")).status_code == 200

    beside(settings, journey)


def serve(settings: Settings) -> "subprocess.CompletedProcess[str]":
    command = [MADANG, "serve", "--port", str(free_port())]
    return subprocess.run(command, env=environment(settings), text=True, capture_output=True, timeout=START)


def test_commands_beside_bookings_disturb_neither(settings: Settings, crowd: Crowd) -> None:
    async def journey(server: ServerProcess) -> None:
        commands = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", INVITE_AGAIN_AND_AGAIN),
            env=environment(server.settings),
            stdout=asyncio.subprocess.PIPE,
        )
        assert commands.stdout is not None
        await commands.stdout.readline()  # it has begun
        answers = await book_everything(crowd, server, pause=0.02)
        printed, _ = await commands.communicate()
        assert commands.returncode == 0
        assert len(printed.split()) == LINKS - 1
        assert answers == [201] * SLOTS

    beside(settings, journey)
    with reading(crowd.fair.engine) as db:
        assert db.scalar(select(func.count()).select_from(SignInLink)) == LINKS
    events = crowd.fair.events()
    assert [event.seq for event in events] == list(range(1, SLOTS + 1))
    crowd.fair.engine.dispose()


@pytest.mark.long
def test_writer_waits_for_a_lock_held_longer_than_sqlite_waits(settings: Settings, crowd: Crowd) -> None:
    held = timedelta(milliseconds=WAIT_FOR_LOCK_MS, seconds=1)

    async def journey(server: ServerProcess) -> None:
        holder = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-c",
                HOLD_THE_LOCK,
                str(settings.data_dir / "madang.sqlite3"),
                str(held.total_seconds()),
            ),
            stdout=asyncio.subprocess.PIPE,
        )
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        assert await book_everything(crowd, server) == [201] * SLOTS
        assert await holder.wait() == 0

    beside(settings, journey)
    crowd.fair.engine.dispose()


async def book_everything(crowd: Crowd, server: ServerProcess, pause: float = 0.0) -> list[int]:
    """Each buyer asks for a slot of their own, so many seconds apart; the status codes."""
    async with open_http(server.address, SLOTS) as http:

        async def ask(number: int) -> int:
            await asyncio.sleep(number * pause)
            client = crowd.client(http, server.address, crowd.buyers[number])
            body = {"to": str(crowd.exhibitor.id), "slot": str(crowd.slots[number])}
            return (await client.send("POST", "/requests", body)).status_code

        return await asyncio.gather(*(ask(number) for number in range(SLOTS)))
