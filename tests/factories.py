"""What tests need to exist: a host, a convention with its calendar, parties with people and hours.

A `Fair` is one convention under test. It runs commands in transactions of their own, as the command line does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

import server.batch
from matchmaking.calendar import change_policies, create_calendar
from matchmaking.events import RequestRecord
from matchmaking.parties import Hours, set_availability
from matchmaking.policies import Policies
from matchmaking.queries import State, state_of_convention
from matchmaking.requests import accept, request_meeting
from matchmaking.slots import Block, cells
from matchmaking.tables import Occupancy, Participation, Representative, Slot
from server.accounts.actors import SYSTEM, Actor
from server.accounts.permissions import RoleName
from server.accounts.tables import Person
from server.batch import Order
from server.clock import SteppedClock
from server.conventions.phases import usual_windows
from server.conventions.tables import Convention, Host, Organisation, PhaseWindow, Series
from server.database import reading, writing
from server.eventlog.log import Log
from server.eventlog.stored import StoredEvent
from server.eventlog.tables import EventStream
from server.ids import new_id
from server.scheduler.actions import actions
from server.scheduler.tables import Timer
from server.scheduler.timers import fire
from server.work import Work
from sessions.tables import Registration

SEOUL = "Asia/Seoul"
FIRST_DAY, LAST_DAY = date(2020, 11, 9), date(2020, 11, 12)
BEFORE = datetime(2020, 11, 2, tzinfo=UTC)  # Monday 09:00 in Seoul, a week before
BLOCKS = (Block("day", 9 * 60, 18 * 60), Block("evening", 21 * 60, 24 * 60), Block("early", 6 * 60, 8 * 60))
ALWAYS: Hours = ((0, 24 * 60),)

Answer = TypeVar("Answer")
Details = ParamSpec("Details")


@dataclass(frozen=True, slots=True)
class Party:
    """A participation under test and its people, the lead first."""

    id: UUID
    people: tuple[UUID, ...]

    def actor(self, person: int = 0) -> Actor:
        """One of its people, as commands see them."""
        roles = frozenset({RoleName.EXHIBITOR_ADMIN, RoleName.BUYER_ADMIN} if person == 0 else {RoleName.BUYER})
        return Actor(self.people[person], roles=roles, parties=frozenset({self.id}))


@dataclass
class Fair:
    """One convention under test."""

    engine: Engine
    clock: SteppedClock
    host_id: UUID
    id: UUID
    slots: dict[datetime, UUID] = field(default_factory=dict)

    def perform(
        self,
        by: Party | Actor,
        command: Callable[Concatenate[Work, Details], Answer],
        /,
        *details: Details.args,
        **named: Details.kwargs,
    ) -> Answer:
        """What the command answers when this party or actor gives it; it is committed.

        Raises:
            Refusal: as the command does; nothing has changed then.
        """
        answers: list[Answer] = []

        def run(work: Work) -> None:
            answers.append(command(work, *details, **named))

        actor = by.actor() if isinstance(by, Party) else by
        server.batch.perform(self.engine, self.clock, Order(self.id, run, actor))
        return answers[0]

    def exhibitor(self, **about: Any) -> Party:
        """A party that offers; see `party`."""
        return self.party(offers=True, seeks=False, **about)

    def buyer(self, **about: Any) -> Party:
        """A party that seeks; see `party`."""
        return self.party(offers=False, seeks=True, **about)

    def party(
        self,
        *,
        offers: bool,
        seeks: bool,
        people: int = 1,
        zone: str = SEOUL,
        hours: Hours = ALWAYS,
        dates: Sequence[date] | None = None,
        absent: Sequence[date] = (),
        languages: Sequence[str] = (),
        needs_look: Sequence[str] = (),
    ) -> Party:
        """A party whose people all keep the same hours, local to the zone: always there unless said otherwise."""
        made = Party(new_id(), tuple(new_id() for _ in range(people)))

        def enrol(work: Work) -> None:
            self._insert_party(work, made, offers, seeks, zone, list(languages), list(needs_look))
            for person in made.people:
                set_availability(work, person, zone, kind="stated", hours=hours, dates=dates, absent=absent)

        self.perform(SYSTEM, enrol)
        return made

    def _insert_party(
        self, work: Work, made: Party, offers: bool, seeks: bool, zone: str, languages: list[str], looks: list[str]
    ) -> None:
        name = {"en": f"Party {made.id}"}
        organisation = Organisation(
            host_id=self.host_id, name=name, match_key=str(made.id), created_at=self.clock.now()
        )
        participation = Participation(
            id=made.id,
            convention_id=self.id,
            organisation_id=organisation.id,
            name=name,
            offers=offers,
            seeks=seeks,
            zone=zone,
            needs_look=looks,
            created_at=self.clock.now(),
        )
        work.db.add_all([organisation, participation])
        work.db.flush()
        for position, person in enumerate(made.people):
            work.db.add(Person(id=person, host_id=self.host_id, zone=zone, created_at=self.clock.now()))
            work.db.add(
                Representative(
                    convention_id=self.id,
                    person_id=person,
                    participation_id=made.id,
                    position=position,
                    zone=zone,
                    languages=languages,
                    admin=position == 0,
                )
            )
        work.db.flush()

    def set_policies(self, **changed: Any) -> None:
        """Replace the rules by the defaults with these changes."""
        self.perform(SYSTEM, change_policies, Policies(**changed))

    def slot(self, wall: str) -> UUID:
        """The slot that begins at a wall time in Seoul, such as "2020-11-09 09:00"."""
        return self.slots[at(wall)]

    def ask(self, by: Party, to: Party, wall: str = "2020-11-09 09:00") -> RequestRecord:
        """One party asks another for the slot at a wall time in Seoul."""
        return self.perform(by, request_meeting, by=by.id, to=to.id, slot_id=self.slot(wall))

    def meet(self, by: Party, to: Party, wall: str = "2020-11-09 09:00") -> UUID:
        """They ask and agree: the meeting's id."""
        request = self.ask(by, to, wall)
        self.perform(to, accept, request.id)
        return request.id

    def move_to(self, wall: str) -> None:
        """Move convention time to a wall time in Seoul; timers stay as they are."""
        self.clock.move_to(at(wall))

    def timers(self) -> list[tuple[datetime, str, UUID]]:
        """What is to happen: (due, kind, subject) in order."""
        timer = Timer.__table__  # type: ignore[attr-defined]
        query = select(timer.c.due_at, timer.c.kind, timer.c.subject_id).order_by(timer.c.due_at, timer.c.kind)
        with reading(self.engine) as db:
            return [(row.due_at, row.kind, row.subject_id) for row in db.connection().execute(query)]

    def fire_due(self) -> list[str]:
        """Fire what is due now, and what falls due by that, as the scheduler does; the kinds in order."""
        table = actions(self.clock.real_now)
        fired: list[str] = []
        while due := [timer for timer in self.timers() if timer[0] <= self.clock.now()]:
            for due_at, kind, subject in due:
                self.perform(SYSTEM, fire, kind=kind, subject_id=subject, due_at=due_at, action=table[kind])
                fired.append(kind)
        return fired

    def events(self) -> list[StoredEvent]:
        """The whole log."""
        return Log(self.engine).read_now(self.id, 0, None, 100_000)

    def told(self) -> list[str]:
        """The types of the log's events, in order."""
        return [event.type for event in self.events()]

    def occupied(self) -> dict[tuple[UUID, int], UUID]:
        """(person, cell) to its holder, for all people of all conventions."""
        with reading(self.engine) as db:
            rows = db.connection().execute(select(Occupancy.__table__))  # type: ignore[attr-defined]
            return {(row.resource_id, row.cell): row.holder_id for row in rows}

    def places(self, session_id: UUID) -> list[Registration]:
        """Everybody's places in a session of the programme, in the order in which they came."""
        query = select(Registration).where(col(Registration.session_id) == session_id)
        with reading(self.engine) as db:
            return list(db.scalars(query.order_by(col(Registration.at), col(Registration.id))))

    def state(self) -> State:
        """The organiser's records as the rows have them."""
        with reading(self.engine) as db:
            return state_of_convention(db, self.id)


