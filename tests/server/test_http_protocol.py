"""Nobody holds a connection by saying nothing, and what is no HTTP is told so."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import structlog
from starlette.requests import Request

from server.http_protocol import PatientProtocol
from tests.api.conftest import api_of
from tests.factories import Fair


@pytest.fixture
def port(sqlite_fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server that waits 0.3 s for a request's head, and as long for its body."""
    monkeypatch.setattr(PatientProtocol, "head_seconds", 0.3)
    monkeypatch.setattr(PatientProtocol, "patience", 0.3)
    with api_of(sqlite_fair) as api:
        yield httpx.URL(api.house.address).port or 0


def ended(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What a connection was told, and after how many seconds the server ended it."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(10)
        began, answer = time.monotonic(), b""
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionError:
            pass
        return answer, time.monotonic() - began


def test_who_says_nothing_is_sent_away(port: int) -> None:
    answer, seconds = ended(port)
    assert (answer, 0.25 < seconds < 3) == (b"", True)


def test_head_that_stops_midway_or_drips_is_given_up(port: int) -> None:
    assert ended(port, b"GET /healthz HTTP/1.1\r\nHost: local")[0] == b""
    answer, seconds = ended(port, *(bytes([byte]) for byte in b"GET /healthz HTTP/1.1\r\nHost:"), pause=0.05)
    assert (answer, seconds < 3) == (b"", True)


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        (b"POST /broken-off HTTP/1.1\r\nContent-Length: 100", b"{"),
        (b"GET /slow HTTP/1.1\r\nTransfer-Encoding: chunked", b"5\r\nwhole\r\nno length\r\n"),
    ],
)
def test_who_breaks_off_or_breaks_the_framing_is_no_error_of_ours(
    sqlite_fair: Fair, caplog: pytest.LogCaptureFixture, head: bytes, rest: bytes
) -> None:
    asked, go_on, done = threading.Event(), threading.Event(), threading.Event()

    async def slow() -> str:
        asked.set()
        await asyncio.to_thread(go_on.wait, 5)
        asyncio.get_running_loop().call_later(0.1, done.set)
        return "done"

    async def broken_off(request: Request) -> None:
        asked.set()
        try:
            await request.body()
        finally:
            asyncio.get_running_loop().call_later(0.1, done.set)

    with api_of(sqlite_fair) as api, structlog.testing.capture_logs() as lines:
        api.house.app.add_api_route("/slow", slow)
        api.house.app.add_api_route("/broken-off", broken_off, methods=["POST"])
        address = httpx.URL(api.house.address)
        with socket.create_connection((address.host, address.port or 0)) as connection:
            connection.sendall(head + b"\r\nHost: " + address.netloc + b"\r\n\r\n")
            assert asked.wait(5)
            connection.sendall(rest)
            if head.startswith(b"GET"):
                assert b" 400 " in connection.recv(1000)
        go_on.set()
        assert done.wait(5)
    assert [line for line in lines if "exc_info" in line or line["log_level"] == "error"] == []
    assert [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"] == []


def test_second_request_of_a_connection_is_not_waited_for_either(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer, seconds = ended(port, whole, b"GET /heal", pause=0.1)
    assert (answer.count(b"HTTP/1.1 200"), seconds < 3) == (1, True)


def test_whole_request_is_answered_however_long_it_takes(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(2):
            assert client.get("/healthz").status_code == 200
            time.sleep(0.5)  # longer than a head may take, shorter than an idle connection is kept


def test_body_that_stops_midway_or_drips_is_given_up(port: int) -> None:
    head = b"POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
    for pieces in ((b"{",), (b" ",) * 30):
        answer, seconds = ended(port, head, *pieces, pause=0.05)
        assert (answer, 0.25 < seconds < 3) == (b"", True)


def test_nonsense_is_refused_once(port: int) -> None:
    answer, seconds = ended(port, b"nonsense\r\n\r\n", b"more of it\r\n\r\n", pause=0.05)
    assert (answer.startswith(b"HTTP/1.1 400 "), answer.count(b"\r\n\r\n"), seconds < 3) == (True, 1, True)


def test_a_body_that_says_its_end_twice_ends_once(port: int) -> None:
    """By its pieces (RFC 9112, 6.3): nobody before us and we ourselves may see different requests in the same bytes."""
    head = b"POST /api/v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    both = head + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    answer, _ = ended(port, both + b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answer) == [b"422", b"200"]
    doubtful = (b"Content-Length: 2\r\nContent-Length: 3\r\n", b"Transfer-Encoding: identity, chunked\r\n")
    for lines in doubtful:
        answer, _ = ended(port, head + lines + b"\r\n{}")
        assert int(answer.split()[1]) in (400, 501)


def test_nonsense_is_answered_with_the_same_protection_by_tls(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, base_url="https://fair.example") as api:
        answer, _ = ended(httpx.URL(api.house.address).port or 0, b"nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"strict-transport-security: max-age=31536000; includeSubDomains" in answer
