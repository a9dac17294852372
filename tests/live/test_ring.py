import pytest

from server.live.frames import EVENT_STREAM, LINES, WEBSOCKET
from server.live.ring import Entry, Ring
from tests.live.world import Convention, decoded


def a_ring(capacity: int, count: int) -> Ring:
    convention, ring = Convention(), Ring(capacity)
    for _ in range(count):
        ring.append(convention.commit("programme"))
    return ring


def test_ring_gives_what_comes_after() -> None:
    ring = a_ring(10, 5)
    assert (ring.first, ring.last) == (1, 5)
    assert [entry.event.seq for entry in ring.after(2, 2)] == [3, 4]
    assert ring.after(5, 10) == []


def test_trim_forgets_the_oldest_but_nothing_undelivered() -> None:
    ring = a_ring(10, 30)
    ring.trim(delivered=5)
    assert (ring.first, ring.last) == (6, 30)
    ring.trim(delivered=30)
    assert (ring.first, ring.last) == (21, 30)
    assert [entry.event.seq for entry in ring.after(20, 2)] == [21, 22]


def test_append_refuses_a_gap() -> None:
    convention, ring = Convention(), Ring(10)
    convention.commit("programme")
    with pytest.raises(ValueError, match="event 2 cannot follow 0"):
        ring.append(convention.commit("programme"))
    ring.start_after(1)
    ring.append(convention.events[1])
    assert (ring.first, ring.last) == (2, 2)


def test_frame_of_a_topic_is_made_once_a_wire() -> None:
    entry = Entry(Convention().commit("programme", "organiser"))
    assert entry.frame(WEBSOCKET, "programme") is entry.frame(WEBSOCKET, "programme")
    assert decoded(WEBSOCKET, entry.frame(WEBSOCKET, "programme")) == decoded(LINES, entry.frame(LINES, "programme"))


def test_block_has_its_mark_before_the_last_frame() -> None:
    entry = Entry(Convention().commit("programme", "organiser"))
    first, second = entry.frame(EVENT_STREAM, "organiser"), entry.frame(EVENT_STREAM, "programme")
    assert entry.block(EVENT_STREAM, ["organiser", "programme"]) == first + b"id: 1\n" + second
    assert entry.block(EVENT_STREAM, ["programme"]) == b"id: 1\n" + second
