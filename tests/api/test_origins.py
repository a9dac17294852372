"""Whose pages may use a visitor's cookie: our own and those of allowed origins, whatever a request says of its host."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog
from fastapi import Response

from server.accounts.actors import SYSTEM
from server.accounts.logins import add_login
from server.accounts.tokens import digest, new_token
from server.api.cookies import drop_login_cookie, login_cookie, set_login_cookie
from server.api.origins import is_ours, origin_of_url, own_origins
from server.settings import Settings
from tests.api.conftest import FRIEND, LATER, Api, api_of
from tests.api.test_door import handshake
from tests.factories import Fair

EVIL = "https://evil.example"
SITE = "https://fair.example"
TICKETS = "/api/v1/live/tickets"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://fair.example", "https://fair.example"),
        ("https://Fair.Example/", "https://fair.example"),
        ("https://fair.example:443/madang", "https://fair.example"),
        ("http://fair.example:80", "http://fair.example"),
        ("http://fair.example:8080/", "http://fair.example:8080"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_origins_are_written_as_browsers_write_them(url: str, origin: str) -> None:
    assert origin_of_url(url) == origin


def test_base_url_is_ours_beside_the_allowed_origins() -> None:
    settings = Settings(base_url=f"{SITE}/", allowed_origins=(FRIEND,))
    assert own_origins(settings) == {SITE, FRIEND}


@pytest.mark.parametrize(
    ("base", "origin", "host", "ours"),
    [
        ("http://127.0.0.1:8000", "http://localhost:8000", "localhost:8000", True),
        ("http://127.0.0.1:8000", "http://localhost:9000", "localhost:8000", False),
        ("http://127.0.0.1:8000", "http://evil.example", "evil.example", False),
        ("http://127.0.0.1:8000", "http://192.0.2.1:8000", "192.0.2.1:8000", False),
        ("https://fair.example", "http://localhost:8000", "localhost:8000", False),
        ("https://fair.example", "https://evil.example", "evil.example", False),
        ("https://fair.example", "https://fair.example", "evil.example", True),
        ("https://fair.example", "http://fair.example", "fair.example", False),
        ("https://fair.example", "null", "fair.example", False),
        ("https://fair.example", "", "fair.example", False),
    ],
)
def test_what_a_request_says_of_its_host_makes_no_page_ours(base: str, origin: str, host: str, ours: bool) -> None:
    assert is_ours(origin, host, Settings(base_url=base)) is ours


def with_cookie(api: Api, who: str) -> str:
    """A login's cookie."""
    token, now = new_token(), datetime.now(UTC)
    api.fair.perform(SYSTEM, add_login, api.people[who], digest(token), "cookie", "", now, now + LATER)
    return f"{login_cookie(api.house.settings)}={token}"


@pytest.fixture
def by_tls(sqlite_fair: Fair) -> Iterator[Api]:
    with api_of(sqlite_fair, base_url=SITE) as made:
        yield made


