"""What every request passes: trusted proxies, our own names, and how often."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from starlette.types import Receive, Scope, Send

from server.api.gates import Forwarded, plain_address
from server.errors import RateLimited
from server.limits.requests import RequestRates, network_of
from server.settings import Settings, read_settings
from tests.api.conftest import FRIEND, api_of
from tests.factories import Fair, refused

PROXIES = ("10.0.0.0/8", "2001:db8::/32")


def seen_behind(client: str, *headers: tuple[str, str], kind: str = "http") -> tuple[str, str]:
    """The client's address and the scheme, as the application sees them behind trusted proxies."""
    seen: list[tuple[str, str]] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": kind, "client": (client, 1), "scheme": "http" if kind == "http" else "ws", "headers": raw}
    asyncio.run(Forwarded(application, PROXIES)(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"


@pytest.mark.parametrize(
    ("client", "headers", "seen"),
    [
        ("192.0.2.9", [(FOR, "203.0.113.5"), (PROTO, "https")], ("192.0.2.9", "http")),
        ("10.0.0.1", [], ("10.0.0.1", "http")),
        ("10.0.0.1", [(FOR, "203.0.113.5"), (PROTO, "https")], ("203.0.113.5", "https")),
        ("10.0.0.1", [(FOR, "198.51.100.1, 203.0.113.5, 10.9.9.9")], ("203.0.113.5", "http")),
        ("10.0.0.1", [(FOR, "198.51.100.1"), (FOR, "203.0.113.5")], ("203.0.113.5", "http")),
        ("10.0.0.1", [(FOR, "10.1.1.1, 10.2.2.2")], ("10.1.1.1", "http")),
        ("10.0.0.1", [(FOR, "203.0.113.5:4711")], ("203.0.113.5", "http")),
        ("10.0.0.1", [(FOR, "[2a00::5]:4711")], ("2a00::5", "http")),
        ("10.0.0.1", [(FOR, "2a00::5")], ("2a00::5", "http")),
        ("2001:db8::1", [(FOR, "203.0.113.5")], ("203.0.113.5", "http")),
        ("10.0.0.1", [(FOR, "203.0.113.5, unknown")], ("10.0.0.1", "http")),
        ("10.0.0.1", [(FOR, "'; DROP TABLE person")], ("10.0.0.1", "http")),
        ("10.0.0.1", [(FOR, "")], ("10.0.0.1", "http")),
        ("10.0.0.1", [(PROTO, "gopher")], ("10.0.0.1", "http")),
        ("10.0.0.1", [(PROTO, "http, https")], ("10.0.0.1", "https")),
    ],
)
def test_only_named_proxies_are_believed(client: str, headers: list[tuple[str, str]], seen: tuple[str, str]) -> None:
    assert seen_behind(client, *headers) == seen


def test_scheme_of_websockets_is_theirs() -> None:
    assert seen_behind("10.0.0.1", (PROTO, "https"), kind="websocket") == ("10.0.0.1", "wss")


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "1.2.3.4.5", "::g", "1:2", "fe80::1%eth0\n", "a" * 10_000])
def test_what_is_no_address_is_none(text: str) -> None:
    assert plain_address(text) is None


@pytest.mark.parametrize("text", ["fe80::1%eth0", "[fe80::1%eth0]:4711", "fe80::1%" + "a" * 10_000])
def test_an_address_with_a_zone_of_its_machine_is_none(text: str) -> None:
    assert plain_address(text) is None


def test_proxies_are_addresses_or_networks() -> None:
    assert read_settings({"MADANG_TRUSTED_PROXIES": "10.0.0.1, 2001:db8::/32"}).trusted_proxies == (
        "10.0.0.1",
        "2001:db8::/32",
    )
    for wrong in ("*", "proxy.example", "10.0.0.0/33", "10.0.0.1/8"):
        with pytest.raises(ValueError, match="trusted_proxies"):
            read_settings({"MADANG_TRUSTED_PROXIES": wrong})


