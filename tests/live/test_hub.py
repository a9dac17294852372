import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any
from uuid import UUID

import pytest

from server.live.frames import EVENT_STREAM, WEBSOCKET
from server.live.reader import Reader
from server.live.view import Snapshot
from tests.live import virtual_time
from tests.live.world import BUYER, EXHIBITOR, ORGANISER, START, Client, Convention, a_hub, attach

Scenario = Callable[[], Coroutine[Any, Any, None]]


def in_virtual_time(scenario: Scenario) -> Callable[[], None]:
    @wraps(scenario)
    def test() -> None:
        virtual_time.run(scenario)

    del test.__wrapped__
    return test


def kinds(frames: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What the frames are, shortly."""
    return [(f["type"], *(f[k] for k in ("topic", "seq", "reason", "code") if k in f)) for f in frames]


@in_virtual_time
async def test_subscribe_gives_snapshot_then_cursor_then_events() -> None:
    convention = Convention()
    hub = a_hub(convention)
    convention.commit("programme")
    hub.publish(convention.events)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None, "organiser": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme"), convention.commit("organiser"), convention.commit("programme")])
    await asyncio.sleep(1)
    assert kinds(out.frames) == [
        ("snapshot", "programme", 1),
        ("error", "organiser", "unknown_topic"),
        ("cursor", 1),
        ("event", "programme", 2),
        ("event", "programme", 4),
    ]


@in_virtual_time
async def test_me_stands_for_all_own_parties_and_tells_an_event_once() -> None:
    convention = Convention()
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"me": None, "programme": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit(f"party:{BUYER}", "programme", f"party:{EXHIBITOR}", "organiser")])
    await asyncio.sleep(1)
    assert kinds(out.frames)[-2:] == [("event", "me", 1), ("event", "programme", 1)]


@in_virtual_time
async def test_events_of_a_tick_are_one_write_and_one_frame_object_serves_all() -> None:
    convention = Convention()
    hub = a_hub(convention)
    outs = []
    for _ in range(3):
        reader, out = attach(hub, convention)
        hub.subscribe(reader, {"programme": None})
        outs.append(out)
    await asyncio.sleep(1)
    before = [len(out.writes) for out in outs]
    hub.publish([convention.commit("programme") for _ in range(10)])
    await asyncio.sleep(1)
    new = [out.writes[count:] for out, count in zip(outs, before, strict=True)]
    assert [len(writes) for writes in new] == [1, 1, 1]
    assert new[0][0] is new[1][0] is new[2][0]


@in_virtual_time
async def test_idle_publish_is_sent_at_once_and_busy_ones_wait_for_the_tick() -> None:
    convention = Convention()
    hub = a_hub(convention, tick=0.020)
    reader, _ = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    loop, begun, times = asyncio.get_running_loop(), asyncio.get_running_loop().time(), []
    reader.write = lambda data: times.append((round(loop.time() - begun, 3), data.count(b"event.") or len(data)))
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(0.005)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(0.005)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(1)
    one, two = times
    assert [one[0], two[0]] == [0.0, 0.020]
    assert two[1] == 2 * one[1]


@in_virtual_time
async def test_large_publish_is_cut_into_ticks() -> None:
    convention = Convention()
    hub = a_hub(convention, tick_events=4)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    before = len(out.writes)
    hub.publish([convention.commit("programme") for _ in range(10)])
    await asyncio.sleep(1)
    assert [data.count(b"\n") for data in out.writes[before:]] == [4, 4, 2]


@in_virtual_time
async def test_fan_out_lets_others_run_between_bursts() -> None:
    convention = Convention()
    hub = a_hub(convention, burst=2)
    turns: list[str] = []
    for _ in range(6):
        reader, _ = attach(hub, convention)
        hub.subscribe(reader, {"programme": None})
        await asyncio.sleep(1)
        reader.write = lambda data: turns.append("write")
    hub.publish([convention.commit("programme")])
    for _ in range(4):
        await asyncio.sleep(0)
        turns.append("other")
    assert turns == ["write", "write", "other"] * 3 + ["other"]


@in_virtual_time
async def test_reader_that_leaves_and_returns_during_a_tick_gets_it_once() -> None:
    convention = Convention()
    hub = a_hub(convention, burst=1)
    readers = []
    for _ in range(20):
        reader, out = attach(hub, convention)
        hub.subscribe(reader, {"programme": None, "session:1": None})
        readers.append((reader, out))
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [("event", "programme", 1) in kinds(out.frames) for _, out in readers] == [True] * 2 + [False] * 18
    hub.unsubscribe(readers[-1][0], ["session:1"])
    hub.unsubscribe(readers[0][0], ["session:1"])
    await asyncio.sleep(0)
    assert readers[-1][0].live, "it is back"
    assert ("event", "programme", 1) not in kinds(readers[-2][1].frames), "and the tick goes on"
    await asyncio.sleep(1)
    assert [kinds(out.frames).count(("event", "programme", 1)) for _, out in readers] == [1] * 20


@in_virtual_time
async def test_reader_that_is_back_in_its_group_during_a_tick_gets_it_once() -> None:
    convention = Convention()
    hub = a_hub(convention, burst=1)
    readers = [attach(hub, convention) for _ in range(20)]
    for reader, _ in readers:
        hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(0)
    for _ in range(2):  # the second time it has what others are still to get
        readers[-1][0].pause()
        readers[-1][0].resume()
        await asyncio.sleep(0)
        assert readers[-1][0].live
    assert ("event", "programme", 1) not in kinds(readers[-2][1].frames), "the tick is under way"
    await asyncio.sleep(1)
    assert [kinds(out.frames).count(("event", "programme", 1)) for _, out in readers] == [1] * 20


@in_virtual_time
async def test_readers_who_go_or_stall_during_a_tick_of_another_group() -> None:
    convention = Convention()
    hub = a_hub(convention, burst=1)
    first = [attach(hub, convention) for _ in range(3)]
    second = [attach(hub, convention) for _ in range(4)]
    for number, (reader, _) in enumerate(first + second):
        hub.subscribe(reader, {"programme": None} if number < 3 else {"programme": None, "me": None})
        await asyncio.sleep(1)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(0)
    hub.detach(second[0][0])
    second[2][1].stall()
    await asyncio.sleep(1)
    second[2][1].read_again()
    await asyncio.sleep(1)
    told = [kinds(out.frames).count(("event", "programme", 1)) for _, out in first + second]
    assert told == [1, 1, 1, 0, 1, 1, 1]
    assert [out.closed for _, out in first + second] == [None] * 7


@in_virtual_time
async def test_reader_that_goes_during_a_tick_is_not_written_to() -> None:
    convention = Convention()
    hub = a_hub(convention, burst=1)
    readers = [attach(hub, convention) for _ in range(5)]
    for reader, _ in readers:
        hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(0)
    hub.detach(readers[-1][0])
    await asyncio.sleep(1)
    assert [kinds(out.frames)[-1] for _, out in readers] == [("event", "programme", 1)] * 4 + [("cursor", 0)]
    assert {out.closed for _, out in readers} == {None}


@in_virtual_time
async def test_given_number_is_replayed_from_memory() -> None:
    convention = Convention()
    hub = a_hub(convention)
    hub.publish([convention.commit(topic) for topic in ("programme", "organiser", "programme", "programme")])
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": 1})
    await asyncio.sleep(1)
    assert kinds(out.frames) == [("event", "programme", 3), ("event", "programme", 4), ("cursor", 4)]
    assert (convention.snapshots, convention.reads) == (0, 0)


@in_virtual_time
async def test_older_number_is_replayed_from_the_log() -> None:
    convention = Convention()
    hub = a_hub(convention, ring=10)
    hub.publish([convention.commit("programme") for _ in range(100)])
    await asyncio.sleep(1)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": 40})
    await asyncio.sleep(1)
    assert kinds(out.frames) == [*(("event", "programme", seq) for seq in range(41, 101)), ("cursor", 100)]
    assert convention.snapshots == 0
    assert convention.reads == 1


@in_virtual_time
async def test_number_too_far_back_is_resynced() -> None:
    convention = Convention()
    hub = a_hub(convention, gap=50)
    hub.publish([convention.commit("programme") for _ in range(100)])
    await asyncio.sleep(1)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": 49, "session:1": 50})
    await asyncio.sleep(1)
    assert kinds(out.frames) == [
        ("resync", "programme", "gap_too_large"),
        ("snapshot", "programme", 100),
        ("cursor", 100),
    ]


@in_virtual_time
async def test_number_from_the_future_waits_a_little_for_another_process_then_is_resynced() -> None:
    convention = Convention()
    hub = a_hub(convention, ahead=1.0)
    nudged: list[UUID] = []
    hub.on_nudge = nudged.append
    convention.commit("programme")
    hub.publish(convention.events)
    soon, out_soon = attach(hub, convention)
    never, out_never = attach(hub, convention)
    hub.subscribe(soon, {"programme": 2})
    hub.subscribe(never, {"programme": 1000})
    await asyncio.sleep(0.5)
    assert nudged == [convention.id] * 2
    hub.publish([convention.commit("programme"), convention.commit("programme")])
    await asyncio.sleep(2)
    assert kinds(out_soon.frames) == [("event", "programme", 3), ("cursor", 3)]
    assert kinds(out_never.frames) == [
        ("resync", "programme", "ahead_of_log"),
        ("snapshot", "programme", 3),
        ("cursor", 3),
    ]


@in_virtual_time
async def test_snapshot_newer_than_the_relay_waits_for_it() -> None:
    convention = Convention()
    hub = a_hub(convention)
    nudged: list[UUID] = []
    hub.on_nudge = nudged.append
    convention.commit("programme")
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    assert (nudged, out.frames) == ([convention.id], [])
    hub.publish([*convention.events, convention.commit("programme")])
    await asyncio.sleep(1)
    assert kinds(out.frames) == [("snapshot", "programme", 1), ("event", "programme", 2), ("cursor", 2)]


@in_virtual_time
async def test_stalled_reader_is_not_written_to_and_continues_where_it_was() -> None:
    convention = Convention()
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    out.stall()
    for _ in range(5):
        hub.publish([convention.commit("programme")])
        await asyncio.sleep(1)
    assert kinds(out.frames) == [("snapshot", "programme", 0), ("cursor", 0), ("event", "programme", 1)]
    assert hub.watchers(convention.id, "programme") == [reader]
    out.read_again()
    await asyncio.sleep(1)
    assert kinds(out.frames)[3:] == [*(("event", "programme", seq) for seq in range(2, 6)), ("cursor", 5)]


@in_virtual_time
async def test_reader_stalled_for_too_many_events_is_resynced() -> None:
    convention = Convention()
    hub = a_hub(convention, gap=10)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None, "session:1": None})
    await asyncio.sleep(1)
    out.stall()
    hub.publish([convention.commit("programme") for _ in range(3)])
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme") for _ in range(11)])
    await asyncio.sleep(1)
    out.read_again()
    await asyncio.sleep(1)
    assert kinds(out.frames)[6:] == [
        ("resync", "programme", "gap_too_large"),
        ("snapshot", "programme", 14),
        ("resync", "session:1", "gap_too_large"),
        ("snapshot", "session:1", 14),
        ("cursor", 14),
    ]


@in_virtual_time
async def test_quiet_topics_do_not_fall_behind() -> None:
    """A live reader is up to date also when nothing of its own happened for long."""
    convention = Convention()
    hub = a_hub(convention, gap=10)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"session:1": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme") for _ in range(100)])
    await asyncio.sleep(1)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    assert kinds(out.frames)[2:] == [("snapshot", "programme", 100), ("cursor", 100)]


@in_virtual_time
async def test_reader_stalled_for_a_minute_is_closed() -> None:
    convention = Convention()
    hub = a_hub(convention, patience=60.0)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    out.stall()
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(59)
    assert (out.closed, reader.open) == (None, True)
    await asyncio.sleep(2)
    assert (out.closed, reader.open) == ((1008, "stalled"), False)


@in_virtual_time
async def test_large_snapshot_stops_where_the_reader_stalls() -> None:
    convention = Convention(padding=100_000)
    hub = a_hub(convention)
    reader, out = attach(hub, convention, wire=WEBSOCKET, room=20_000)
    out.stall()
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    assert len(out.data) < 64 * 1024
    hub.publish([convention.commit("programme")])
    hub.refuse(reader, "bad_message", "in between")
    out.read_again()
    await asyncio.sleep(1)
    assert kinds(out.frames) == [
        ("snapshot", "programme", 0),
        ("error", "bad_message"),
        ("event", "programme", 1),
        ("cursor", 1),
    ]


@in_virtual_time
async def test_stalled_client_that_talks_on_is_closed() -> None:
    convention = Convention()
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    out.stall()
    for _ in range(70):
        hub.refuse(reader, "bad_message", "again")
    assert out.closed == (1008, "reads nothing")


@in_virtual_time
async def test_cursor_comes_every_15_seconds_with_the_position() -> None:
    convention = Convention()
    hub = a_hub(convention, cursor=15.0)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"session:1": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(30)
    assert kinds(out.frames)[2:] == [("cursor", 1), ("cursor", 1)]


@in_virtual_time
async def test_cursor_does_not_come_while_a_topic_is_on_its_way() -> None:
    """The client would take it for that topic's too, and miss what it has not got yet."""
    convention = Convention()
    hub = a_hub(convention, cursor=15.0)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit("session:1")])
    convention.delay = 100.0
    hub.subscribe(reader, {"session:1": 0})
    await asyncio.sleep(90)
    assert kinds(out.frames) == [("snapshot", "programme", 0), ("cursor", 0)]
    await asyncio.sleep(11)
    assert kinds(out.frames)[2:] == [("event", "session:1", 1), ("cursor", 1)]


