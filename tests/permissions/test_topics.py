"""Every topic of the live stream, asked for by everybody, over the websocket and as server-sent events."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.ids import new_id
from tests.factories import Fair
from tests.permissions.conftest import Theatre
from tests.permissions.fields import COLLECTIONS, RECORDS, paths
from tests.permissions.secrets import BACKSTAGE, MEMBERS
from tests.permissions.stage import KINDS, Stage, a_stage

READERS = tuple(who for who in KINDS if who in MEMBERS - {"scopeless"})
WAIT = 20.0
GOLDEN = Path(__file__).parents[1] / "golden"

# A topic by ids of the stage, and who may follow it. What is not listed here is followed by nobody.
FOLLOWED_BY = {
    "me": frozenset(READERS),
    "party:{party_id}": BACKSTAGE,
    "organiser": BACKSTAGE,
    "programme": frozenset(READERS),
    "public": frozenset(READERS),
    "session:{session_id}": frozenset(READERS),
    "session:{lecture_id}": frozenset(READERS),
    "session:{workshop_id}": BACKSTAGE,  # who has a place in it, too
    "backstage:{session_id}": BACKSTAGE,
    "backstage:{workshop_id}": BACKSTAGE,
}
THERE_IS_NO = (
    "nonsense",
    "party:nonsense",
    "session:",
    "Me",
    "organiser ",
    "person:{viewer_id}",
    "meeting:{meeting_id}",
)


@contextmanager
def listening(stage: Stage, who: str, slug: str = "smc-2020") -> Iterator[ClientConnection]:
    """A websocket of theirs."""
    stage.api.house.parts.doorkeeper.forget()
    url = f"{stage.api.house.address.replace('http', 'ws', 1)}/api/v1/conventions/{slug}/live"
    with connect(url, additional_headers=stage.headers[who], compression=None, close_timeout=1) as socket:
        yield socket


def answer_to(socket: ClientConnection, topic: str) -> dict[str, Any]:
    """The first frame about a topic that somebody has just asked for."""
    socket.send(json.dumps({"type": "subscribe", "topics": {topic: None}}))
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(WAIT))
        if frame.get("topic") == topic:
            return frame


def streamed(stage: Stage, who: str, topic: str) -> dict[str, Any]:
    """The same by server-sent events."""
    stage.api.house.parts.doorkeeper.forget()
    address = "/api/v1/conventions/smc-2020/events"
    with stage.api.client.stream("GET", address, params={"topics": topic}, headers=stage.headers[who]) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:") and json.loads(line[5:]).get("topic") == topic:
                frame: dict[str, Any] = json.loads(line[5:])
                return frame
    raise AssertionError(f"{who} heard nothing of {topic}")


def refusals(frame: dict[str, Any], topic: str) -> str:
    """What an error says, whatever the topic's name."""
    assert frame["type"] == "error", frame
    return json.dumps({**frame, "topic": "", "message": frame["message"].replace(repr(topic), "TOPIC")}, sort_keys=True)


@pytest.mark.parametrize("who", READERS)
def test_a_topic_of_others_is_a_topic_that_does_not_exist(theatre: Theatre, who: str) -> None:
    stage = theatre.stage
    topics = [topic.format(**stage.ours.ids) for topic in (*FOLLOWED_BY, *THERE_IS_NO)]
    topics += [
        topic.format(**place.ids) for place in (stage.sister, stage.abroad) for topic in FOLLOWED_BY if "{" in topic
    ]
    may = {topic.format(**stage.ours.ids) for topic, kinds in FOLLOWED_BY.items() if who in kinds}
    nothing = f"session:{new_id()}"
    with listening(stage, who) as socket:
        refused = refusals(answer_to(socket, nothing), nothing)
        for topic in topics:
            frames = [answer_to(socket, topic), streamed(stage, who, topic)]
            if topic in may:
                assert {frame["type"] for frame in frames} == {"snapshot"}, topic
                told = json.dumps(frames)
                assert list(stage.secrets.told_to(who, told)) == []
            else:
                assert {refusals(frame, topic) for frame in frames} == {refused}, topic


