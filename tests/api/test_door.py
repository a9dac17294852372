"""Who is let in: cookies of our own pages, bearer tokens, tickets; sign-in links that work once."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.api.conftest import FRIEND, Api

EVIL = "https://evil.example"
TOKENS = "/api/v1/tokens"
LABEL = {"label": "a program", "scopes": ["read"]}
TICKETS = "/api/v1/live/tickets"


def status_of(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


def test_cookie_counts_only_from_our_own_pages(api: Api) -> None:
    own, cookie = api.house.address, api.cookie("buyer")
    refused, let_in = (403, "foreign_origin"), (201, None)
    cases = [
        ({"origin": EVIL}, refused),
        ({"origin": "null"}, refused),
        ({"origin": own + ".evil.example"}, refused),
        ({"origin": own.replace("http:", "https:")}, refused),
        ({"sec_fetch_site": "cross-site"}, refused),
        ({"sec_fetch_site": "same-site"}, refused),
        ({"origin": own}, let_in),
        ({"origin": FRIEND}, let_in),
        ({"sec_fetch_site": "same-origin"}, let_in),
        ({"sec_fetch_site": "none"}, refused),
    ]
    for headers, expected in cases:
        answer = api.send(None, "POST", TOKENS, LABEL, cookie=cookie, **headers)
        assert (headers, status_of(answer)) == (headers, expected)


def test_cookie_reads_whatever_page_asks(api: Api) -> None:
    answer = api.send(None, "GET", "/api/v1/me", cookie=api.cookie("buyer"), origin=EVIL)
    assert (answer.status_code, answer.json()["id"]) == (200, str(api.people["buyer"]))


def test_bearer_token_needs_no_origin_and_minds_none(api: Api) -> None:
    assert status_of(api.send("buyer", "POST", TICKETS, origin=EVIL)) == (201, None)
    assert status_of(api.send("buyer", "POST", TICKETS)) == (201, None)


def test_cookie_is_kept_from_scripts_and_other_sites(api: Api) -> None:
    answer = api.client.post("/api/v1/sign-in", json={"token": api.link("buyer")})
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes >= {"httponly", "samesite=lax", "path=/"}
    assert answer.json() == {"person": str(api.people["buyer"]), "home": "/"}


def test_sign_in_from_another_site_is_refused(api: Api) -> None:
    link = api.link("buyer")
    foreign = api.client.post("/api/v1/sign-in", json={"token": link}, headers={"origin": EVIL})
    assert status_of(foreign) == (403, "foreign_origin")
    assert api.client.post("/api/v1/sign-in", json={"token": link}).status_code == 200


def test_link_works_once_and_until_it_expires(api: Api) -> None:
    link = api.link("buyer")
    tokens = (link, link, api.link("buyer", timedelta(seconds=-1)), "never-given-to-anybody")
    answers = [api.client.post("/api/v1/sign-in", json={"token": token}) for token in tokens]
    assert [status_of(answer) for answer in answers] == [(200, None)] + 3 * [(403, "link_spent")]
    refused = {answer.text for answer in answers[1:]}
    assert len(refused) == 1, "why it does not work is not told"


def test_login_ends_with_signing_out(api: Api) -> None:
    cookie = api.cookie("buyer")
    assert api.send(None, "GET", "/api/v1/me", cookie=cookie).status_code == 200
    assert api.send(None, "POST", "/api/v1/sign-out", cookie=cookie).status_code == 204
    assert status_of(api.send(None, "GET", "/api/v1/me", cookie=cookie)) == (401, "not_signed_in")
    assert api.send("buyer", "GET", "/api/v1/me").status_code == 200  # another login of the same person


def handshake(api: Api, path: str, **headers: str) -> int:
    """The status with which an upgrade is answered: 101, or a refusal before a byte of the stream."""
    url = api.house.address.replace("http", "ws", 1) + path
    try:
        with connect(url, additional_headers=headers, compression=None) as socket:
            return int(socket.response.status_code) if socket.response else 0
    except InvalidStatus as refused:
        return refused.response.status_code


def test_socket_is_for_our_own_pages_and_for_programs(api: Api) -> None:
    live, cookie = api.path("/live"), api.cookie("buyer")

    def ticket(who: str) -> str:
        return f"{live}?ticket={api.send(who, 'POST', '/api/v1/live/tickets').json()['secret']}"

    once = ticket("buyer")
    bearer = {"authorization": f"Bearer {api.tokens['buyer']}"}
    seen = {
        "nobody": handshake(api, live),
        "cookie from another site": handshake(api, live, cookie=cookie, origin=EVIL),
        "cookie from our page": handshake(api, live, cookie=cookie, origin=api.house.address),
        "cookie from a friend's page": handshake(api, live, cookie=cookie, origin=FRIEND),
        "token": handshake(api, live, **bearer),
        "ticket": handshake(api, once),
        "the same ticket": handshake(api, once),
        "ticket from another site": handshake(api, ticket("buyer"), origin=EVIL),
        "no ticket": handshake(api, f"{live}?ticket=never-given-to-anybody"),
        "ticket of a stranger": handshake(api, ticket("stranger")),
        "ticket of another host's person": handshake(api, ticket("foreigner")),
        "no such convention": handshake(api, "/api/v1/conventions/nowhere/live", **bearer),
    }
    let_in = {name for name, status in seen.items() if status == 101}
    expected = ("cookie from our page", "cookie from a friend's page", "token", "ticket", "ticket from another site")
    assert let_in == set(expected)
    assert {status for name, status in seen.items() if name not in let_in} == {403}


def test_signing_out_closes_the_login_s_live_connections_and_no_others(api: Api) -> None:
    url = api.house.address.replace("http", "ws", 1) + api.path("/live")
    cookie, bearer = api.cookie("buyer"), f"Bearer {api.tokens['buyer']}"
    with (
        connect(url, additional_headers={"cookie": cookie, "origin": api.house.address}) as page,
        connect(url, additional_headers={"authorization": bearer}) as program,
    ):
        assert api.send(None, "POST", "/api/v1/sign-out", cookie=cookie).status_code == 204
        assert json.loads(page.recv(timeout=20))["code"] == "signed_out"
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        program.send(json.dumps({"type": "subscribe", "topics": {"me": None}}))
        assert json.loads(program.recv(timeout=20))["type"] == "snapshot"


def test_link_is_good_for_one_of_twenty_who_use_it_at_once(api: Api) -> None:
    link = api.link("buyer")

    async def use_at_once() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=api.house.address) as client:
            uses = (client.post("/api/v1/sign-in", json={"token": link}) for _ in range(20))
            return await asyncio.gather(*uses)

    answers = asyncio.run(use_at_once())
    assert Counter(map(status_of, answers)) == {(200, None): 1, (403, "link_spent"): 19}
    assert [name for answer in answers for name in answer.cookies] == ["madang_login"]
