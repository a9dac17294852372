"""Reactions over HTTP and over the live stream come together, within a second."""

import json

import pytest
from websockets.sync.client import connect

from server.accounts.actors import SYSTEM
from server.database import reading
from sessions.floor.reactions import reactions_of
from sessions.programme import AudienceKind
from sessions.running import go_live
from tests.api.conftest import Api
from tests.sessions.programme import talk

WAIT = 20.0


def test_reactions_of_both_ways_are_counted_together_and_told(api: Api) -> None:
    session_id = talk(api.fair).id
    api.fair.perform(SYSTEM, go_live, session_id)
    path, topic = api.path(f"/programme/{session_id}/reactions"), f"session:{session_id}"
    url = f"{api.house.address.replace('http', 'ws', 1)}{api.path('/live')}"
    bearer = {"authorization": f"Bearer {api.tokens['buyer']}"}
    with connect(url, additional_headers=bearer, compression=None, close_timeout=1) as socket:
        socket.send(json.dumps({"type": "subscribe", "topics": {topic: None}}))
        while json.loads(socket.recv(WAIT))["type"] != "snapshot":
            pass
        for _ in range(2):
            assert api.send("viewer", "POST", path, {"reaction": "clap"}).status_code == 204
        socket.send(json.dumps({"type": "react", "topic": topic, "reaction": "heart"}))
        counted: dict[str, int] = {}
        while counted != {"clap": 2, "heart": 1}:
            frame = json.loads(socket.recv(WAIT))
            counted = frame["data"]["reactions"] if frame["type"] == "counts" else counted
    with reading(api.fair.engine) as db:
        assert reactions_of(db, session_id) == {"clap": 2, "heart": 1}


@pytest.mark.parametrize(
    ("about", "live", "status", "code"),
    [
        ({}, False, 409, "wrong_state"),
        ({"floor": {"reactions": False}}, True, 409, "not_offered"),
        ({"registers": True}, True, 403, "not_allowed"),
        ({"audience": AudienceKind.INVITED}, True, 404, "not_found"),
    ],
)
def test_reactions_to_what_there_is_not_are_refused(
    api: Api, about: dict[str, object], live: bool, status: int, code: str
) -> None:
    session_id = talk(api.fair, **about).id
    if live:
        api.fair.perform(SYSTEM, go_live, session_id)
    answer = api.send("viewer", "POST", api.path(f"/programme/{session_id}/reactions"), {"reaction": "clap"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
