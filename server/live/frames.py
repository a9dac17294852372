"""The server's frames, and the ways they are put on a wire.

A payload is the JSON text of one frame, in UTF-8 and without line breaks. A wire turns payloads into the bytes
of a transport; what is made once serves every reader of that topic on that wire.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from server.eventlog.stored import StoredEvent

# Large messages are cut, so that a reader who stalls in the middle of one holds little of it in a buffer.
FRAGMENT = 16 * 1024

_TEXT, _CONTINUATION, _FIN = 0x1, 0x0, 0x80


def instant(at: datetime) -> str:
    """An aware instant as ISO 8601 in UTC with `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def event(stored: StoredEvent, topic: str) -> bytes:
    """One event under the name by which its readers know the topic."""
    # A line break in JSON text is white space between tokens; on a line-wise wire it would end the frame.
    data = stored.data.replace("\n", " ").replace("\r", " ")
    return (
        f'{{"type":"event","topic":{json.dumps(topic)},"seq":{stored.seq},"event":{json.dumps(stored.type)},'
        f'"at":"{instant(stored.at)}","data":{data}}}'
    ).encode()


def snapshot(topic: str, seq: int, state: dict[str, Any], texts: dict[str, Any]) -> bytes:
    """A topic's whole state as of `seq`, and the texts that belong to it."""
    return _payload({"type": "snapshot", "topic": topic, "seq": seq, "state": state, "texts": texts})


def texts(topic: str, data: dict[str, Any]) -> bytes:
    """New texts of a topic: {collection: {id: text}}, beside the records of its state."""
    return _payload({"type": "texts", "topic": topic, "data": data})


def cursor(seq: int) -> bytes:
    """All topics of the reader are here."""
    return _payload({"type": "cursor", "seq": seq})


def counts(topic: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The newest live counts of a topic; they are not in the log."""
    return _payload({"type": "counts", "topic": topic, "at": instant(at), "data": data})


def resync(topic: str, reason: str) -> bytes:
    """The reader's state cannot be continued: a snapshot follows."""
    return _payload({"type": "resync", "topic": topic, "reason": reason})


def error(code: str, message: str, topic: str | None = None) -> bytes:
    """Something the client asked for is refused; `topic` names what it was about."""
    about = {} if topic is None else {"topic": topic}
    # Escaped to ASCII: a client's topic name may hold lone surrogates, which UTF-8 cannot.
    return json.dumps({"type": "error", "code": code, "message": message, **about}).encode()


def _payload(frame: dict[str, Any]) -> bytes:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()


class Wire(Protocol):
    """How payloads become the bytes of one kind of transport."""

    def frame(self, payload: bytes) -> bytes:
        """The payload as one piece."""

    def pieces(self, payload: bytes) -> Sequence[bytes]:
        """The payload as pieces to be written in this order, with only control frames between them."""

    def mark(self, seq: int) -> bytes:
        """What goes before the last frame of an event, so that a reader may come back from there."""


class WebSocketWire:
    """Text messages of RFC 6455, unmasked as 5.1 demands of a server, without extensions."""

    def frame(self, payload: bytes) -> bytes:
        return self._header(_FIN | _TEXT, len(payload)) + payload

    def pieces(self, payload: bytes) -> Sequence[bytes]:
        """Fragments of 5.4: the first says text, the others continue, the last has FIN."""
        if len(payload) <= FRAGMENT:
            return [self.frame(payload)]
        starts = range(0, len(payload), FRAGMENT)
        parts = [payload[start : start + FRAGMENT] for start in starts]
        heads = [_TEXT] + [_CONTINUATION] * (len(parts) - 1)
        heads[-1] |= _FIN
        return [self._header(head, len(part)) + part for head, part in zip(heads, parts, strict=True)]

    def mark(self, seq: int) -> bytes:
        return b""

    @staticmethod
    def _header(head: int, length: int) -> bytes:
        """5.2: the shortest of the three length forms must be used."""
        if length < 126:
            return bytes((head, length))
        if length < 1 << 16:
            return bytes((head, 126)) + length.to_bytes(2, "big")
        return bytes((head, 127)) + length.to_bytes(8, "big")


class EventStreamWire:
    """text/event-stream (WHATWG HTML, 9.2.5 and 9.2.6): a blank line dispatches, the last `id` is kept."""

    def frame(self, payload: bytes) -> bytes:
        return b"data: " + payload + b"\n\n"

    def pieces(self, payload: bytes) -> Sequence[bytes]:
        return [self.frame(payload)]

    def mark(self, seq: int) -> bytes:
        return b"id: %d\n" % seq


class LineWire:
    """A payload a line: for servers whose websockets only take whole messages."""

    def frame(self, payload: bytes) -> bytes:
        return payload + b"\n"

    def pieces(self, payload: bytes) -> Sequence[bytes]:
        return [self.frame(payload)]

    def mark(self, seq: int) -> bytes:
        return b""


WEBSOCKET = WebSocketWire()
EVENT_STREAM = EventStreamWire()
LINES = LineWire()