def taken(holder: UUID, people: Iterable[UUID], wall: str) -> dict[tuple[UUID, int], UUID]:
    """What `Fair.occupied` says when these people are taken for a slot of 30 minutes and the 5 after it."""
    start = at(wall)
    span = cells(start, start + timedelta(minutes=30), 5)
    return {(person, cell): holder for person in people for cell in span}


@contextmanager
def refused(kind: type[Exception], **details: object) -> Iterator[None]:
    """What runs inside is refused so, with exactly these details if any are given."""
    with pytest.raises(kind) as caught:
        yield
    assert caught.type is kind
    if details:
        assert getattr(caught.value, "details", None) == details


def at(wall: str, zone: str = SEOUL) -> datetime:
    """The instant of an unambiguous wall time, by default in Seoul."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def make_host(engine: Engine, clock: SteppedClock) -> UUID:
    """A host with nothing yet."""
    host = Host(name={"en": "Seongnam City"}, created_at=clock.now())
    with writing(engine) as connection, Session(connection) as db:
        db.add(host)
        db.flush()
        return host.id


def make_fair(
    engine: Engine,
    clock: SteppedClock,
    *,
    host_id: UUID | None = None,
    slug: str = "smc-2020",
    blocks: Sequence[Block] = BLOCKS,
    policies: Policies | None = None,
) -> Fair:
    """The Seongnam International Medical Tourism Convention of 9-12 November 2020: slots of 30 minutes, 5 between."""
    fair = Fair(engine, clock, host_id or make_host(engine, clock), new_id())
    series = Series(host_id=fair.host_id, name={"en": "SMC", "ko": "성남국제의료관광컨벤션"})
    convention = Convention(
        id=fair.id,
        host_id=fair.host_id,
        series_id=series.id,
        slug=slug,
        name={"en": "SMC 2020"},
        zone=SEOUL,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        created_at=clock.now(),
    )
    with writing(engine) as connection, Session(connection) as db:
        for row in (series, convention, EventStream(convention_id=fair.id)):
            db.add(row)
            db.flush()
        db.add_all(usual_windows(fair.id, SEOUL, FIRST_DAY, LAST_DAY, clock.now()))
        db.flush()
    fair.perform(
        SYSTEM,
        create_calendar,
        zone=SEOUL,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        blocks=blocks,
        slot_minutes=30,
        buffer_minutes=5,
        policies=policies or Policies(),
    )
    with reading(engine) as db:
        slot = Slot.__table__  # type: ignore[attr-defined]
        rows = db.connection().execute(select(slot.c.starts_at, slot.c.id).where(slot.c.convention_id == fair.id))
        fair.slots = {row.starts_at: row.id for row in rows}
    return fair


def close_phase(fair: Fair, phase: str, wall: str) -> None:
    """Let a phase end at a wall time in Seoul."""
    with writing(fair.engine) as connection, Session(connection) as db:
        window = db.get_one(PhaseWindow, (fair.id, phase))
        window.closes_at = at(wall)
        db.add(window)
        db.flush()
