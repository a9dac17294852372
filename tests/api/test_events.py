"""The live stream as server-sent events over HTTP, for networks that break websockets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.api.conftest import Api

Message = tuple[int | None, dict[str, Any]]


@contextmanager
def listening(api: Api, who: str, topics: str, last: int | None = None) -> Iterator[Iterator[Message]]:
    """The messages of a stream as a browser's EventSource dispatches them: (last event id, frame)."""
    headers = {"authorization": f"Bearer {api.tokens[who]}", "accept": "text/event-stream"}
    headers |= {} if last is None else {"last-event-id": str(last)}
    with (
        httpx.Client(base_url=api.house.address, timeout=10) as client,
        client.stream("GET", api.path(f"/events?topics={topics}"), headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield dispatched(answer.iter_lines())


def dispatched(lines: Iterator[str]) -> Iterator[Message]:
    """WHATWG HTML, 9.2.6."""
    last: int | None = None
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            last = int(value)
        if name == "data":
            yield last, json.loads(value)


def kinds(messages: list[Message]) -> list[tuple[int | None, str]]:
    return [(last, str(frame.get("event", frame["type"]))) for last, frame in messages]


def test_a_stream_begins_with_snapshots_and_goes_on_where_it_broke_off(api: Api) -> None:
    def ask(wall: str) -> str:
        body = {"to": str(api.exhibitor.id), "slot": str(api.fair.slot(wall))}
        return str(api.send("buyer", "POST", api.path("/requests"), body).json()["id"])

    with listening(api, "exhibitor", "me,programme") as stream:
        begun = [next(stream) for _ in range(3)]
        assert sorted(frame["type"] for _, frame in begun) == ["cursor", "snapshot", "snapshot"]
        request = ask("2020-11-09 09:00")
        last, frame = next(stream)
        assert (last, frame["event"], frame["data"]["request"]["id"]) == (1, "request.sent", request)
    api.send("buyer", "POST", api.path(f"/requests/{request}/withdraw"))
    with listening(api, "exhibitor", "me", last) as stream:
        assert kinds([next(stream), next(stream)]) == [(2, "request.withdrawn"), (2, "cursor")]


def test_topics_of_others_are_refused_in_the_stream(api: Api) -> None:
    with listening(api, "buyer", "organiser") as stream:
        _, frame = next(stream)
        assert (frame["type"], frame["code"], frame["topic"]) == ("error", "unknown_topic", "organiser")