@in_virtual_time
async def test_counts_are_the_latest_once_a_second() -> None:
    convention = Convention()
    hub = a_hub(convention, counts=1.0)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"session:1": None})
    await asyncio.sleep(1)
    for viewers in range(25):
        hub.counts(convention.id, "session:1", START, {"viewers": viewers})
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    counts = [frame for frame in out.frames if frame["type"] == "counts"]
    assert [frame["data"]["viewers"] for frame in counts] == [0, 9, 19, 24]
    assert counts[0] == {"type": "counts", "topic": "session:1", "at": "2020-11-09T00:00:00Z", "data": {"viewers": 0}}


@in_virtual_time
async def test_latest_counts_come_with_a_snapshot_and_after_a_stall() -> None:
    convention = Convention()
    hub = a_hub(convention)
    hub.counts(convention.id, "organiser", START, {"matched": 148})
    await asyncio.sleep(5)
    reader, out = attach(hub, convention, actor=ORGANISER)
    hub.subscribe(reader, {"organiser": None})
    await asyncio.sleep(1)
    assert kinds(out.frames) == [("snapshot", "organiser", 0), ("counts", "organiser"), ("cursor", 0)]
    out.stall()
    hub.publish([convention.commit("organiser")])
    await asyncio.sleep(1)
    hub.counts(convention.id, "organiser", START, {"matched": 149})
    await asyncio.sleep(5)
    out.read_again()
    await asyncio.sleep(1)
    assert kinds(out.frames)[3:] == [("event", "organiser", 1), ("counts", "organiser"), ("cursor", 1)]
    assert out.frames[-2]["data"] == {"matched": 149}


