"""Strangers' files are read in a process of its own, which can be killed.

A child is a fresh interpreter that runs one function and ends. It gets no environment but a few names, no open files,
and limits of time and memory; a parser that hangs, swells or crashes takes nobody along. Its answer is JSON, read
against the type that is expected: a child that a file has taken over can say something wrong, but nothing that is run.
"""

import asyncio
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import IO, Any, Literal, ParamSpec, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from server.child import ANSWERED, MEGABYTE, OUT_OF_MEMORY, REFUSED, Broken
from server.errors import Busy

Answer = TypeVar("Answer")
Details = ParamSpec("Details")
Reason = Literal["time", "memory", "crash"]

log = structlog.get_logger()

_BROKEN = TypeAdapter(Broken)
KEPT = ("LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TEMP", "TMP")
_CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); import server.child; server.child.serve_one()"
)


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
    function: Callable[..., Any],
    *args: Any,
    answer: type[Answer],
    refusals: Sequence[type[Exception]] = (),
    seconds: float,
    megabytes: int,
    answer_megabytes: int,
) -> Answer:
    """What a function of a module answers, run in a child.

    Args:
        args: whatever can be pickled. answer: the type of what it answers, as pydantic reads it.
        refusals: the exceptions that are passed on, made from their words, and their `remedy` if they have one.
        seconds: of wall-clock time. megabytes: of address space. answer_megabytes: the largest answer, as it is sent.

    Raises:
        Unfinished; and the refusals.
    """
    most = answer_megabytes * MEGABYTE
    known = tuple(refusals)
    call = b"".join(
        pickle.dumps(part, 5) for part in (sys.path, (seconds, megabytes, most), (function, args, answer, known))
    )
    told, status, late = _ask(call, seconds, most)
    if late:
        raise Unfinished("time")
    if status == OUT_OF_MEMORY or len(told) > most:
        raise Unfinished("memory")
    try:
        if told[:1] == ANSWERED:
            return TypeAdapter(answer).validate_json(told[1:])
        broken = _BROKEN.validate_json(told[1:])
    except ValidationError:
        log.error("child broke", function=function.__qualname__, status=status)
        raise Unfinished("crash") from None
    if told[:1] == REFUSED and (kind := {one.__qualname__: one for one in known}.get(broken.kind)):
        refusal = kind(broken.words)
        if broken.remedy is not None:
            refusal.remedy = broken.remedy  # type: ignore[attr-defined]
        raise refusal
    log.error("child raised", function=function.__qualname__, kind=broken.kind[:80], at=broken.places)
    raise Unfinished("crash")


def _ask(call: bytes, seconds: float, most: int) -> tuple[bytes, int, bool]:
    """What a child says to this call, how it ended, and whether it was killed for being late. None is left over."""
    pipe = subprocess.PIPE
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
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
