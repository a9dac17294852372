"""Logs must never be what stops the server."""

import io
import json
import logging
import socket
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
import structlog

from server.logs import configure_logs, security_log
from tests.api.conftest import api_of
from tests.factories import Fair


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    root = logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers.copy(), root.level
    configure_logs()
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


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


def test_what_libraries_say_is_a_line_of_the_same_kind_without_an_errors_words(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    configure_logs()  # twice is once
    try:
        raise KeyError("Key (email)=(kim@gaon.example) already exists.")
    except KeyError as error:
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
        logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", error)
        logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task exception={error!r}>")
        logging.getLogger("apscheduler").error(error)
        logging.getLogger("apscheduler").error("%(job)s: %(error)s", {"job": "sweep", "error": error})
    logging.getLogger("uvicorn.error").error(OSError(98, "address already in use"))
    lines = [json.loads(line) for line in stderr.getvalue().splitlines()]
    assert [(line["logger"], line["level"], line["event"]) for line in lines] == [
        ("uvicorn.error", "error", "Exception in ASGI application"),
        ("psycopg.pool", "warning", "error connecting in 'pool-1': builtins.KeyError"),
        ("asyncio", "error", "Task exception was never retrieved"),
        ("apscheduler", "error", "builtins.KeyError"),
        ("apscheduler", "error", "sweep: builtins.KeyError"),
        ("uvicorn.error", "error", "[Errno 98] address already in use"),
    ]
    assert lines[0]["exception"].splitlines()[0] == "builtins.KeyError"
    assert "test_what_libraries_say" in lines[0]["exception"]
    assert all(datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0) for line in lines)
    assert "kim" not in stderr.getvalue()


def test_a_server_s_own_words_are_lines_too(sqlite_fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with api_of(sqlite_fair) as api:
        address = httpx.URL(api.house.address)
        with socket.create_connection((address.host, address.port or 0)) as connection:
            connection.sendall(b"no HTTP at all\r\n\r\n")
            connection.recv(100)
    lines = [json.loads(line) for line in stderr.getvalue().splitlines()]
    assert [(line["logger"], line["event"]) for line in lines if "logger" in line] == [
        ("uvicorn.error", "Invalid HTTP request received.")
    ]
