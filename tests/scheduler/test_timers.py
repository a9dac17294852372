"""What is due fires once, in order, whoever looks; what fails does not hold up the rest."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import make_engine
from server.errors import KeyMissing
from server.ids import new_id
from server.scheduler.actions import Action, actions
from server.scheduler.timers import Timers
from server.settings import Settings
from server.work import Work
from server.writer import Writer
from tests.factories import Fair, at
from tests.server.commands import note, noted

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
MINUTE = timedelta(minutes=1)


def record(name: str) -> Action:
    """An action that tells of itself by a host of that name and the subject's number."""

    def act(work: Work, subject_id: UUID) -> None:
        note(f"{name}-{subject_id.int}")(work)
        work.forget(work.convention_id, f"note.{name}-{subject_id.int}")  # which `note` sets

    return act


def set_at(fair: Fair, minutes: int, kind: str, subject: UUID) -> None:
    fair.perform(SYSTEM, lambda work: work.at(fair.clock.now() + minutes * MINUTE, kind, subject))


def with_timers(
    fair: Fair, engine: Engine, table: Mapping[str, Action], journey: Callable[[Timers], Coroutine[Any, Any, Any]]
) -> Any:
    """The journey while a writer runs over this engine."""

    async def served() -> Any:
        writer = Writer(engine, fair.clock)
        await writer.start()
        try:
            return await journey(Timers(engine, writer, fair.clock, table))
        finally:
            await writer.stop()

    return asyncio.run(served())


def run_due(fair: Fair, table: Mapping[str, Action]) -> int:
    return int(with_timers(fair, fair.engine, table, lambda timers: timers.run_due()))


def test_what_is_due_fires_once_in_order(fair: Fair) -> None:
    table = {"a": record("a"), "b": record("b")}
    for minutes, kind, subject in ((3, "a", ONE), (1, "b", ONE), (2, "a", TWO), (9, "b", TWO)):
        set_at(fair, minutes, kind, subject)
    assert run_due(fair, table) == 0
    fair.clock.move_to(fair.clock.now() + 3 * MINUTE)
    assert run_due(fair, table) == 3
    assert noted(fair.engine) == ["b-1", "a-2", "a-1"]
    assert run_due(fair, table) == 0
    assert [(kind, subject) for _, kind, subject in fair.timers()] == [("b", TWO)]


def test_a_timer_is_one_of_its_kind_and_may_be_moved_and_taken_back(fair: Fair) -> None:
    table = {"a": record("a")}
    set_at(fair, 1, "a", ONE)
    set_at(fair, 5, "a", ONE)
    set_at(fair, 1, "a", TWO)
    fair.perform(SYSTEM, lambda work: work.forget(TWO, "a"))
    fair.clock.move_to(fair.clock.now() + 4 * MINUTE)
    assert run_due(fair, table) == 0
    fair.clock.move_to(fair.clock.now() + MINUTE)
    assert run_due(fair, table) == 1
    assert noted(fair.engine) == ["a-1"]


def test_what_an_effect_sets_due_fires_too(fair: Fair) -> None:
    def chain(work: Work, subject_id: UUID) -> None:
        record("a")(work, subject_id)
        if subject_id != THREE:
            work.at(work.now, "a", UUID(int=subject_id.int + 1))

    set_at(fair, 0, "a", ONE)
    assert run_due(fair, {"a": chain}) == 3
    assert noted(fair.engine) == ["a-1", "a-2", "a-3"]


def test_what_fails_is_tried_again_and_holds_up_nobody(fair: Fair) -> None:
    faults: list[type[Exception]] = [ZeroDivisionError, KeyMissing]

    def lame(work: Work, subject_id: UUID) -> None:
        record("lame")(work, subject_id)
        if faults:
            raise faults.pop()

    table = {"a": record("a"), "lame": lame}
    set_at(fair, 0, "lame", ONE)
    set_at(fair, 0, "unknown", ONE)
    set_at(fair, 0, "a", ONE)
    fired = [run_due(fair, table) for _ in range(4)]
    assert sum(fired) == 2
    assert fired[-1] == 0
    assert sorted(noted(fair.engine)) == ["a-1", "lame-1"]
    assert [(kind, subject) for _, kind, subject in fair.timers()] == [("unknown", ONE)]


def test_two_schedulers_make_one_effect(fair: Fair, tables_url: str) -> None:
    table = {"a": record("a")}
    subjects = [UUID(int=number) for number in range(1, 31)]
    for subject in subjects:
        set_at(fair, 0, "a", subject)
    other = make_engine(Settings(database_url=tables_url))

    async def both() -> None:
        writers = [Writer(engine, fair.clock) for engine in (fair.engine, other)]
        timers = [
            Timers(engine, writer, fair.clock, table)
            for engine, writer in zip((fair.engine, other), writers, strict=True)
        ]
        for writer in writers:
            await writer.start()
        try:
            await asyncio.gather(*(one.run_due() for one in timers), *(one.run_due() for one in timers))
        finally:
            for writer in writers:
                await writer.stop()

    try:
        asyncio.run(both())
        assert sorted(noted(fair.engine)) == sorted(f"a-{subject.int}" for subject in subjects)
        assert fair.timers() == []
    finally:
        other.dispose()


def test_next_due_is_the_earliest_of_all(fair: Fair) -> None:
    def next_due() -> datetime | None:
        found: datetime | None = with_timers(fair, fair.engine, {}, lambda timers: timers.next_due())
        return found

    assert next_due() is None
    set_at(fair, 9, "a", ONE)
    set_at(fair, 4, "b", TWO)
    assert next_due() == fair.clock.now() + 4 * MINUTE


def test_a_late_timer_looks_again_before_it_acts(fair: Fair, clock: SteppedClock) -> None:
    """The whole life of a meeting, of which nobody heard while no process ran, in one go and in order."""
    meeting = fair.meet(fair.buyer(), fair.exhibitor(), "2020-11-09 09:00")
    fair.perform(SYSTEM, lambda work: work.at(at("2020-11-09 08:00"), "request.expire", meeting))  # long answered
    fair.perform(SYSTEM, lambda work: work.at(at("2020-11-09 08:00"), "session.start", new_id()))  # of nothing
    clock.move_to(at("2020-11-11 00:00"))
    run_due(fair, actions(clock.real_now))
    assert fair.told()[2:] == ["meeting.started", "meeting.not_joined", "meeting.no_show", "meeting.ended"]
    assert fair.timers() == []
