"""Whatever is proposed, answered, booked and repaired in whatever order: nobody is in two places, and the log tells
the same as the rows."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import event
from sqlmodel import col, select

from matchmaking.meetings import assign, cancel
from matchmaking.queries import State
from matchmaking.requests import request_meeting
from matchmaking.rescue.repairs import apply_repair, propose_repair
from matchmaking.rescue.standby import accept, decline, offer, withdraw
from matchmaking.rescue.tables import Standby
from matchmaking.slots import cells
from matchmaking.states import OPEN_REQUEST_STATES, MeetingState
from matchmaking.tables import Attendee, Meeting, MeetingRequest, Occupancy
from matchmaking.wishes import prefer
from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import make_engine, reading
from server.errors import REFUSALS
from server.live.topics import apply
from server.settings import Settings
from tests.factories import Fair, Party, at, make_fair

MORNING = at("2020-11-09 08:20")
WALLS = ["2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10"]
slots = st.sampled_from(WALLS)
any_of = st.integers(0, 99)
Stage = tuple[Path, Fair, tuple[Party, ...]]


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Two companies, one of them with two people, and two buyers who wish to meet both."""
    path = tmp_path_factory.mktemp("stage") / "stage.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(Settings(database_url=f"sqlite:///{path}"))
    fair = make_fair(engine, SteppedClock(MORNING))
    parties = (fair.exhibitor(people=2), fair.exhibitor(), fair.buyer(), fair.buyer())
    for buyer in parties[2:]:
        for exhibitor in parties[:2]:
            fair.perform(buyer, prefer, by=buyer.id, about=exhibitor.id, wish="meet")
    engine.dispose()
    return path, fair, parties


class Rescue(RuleBasedStateMachine):
    """Parties and the organiser act, time passes, and timers fire now or late."""

    stage: ClassVar[Stage]
    path: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        source, fair, self.parties = self.stage
        shutil.copyfile(source, self.path)
        engine = make_engine(Settings(database_url=f"sqlite:///{self.path}"))
        event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous = OFF"))
        self.fair = replace(fair, engine=engine, clock=SteppedClock(MORNING))

    def teardown(self) -> None:
        state: State = {}
        for stored in self.fair.events():
            state = apply(state, json.loads(stored.data))
        told = self.fair.state()
        assert {name: state.get(name, {}) for name in ("standby", "meeting", "request")} == {
            name: told[name] for name in ("standby", "meeting", "request")
        }
        self.fair.engine.dispose()

    def attempt(self, by: Any, command: Callable[..., Any], /, *details: Any, **named: Any) -> Any:
        with suppress(*REFUSALS):
            return self.fair.perform(by, command, *details, **named)

    def pair(self, one: int, other: int) -> tuple[Party, Party]:
        return self.parties[one % 2], self.parties[2 + other % 2]

    def proposals(self) -> list[Standby]:
        with reading(self.fair.engine) as db:
            return list(db.exec(select(Standby).order_by(col(Standby.id))))

    @rule(one=any_of, other=any_of, wall=slots)
    def propose(self, one: int, other: int, wall: str) -> None:
        exhibitor, buyer = self.pair(one, other)
        self.attempt(SYSTEM, offer, one=exhibitor.id, other=buyer.id, slot_id=self.fair.slot(wall))

    @precondition(lambda self: self.proposals())
    @rule(which=any_of, side=st.booleans(), what=st.sampled_from([accept, accept, accept, decline]))
    def answer(self, which: int, side: bool, what: Callable[..., Any]) -> None:
        row = self.proposals()[-1 - which % min(3, len(self.proposals()))]
        by = next(party for party in self.parties if party.id == (row.one_id if side else row.other_id))
        self.attempt(by, what, row.id, by=by.id)

    @precondition(lambda self: self.proposals())
    @rule()
    def take_back(self) -> None:
        self.attempt(SYSTEM, withdraw, self.proposals()[-1].id)

    @rule(one=any_of, other=any_of, wall=slots)
    def book(self, one: int, other: int, wall: str) -> None:
        exhibitor, buyer = self.pair(one, other)
        self.attempt(buyer, request_meeting, by=buyer.id, to=exhibitor.id, slot_id=self.fair.slot(wall))

    @rule(one=any_of, other=any_of, wall=slots)
    def set_meeting(self, one: int, other: int, wall: str) -> None:
        exhibitor, buyer = self.pair(one, other)
        self.attempt(SYSTEM, assign, one=exhibitor.id, other=buyer.id, slot_id=self.fair.slot(wall))

    @rule(which=any_of)
    def call_off(self, which: int) -> None:
        if meetings := list(self.fair.state()["meeting"]):
            self.attempt(SYSTEM, cancel, UUID(meetings[which % len(meetings)]), code="technical")

    @rule()
    def repair(self) -> None:
        with reading(self.fair.engine) as db:
            steps = propose_repair(db, self.fair.id, self.fair.clock.now()).steps
        self.attempt(SYSTEM, apply_repair, steps)

    @rule(minutes=st.sampled_from([1, 3, 5, 20]), alive=st.booleans())
    def let_time_pass(self, minutes: int, alive: bool) -> None:
        self.fair.clock.move_to(self.fair.clock.now() + timedelta(minutes=minutes))
        if alive:
            self.fair.fire_due()

    @invariant()
    def what_is_taken_is_taken_once_by_what_holds_it(self) -> None:
        with reading(self.fair.engine) as db:
            seats = select(Meeting, Attendee.person_id).join(Attendee, col(Attendee.meeting_id) == Meeting.id)
            held = [
                (meeting.id, person, meeting.starts_at, meeting.ends_at)
                for meeting, person in db.exec(seats.where(Meeting.state != MeetingState.CANCELLED))
            ]
            held += [
                (one.id, person, one.starts_at, one.ends_at)
                for one in db.exec(select(MeetingRequest).where(col(MeetingRequest.state).in_(OPEN_REQUEST_STATES)))
                for person in (one.requester_person_id, one.addressee_person_id)
            ]
            for row in db.exec(select(Standby).where(Standby.state == "held")):
                people = db.exec(select(Occupancy.resource_id).where(Occupancy.holder_id == row.id).distinct()).all()
                assert len(people) == 2
                held += [(row.id, person, row.starts_at, row.ends_at) for person in people]
        taken = [((person, cell), holder) for holder, person, a, b in held for cell in cells(a, b, 5)]
        assert [key for key, times in Counter(key for key, _ in taken).items() if times > 1] == []
        assert self.fair.occupied() == dict(taken)

    @invariant()
    def what_waits_has_its_timer_and_nothing_else_has(self) -> None:
        waiting = {row.id: row.expires_at for row in self.proposals() if row.open_key}
        assert {subject: due for due, kind, subject in self.fair.timers() if kind == "standby.expire"} == waiting
        assert all(row.state in ("offered", "held") for row in self.proposals() if row.open_key)


def tell(stage: Stage, path: Path, **how: Any) -> None:
    run_state_machine_as_test(
        type("Told", (Rescue,), {"stage": stage, "path": path}),
        settings=settings(suppress_health_check=list(HealthCheck), **how),
    )


def test_any_rescue_keeps_its_promises(stage: Stage, tmp_path: Path) -> None:
    """Without looking for the shortest story that breaks one, which would take minutes: the long test does."""
    tell(stage, tmp_path / "story.sqlite3", max_examples=8, stateful_step_count=20, phases=[Phase.generate])


@pytest.mark.long
def test_many_long_rescues_keep_their_promises(stage: Stage, tmp_path: Path) -> None:
    tell(stage, tmp_path / "story.sqlite3", max_examples=150, stateful_step_count=40)
