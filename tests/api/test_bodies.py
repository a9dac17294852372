"""Bodies are counted as they come, whatever was said of them; what nobody reads is kept by nobody."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from server.api import bodies
from server.settings import Settings
from tests.api.conftest import Api, api_of
from tests.factories import Fair

SIGN_IN = "/api/v1/sign-in"
PROBLEM = "application/problem+json"
SMALL = 4096


@pytest.fixture
def small(sqlite_fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A server that reads bodies of at most 4 KB."""
    monkeypatch.setattr(bodies, "AROUND", SMALL)
    with api_of(sqlite_fair, body_bytes=SMALL, picture_bytes=2 * SMALL, import_bytes=3 * SMALL) as made:
        yield made


def pieces(size: int) -> Iterator[bytes]:
    """JSON text of so many bytes in pieces, so that it is sent without a length."""
    yield b'{"token": "'
    for _ in range(size // 1024):
        yield b"x" * 1024
    yield b'"}'


def told(answer: httpx.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.headers["content-type"], answer.json()["code"]


def test_the_largest_body_is_read_and_one_byte_more_is_not(small: Api) -> None:
    headers = {"content-type": "application/json"}

    def sent(size: int) -> tuple[int, str]:
        body = json.dumps({"token": "x" * (size - len('{"token": ""}'))}).encode()
        assert len(body) == size
        answer = small.client.post(SIGN_IN, content=body, headers=headers)
        return answer.status_code, answer.json()["code"]

    assert [sent(SMALL), sent(SMALL + 1)] == [(422, "unreadable"), (413, "body_too_large")]


@pytest.mark.parametrize("size", [SMALL + 1, 200_000, 6_000_000])
def test_body_without_a_length_is_counted(small: Api, size: int) -> None:
    answer = small.client.post(SIGN_IN, content=pieces(size), headers={"content-type": "application/json"})
    assert told(answer) == (413, PROBLEM, "body_too_large")
    assert small.client.get("/healthz").status_code == 200


def test_usual_limits(api: Api) -> None:
    most, headers = Settings().body_bytes, {"content-type": "application/json"}
    for content, status in ((b"[" + b"1," * (most // 2 - 2) + b"1]", 422), (b"x" * (most + 1), 413)):
        assert api.client.post(SIGN_IN, content=content, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/sign-in", 1),
        ("/api/v1/conventions/smc/requests", 1),
        ("/api/v1/conventions/imports", 1),
        ("/api/v1/conventions/imports/requests", 1),
        ("/api/v1/conventions/smc/imports/buyers", 30 + bodies.AROUND),
        ("/api/v1/conventions/smc/parties/1/logo", 20 + bodies.AROUND),
        ("/api/v1/conventions/smc/parties/1/pictures", 20 + bodies.AROUND),
        ("/api/v1/conventions/smc/parties/1/wish", 1),
        ("/elsewhere/v1/nothing/smc/imports/buyers/x", 1),
        ("/", 1),
    ],
)
def test_only_sheets_and_pictures_may_be_larger(path: str, most: int) -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError

    gate = bodies.Bodies(nothing, Settings(body_bytes=1, picture_bytes=20, import_bytes=30))
    assert gate.most(path.split("/")) == most


def exchange(api: Api, *parts: bytes, before: Callable[[], object] = lambda: None) -> bytes:
    """What comes back on a connection after these bytes, until the server ends it."""
    with closing(socket.create_connection(("127.0.0.1", httpx.URL(api.house.address).port or 0))) as connection:
        for part in parts:
            connection.sendall(part)
            before()
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def head(path: str, *lines: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: localhost", *lines, "", "")).encode()


JSON = "Content-Type: application/json"


def test_length_that_is_too_large_is_refused_before_anything_is_read(small: Api) -> None:
    answer = exchange(small, head(SIGN_IN, JSON, "Content-Length: 999999999999"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"body_too_large"' in answer


def test_who_waits_for_leave_to_send_too_much_is_told_at_once(small: Api) -> None:
    answer = exchange(small, head(SIGN_IN, JSON, "Content-Length: 999999", "Expect: 100-continue"))
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_body_that_is_shorter_than_it_says_ends_with_its_sender(small: Api) -> None:
    for _ in range(3):
        with closing(socket.create_connection(("127.0.0.1", httpx.URL(small.house.address).port or 0))) as connection:
            connection.sendall(head(SIGN_IN, JSON, "Content-Length: 1000") + b"{")
    assert small.client.get("/healthz").status_code == 200


def test_slow_body_is_given_up(small: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    monkeypatch.setattr(bodies, "SLOWEST", 1e9)
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.1)
    began = time.monotonic()
    answer = exchange(small, head(SIGN_IN, JSON, "Transfer-Encoding: chunked"), b'b\r\n{"token": "\r\n')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"body_too_slow"' in answer
    assert time.monotonic() - began < 5


def test_body_that_no_route_reads_is_not_kept_and_not_waited_for(small: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.1)
    for path in ("/api/v1/nowhere", "/healthz"):
        answer = exchange(small, head(path, "Content-Length: 5000000"), b"x" * 100)
        assert answer.split(b" ")[1] in (b"404", b"405")
        assert b"connection: close" in answer.lower()


def test_answer_reaches_who_is_still_sending(small: Api) -> None:
    """3 MB are on their way when the route has refused them long since."""
    answer = small.client.post(small.path("/imports/buyers"), content=b"x" * 3_000_000)
    assert answer.status_code == 401


@pytest.mark.parametrize("opening", ['{"a":', "["])
@pytest.mark.parametrize("depth", [100, 900, 5_000, 500_000])
def test_depth_of_json_breaks_nothing(api: Api, opening: str, depth: int) -> None:
    closing_ = {'{"a":': "}", "[": "]"}[opening]
    text = (opening * depth + "1" + closing_ * depth)[: Settings().body_bytes]
    for content in (text, '{"token": ' + text + "}"):
        headers = {"content-type": "application/json"}
        answer = api.client.post(SIGN_IN, content=content[: Settings().body_bytes], headers=headers)
        assert answer.status_code in (400, 422)
        assert answer.json()["code"] == "unreadable"
