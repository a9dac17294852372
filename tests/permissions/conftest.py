"""One server for the tests of a module: they take back what they do."""

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import structlog

from server.clock import SteppedClock
from server.database import make_engine
from server.settings import Settings
from tests.factories import BEFORE, make_fair
from tests.permissions.stage import Rewind, Stage, Trace, a_stage, traced


class Logs(logging.Handler):
    """Every line that is logged, whoever logs it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def __call__(self, _logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        self.lines.append(f"{method} {event}")
        raise structlog.DropEvent

    def taken(self) -> str:
        """The lines since this was called last."""
        lines, self.lines = self.lines, []
        return "\n".join(lines)


@contextmanager
def logged() -> Iterator[Logs]:
    """What is logged until the block is left."""
    logs, before = Logs(), structlog.get_config()
    structlog.configure(processors=[structlog.processors.format_exc_info, logs])
    logging.getLogger().addHandler(logs)
    try:
        yield logs
    finally:
        logging.getLogger().removeHandler(logs)
        structlog.configure(**before)


class Theatre(NamedTuple):
    """The stage, what its server asks the database and logs, and the way back to how it was."""

    stage: Stage
    trace: Trace
    logs: Logs
    rewind: Rewind


@pytest.fixture(scope="module")
def theatre(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """The convention with everybody and everything, on SQLite: what they may is no database's to decide."""
    path = tmp_path_factory.mktemp("stage") / "madang.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    with traced() as trace, logged() as logs:
        engine = make_engine(Settings(database_url=f"sqlite:///{path}"))
        with a_stage(make_fair(engine, SteppedClock(BEFORE))) as stage:
            yield Theatre(stage, trace, logs, Rewind(engine))
        engine.dispose()