@in_virtual_time
async def test_revoke_tells_and_closes_those_it_is_about() -> None:
    convention = Convention()
    hub = a_hub(convention)
    staff, out_staff = attach(hub, convention, actor=ORGANISER)
    member, out_member = attach(hub, convention)
    for reader in (staff, member):
        hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    assert hub.revoke(lambda actor: actor == ORGANISER) == 1
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(1)
    assert (kinds(out_staff.frames)[-1], out_staff.closed) == (("error", "signed_out"), (1008, "signed_out"))
    assert (kinds(out_member.frames)[-1], out_member.closed) == (("event", "programme", 1), None)


@in_virtual_time
async def test_revoke_while_a_topic_is_on_its_way_lets_nothing_through() -> None:
    convention = Convention(delay=1.0)
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1.5)
    hub.revoke(lambda actor: True, "permission_changed")
    await asyncio.sleep(10)
    assert kinds(out.frames) == [("error", "permission_changed")]


@in_virtual_time
async def test_hooks_hear_of_topics_that_begin_and_end() -> None:
    convention = Convention()
    hub = a_hub(convention, gap=2)
    heard: list[tuple[str, Reader, str]] = []
    hub.on_join.append(lambda reader, topic: heard.append(("join", reader, topic)))
    hub.on_leave.append(lambda reader, topic: heard.append(("leave", reader, topic)))
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"session:1": None, "programme": None, "organiser": None})
    await asyncio.sleep(1)
    out.stall()
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme") for _ in range(5)])
    await asyncio.sleep(1)
    out.read_again()
    await asyncio.sleep(1)
    hub.unsubscribe(reader, ["programme", "unheard"])
    await asyncio.sleep(1)
    assert [other.topics for other in hub.watchers(convention.id, "session:1")] == [{"session:1": ("session:1",)}]
    hub.detach(reader)
    hub.detach(reader)
    assert heard == [
        ("join", reader, "session:1"),
        ("join", reader, "programme"),
        ("leave", reader, "programme"),
        ("leave", reader, "session:1"),
    ]
    assert hub.watchers(convention.id, "session:1") == hub.followed() == []


@in_virtual_time
async def test_unsubscribe_stops_a_topic_that_is_on_its_way() -> None:
    convention = Convention(delay=1.0)
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None, "session:1": None, "session:2": None})
    await asyncio.sleep(0.5)
    hub.unsubscribe(reader, ["programme"])  # while it is being opened
    await asyncio.sleep(2)
    hub.unsubscribe(reader, ["session:1"])  # while its state is being read
    await asyncio.sleep(10)
    assert kinds(out.frames) == [("snapshot", "session:2", 0), ("cursor", 0)]


@in_virtual_time
async def test_fresh_snapshot_of_a_followed_topic_is_not_older_than_its_events() -> None:
    convention = Convention()
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    convention.delay = 1.0
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1.8)  # the state has been read and is on its way
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(10)
    assert kinds(out.frames)[2:] == [("snapshot", "programme", 0), ("event", "programme", 1), ("cursor", 1)]


@in_virtual_time
async def test_failing_snapshot_sends_the_reader_away_to_come_again() -> None:
    class Broken(Convention):
        async def snapshot(self, *args: Any) -> Snapshot:
            raise OSError("the database is away")

    convention = Broken()
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    assert (kinds(out.frames), out.closed) == ([("error", "unavailable")], (1011, "internal error"))


@in_virtual_time
async def test_event_that_cannot_be_sent_sends_readers_away_and_the_stream_goes_on() -> None:
    convention = Convention()
    hub = a_hub(convention)
    first, out_first = attach(hub, convention)
    hub.subscribe(first, {"programme": None})
    await asyncio.sleep(1)

    def explode(data: bytes) -> None:
        raise RuntimeError("a defect of an outlet")

    first.write = explode
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(1)
    assert out_first.closed == (1011, "internal error")
    second, out_second = attach(hub, convention)
    hub.subscribe(second, {"programme": 0})
    await asyncio.sleep(1)
    hub.publish([convention.commit("programme")])
    await asyncio.sleep(1)
    assert kinds(out_second.frames) == [("event", "programme", 1), ("cursor", 1), ("event", "programme", 2)]


