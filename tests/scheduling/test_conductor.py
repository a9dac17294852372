"""Schedules made beside the server: from asking to the finished draft, called off, killed, gone on with."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from matchmaking.drafts import drafting, editing
from matchmaking.drafts.events import DraftRecord
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.queries import find_draft
from matchmaking.drafts.records import draft_record
from server.accounts.actors import SYSTEM
from server.database import reading
from server.scheduler import leases
from server.scheduling.conductor import Conductor
from server.scheduling.run import Bounds
from server.writer import Writer
from tests.factories import Fair
from tests.matchmaking.drafts.making import meeting_of, meetings, wish
from tests.scheduling.moody import CONTRARY, DEAF, MORTAL, PATIENT

Answer = TypeVar("Answer")
QUICK = SchedulePolicy(effort="quick")
MOODY = Bounds(60, 4096, "tests.scheduling.moody")
REAL = Bounds(60, 4096)
SOON = 30.0
LEASE = timedelta(seconds=1)


def asked(fair: Fair, seed: int = 1) -> UUID:
    """Four parties who all wish to meet the other side, and a schedule asked for."""
    exhibitors = [fair.exhibitor(), fair.exhibitor()]
    for _ in range(2):
        wish(fair, fair.buyer(), *exhibitors)
    return fair.perform(SYSTEM, drafting.ask_for, QUICK, seed=seed).id


def conducted(
    fair: Fair, journey: Callable[[Conductor], Awaitable[Answer]], bounds: Bounds = REAL, process: str = "here"
) -> Answer:
    """The journey while a writer runs, and somebody who makes schedules over it."""

    async def served() -> Answer:
        writer = Writer(fair.engine, fair.clock)
        await writer.start()
        try:
            return await journey(
                Conductor(fair.engine, writer, fair.clock, process=process, every=0.05, bounds=bounds, lease=LEASE)
            )
        finally:
            await writer.stop()

    return asyncio.run(served())


def record_of(fair: Fair, draft_id: UUID) -> DraftRecord:
    with reading(fair.engine) as db:
        row = find_draft(db, fair.id, draft_id)
        assert row is not None
        return draft_record(row)


async def until(fair: Fair, draft_id: UUID, true: Callable[[DraftRecord], bool]) -> DraftRecord:
    """The draft as soon as that is true of it."""
    async with asyncio.timeout(SOON):
        while True:
            record = await run_in_threadpool(record_of, fair, draft_id)
            if true(record):
                return record
            await asyncio.sleep(0.02)


async def alongside(conductor: Conductor, watching: Awaitable[Answer]) -> Answer:
    """What is watched while the conductor runs."""
    running = asyncio.create_task(conductor.run())
    try:
        return await watching
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_a_schedule_is_made_and_told(fair: Fair) -> None:
    draft = asked(fair)
    conducted(fair, lambda conductor: conductor.look())
    record = record_of(fair, draft)
    assert (record.state, record.progress.stage) == ("finished", "done")
    assert record.quality is not None
    assert (record.quality.meetings, record.quality.weight, record.quality.bound) == (4, 8, 8)
    assert len(meetings(fair, draft)) == 4
    told = [type for type in fair.told() if type.startswith("draft.")]
    assert [type for type in told if type != "draft.progressed"] == ["draft.queued", "draft.begun", "draft.finished"]
    assert {event.topics for event in fair.events() if event.type.startswith("draft.")} == {("organiser",)}


def test_a_seed_gives_one_schedule(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    first = asked(fair, seed=7)
    second = fair.perform(SYSTEM, drafting.ask_for, QUICK, seed=7).id
    conducted(fair, lambda conductor: conductor.look())
    conducted(fair, lambda conductor: conductor.look())
    slots = [{(row.one_id, row.other_id): row.slot_id for row in meetings(fair, one)} for one in (first, second)]
    assert slots[0] == slots[1]
    assert len(slots[0]) == 4


def test_a_schedule_called_off_stops_within_a_second_and_keeps_the_best(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    for mood, kept in ((PATIENT, 4), (DEAF, 8)):  # who does not listen is killed
        draft = asked(fair, seed=mood)

        async def called_off(conductor: Conductor, draft: UUID = draft) -> float:
            looking = asyncio.create_task(conductor.look())
            await until(fair, draft, lambda found: found.quality is not None)
            began = fair.clock.real_now()
            await run_in_threadpool(fair.perform, SYSTEM, drafting.cancel, draft)
            await looking
            return (fair.clock.real_now() - began).total_seconds()

        took = conducted(fair, called_off, MOODY)
        record = record_of(fair, draft)
        assert (record.state, len(meetings(fair, draft))) == ("cancelled", kept)
        assert took < 3  # a second, and what a busy machine adds


def test_what_is_found_is_kept_while_it_goes_on(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = asked(fair, seed=DEAF)

    async def watched(conductor: Conductor) -> DraftRecord:
        return await alongside(conductor, until(fair, draft, lambda record: record.quality is not None))

    record = conducted(fair, watched, MOODY)
    assert (record.state, len(meetings(fair, draft))) == ("running", 4)
    assert fair.state()["meeting"] == {}


def test_contradictions_end_it_with_what_they_are(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = asked(fair, seed=CONTRARY)
    conducted(fair, lambda conductor: conductor.look(), MOODY)
    progress = record_of(fair, draft).progress
    assert (progress.failure, progress.reasons) == ("impossible", ("these two are never there at once",))


def test_a_search_that_dies_again_and_again_has_failed(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = asked(fair, seed=MORTAL)
    conducted(fair, lambda conductor: conductor.look(), MOODY)
    record = record_of(fair, draft)
    assert (record.state, record.progress.failure) == ("failed", "killed")
    assert fair.told().count("draft.begun") == 3


def test_a_draft_that_another_process_has_is_left_to_it(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    draft = asked(fair)
    lease = partial(leases.take, name=f"draft.{draft}", holder="elsewhere", lifetime=timedelta(hours=1))
    fair.perform(SYSTEM, lease)
    conducted(fair, lambda conductor: conductor.look())
    assert record_of(fair, draft).state == "queued"


def test_pins_stay_and_the_rest_is_found_anew(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitors = fair.buyer(), [fair.exhibitor() for _ in range(3)]
    wish(fair, buyer, *exhibitors)
    first = fair.perform(SYSTEM, drafting.ask_for, QUICK).id
    conducted(fair, lambda conductor: conductor.look())
    pinned, banned, _ = (meeting_of(fair, first, buyer, one) for one in exhibitors)
    fair.perform(SYSTEM, editing.move, first, pinned.id, slot_id=fair.slot("2020-11-12 22:10"))
    fair.perform(SYSTEM, editing.pin, first, pinned.id, pinned=True)
    fair.perform(SYSTEM, editing.ban, first, banned.id)
    second = fair.perform(SYSTEM, drafting.ask_for, QUICK, based_on=first).id
    conducted(fair, lambda conductor: conductor.look())
    rows = {row.one_id if row.one_id != buyer.id else row.other_id: row for row in meetings(fair, second)}
    assert rows.keys() == {exhibitors[0].id, exhibitors[2].id}
    kept = rows[exhibitors[0].id]
    assert (kept.slot_id, kept.pinned) == (fair.slot("2020-11-12 22:10"), True)


SERVED = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from server.clock import SteppedClock
from server.database import make_engine
from server.scheduling.conductor import Conductor
from server.scheduling.run import Bounds
from server.settings import Settings
from server.writer import Writer

async def serve():
    engine, clock = make_engine(Settings(database_url=sys.argv[1])), SteppedClock(datetime(2020, 11, 2, tzinfo=UTC))
    writer = Writer(engine, clock)
    await writer.start()
    bounds = Bounds(60, 4096, "tests.scheduling.moody")
    await Conductor(
        engine, writer, clock, process="doomed", every=0.05, bounds=bounds, lease=timedelta(seconds=1)
    ).run()

asyncio.run(serve())
"""


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]


