"""The other end of `killable`: what runs in a child. It starts quickly, so it imports little."""

import gc
import os
import pickle
import sys
import traceback
from contextlib import suppress
from math import ceil
from typing import Any

MEGABYTE = 1024 * 1024
OUT_OF_MEMORY = 3  # how a child ends that was given too little
_GRACE = 5  # seconds after which a child ends by itself, should nobody be left to kill it


def serve_one() -> None:
    """What a child does, from the call on its standard input to the answer on its standard output."""
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints is no answer
    calls = sys.stdin.buffer
    # What arrives here was pickled by the process that started this one, and by nobody else.
    seconds, megabytes, most = pickle.load(calls)  # nosec B301
    _limit(seconds, megabytes)
    package = ""
    try:
        function, details = pickle.load(calls)  # nosec B301
        package = function.__module__.partition(".")[0]
        told = pickle.dumps((True, function(*details)), 5)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as raised:
        told = pickle.dumps((False, _as_told(raised, package)), 5)
    if len(told) > most:
        os._exit(OUT_OF_MEMORY)
    answers.write(told)
    answers.flush()
    os._exit(0)


def _as_told(raised: BaseException, package: str) -> Any:
    """An exception of the package itself; of any other the kind and the places, for its words may be a stranger's."""
    if isinstance(raised, Exception) and type(raised).__module__.partition(".")[0] == package:
        return raised
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(raised.__traceback__)]
    return [type(raised).__name__, *places[-10:]]


def _limit(seconds: float, megabytes: int) -> None:
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
