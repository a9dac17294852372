"""Logs must never be what stops the server."""

import io
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from server.logs import configure_logs, security_log


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


def test_security_events_can_be_told_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    security_log("rate_limited", rule="code.person")
    line = json.loads(told.getvalue())
    assert {**line, "timestamp": ""} == {
        "event": "rate_limited",
        "log": "security",
        "level": "warning",
        "rule": "code.person",
        "timestamp": "",
    }


def test_a_stderr_that_is_gone_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    structlog.get_logger().error("nobody hears this")
    monkeypatch.setattr(sys, "stderr", None)
    structlog.get_logger().error("nor this")


def test_whatever_is_told_stays_one_line_with_its_time_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    forged = 'x\n{"event": "forged", "log": "security"}\r\x1b[2J\u2028'
    structlog.get_logger().error("one", path=forged)
    assert told.getvalue().count("\n") == 1
    entry = json.loads(told.getvalue())
    assert (entry["event"], entry["path"]) == ("one", forged)
    assert "\x1b" not in told.getvalue()
    assert datetime.fromisoformat(entry["timestamp"]).utcoffset() == timedelta(0)


def test_what_broke_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL says which key there is already, and whose address is in it."""

    def store() -> None:
        try:
            raise KeyError("Key (email)=(kim@gaon.example) already exists.")
        except KeyError as cause:
            raise RuntimeError("kim@gaon.example was not stored") from cause

    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    try:
        store()
    except RuntimeError as error:
        structlog.get_logger().error("command failed", exc_info=error)
    told = json.loads(stderr.getvalue())["exception"].splitlines()
    assert [line for line in told if not line.startswith(" ")] == ["builtins.KeyError", "builtins.RuntimeError"]
    assert all(" store" in line or "test_what_broke" in line for line in told if line.startswith(" "))
    assert "kim" not in stderr.getvalue()
