"""Strangers' files are read in a process of its own, which can be killed.

A child is a fresh interpreter that runs one function and ends. It gets no environment but a few names, no open files,
and limits of time and memory; a parser that hangs, swells or crashes takes nobody along. Its answer is read as values,
and as classes of the function's own package: a child that a file has taken over cannot make the server run code.
"""

import asyncio
import io
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import IO, Any, Literal, ParamSpec, TypeVar

import structlog

from server.child import MEGABYTE, OUT_OF_MEMORY
from server.errors import Busy

Answer = TypeVar("Answer")
Details = ParamSpec("Details")
Reason = Literal["time", "memory", "crash"]

log = structlog.get_logger()

_KEPT = ("LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TEMP", "TMP")
_CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); import server.child; server.child.serve_one()"
)
_VALUES = {("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")} | {
    ("builtins", name) for name in ("set", "frozenset", "bytearray")
}


class Unfinished(Exception):
    """The child gave no answer: it took too long, wanted too much memory, or broke."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Turns:
    """The few threads in which such work waits for its child, so that it takes none from the readers."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, "killable")
        self._places = threading.BoundedSemaphore(at_once + waiting)

    async def run(self, work: Callable[Details, Answer], *details: Details.args, **named: Details.kwargs) -> Answer:
        """What `work` answers, once it is its turn.

        Raises:
            Busy: too many are waiting already; and whatever `work` raises.
        """
        if not self._places.acquire(blocking=False):
            raise Busy("Too many files are waiting to be read.")
        try:
            context = copy_context()
            future = self._threads.submit(context.run, lambda: work(*details, **named))
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def run_killable(
    function: Callable[..., Answer], *args: Any, seconds: float, megabytes: int, answer_megabytes: int
) -> Answer:
    """What a function of a module answers, run in a child.

    Args:
        args: whatever can be pickled. seconds: of wall-clock time. megabytes: of address space.
        answer_megabytes: the largest answer, as it is sent.

    Raises:
        Unfinished; and exceptions of the function's own package, as they are.
    """
    most = answer_megabytes * MEGABYTE
    call = b"".join(pickle.dumps(part, 5) for part in (sys.path, (seconds, megabytes, most), (function, args)))
    told, status, late = _ask(call, seconds, most)
    if late:
        raise Unfinished("time")
    if status == OUT_OF_MEMORY or len(told) > most:
        raise Unfinished("memory")
    package = function.__module__.partition(".")[0]
    try:
        done, answer = _Answers(package, told).load()
    except Exception:
        log.error("child broke", function=function.__qualname__, status=status)
        raise Unfinished("crash") from None
    if done is True:
        return answer  # type: ignore[no-any-return]
    if isinstance(answer, Exception):
        raise answer
    log.error("child raised", function=function.__qualname__, at=answer)
    raise Unfinished("crash")


def _ask(call: bytes, seconds: float, most: int) -> tuple[bytes, int, bool]:
    """What a child says to this call, how it ended, and whether it was killed for being late. None is left over."""
    pipe = subprocess.PIPE
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    late = threading.Event()
    with subprocess.Popen(
        [sys.executable, "-I", "-c", _CHILD], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def too_late() -> None:
            late.set()
            child.kill()

        deadline = threading.Timer(seconds, too_late)
        sender = threading.Thread(target=_send, args=(child.stdin, call), daemon=True)
        deadline.start()
        sender.start()
        told = bytearray()
        try:
            while len(told) <= most and (piece := child.stdout.read1(MEGABYTE)):  # type: ignore[attr-defined]
                told += piece
            if len(told) > most:
                child.kill()
            status = child.wait()
        except BaseException:
            child.kill()
            raise
        finally:
            deadline.cancel()
        sender.join()
    return bytes(told), status, late.is_set() and status != 0


def _send(line: IO[bytes], call: bytes) -> None:
    with suppress(BrokenPipeError), line:
        line.write(call)


class _Answers(pickle.Unpickler):
    """Reads what a child says, without trusting it."""

    def __init__(self, package: str, told: bytes) -> None:
        super().__init__(io.BytesIO(told))
        self._package = package

    def find_class(self, module: str, name: str) -> Any:
        found = None
        if (module, name) in _VALUES or (module.partition(".")[0] == self._package and "." not in name):
            found = super().find_class(module, name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer.")
        return found
