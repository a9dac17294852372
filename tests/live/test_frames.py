import json
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.eventlog.stored import StoredEvent
from server.live import frames
from server.live.frames import EVENT_STREAM, FRAGMENT, LINES, WEBSOCKET
from tests.live.world import messages

SEOUL = timezone(timedelta(hours=9))
EVENT = StoredEvent(
    UUID(int=1), 1241, "meeting.accepted", 1, datetime(2020, 11, 9, 10, tzinfo=SEOUL), ("party:7",), '{"meeting":{}}'
)


def test_event_is_the_frame_of_the_protocol() -> None:
    assert json.loads(frames.event(EVENT, "me")) == {
        "type": "event",
        "topic": "me",
        "seq": 1241,
        "event": "meeting.accepted",
        "at": "2020-11-09T01:00:00Z",
        "data": {"meeting": {}},
    }


def test_event_holds_no_line_break_whatever_the_stored_text_holds() -> None:
    stored = StoredEvent(UUID(int=1), 1, "a", 1, EVENT.at, (), '{\r\n "x": "line\\nbreak" }')
    assert b"\n" not in frames.event(stored, "me")
    assert json.loads(frames.event(stored, "me"))["data"] == {"x": "line\nbreak"}


@pytest.mark.parametrize(
    ("payload", "frame"),
    [
        (
            frames.snapshot("me", 3, {"a": {}}, {"b": {}}),
            {"type": "snapshot", "topic": "me", "seq": 3, "state": {"a": {}}, "texts": {"b": {}}},
        ),
        (frames.texts("me", {"b": {}}), {"type": "texts", "topic": "me", "data": {"b": {}}}),
        (frames.cursor(1260), {"type": "cursor", "seq": 1260}),
        (
            frames.counts("organiser", EVENT.at, {"matched": 149}),
            {"type": "counts", "topic": "organiser", "at": "2020-11-09T01:00:00Z", "data": {"matched": 149}},
        ),
        (frames.resync("me", "gap_too_large"), {"type": "resync", "topic": "me", "reason": "gap_too_large"}),
        (frames.error("bad_message", "No."), {"type": "error", "code": "bad_message", "message": "No."}),
        (
            frames.error("unknown_topic", "\ud800", "\ud800"),
            {"type": "error", "code": "unknown_topic", "message": "\ud800", "topic": "\ud800"},
        ),
    ],
)  # fmt: skip
def test_other_frames_are_those_of_the_protocol(payload: bytes, frame: dict[str, object]) -> None:
    assert json.loads(payload) == frame


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_websocket_frame_has_the_shortest_header(length: int, header: bytes) -> None:
    assert WEBSOCKET.frame(b"x" * length) == header + b"x" * length


@given(st.integers(0, 5 * FRAGMENT))
def test_websocket_pieces_make_one_message_again(length: int) -> None:
    payload = (b"0123456789" * (length // 10 + 1))[:length]
    pieces = WEBSOCKET.pieces(payload)
    assert list(messages(b"".join(pieces))) == [payload]
    assert max(map(len, pieces)) <= FRAGMENT + 10


def test_event_stream_frame_is_one_dispatched_event_with_its_id() -> None:
    assert EVENT_STREAM.mark(7) + EVENT_STREAM.frame(b"{}") == b"id: 7\ndata: {}\n\n"
    assert list(EVENT_STREAM.pieces(b"{}")) == [b"data: {}\n\n"]


def test_lines_are_payloads_a_line() -> None:
    assert (LINES.mark(7), LINES.frame(b"{}"), list(LINES.pieces(b"{}"))) == (b"", b"{}\n", [b"{}\n"])