@in_virtual_time
async def test_publish_passes_over_what_it_has_and_refuses_a_gap() -> None:
    convention, other = Convention(), Convention()
    hub = a_hub(convention)
    events = [convention.commit("programme") for _ in range(4)]
    hub.publish([*events[:2], other.commit("programme")])
    hub.publish(events[1:3])
    assert [hub.position(c.id) for c in (convention, other, Convention())] == [3, 1, 0]
    convention.commit("programme")
    with pytest.raises(ValueError, match="event 5 cannot follow 3"):
        hub.publish(convention.events[4:])


@in_virtual_time
async def test_begin_skips_the_past_but_never_under_live_readers() -> None:
    convention, empty = Convention(), Convention()
    hub = a_hub(convention)
    for _ in range(5):
        convention.commit("programme")
    assert hub.begin(convention.id, 5) == 5
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": 3})
    await asyncio.sleep(1)
    assert kinds(out.frames) == [("event", "programme", 4), ("event", "programme", 5), ("cursor", 5)]
    assert hub.followed() == [convention.id]
    hub = a_hub(empty)
    reader, out = attach(hub, empty)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    assert hub.begin(empty.id, 7) == 0


@in_virtual_time
async def test_reached_waits_for_the_relay() -> None:
    convention = Convention()
    hub = a_hub(convention)
    waiting = [asyncio.create_task(hub.reached(convention.id, seq)) for seq in (3, 1, 2)]
    await asyncio.sleep(1)
    hub.publish([convention.commit("a"), convention.commit("a")])
    await asyncio.sleep(1)
    assert [task.done() for task in waiting] == [False, True, True]
    waiting[0].cancel()
    hub.publish([convention.commit("a")])
    await hub.reached(convention.id, 3)


