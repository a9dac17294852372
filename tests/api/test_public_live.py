"""The live stream without an account: what is public, for whoever comes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.accounts.actors import SYSTEM
from server.limits.connections import Connections
from sessions.programme import AudienceKind
from sessions.running import go_live
from tests.api.conftest import Api
from tests.api.test_events import dispatched
from tests.sessions.programme import talk


@contextmanager
def guest(api: Api, name: Any = None, slug: str = "smc-2020", **headers: str) -> Iterator[ClientConnection]:
    """A websocket of nobody in particular."""
    url = f"{api.house.address.replace('http', 'ws', 1)}/api/v1/conventions/{slug}/public/live?guest={name or uuid4()}"
    with connect(url, additional_headers=headers) as socket:
        yield socket


def hear(socket: ClientConnection, **message: Any) -> dict[str, Any]:
    """Say something; the first frame after it that is no figure."""
    socket.send(json.dumps(message))
    while (frame := json.loads(socket.recv(timeout=20)))["type"] in ("counts", "cursor"):
        pass
    return dict(frame)


def test_a_guest_hears_what_is_public_and_nothing_else(api: Api) -> None:
    lecture, closed = (talk(api.fair, audience=kind) for kind in (AudienceKind.PUBLIC, AudienceKind.REGISTERED))
    api.fair.perform(SYSTEM, go_live, lecture.id)
    # Who they are elsewhere counts for nothing here.
    with guest(api, cookie=api.cookie("buyer"), authorization=f"Bearer {api.tokens['staff']}") as socket:
        public = hear(socket, type="subscribe", topics={"public": None})
        assert (public["type"], list(public["state"]["session"])) == ("snapshot", [str(lecture.id)])
        watched = hear(socket, type="subscribe", topics={f"session:{lecture.id}": None})
        assert (watched["type"], watched["state"]["session"][str(lecture.id)]["state"]) == ("snapshot", "live")
        for topic in ("me", "programme", "organiser", f"session:{closed.id}", f"backstage:{lecture.id}"):
            refused = hear(socket, type="subscribe", topics={topic: None})
            assert (refused["type"], refused["code"], refused["topic"]) == ("error", "unknown_topic", topic)


def test_a_guest_is_told_by_server_sent_events_likewise(api: Api) -> None:
    lecture = talk(api.fair, audience=AudienceKind.PUBLIC)
    address = api.path(f"/public/events?guest={uuid4()}&topics=public,programme")
    with (
        httpx.Client(base_url=api.house.address, timeout=10) as client,
        client.stream("GET", address) as answer,
    ):
        frames = [frame for _, frame in (next(stream) for stream in [dispatched(answer.iter_lines())] * 3)]
    assert [(frame["type"], frame.get("topic")) for frame in frames] == [
        ("snapshot", "public"),
        ("error", "programme"),
        ("cursor", None),
    ]
    assert list(frames[0]["state"]["session"]) == [str(lecture.id)]


@pytest.mark.parametrize("path", ["/public/events?topics=public&guest=me", "/public/events?topics=public"])
def test_who_does_not_say_which_browser_it_is_is_not_counted_and_not_served(api: Api, path: str) -> None:
    talk(api.fair, audience=AudienceKind.PUBLIC)
    assert api.send(None, "GET", api.path(path)).status_code == 422


def test_guests_are_refused_before_the_handshake(api: Api) -> None:
    def refused(name: Any = None, slug: str = "smc-2020") -> int:
        with pytest.raises(InvalidStatus) as caught, guest(api, name, slug):
            pass
        return caught.value.response.status_code

    assert (refused(), refused(slug="nowhere")) == (403, 403), "without anything public there is nothing for them"
    talk(api.fair, audience=AudienceKind.PUBLIC)
    api.house.app.state.shows_anything.clear()
    assert refused("me") == 403
    assert (
        api.send(None, "GET", f"/api/v1/conventions/nowhere/public/events?topics=a&guest={uuid4()}").status_code == 404
    )
    api.house.app.state.connections = Connections(per_login=1, per_address=2)
    with guest(api), guest(api) as second:
        assert refused() == 429
        second.close()
        with guest(api) as third:
            assert hear(third, type="subscribe", topics={"public": None})["type"] == "snapshot"


def test_reactions_are_counted_for_what_one_follows(api: Api) -> None:
    lecture = talk(api.fair, audience=AudienceKind.PUBLIC)
    topic = f"session:{lecture.id}"
    counted: list[tuple[str, str]] = []
    api.house.parts.hub.on_reaction = lambda convention_id, key, code: counted.append((key, code))
    with guest(api) as socket:
        assert hear(socket, type="react", topic=topic, reaction="clap")["code"] == "unknown_topic"
        for followed in (topic, "public"):
            assert hear(socket, type="subscribe", topics={followed: None})["topic"] == followed
        assert hear(socket, type="react", topic=topic, reaction="boo")["code"] == "bad_message"
        assert hear(socket, type="react", topic="public", reaction="clap")["code"] == "unknown_topic"
        socket.send(json.dumps({"type": "react", "topic": topic, "reaction": "clap"}))
        socket.send(json.dumps({"type": "react", "topic": topic, "reaction": "heart"}))
        assert hear(socket, type="react", topic="me", reaction="wow")["code"] == "unknown_topic"
    assert counted == [(topic, "clap"), (topic, "heart")]
