"""Logging: one JSON object a line on stderr. Tracebacks name files and lines, never the values in them, which may be
personal."""

import contextlib
import io
import sys
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


def configure_logs() -> None:
    """Set up once, by whoever starts the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )
