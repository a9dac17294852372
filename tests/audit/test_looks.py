"""Looks at personal data are entered, without keeping the reader waiting."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import Engine
from sqlmodel import col, select

from server.accounts.actors import Actor
from server.audit import looks as looking
from server.audit.looks import Looks
from server.audit.tables import AuditEntry
from server.batch import Order
from server.clock import SteppedClock
from server.database import reading
from server.errors import Busy
from server.ids import new_id
from server.work import Origin
from server.writer import Writer

HERE, START = Origin("192.0.2.7", "request-1"), datetime(2026, 3, 1, 9, tzinfo=UTC)
READER = Actor(new_id(), new_id(), new_id())
FAIR = new_id()


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def entries(engine: Engine) -> list[AuditEntry]:
    with reading(engine) as db:
        return list(db.exec(select(AuditEntry).order_by(col(AuditEntry.id))))


def entered(engine: Engine, clock: SteppedClock, *notes: tuple[timedelta, str, list[UUID]]) -> list[AuditEntry]:
    """What is in the trail after these looks, each entered before the next."""

    async def story() -> None:
        watch, writer = Watch(), Writer(engine, clock)
        await writer.start()
        looks = Looks(writer, watch)
        for after, what, people in notes:
            watch.now = START + after
            looks.note(FAIR, READER, HERE, what, people)
            await looks.flush()
        await writer.stop()

    asyncio.run(story())
    return entries(engine)


def test_a_look_is_one_entry_a_person(engine: Engine, clock: SteppedClock) -> None:
    one, other = new_id(), new_id()
    found = entered(engine, clock, (timedelta(), "parties", [one, other]))
    assert [entry.about_id for entry in found] == [one, other]
    assert found[0].model_dump(exclude={"id"}) == {
        "host_id": READER.host_id,
        "convention_id": FAIR,
        "at": START,
        "actor_id": READER.person_id,
        "login_id": READER.login_id,
        "address": HERE.address,
        "request_id": HERE.request_id,
        "action": "person.looked_up",
        "subject": "person",
        "subject_id": str(one),
        "about_id": one,
        "old": None,
        "new": {"list": "parties"},
    }


def test_the_same_look_is_entered_once_in_ten_minutes(engine: Engine, clock: SteppedClock) -> None:
    one, minute = new_id(), timedelta(minutes=1)
    story = [(minute * n, "parties", [one]) for n in range(25)]
    found = entered(engine, clock, *story, (minute * 25, "people", [one]))
    assert [(entry.at - START, entry.new) for entry in found] == [
        (timedelta(), {"list": "parties"}),
        (minute * 10, {"list": "parties"}),
        (minute * 20, {"list": "parties"}),
        (minute * 25, {"list": "people"}),
    ]


def test_many_people_are_entered_in_stretches(engine: Engine, clock: SteppedClock) -> None:
    people = [new_id() for _ in range(2 * looking.AT_ONCE + 1)]
    found = entered(engine, clock, (timedelta(), "parties", people))
    assert {entry.about_id for entry in found} == set(people)
    assert len(found) == len(people)


class ShyWriter:
    """A writer that is busy as often as it is told."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.rows: list[Any] = []

    async def run(self, order: Order) -> str:
        if self.busy:
            self.busy -= 1
            raise Busy
        order.command(self)  # type: ignore[arg-type]
        return "null"

    def store(self, _statement: object, *rows: Any) -> None:
        self.rows += rows


def test_nothing_is_lost_or_doubled_while_the_database_is_busy() -> None:
    people = [new_id() for _ in range(3)]
    writer = ShyWriter(busy=2)
    looks = Looks(writer, lambda: START)  # type: ignore[arg-type]

    async def story() -> None:
        looks.note(FAIR, READER, HERE, "parties", people[:2])
        for _ in range(2):
            with pytest.raises(Busy):
                await looks.flush()
        looks.note(FAIR, READER, HERE, "parties", people[1:])
        await looks.flush()
        await looks.flush()

    asyncio.run(story())
    assert [row["about_id"] for row in writer.rows] == people


def test_what_waits_is_bounded() -> None:
    writer = ShyWriter(busy=0)
    looks = Looks(writer, lambda: START, most=3)  # type: ignore[arg-type]
    people = [new_id() for _ in range(5)]
    for person in people:
        looks.note(FAIR, READER, HERE, "parties", [person])
    asyncio.run(looks.flush())
    assert [row["about_id"] for row in writer.rows] == people[:3]


def test_a_look_that_cannot_be_stored_holds_up_no_other(engine: Engine, clock: SteppedClock) -> None:
    people = [new_id() for _ in range(4)]
    known = entered(engine, clock, (timedelta(), "parties", people[:1]))[0]

    async def story() -> None:
        writer = Writer(engine, clock)
        await writer.start()
        looks = Looks(writer, Watch())
        looks.note(FAIR, READER, HERE, "parties", people[1:3])
        looks._pending.append(known.model_dump())  # an entry of that id is there
        looks.note(FAIR, READER, HERE, "parties", people[3:])
        with structlog.testing.capture_logs() as lines:
            await looks.flush()
        await writer.stop()
        assert [line for line in lines if line["log_level"] == "error" and "entry" in line] == [
            {
                "event": "a look at personal data cannot be entered",
                "log_level": "error",
                "entry": str(known.id),
                "about": str(people[0]),
                "trouble": "IntegrityError",
            }
        ]

    asyncio.run(story())
    assert {entry.about_id for entry in entries(engine)} == set(people)


def test_while_looks_go_in_one_by_one_none_is_doubled() -> None:
    people = [new_id() for _ in range(3)]

    class Picky(ShyWriter):
        """Takes one row at a time, and is busy in between."""

        async def run(self, order: Order) -> str:
            before = len(self.rows)
            answer = await super().run(order)
            if len(self.rows) > before + 1:
                del self.rows[before:]
                raise ValueError
            self.busy = 1
            return answer

    writer = Picky(busy=0)
    looks = Looks(writer, lambda: START)  # type: ignore[arg-type]

    async def story() -> None:
        looks.note(FAIR, READER, HERE, "parties", people)
        for _ in people[1:]:
            with pytest.raises(Busy):
                await looks.flush()
            writer.busy = 0
        await looks.flush()

    asyncio.run(story())
    assert [row["about_id"] for row in writer.rows] == people