def test_unsafe_request_with_a_cookie_says_from_which_page_it_comes(by_tls: Api) -> None:
    cookie = with_cookie(by_tls, "buyer")
    cases: list[tuple[dict[str, str], int]] = [
        ({"origin": SITE}, 201),
        ({"origin": FRIEND}, 201),
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"origin": SITE, "host": "localhost"}, 201),
        ({}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"referer": f"{SITE}/c/smc-2020"}, 403),
        ({"origin": EVIL}, 403),
        ({"origin": EVIL, "sec-fetch-site": "same-origin"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": SITE.replace("https", "http")}, 403),
        ({"origin": f"{SITE}.evil.example"}, 403),
        ({"origin": f"{SITE}:8443"}, 403),
        ({"origin": f"{SITE} {EVIL}"}, 403),
        ({"origin": by_tls.house.address}, 403),
        ({"origin": EVIL, "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}, 403),
    ]
    for headers, status in cases:
        answer = by_tls.client.post(TICKETS, headers={"cookie": cookie, **headers})
        assert (headers, answer.status_code) == (headers, status)
        if status == 403:
            assert answer.json()["code"] == "foreign_origin"


def test_header_that_comes_twice_is_nobodys(by_tls: Api) -> None:
    twice = [("cookie", with_cookie(by_tls, "buyer")), ("origin", SITE), ("origin", EVIL)]
    assert by_tls.client.post(TICKETS, headers=twice).status_code == 403
    assert by_tls.client.post(TICKETS, headers=[twice[0], twice[2], twice[1]]).status_code == 403


def test_refused_origin_is_logged_without_saying_which(by_tls: Api) -> None:
    with structlog.testing.capture_logs() as lines:
        by_tls.client.post(TICKETS, headers={"cookie": with_cookie(by_tls, "buyer"), "origin": EVIL})
    assert lines == [{"event": "origin_refused", "log": "security", "log_level": "warning", "with_cookie": True}]


def test_websocket_with_a_cookie_comes_from_our_pages(by_tls: Api) -> None:
    cookie, live = with_cookie(by_tls, "buyer"), by_tls.path("/live")
    seen = {
        origin: handshake(by_tls, live, cookie=cookie, **({"origin": origin} if origin else {}))
        for origin in (SITE, FRIEND, EVIL, "null", by_tls.house.address, "")
    }
    assert seen == {SITE: 101, FRIEND: 101, EVIL: 403, "null": 403, by_tls.house.address: 403, "": 403}


def test_nobody_is_signed_in_by_another_sites_page(by_tls: Api) -> None:
    body = {"token": "never-given-to-anybody"}
    cases: list[tuple[dict[str, str], str]] = [
        ({"origin": EVIL}, "foreign_origin"),
        ({"origin": "null"}, "foreign_origin"),
        ({"sec-fetch-site": "cross-site"}, "foreign_origin"),
        ({"sec-fetch-site": "same-site"}, "foreign_origin"),
        ({"origin": SITE}, "link_spent"),
        ({}, "link_spent"),
    ]
    for headers, code in cases:
        answer = by_tls.client.post("/api/v1/sign-in", json=body, headers=headers)
        assert (headers, answer.json()["code"]) == (headers, code)


def test_cookie_of_plain_name_is_worth_nothing_by_tls(by_tls: Api) -> None:
    cookie = with_cookie(by_tls, "buyer")
    assert cookie.startswith("__Host-madang_login=")
    assert by_tls.client.get("/api/v1/me", headers={"cookie": cookie}).status_code == 200
    assert by_tls.client.get("/api/v1/me", headers={"cookie": cookie.removeprefix("__Host-")}).status_code == 401


@pytest.mark.parametrize(
    ("base", "cookie"),
    [
        (SITE, "__Host-madang_login=s3cret; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"),
        ("http://127.0.0.1:8000", "madang_login=s3cret; HttpOnly; Max-Age=60; Path=/; SameSite=lax"),
    ],
)
def test_cookie_is_out_of_reach_of_scripts_and_of_other_sites(base: str, cookie: str) -> None:
    settings, response = Settings(base_url=base, login_seconds=60), Response()
    set_login_cookie(response, settings, "s3cret")
    drop_login_cookie(response, settings)
    given, dropped = response.headers.getlist("set-cookie")
    assert given == cookie
    name, _, rest = dropped.partition("=")
    assert (name, "max-age=0" in rest.lower()) == (login_cookie(settings), True)
    assert ("secure" in rest.lower(), "path=/" in rest.lower()) == (base == SITE, True)


@pytest.mark.parametrize("nonsense", ["", "null", "http://[", "http://[::1", "//", "[", "http://127.0.0.1:x"])
def test_what_is_no_address_is_nobody_s_origin(nonsense: str) -> None:
    assert not is_ours(nonsense, nonsense, Settings(base_url="http://127.0.0.1:8000"))
