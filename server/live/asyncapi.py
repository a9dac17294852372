"""The live protocol as an AsyncAPI 3 document, made from the event classes."""

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

import matchmaking.drafts.events
import matchmaking.events
import matchmaking.interpreting.events
import matchmaking.rescue.events
import sessions.events
import sessions.floor.events
import sessions.floor.word_events
from server.live.socket import REACTIONS

FACTS: tuple[type[Any], ...] = tuple(
    sorted(
        [*matchmaking.events.Fact.__subclasses__(), *sessions.events.Fact.__subclasses__()],
        key=lambda fact: fact.type,
    )
)

_INSTANT = {"type": "string", "format": "date-time"}
_SEQ = {"type": "integer", "minimum": 0, "description": "The convention's sequence number."}
_TOPIC = {
    "type": "string",
    "description": "me, organiser, programme, public, session:ID, backstage:ID or party:ID.",
}


def _frame(kind: str, summary: str, **properties: Any) -> dict[str, Any]:
    required = ["type", *(name for name in properties)]
    return {
        "name": kind,
        "summary": summary,
        "contentType": "application/json",
        "payload": {
            "type": "object",
            "required": required,
            "properties": {"type": {"const": kind}, **properties},
        },
    }


def _event_message(fact: type[Any]) -> dict[str, Any]:
    message = _frame(
        "event",
        (fact.__doc__ or fact.type).split("\n")[0],
        topic=_TOPIC,
        seq=_SEQ,
        event={"const": fact.type},
        at=_INSTANT,
        data={"$ref": f"#/components/schemas/{fact.__name__}"},
    )
    return {**message, "name": fact.type, "x-version": fact.version}


def _server_frames() -> dict[str, Any]:
    return {
        "snapshot": _frame(
            "snapshot",
            "A topic's whole state, and the texts that belong to its records.",
            topic=_TOPIC,
            seq=_SEQ,
            state={"type": "object"},
            texts={"type": "object"},
        ),
        "texts": _frame("texts", "New texts of records; not in the log.", topic=_TOPIC, data={"type": "object"}),
        "cursor": _frame("cursor", "All topics are here: the place to come back to.", seq=_SEQ),
        "counts": _frame("counts", "Figures; not in the log.", topic=_TOPIC, at=_INSTANT, data={"type": "object"}),
        "resync": _frame("resync", "A snapshot follows.", topic=_TOPIC, reason={"type": "string"}),
        "error": _frame("error", "What was asked cannot be done.", code={"type": "string"}, message={"type": "string"}),
    }


def _client_frames() -> dict[str, Any]:
    number = {"type": ["integer", "null"], "description": "The last number applied; null for a snapshot."}
    return {
        "subscribe": _frame("subscribe", "Follow topics.", topics={"type": "object", "additionalProperties": number}),
        "unsubscribe": _frame(
            "unsubscribe", "Follow topics no longer.", topics={"type": "array", "items": {"type": "string"}}
        ),
        "react": _frame(
            "react",
            "Clap, and the like: counted, and shown to all as a number.",
            topic=_TOPIC,
            reaction={"enum": list(REACTIONS)},
        ),
    }


@cache
def document() -> dict[str, Any]:
    """The document; every event class is a message of its own."""
    _, definitions = models_json_schema(
        [(fact, "serialization") for fact in FACTS], ref_template="#/components/schemas/{model}"
    )
    events = {fact.type: _event_message(fact) for fact in FACTS}
    sent = {**events, **_server_frames()}
    received = _client_frames()
    refs = {name: {"$ref": f"#/components/messages/{name}"} for name in (*sent, *received)}
    channel = {"$ref": "#/channels/live"}

    def messages(names: Any) -> list[dict[str, str]]:
        return [{"$ref": f"#/channels/live/messages/{name.replace('/', '~1')}"} for name in names]

    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "madang live protocol",
            "version": "1",
            "description": "JSON text frames. A state is {collection: {id: record}}; applying an event puts each "
            "record of its data into the collection of that name, or takes it out if it is {id, gone: true}. Skip an "
            "event whose seq was applied already.",
        },
        "channels": {
            "live": {
                "address": "/api/v1/conventions/{slug}/live",
                "parameters": {"slug": {"description": "The convention's address."}},
                "messages": refs,
            }
        },
        "operations": {
            "hear": {"action": "send", "channel": channel, "messages": messages(sent)},
            "ask": {"action": "receive", "channel": channel, "messages": messages(received)},
        },
        "components": {"messages": {**sent, **received}, "schemas": definitions["$defs"]},
    }
