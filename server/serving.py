"""Running the server: one process on an embedded database, uvicorn with our live protocol."""

import fcntl
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy import make_url

from server.http_protocol import PatientProtocol
from server.live.protocol import uvicorn_options
from server.settings import Settings

GRACE_SECONDS = 2


class AlreadyServed(Exception):
    """Another server process owns this SQLite file."""


@contextmanager
def sole_server(settings: Settings) -> Iterator[None]:
    """While serving from an SQLite file, hold the lock beside it. The kernel lets go of it with the process.

    Raises:
        AlreadyServed: another process holds it; the message names it.
    """
    if not settings.is_sqlite:
        yield
        return
    file = Path(make_url(settings.url).database or "").resolve()  # it may be reached by several names
    with file.with_name(f"{file.name}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise AlreadyServed(
                f"{file} is already served by process {lock.read().strip() or '?'}. "
                "Stop that one, choose another MADANG_DATA_DIR, or set MADANG_DATABASE_URL to a PostgreSQL, "
                "which several processes may serve."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def make_server(app: FastAPI, host: str, port: int, log_level: str = "warning") -> uvicorn.Server:
    """A uvicorn server for the application. Its access log stays off: addresses may hold tickets.

    Stopping waits for answers under way, but not for readers of the live stream, who would stay for ever.
    """
    # What is loaded by now stays for good: the collector need not look at it again and again, which costs a busy
    # server a tenth of its time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,  # its lines go where `logging` goes, see `configure_logs`
        log_level=log_level,
        access_log=False,
        http=PatientProtocol.for_site(https=app.state.https),
        proxy_headers=False,  # which proxies are believed is for the settings to say
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **uvicorn_options(),
    )
    return uvicorn.Server(config)