def is_alive(pid: int) -> bool:
    """It runs; one that has ended and that nobody has asked about does not."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")


def test_a_killed_server_leaves_a_draft_that_another_goes_on_with(sqlite_fair: Fair) -> None:
    """kill -9 in the middle: nothing is agreed, the best so far is there, and no process is left over."""
    fair = sqlite_fair
    draft = asked(fair, seed=DEAF)
    url = fair.engine.url.render_as_string(hide_password=False)
    doomed = subprocess.Popen([sys.executable, "-c", SERVED, url])
    try:
        asyncio.run(until(fair, draft, lambda record: record.quality is not None))
        searching = children_of(doomed.pid)
    finally:
        doomed.send_signal(signal.SIGKILL)
        doomed.wait()
    assert len(searching) == 1
    assert (record_of(fair, draft).state, len(meetings(fair, draft))) == ("running", 4)
    assert (fair.state()["meeting"], fair.occupied()) == ({}, {})

    async def gone_on_with(conductor: Conductor) -> DraftRecord:
        return await alongside(conductor, until(fair, draft, lambda record: record.state == "finished"))

    record = conducted(fair, gone_on_with)  # once the lease has run out; by the real solver
    assert fair.told().count("draft.begun") == 2
    assert record.quality is not None
    assert record.quality.meetings == 4
    assert not is_alive(searching[0])
