"""Running the server: one process on an embedded database, uvicorn with our live protocol."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from server.live.protocol import uvicorn_options


class AlreadyServed(Exception):
    """Another server process owns this SQLite file."""


@contextmanager
def sole_server(data_dir: Path) -> Iterator[None]:
    """Hold the data directory's lock while serving from its SQLite file. The kernel lets go of it with the process.

    Raises:
        AlreadyServed: another process holds it; the message names it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "serve.lock"
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise AlreadyServed(
                f"{data_dir / 'madang.sqlite3'} is already served by process {lock.read().strip() or '?'}. "
                "Stop that one, choose another MADANG_DATA_DIR, or set MADANG_DATABASE_URL to a PostgreSQL, "
                "which several processes may serve."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def make_server(app: FastAPI, host: str, port: int, log_level: str = "warning") -> uvicorn.Server:
    """A uvicorn server for the application. Its access log stays off: addresses may hold tickets."""
    return uvicorn.Server(
        uvicorn.Config(app, host=host, port=port, log_level=log_level, access_log=False, **uvicorn_options())
    )
