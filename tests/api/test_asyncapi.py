"""The published description of the live protocol: well-formed by AsyncAPI 3.0, and true of what is sent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError

from server.eventlog.stored import StoredEvent
from server.ids import new_id
from server.live import frames
from server.live.asyncapi import document
from tests.api.conftest import Api

GOLDEN = Path(__file__).parents[1] / "golden"
AT = datetime(2020, 11, 9, tzinfo=UTC)
DOCUMENT: dict[str, Any] = json.loads(json.dumps(document()))

TEXT = {"type": "string"}
REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": TEXT}, "additionalProperties": False}


def an_object(required: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    """An object of these fields and of extensions (`x-...`), as the specification allows everywhere."""
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "patternProperties": {r"^x-[\w\d\.\-_]+$": {}},
        "additionalProperties": False,
    }


def a_map(value: dict[str, Any]) -> dict[str, Any]:
    """Values under keys that a Components Object allows."""
    return {"type": "object", "patternProperties": {r"^[A-Za-z0-9\.\-_]+$": value}, "additionalProperties": False}


# The objects of AsyncAPI 3.0.0 that the document uses, with all their fixed fields.
TAGS = {"type": "array"}
INFO = an_object(
    ("title", "version"),
    **dict.fromkeys(("title", "version", "description", "termsOfService"), TEXT),
    **{name: {"type": "object"} for name in ("contact", "license", "externalDocs")},
    tags=TAGS,
)
PARAMETER = an_object(
    (),
    **dict.fromkeys(("default", "description", "location"), TEXT),
    **{name: {"type": "array", "items": TEXT} for name in ("enum", "examples")},
)
MESSAGE = an_object(
    (),
    **dict.fromkeys(("name", "title", "summary", "description", "contentType"), TEXT),
    **{name: {"type": "object"} for name in ("payload", "headers", "correlationId", "bindings", "externalDocs")},
    **{name: {"type": "array"} for name in ("tags", "examples", "traits")},
)
CHANNEL = an_object(
    (),
    **dict.fromkeys(("title", "summary", "description"), TEXT),
    address={"type": ["string", "null"]},
    messages=a_map({"oneOf": [REFERENCE, MESSAGE]}),
    parameters=a_map({"oneOf": [REFERENCE, PARAMETER]}),
    servers={"type": "array", "items": REFERENCE, "uniqueItems": True},
    tags=TAGS,
)
OPERATION = an_object(
    ("action", "channel"),
    **dict.fromkeys(("title", "summary", "description"), TEXT),
    action={"enum": ["send", "receive"]},
    channel=REFERENCE,
    messages={"type": "array", "items": REFERENCE, "uniqueItems": True},
    tags=TAGS,
)
ASYNCAPI = an_object(
    ("asyncapi", "info"),
    asyncapi={"const": "3.0.0"},
    id=TEXT,
    info=INFO,
    servers={"type": "object"},
    defaultContentType=TEXT,
    channels=a_map(CHANNEL),
    operations=a_map(OPERATION),
    components=an_object(
        (), messages=a_map({"oneOf": [REFERENCE, MESSAGE]}), schemas=a_map({"type": ["object", "boolean"]})
    ),
)


def test_the_served_document_is_that_of_the_event_classes(api: Api) -> None:
    assert api.send(None, "GET", "/asyncapi.json").json() == DOCUMENT


def test_document_is_well_formed() -> None:
    Draft7Validator.check_schema(ASYNCAPI)
    assert [error.message for error in Draft7Validator(ASYNCAPI).iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("info",), {"title": "without a version"}),
        (("asyncapi",), "2.6.0"),
        (("surprise",), 1),
        (("channels", "live", "surprise"), 1),
        (("channels", "live", "parameters", "slug"), {"schema": {"type": "string"}}),
        (("operations", "hear", "action"), "publish"),
        (("operations", "hear", "channel"), "live"),
        (("components", "messages", "a name"), {}),
        (("components", "messages", "cursor", "payload"), "cursor"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_a_document_that_is_not_well_formed_is_noticed(path: tuple[str, ...], value: Any) -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    place = broken
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert not Draft7Validator(ASYNCAPI).is_valid(broken)


def schemas() -> Iterator[tuple[str, Any]]:
    yield from DOCUMENT["components"]["schemas"].items()
    for name, message in DOCUMENT["components"]["messages"].items():
        yield name, message["payload"]


def test_the_document_is_valid_by_the_official_schema() -> None:
    official = json.loads((Path(__file__).parent / "vendor" / "asyncapi-3.0.0.json").read_text())
    assert [error.message for error in Draft7Validator(official).iter_errors(DOCUMENT)] == []
    spoilt = {**DOCUMENT, "channels": {"live": {"address": 1}}}
    assert list(Draft7Validator(official).iter_errors(spoilt)) != []


def test_every_payload_is_a_schema() -> None:
    """By JSON Schema draft 7, which AsyncAPI's Schema Object extends, and by the newest."""
    for _, schema in schemas():
        Draft7Validator.check_schema(schema)
        Draft202012Validator.check_schema(schema)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    if isinstance(value, list):
        for part in value:
            yield from references(part)


