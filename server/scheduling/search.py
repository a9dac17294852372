"""A search for a schedule, from the server's side: a child process that streams lines and can be killed at once."""

import asyncio
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from subprocess import DEVNULL
from typing import Literal

from server.child import OUT_OF_MEMORY
from server.killable import KEPT
from server.scheduling.task import STOP, Line, Task

Failure = Literal["time", "memory", "killed", "broken"]

_CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer);"
    " import server.scheduling.child; server.scheduling.child.serve()"
)
_LONGEST_LINE = 64 * 1024 * 1024
_OUT_OF_TIME = tuple(-number for number in (signal.SIGALRM, signal.SIGXCPU))


class Search:
    """A search under way."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._reading: asyncio.Task[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def next(self, seconds: float) -> Line | None:
        """What it says next; None if it says nothing for so many seconds.

        Raises:
            EOFError: it has ended.
        """
        assert self._process.stdout is not None
        if self._reading is None:
            self._reading = asyncio.create_task(self._process.stdout.readline())
        done, _ = await asyncio.wait([self._reading], timeout=seconds)
        if not done:
            return None
        text, self._reading = self._reading.result(), None
        if not text.endswith(b"\n"):
            raise EOFError
        return Line.model_validate_json(text)

    async def stop(self) -> None:
        """Ask it to come to an end with what it has."""
        assert self._process.stdin is not None
        with suppress(ConnectionError):
            self._process.stdin.write(STOP)
            await self._process.stdin.drain()

    async def failure(self) -> Failure:
        """Why it has ended without a last word."""
        status = await self._process.wait()
        if status == OUT_OF_MEMORY:
            return "memory"
        if status in _OUT_OF_TIME:
            return "time"
        return "killed" if status == -signal.SIGKILL else "broken"

    async def kill(self) -> None:
        """End it, whatever it is doing; none is left over."""
        if self._reading is not None:
            self._reading.cancel()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def searching(task: Task, *, seconds: float, megabytes: int) -> AsyncIterator[Search]:
    """A search, killed when the block is left.

    Args:
        seconds: of wall-clock time. megabytes: of address space.
    """
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", _CHILD),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=environment,
        limit=_LONGEST_LINE,
    )
    search = Search(process)
    try:
        assert process.stdin is not None
        with suppress(ConnectionError):  # it ended at once: the first line says so by not coming
            for part in (sys.path, (seconds, megabytes), task):
                process.stdin.write(await asyncio.to_thread(pickle.dumps, part, 5))
            await process.stdin.drain()
        yield search
    finally:
        await asyncio.shield(search.kill())
