"""Who follows a session and may no longer watch it is sent away from it, over real sockets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sessions.programme import AudienceKind
from tests.api.conftest import Api
from tests.api.test_public_live import guest, hear
from tests.sessions.programme import talk


@contextmanager
def member(api: Api, who: str) -> Iterator[ClientConnection]:
    url = f"{api.house.address.replace('http', 'ws', 1)}{api.path('/live')}"
    with connect(url, additional_headers={"authorization": f"Bearer {api.tokens[who]}"}) as socket:
        yield socket


def last_word(socket: ClientConnection) -> dict[str, Any]:
    """The last frame before the server closes."""
    frame: dict[str, Any] = {}
    try:
        while True:
            frame = json.loads(socket.recv(timeout=10))
    except ConnectionClosed:
        return frame


def test_a_session_that_is_no_longer_public_has_no_guests(api: Api) -> None:
    lecture = talk(api.fair, audience=AudienceKind.PUBLIC)
    talk(api.fair, audience=AudienceKind.PUBLIC)
    topic = f"session:{lecture.id}"
    with guest(api) as outside, member(api, "exhibitor") as inside:
        for socket in (outside, inside):
            begun = hear(socket, type="subscribe", topics={topic: None})
            assert begun["type"] == "snapshot", begun
        changed = api.send("organiser", "PATCH", api.path(f"/programme/{lecture.id}"), {"audience": "registered"})
        assert changed.json()["audience"] == "registered"
        assert last_word(outside)["code"] == "permission_changed"
        with guest(api) as again:
            assert hear(again, type="subscribe", topics={topic: None})["code"] == "unknown_topic"
        assert hear(inside, type="subscribe", topics={"programme": None})["topic"] in ("programme", topic)


def test_who_gives_a_place_up_watches_no_longer(api: Api) -> None:
    workshop = talk(api.fair, capacity=2)
    topic, place = f"session:{workshop.id}", api.path(f"/programme/{workshop.id}/registration")
    for who in ("exhibitor", "buyer"):
        api.send(who, "POST", place)
    with member(api, "exhibitor") as leaving, member(api, "buyer") as staying:
        for socket in (leaving, staying):
            assert hear(socket, type="subscribe", topics={topic: None})["type"] == "snapshot"
        api.send("exhibitor", "DELETE", place)
        assert last_word(leaving)["code"] == "permission_changed"
        assert hear(staying, type="subscribe", topics={"programme": None})["type"] == "snapshot"
