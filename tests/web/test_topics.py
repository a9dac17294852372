"""What the pages know of their topics, against the rule that everything else applies."""

import json
import subprocess
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable

import server.web
from server.live.topics import apply

MODULE = Path(server.web.__file__).parent / "static/madang/topics.js"
TOPIC = "session:1"
SCRIPT = """
import { Topics } from %s;
const topics = new Topics([%s]);
const changed = %s.map((frame) => topics.take(frame));
const texts = ["a", "b", "c"].map((id) => topics.text("question", id) ?? null);
console.log(JSON.stringify({ states: topics.states, wanted: topics.wanted(), changed, texts }));
"""


def taken(frames: list[dict[str, Any]]) -> dict[str, Any]:
    """What a page holds after these frames."""
    node, _ = compute_driver_executable()
    values = (json.dumps(MODULE.as_uri()), json.dumps(TOPIC), json.dumps(frames))
    script = [node, "--input-type=module", "--eval", SCRIPT % values]
    held: dict[str, Any] = json.loads(subprocess.run(script, capture_output=True, check=True, text=True).stdout)
    return held


def event(seq: int, **data: Any) -> dict[str, Any]:
    return {"type": "event", "topic": TOPIC, "seq": seq, "event": "x", "at": "2020-11-09T01:00:00Z", "data": data}


def said(version: int, text: str) -> dict[str, Any]:
    return {"text": text, "version": version}


def test_pages_keep_records_and_texts_by_the_rules_of_the_protocol() -> None:
    state = {"question": {"a": {"id": "a", "state": "open"}}}
    snapshot = {
        "type": "snapshot",
        "topic": TOPIC,
        "seq": 3,
        "state": state,
        "texts": {"question": {"a": said(2, "A")}},
    }
    events = [
        event(4, question={"id": "b", "state": "open"}),
        event(5, question={"id": "c", "state": "open"}),
        event(5, question={"id": "never", "state": "applied before"}),
        event(7, question={"id": "b", "gone": True}),
        event(8, message={"id": "m", "gone": True}),
    ]
    texts = {"type": "texts", "topic": TOPIC, "data": {"question": {"a": said(1, "late"), "b": said(1, "B")}}}
    more = {"type": "texts", "topic": TOPIC, "data": {"question": {"c": said(1, "C")}}}
    held = taken([snapshot, events[0], texts, *events[1:], more, {"type": "cursor", "seq": 9}])
    for one in (events[0], events[1], events[3], events[4]):
        state = apply(state, one["data"])
    assert held == {
        "states": {TOPIC: state},
        "wanted": {TOPIC: 9},
        "changed": [*[["question"]] * 4, [], ["question"], ["message"], ["question"], []],
        "texts": [said(2, "A"), None, said(1, "C")],
    }
