"""Logging: one JSON object a line on stderr. What broke is told by kinds, files and lines, never by an error's own
words: databases put the values of rows into theirs. What libraries tell `logging` becomes such lines too."""

import contextlib
import io
import logging
import sys
import traceback
from collections.abc import Mapping
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor


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
    Never names, mail addresses, or what somebody typed."""
    structlog.get_logger().warning(event, log="security", **facts)


def where_it_broke(error: BaseException | None) -> str:
    """The errors, the first cause first, each with the calls that led to it."""
    told: list[str] = []
    while error is not None:
        calls = [f"  {call.filename}:{call.lineno} {call.name}" for call in traceback.extract_tb(error.__traceback__)]
        told.insert(0, "\n".join([_kind(error), *calls]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The first line of what a library says, with kinds in the place of errors; the operating system's it may quote.
    Further lines are what asyncio knows of a task: its error, too."""
    record, given = event["_record"], event.pop("positional_args")
    told, values = str(_as_kind(record.msg)), given
    if isinstance(given, Mapping):
        values = {name: _as_kind(value) for name, value in given.items()}
    elif given:
        values = tuple(map(_as_kind, given))
    told = told % values if values else told
    return {**event, "event": told.strip().partition("\n")[0], "logger": record.name}


def _as_kind(value: object) -> object:
    systems = isinstance(value, OSError) and type(value).__module__ == "builtins"
    return _kind(value) if isinstance(value, BaseException) and not systems else value


def configure_logs() -> None:
    """Set up once, by whoever starts the process."""
    begin: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    end: list[Processor] = [
        structlog.processors.ExceptionRenderer(lambda exc_info: where_it_broke(exc_info[1])),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    stderr = cast(TextIO, _Stderr())
    structlog.configure(
        processors=[*begin, *end],
        logger_factory=structlog.WriteLoggerFactory(file=stderr),
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(stderr)
    others.set_name(__name__)
    others.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_without_words, *begin],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *end],
            pass_foreign_args=True,
        )
    )
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # whoever has set them up before
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
    root = logging.getLogger()
    root.handlers = [*(one for one in root.handlers if one.get_name() != __name__), others]