@pytest.mark.parametrize("who", [who for who in KINDS if who not in READERS])
def test_a_convention_of_others_is_refused_like_none_before_the_handshake(theatre: Theatre, who: str) -> None:
    refused = []
    for slug in ("smc-2020", "nowhere"):
        with pytest.raises(InvalidStatus) as caught, listening(theatre.stage, who, slug):
            pass
        answer = caught.value.response
        headers = {name: value for name, value in answer.headers.raw_items() if name.lower() != "date"}
        refused.append((answer.status_code, headers, answer.body))
    assert refused[0][0] == 403
    assert refused[0] == refused[1]


def test_snapshots_hold_the_listed_fields_alone(theatre: Theatre) -> None:
    stage = theatre.stage
    for topic, kinds in FOLLOWED_BY.items():
        name = topic.format(**stage.ours.ids)
        listed = {name: RECORDS[name] for name in COLLECTIONS[topic].split()}
        seen: dict[str, str] = {}
        for who in sorted(kinds & {"exhibitor", "staff", "viewer"}):
            with listening(stage, who) as socket:
                frame = answer_to(socket, name)
            assert frame.keys() == {"type", "topic", "seq", "state", "texts"}
            shown = {name: fields_of(records.values()) for name, records in frame["state"].items() if records}
            assert shown == listed or topic == "me", f"RECORDS {topic} {shown}"
            seen |= shown
        assert seen == listed, f"RECORDS {topic} {seen}"


def fields_of(records: Iterable[Any]) -> str:
    return " ".join(sorted({path for record in records for path, _ in paths(record)}))


def test_events_hold_the_fields_of_snapshots_alone() -> None:
    samples = (path for path in sorted(GOLDEN.glob("*.json")) if not path.stem.endswith(".older"))
    golden = [json.loads(path.read_text(encoding="utf-8")) for path in samples]
    assert len(golden) > 20
    for sample in golden:
        for collection, record in sample.items():
            if record.get("gone"):
                assert record.keys() == {"id", "gone"}, collection
                continue
            listed = {path.partition("[")[0].partition(".")[0] for path in RECORDS[collection].split()}
            assert record.keys() == listed, collection


def until_closed(socket: ClientConnection) -> list[dict[str, Any]]:
    """The frames before the server closes."""
    frames = []
    try:
        while True:
            frames.append(json.loads(socket.recv(WAIT)))
    except ConnectionClosed:
        return frames


def test_a_role_that_is_taken_ends_what_it_let_one_hear(theatre: Theatre) -> None:
    stage = theatre.stage
    role = f"/api/v1/conventions/smc-2020/people/{stage.people['staff']}/roles/staff"
    address = "/api/v1/conventions/smc-2020/events"
    with (
        listening(stage, "staff") as socket,
        listening(stage, "organiser") as another,
        httpx.Client(base_url=stage.api.house.address, timeout=WAIT) as client,
        client.stream("GET", address, params={"topics": "organiser"}, headers=stage.headers["staff"]) as stream,
    ):
        assert answer_to(socket, "organiser")["type"] == "snapshot"
        lines = stream.iter_lines()
        assert next(lines) is not None
        begun = time.monotonic()
        assert stage.send("organiser", "DELETE", role).status_code == 200
        assert until_closed(socket)[-1]["type"] == "error"
        assert list(lines)  # it ends
        assert time.monotonic() - begun < 10  # two seconds, on a machine that is not shared
        assert answer_to(another, "organiser")["type"] == "snapshot"
        with pytest.raises(InvalidStatus), listening(stage, "staff"):
            pass
    theatre.rewind.back()


def test_who_must_give_a_code_is_nowhere_before_it_is_given(sqlite_fair: Fair) -> None:
    address = "/api/v1/conventions/smc-2020"
    with a_stage(sqlite_fair, organisers_need_totp=True) as stage:
        for who in ("staff", "organiser", "owner", "token", "reader"):
            asked = [address, f"{address}/figures", f"{address}/events?topics=programme"]
            refused = [stage.send(who, "GET", path).json()["code"] for path in asked if who != "reader"]
            assert set(refused) <= {"second_factor_needed"}, who
            with pytest.raises(InvalidStatus), listening(stage, who):
                pass
        assert stage.send("owner", "GET", "/api/v1/host").json()["code"] == "second_factor_needed"
        for who in ("viewer", "buyer"):
            assert stage.send(who, "GET", address).status_code == 200
            with listening(stage, who) as socket:
                assert answer_to(socket, "programme")["type"] == "snapshot"