@in_virtual_time
async def test_event_stream_marks_only_what_may_be_returned_to() -> None:
    """An event told under two names has its id with the last; snapshots have none before all topics are in."""
    convention = Convention()
    hub = a_hub(convention)
    reader, out = attach(hub, convention, wire=EVENT_STREAM)
    hub.subscribe(reader, {"me": None, "programme": None})
    await asyncio.sleep(1)
    hub.publish([convention.commit(f"party:{BUYER}", "programme")])
    await asyncio.sleep(1)
    blocks = [block.split(b"\n") for block in out.data.split(b"\n\n")[:-1]]
    ids = [block[0] if len(block) == 2 else None for block in blocks]
    topics = [json.loads(block[-1][6:]).get("topic") for block in blocks]
    assert list(zip(ids, topics, strict=True)) == [
        (None, "me"),
        (None, "programme"),
        (b"id: 0", None),
        (None, "me"),
        (b"id: 1", "programme"),
    ]


@in_virtual_time
async def test_close_sends_everybody_away_and_leaves_nothing_running() -> None:
    convention = Convention()
    hub = a_hub(convention)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(1)
    hub.counts(convention.id, "programme", START, {})
    hub.publish([convention.commit("programme")])
    await hub.aclose()
    assert out.closed == (1001, "going away")
    assert asyncio.all_tasks() == {asyncio.current_task()}


@in_virtual_time
async def test_client_rules_hold_over_a_long_run_with_reconnects() -> None:
    convention = Convention()
    hub = a_hub(convention, ring=20)
    client = Client()
    for round_ in range(30):
        reader, out = attach(hub, convention)
        hub.subscribe(reader, {"programme": client.seqs.get("programme")})
        await asyncio.sleep(0.1)
        hub.publish([convention.commit("programme" if seq % 2 else "organiser") for seq in range(round_)])
        await asyncio.sleep(0.1)
        for frame in out.frames[: -round_ or None]:
            client.apply(frame)
        hub.detach(reader)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"programme": client.seqs["programme"]})
    await asyncio.sleep(0.1)
    for frame in out.frames:
        client.apply(frame)
    assert client.seen["programme"] == convention.seqs(["programme"])


@in_virtual_time
async def test_all_who_come_at_about_the_same_time_share_a_snapshot_and_get_what_came_after() -> None:
    convention = Convention(delay=0.2)
    hub = a_hub(convention)
    readers = [attach(hub, convention) for _ in range(50)]
    for reader, _ in readers:
        hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(0.5)
    hub.publish([convention.commit("programme")])
    late, out_late = attach(hub, convention)
    hub.subscribe(late, {"programme": None})
    await asyncio.sleep(0.5)
    assert convention.snapshots == 1
    assert kinds(out_late.frames) == [("snapshot", "programme", 0), ("event", "programme", 1), ("cursor", 1)]
    assert {out.data for _, out in readers} == {readers[0][1].data}
    await asyncio.sleep(1)
    hub.subscribe(late, {"me": None})
    for reader, _ in readers[:2]:
        hub.subscribe(reader, {"me": None, "programme": None})
    await asyncio.sleep(5)
    assert convention.snapshots == 1 + 3 + 1, "what depends on the reader is read for each, and nothing is kept long"


@in_virtual_time
async def test_shared_snapshot_that_is_many_events_behind_is_read_anew() -> None:
    convention = Convention()
    hub = a_hub(convention, behind=3)
    for _ in range(3):
        reader, out = attach(hub, convention)
        hub.subscribe(reader, {"programme": None})
        await asyncio.sleep(0.1)
        hub.publish([convention.commit("programme") for _ in range(3)])
        await asyncio.sleep(0.1)
    assert convention.snapshots == 2
    assert kinds(out.frames)[0] == ("snapshot", "programme", 6)