def resolve(reference: str) -> Any:
    assert reference.startswith("#/")
    place: Any = DOCUMENT
    for step in reference[2:].split("/"):
        place = place[step.replace("~1", "/").replace("~0", "~")]
    return place


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > 50
    for reference in found:
        assert resolve(reference) is not None


def test_operations_speak_of_their_channels_messages() -> None:
    """An operation's messages point into its channel, not into the components (AsyncAPI 3.0.0, Operation Object)."""
    told = [m["$ref"] for operation in DOCUMENT["operations"].values() for m in operation["messages"]]
    assert {reference.rpartition("/")[0] for reference in told} == {"#/channels/live/messages"}
    assert {reference.rpartition("/")[2] for reference in told} == DOCUMENT["channels"]["live"]["messages"].keys()
    assert len(set(told)) == len(told)


def check(message: str, frame: Any) -> None:
    """Raises ValidationError if the frame is not what the document says of this message."""
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    Draft202012Validator({**payload, "components": DOCUMENT["components"]}).validate(frame)


# What was told before fields were added is not sent any more.
SENT = [path for path in sorted(GOLDEN.glob("*.json")) if not path.stem.endswith(".older")]


@pytest.mark.parametrize("sample", SENT, ids=lambda path: str(path.stem))
def test_event_frames_are_as_described(sample: Path) -> None:
    kind, _, version = sample.stem.rpartition(".v")
    if DOCUMENT["components"]["messages"][kind]["x-version"] != int(version):
        return  # an older version, which is not sent any more
    data = json.loads(sample.read_text(encoding="utf-8"))
    stored = StoredEvent(new_id(), 7, kind, int(version), AT, ("organiser",), json.dumps(data))
    frame = json.loads(frames.event(stored, "organiser"))
    check(kind, frame)
    for broken in ({**frame, "event": "another.kind"}, {**frame, "data": {}}, {**frame, "seq": "7"}):
        with pytest.raises(ValidationError):
            check(kind, broken)
    collection, record = next(iter(data.items()))
    with pytest.raises(ValidationError):
        check(kind, {**frame, "data": {**data, collection: {**record, "nickname": "a person's"}}})


def test_other_frames_are_as_described() -> None:
    check("snapshot", json.loads(frames.snapshot("me", 7, {"request": {}}, {})))
    check("texts", json.loads(frames.texts("session:7", {"question": {}})))
    check("cursor", json.loads(frames.cursor(7)))
    check("counts", json.loads(frames.counts("organiser", AT, {"matched": 1})))
    check("resync", json.loads(frames.resync("me", "gap_too_large")))
    check("error", json.loads(frames.error("unknown_topic", "There is no such topic.")))
    check("subscribe", {"type": "subscribe", "topics": {"programme": 1234, "me": None}})
    check("unsubscribe", {"type": "unsubscribe", "topics": ["me"]})
    check("react", {"type": "react", "topic": "session:7", "reaction": "clap"})
    with pytest.raises(ValidationError):
        check("subscribe", {"type": "subscribe", "topics": {"programme": "1234"}})