def rate_of(fair: Fair, **changed: Any) -> list[int]:
    """What four requests meet where two a minute are allowed to one address, each said to come from elsewhere."""
    with api_of(fair, address_requests_per_minute=2, **changed) as api:
        found = (
            api.client.get("/healthz", headers={FOR: f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}"})
            for n in range(4)
        )
        return [answer.status_code for answer in found]


def test_nobody_is_believed_unless_the_operator_says_so(sqlite_fair: Fair) -> None:
    assert rate_of(sqlite_fair) == [200, 200, 429, 429]


def test_named_proxy_is_believed_by_a_real_server(sqlite_fair: Fair) -> None:
    assert rate_of(sqlite_fair, trusted_proxies=("127.0.0.1",)) == [200, 200, 200, 200]


OWN_NAMES = ("fair.example", "FAIR.example:443", "pages.example", "localhost", "127.0.0.1:8000", "[::1]:8000")
OTHER_NAMES = (
    "evil.example",
    "fair.example.evil.example",
    "evil.example@fair.example",
    "fair.example/evil.example",
    "fair.example:evil",
    "fair.example:0",
    "fair.example.",
    "192.0.2.1",
    "[::1",
    "",
)


def test_only_our_own_names_are_served(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, base_url="https://fair.example") as api:
        assert FRIEND == "https://pages.example"

        def met(host: str) -> tuple[int, int]:
            """How a page is answered, and how who watches the server is."""
            page, watch = (api.client.get(path, headers={"host": host}) for path in ("/", "/healthz"))
            if page.status_code == 421:
                assert (page.json()["code"], page.headers["x-frame-options"]) == ("wrong_host", "DENY")
            return page.status_code, watch.status_code

        assert {host: met(host) for host in OWN_NAMES} == dict.fromkeys(OWN_NAMES, (200, 200))
        assert {host: met(host) for host in OTHER_NAMES} == dict.fromkeys(OTHER_NAMES, (421, 200))


def test_account_and_address_are_counted_apart(sqlite_fair: Fair) -> None:
    with structlog.testing.capture_logs() as lines, api_of(sqlite_fair, account_requests_per_minute=3) as api:
        asks = [
            api.send(who, "GET", "/api/v1/me") for who in ("buyer", "buyer", "exhibitor", "buyer", "buyer", "buyer")
        ]
        inside = api.send("buyer", "GET", api.path("/parties"))
    assert [answer.status_code for answer in asks] == [200, 200, 200, 200, 429, 429]
    assert (inside.status_code, inside.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(inside.headers["retry-after"]) <= 60
    assert int(inside.headers["retry-after"]) == inside.json()["retry_after"]
    told = [line for line in lines if line.get("log") == "security"]
    assert told == [{"event": "rate_limited", "log": "security", "log_level": "warning", "rule": "requests.account"}]


def test_window_ends_after_a_minute_and_zero_is_no_limit() -> None:
    now = [1000.0]
    rates = RequestRates(Settings(address_requests_per_minute=2, account_requests_per_minute=0), lambda: now[0])
    rates.count_address("192.0.2.1")
    now[0] += 20
    rates.count_address("192.0.2.1")
    with refused(RateLimited, retry_after=40):
        rates.count_address("192.0.2.1")
    rates.count_address("192.0.2.2")
    now[0] += 40
    rates.count_address("192.0.2.1")
    for _ in range(10_000):
        rates.count_account(UUID(int=1))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_an_ipv6_subscriber_is_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_refused_websocket_of_a_flood_is_told_before_the_handshake(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, address_requests_per_minute=1) as api:
        api.client.get("/healthz")
        upgrade = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        }
        answer: httpx.Response = api.client.get(api.path("/live"), headers=upgrade)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert "x-content-type-options" in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/me?a=%00", "/api/v1/conventions/smc%002020", "/%00", "/sign-in?back=%00"])
def test_address_with_a_nul_is_refused(sqlite_fair: Fair, path: str) -> None:
    with api_of(sqlite_fair) as api:
        for who in (None, "organiser"):
            answer = api.send(who, "GET", path)
            assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")


def test_error_that_has_been_answered_cuts_no_connection_off(
    sqlite_fair: Fair, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("with a secret in it")

    with api_of(sqlite_fair) as api:
        api.house.app.add_api_route("/api/v1/broken", broken)
        with structlog.testing.capture_logs() as lines:
            statuses = [api.client.get(path).status_code for path in ("/api/v1/broken", "/healthz") * 3]
    assert statuses == [500, 200] * 3
    assert [line["event"] for line in lines] == ["request failed"] * 3
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")], "logged once is enough"
