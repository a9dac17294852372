"""Logging: one JSON object a line on stderr. What broke is told by kinds, files and lines, never by an error's own
words: databases put the values of rows into theirs."""

import contextlib
import io
import sys
import traceback
from typing import TextIO, cast

import structlog


class _Stderr(io.TextIOBase):
    """Whatever is stderr now. One that is closed, full or a broken pipe must not stop the server."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return sys.stderr.write(text)
        return 0

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.flush()


def security_log(event: str, **facts: object) -> None:
    """Enter something that whoever guards the doors wants to count: its name, and codes, rules and ids of our own.
    Never addresses, names, or what somebody typed."""
    structlog.get_logger().warning(event, log="security", **facts)


def where_it_broke(error: BaseException | None) -> str:
    """The errors, the first cause first, each with the calls that led to it."""
    told: list[str] = []
    while error is not None:
        calls = [f"  {call.filename}:{call.lineno} {call.name}" for call in traceback.extract_tb(error.__traceback__)]
        told.insert(0, "\n".join([f"{type(error).__module__}.{type(error).__qualname__}", *calls]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)


def configure_logs() -> None:
    """Set up once, by whoever starts the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda exc_info: where_it_broke(exc_info[1])),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )
