import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from server.bench.postgres import directory_of, temporary_postgres

USE_AND_HANG = """
import sys, time
from server.bench.postgres import temporary_postgres
with temporary_postgres(sys.argv[1], fsync=False) as url:
    print(url, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def name() -> str:
    return uuid4().hex


def left_of(name: str) -> list[Path]:
    return list(directory_of(name).parent.glob(f"{directory_of(name).name}*"))


def runs(pid: int) -> bool:
    """A zombie, which its new parent may be slow to reap, has an empty command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text() != ""
    except (FileNotFoundError, ProcessLookupError):
        return False


def settings(url: str) -> dict[str, str]:
    names = ["fsync", "synchronous_commit", "listen_addresses", "TimeZone"]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names])
        return dict(rows.fetchall())


def test_temporary_postgres_is_durable_unless_told_otherwise_and_leaves_nothing(name: str) -> None:
    with temporary_postgres(name) as url:
        durable = settings(url)
        server = int((directory_of(name) / "data" / "postmaster.pid").read_text().split()[0])
        assert runs(server)
    with temporary_postgres(name, fsync=False) as url:
        fast = settings(url)
    common = {"synchronous_commit": "on", "listen_addresses": "", "TimeZone": "UTC"}
    assert durable == {"fsync": "on", **common}
    assert fast == {"fsync": "off", **common}
    assert left_of(name) == []
    assert not runs(server)


def test_temporary_postgres_outlives_a_killed_starter_while_another_uses_it(name: str) -> None:
    command = [sys.executable, "-c", USE_AND_HANG, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        started = starter.stdout.readline().strip()
        with temporary_postgres(name) as url:
            starter.send_signal(signal.SIGKILL)
            starter.wait()
            time.sleep(0.3)
            assert (url, settings(url)["fsync"]) == (started, "off")
    deadline = time.monotonic() + 20
    while left_of(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_of(name) == []


def test_temporary_postgres_says_why_it_does_not_start(name: str) -> None:
    (directory_of(name) / "data").mkdir(parents=True)
    with (
        pytest.raises(RuntimeError, match=r"PostgreSQL did not start: .*File exists"),
        temporary_postgres(name),
    ):
        pass
