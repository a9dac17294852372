"""Reading what is committed, in order."""

import asyncio
import json

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.eventlog.log import Log
from server.eventlog.stored import StoredEvent
from tests.factories import Fair, make_fair
from tests.server.commands import note


def noted(fair: Fair, seq: int, name: str) -> StoredEvent:
    return StoredEvent(
        fair.id,
        seq,
        "test.noted",
        1,
        fair.clock.now(),
        ("organiser",),
        json.dumps({"name": name}, separators=(",", ":")),
    )


def test_events_come_back_as_they_were_stored(fair: Fair) -> None:
    for name in ("one", "둘", 'th"ree\n'):
        fair.perform(SYSTEM, note(name))
    found = Log(fair.engine).read_now(fair.id, 0, None, 10)
    assert [(event.seq, json.loads(event.data)) for event in found] == [
        (1, {"name": "one"}),
        (2, {"name": "둘"}),
        (3, {"name": 'th"ree\n'}),
    ]
    assert found[0] == noted(fair, 1, "one")


def test_a_stretch_is_open_at_its_beginning_and_closed_at_its_end(fair: Fair) -> None:
    for number in range(1, 8):
        fair.perform(SYSTEM, note(str(number)))
    log = Log(fair.engine)

    def seqs(after: int, upto: int | None, limit: int = 100) -> list[int]:
        return [event.seq for event in asyncio.run(log.read(fair.id, after, upto, limit))]

    assert seqs(0, None) == [1, 2, 3, 4, 5, 6, 7]
    assert seqs(2, 5) == [3, 4, 5]
    assert seqs(2, None, limit=3) == [3, 4, 5]
    assert seqs(7, None) == []
    assert seqs(5, 3) == []


def test_conventions_have_logs_of_their_own(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="another")
    for name in ("one", "two"):
        fair.perform(SYSTEM, note(name))
    other.perform(SYSTEM, note("three"))
    log = Log(fair.engine)
    assert log.read_now(other.id, 0, None, 10) == [noted(other, 1, "three")]
    assert log.heads() == {fair.id: 2, other.id: 1}
