"""No answer goes out unprotected, whoever writes it and however it went."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.web.headers import ALWAYS, FOR_DESCRIPTIONS, FOR_PROGRAMS, STRICT, completed
from server.web.rendering import static_url
from tests.api.conftest import Api, api_of
from tests.factories import Fair

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PROGRAMS = ("/metrics", "/healthz", "/readyz", "/openapi.json", "/asyncapi.json")
STAYS = {"cache-control"}  # what some answers say otherwise
OTHERS = ("/nowhere", "/api/nowhere", "/docs", "/metrics", "/", "/sign-in", "/sign-in/", "/static/no", "/c/smc-2020")


def lacking(answer: httpx.Response, policy: str) -> dict[str, str | None]:
    """What of the protection an answer does not say."""
    expected = {name: value for name, value in ALWAYS.items() if name not in STAYS}
    expected["content-security-policy"] = policy
    found = {name: answer.headers.get(name) for name in expected}
    wrong = {name: value for name, value in found.items() if value != expected[name]}
    doubled = {name: "twice" for name in expected if len(answer.headers.get_list(name)) > 1}
    uncontrolled = {} if "cache-control" in answer.headers else {"cache-control": None}
    return {**wrong, **doubled, **uncontrolled}


def policy_at(path: str) -> str:
    if path == "/docs":
        return FOR_DESCRIPTIONS
    return FOR_PROGRAMS if path.startswith("/api/") or path in PROGRAMS else STRICT


def addresses(api: Api) -> Iterator[str]:
    """Every address of the application, with ids of nothing."""
    yield from OTHERS
    yield static_url("style.css")
    for path in api.house.app.openapi()["paths"]:
        if not path.endswith(("/events", "/sign-out")):
            yield path.replace("{slug}", "smc-2020").replace("{kind}", "buyers").replace("{", "").replace("}", "")
            if "_id}" in path:
                yield "/".join(str(uuid4()) if "_id}" in step else step for step in path.split("/")).replace(
                    "{slug}", "smc-2020"
                )


def test_every_answer_of_every_route_is_protected(api: Api) -> None:
    def broken() -> None:
        raise RuntimeError("for once")

    api.house.app.add_api_route("/api/v1/broken", broken, include_in_schema=False)
    api.house.app.add_api_route("/broken", broken, include_in_schema=False)
    seen, bad = set(), {}
    for path in (*addresses(api), "/api/v1/broken", "/broken"):
        for method in METHODS:
            for who in (None, "organiser"):
                answer = api.send(who, method, path, {"nonsense": 1} if method in ("POST", "PUT", "PATCH") else None)
                seen.add(answer.status_code)
                if lack := lacking(answer, policy_at(path)):
                    bad[method, path, answer.status_code] = lack
    assert bad == {}
    assert seen >= {200, 401, 403, 404, 405, 422, 500}


def test_what_an_answer_says_itself_stays() -> None:
    said = [(b"cache-control", b"private"), (b"x", b"1")]
    assert completed(said, [(b"cache-control", b"no-store"), (b"y", b"2")]) == [*said, (b"y", b"2")]


def test_pages_may_be_kept_by_nobody_and_files_by_all(api: Api) -> None:
    kept = {path: api.client.get(path).headers["cache-control"] for path in ("/", "/healthz", "/docs")}
    assert set(kept.values()) == {"no-store"}
    assert "immutable" in api.client.get(static_url("style.css")).headers["cache-control"]


def test_refused_websocket_is_answered_with_a_problem_and_protection(api: Api) -> None:
    url = api.house.address.replace("http", "ws", 1) + api.path("/live")
    with pytest.raises(InvalidStatus) as refused, connect(url):
        pass
    response = refused.value.response
    answer = httpx.Response(response.status_code, headers=list(response.headers.raw_items()))
    assert (response.status_code, lacking(answer, FOR_PROGRAMS)) == (403, {})
    assert json.loads(response.body or b"")["code"] == "not_allowed"


def raw(api: Api, request: bytes) -> httpx.Response:
    """The answer to bytes that no client would send."""
    with socket.create_connection(("127.0.0.1", httpx.URL(api.house.address).port or 0)) as connection:
        connection.sendall(request)
        data = b""
        while piece := connection.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET /" + b"a" * 200_000,
    ],
    ids=["nonsense", "no host", "two hosts", "negative length", "endless line"],
)
def test_what_the_server_itself_refuses_is_protected(api: Api, request_bytes: bytes) -> None:
    answer = raw(api, request_bytes)
    assert (answer.status_code, lacking(answer, FOR_PROGRAMS)) == (400, {})
    assert (answer.headers["content-type"], answer.json()["code"]) == ("application/problem+json", "unreadable")


def test_by_tls_browsers_are_told_to_stay_with_it(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, base_url="https://fair.example") as by_tls:
        for path in ("/", "/healthz", "/nowhere"):
            assert by_tls.client.get(path).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_without_tls_they_are_not(api: Api) -> None:
    headers: Any = api.client.get("/").headers
    assert "strict-transport-security" not in headers
    assert "server" not in headers