@in_virtual_time
async def test_shared_snapshot_that_fails_fails_once() -> None:
    class Shaken(Convention):
        async def snapshot(self, *args: Any) -> Snapshot:
            if not self.snapshots:
                self.snapshots += 1
                raise OSError("the database is away")
            return await super().snapshot(*args)

    convention = Shaken()
    hub = a_hub(convention)
    readers = [attach(hub, convention) for _ in range(3)]
    for reader, _ in readers:
        hub.subscribe(reader, {"programme": None})
    await asyncio.sleep(0)
    hub.detach(readers[0][0])
    await asyncio.sleep(0.1)
    again, out = attach(hub, convention)
    hub.subscribe(again, {"programme": None})
    await asyncio.sleep(0.1)
    assert [out.closed for _, out in readers[1:]] == [(1011, "internal error")] * 2
    assert kinds(out.frames) == [("snapshot", "programme", 0), ("cursor", 0)]


@in_virtual_time
async def test_texts_come_with_the_snapshot_with_what_is_replayed_and_as_they_are_said() -> None:
    convention = Convention()
    hub = a_hub(convention)
    convention.say("session:1", "a")
    first, out_first = attach(hub, convention)
    hub.subscribe(first, {"session:1": None, "programme": None})
    await asyncio.sleep(0.1)
    hub.publish([convention.commit("session:1")])
    hub.texts(convention.id, "session:1", convention.say("session:1", "b"))
    await asyncio.sleep(0.1)
    newcomer, out_newcomer = attach(hub, convention)
    hub.subscribe(newcomer, {"session:1": None})
    returning, out_returning = attach(hub, convention)
    hub.subscribe(returning, {"session:1": 0})
    await asyncio.sleep(0.1)
    a, b = {"line": {"a": {"version": 1}}}, {"line": {"b": {"version": 1}}}

    def told(frames: list[dict[str, Any]]) -> list[Any]:
        return [frame.get("texts", frame.get("data")) for frame in frames if frame.get("topic") == "session:1"]

    event = {"meeting": {"id": "1"}}
    assert told(out_first.frames) == [a, event, b]
    assert told(out_newcomer.frames) == [a, event, b], "the snapshot is the first one's"
    assert told(out_returning.frames) == [a, event, b]
    assert convention.snapshots == 2
    assert [frame["texts"] for frame in out_first.frames if frame.get("topic") == "programme"] == [{}]


@in_virtual_time
async def test_reader_who_stalls_is_told_the_texts_it_missed_or_all_there_are() -> None:
    convention = Convention()
    hub = a_hub(convention, sayings=8)
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"session:1": None})
    await asyncio.sleep(0.1)
    client = Client()
    for count, expected in ((3, 4), (9, 2)):
        out.stall()
        for _ in range(count):
            hub.texts(convention.id, "session:1", convention.say("session:1", "a"))
            hub.texts(convention.id, "programme", convention.say("programme", "p"))
            await asyncio.sleep(0.1)
        assert reader.paused
        out.read_again()
        await asyncio.sleep(2)
        for frame in out.frames:
            client.apply(frame)
        assert client.lines == {"session:1": convention.said["session:1"]["line"]}
        assert [frame["type"] for frame in out.frames].count("texts") == expected
        out.writes.clear()


@in_virtual_time
async def test_who_comes_back_to_a_topic_of_their_own_gets_its_texts_without_its_state() -> None:
    convention = Convention()
    hub = a_hub(convention)
    hub.publish([convention.commit(f"party:{BUYER}")])
    convention.say(f"party:{BUYER}", "a")
    reader, out = attach(hub, convention)
    hub.subscribe(reader, {"me": 0})
    await asyncio.sleep(0.1)
    assert kinds(out.frames) == [("texts", "me"), ("event", "me", 1), ("cursor", 1)]
    assert out.frames[0]["data"] == {"line": {"a": {"version": 1}}}
    assert convention.snapshots == 0
