"""The other end of `killable`: what runs in a child. It starts quickly, so it imports little."""

import gc
import os
import pickle
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil

from pydantic import TypeAdapter

MEGABYTE = 1024 * 1024
OUT_OF_MEMORY = 3  # how a child ends that was given too little
ANSWERED, REFUSED, BROKE = b"+", b"-", b"!"  # what the first byte of an answer says
_GRACE = 5  # seconds after which a child ends by itself, should nobody be left to kill it


@dataclass(frozen=True, slots=True)
class Broken:
    """Why there is no answer: a refusal's class and words, or another exception's class and where it was raised."""

    kind: str
    words: str = ""
    remedy: str | None = None
    places: list[str] = field(default_factory=list)


def serve_one() -> None:
    """What a child does, from the call on its standard input to the answer on its standard output."""
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints is no answer
    calls = sys.stdin.buffer
    # What arrives here was pickled by the process that started this one, and by nobody else.
    seconds, megabytes, most = pickle.load(calls)  # nosec B301
    limit(seconds, megabytes)
    known: tuple[type[Exception], ...] = ()
    try:
        function, details, answer, known = pickle.load(calls)  # nosec B301
        told = ANSWERED + TypeAdapter(answer).dump_json(function(*details))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as raised:
        told = _as_told(raised, known)
    if len(told) > most:
        os._exit(OUT_OF_MEMORY)
    answers.write(told)
    answers.flush()
    os._exit(0)


def _as_told(raised: BaseException, known: tuple[type[Exception], ...]) -> bytes:
    """A known refusal, in its words; of any other the kind and the places, for its words may be a stranger's."""
    if isinstance(raised, known):
        remedy = getattr(raised, "remedy", None)
        broken = Broken(type(raised).__qualname__, str(raised), remedy if isinstance(remedy, str) else None)
        return REFUSED + TypeAdapter(Broken).dump_json(broken)
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(raised.__traceback__)]
    return BROKE + TypeAdapter(Broken).dump_json(Broken(type(raised).__name__, places=places[-10:]))


def limit(seconds: float, megabytes: int) -> None:
    """Ends the child even if nobody is left to kill it."""
    if sys.platform != "win32":
        import resource
        import signal

        space = megabytes * MEGABYTE
        limits = {"AS": space, "CORE": 0, "CPU": ceil(seconds) + _GRACE, "FSIZE": 0}
        for name, most in limits.items():
            with suppress(ValueError, OSError):  # no system has them all
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
        signal.alarm(ceil(seconds) + _GRACE)
