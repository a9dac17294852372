"""Logs must never be what stops the server."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog

from server.logs import configure_logs


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    before = structlog.get_config()
    configure_logs()
    yield
    structlog.configure(**before)


def test_one_json_object_a_line_on_what_is_stderr_now(monkeypatch: pytest.MonkeyPatch) -> None:
    log = structlog.get_logger()
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    log.info("one", count=1)
    monkeypatch.setattr(sys, "stderr", second)
    log.info("two")
    assert json.loads(first.getvalue())["count"] == 1
    assert json.loads(second.getvalue())["event"] == "two"


def test_a_stderr_that_is_gone_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    structlog.get_logger().error("nobody hears this")
    monkeypatch.setattr(sys, "stderr", None)
    structlog.get_logger().error("nor this")
