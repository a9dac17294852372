"""Live connections are counted while they are open, by login and by address."""

from uuid import UUID

import httpx
import pytest
import structlog
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.errors import RateLimited
from server.limits.connections import LATER, Connections
from tests.api.conftest import Api, api_of
from tests.factories import Fair, refused

MINA, JUNHO = UUID(int=1), UUID(int=2)


def test_room_is_counted_by_login_and_by_address_and_given_back() -> None:
    connections = Connections(per_login=1, per_address=2)
    with connections.held(MINA, "2001:db8::1"):
        with refused(RateLimited, retry_after=LATER):
            connections.check(MINA, "192.0.2.1")
        connections.check(JUNHO, "2001:db8::2")
        with connections.held(JUNHO, "2001:db8::2"), refused(RateLimited, retry_after=LATER):
            connections.check(None, "2001:db8::3")
        connections.check(None, "2001:db8::3")
    connections.check(MINA, "2001:db8::1")
    assert connections._open == {}


def live(api: Api, who: str) -> ClientConnection:
    url = api.house.address.replace("http", "ws", 1) + api.path("/live")
    return connect(url, additional_headers={"authorization": f"Bearer {api.tokens[who]}"})


def test_a_login_has_so_many_live_connections_and_no_more(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair) as api:
        api.house.app.state.connections = Connections(per_login=2, per_address=3)
        events = api.path("/events?topics=me")
        bearer = {"authorization": f"Bearer {api.tokens['buyer']}"}
        with live(api, "buyer"):
            with api.client.stream("GET", events, headers=bearer) as stream:
                pieces = stream.iter_bytes()  # as long as this is kept, httpx keeps the stream open
                next(pieces)
                with structlog.testing.capture_logs() as lines:
                    with pytest.raises(InvalidStatus) as full, live(api, "buyer"):
                        pass
                    assert full.value.response.status_code == 429
                    assert full.value.response.headers["retry-after"] == str(LATER)
                    full_stream: httpx.Response = api.client.get(events, headers=bearer)
                    assert (full_stream.status_code, full_stream.json()["code"]) == (429, "rate_limited")
                assert [line["rule"] for line in lines] == ["connections.login"] * 2
                with live(api, "exhibitor"), pytest.raises(InvalidStatus), live(api, "organiser"):
                    pass  # the address is full
            left_when_the_stream_has_ended(api)
            with live(api, "buyer"):
                pass


def left_when_the_stream_has_ended(api: Api) -> None:
    """Ask until the server has noticed that a stream's reader has gone."""
    for _ in range(200):
        if api.house.app.state.connections._open.total() == 2:  # the websocket, by login and by address
            return
        api.client.get("/healthz")
    raise AssertionError("the stream holds its place for ever")


def test_stream_follows_no_more_topics_than_a_socket(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair) as api:
        answer = api.send("buyer", "GET", api.path("/events?topics=" + ",".join(f"a{n}" for n in range(101))))
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")


def test_metrics_are_for_the_bearer_of_their_token(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair, metrics_token="s3cret-of-prometheus") as api:
        seen = {
            told: api.client.get("/metrics", headers={"authorization": told} if told else {}).status_code
            for told in ("", "Bearer", "Bearer wrong", "Bearer s3cret-of-prometheu", "Bearer s3cret-of-prometheus")
        }
        missing, nowhere = api.client.get("/metrics"), api.client.get("/nowhere")
    assert seen == {**dict.fromkeys(seen, 404), "Bearer s3cret-of-prometheus": 200}
    assert missing.json()["code"] == nowhere.json()["code"]


def test_metrics_without_a_token_are_open(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair) as api:
        assert api.client.get("/metrics").status_code == 200
