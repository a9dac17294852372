"""Whatever people do in whatever order: nobody is in two places, and the log tells the same as the rows."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, event
from sqlmodel import col, select

from matchmaking.attendance import confirm_held, correct_attendance, correct_outcome, join, leave
from matchmaking.figures import figures, figures_of_records
from matchmaking.meetings import assign, cancel, move
from matchmaking.queries import State, state_of_convention, state_of_party
from matchmaking.requests import accept, counter, decline, request_meeting, withdraw
from matchmaking.slots import cells
from matchmaking.states import OPEN_REQUEST_STATES, MeetingState, NotHeldReason, Outcome
from matchmaking.tables import Attendee, Meeting, MeetingRequest
from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import make_engine, reading
from server.errors import REFUSALS
from server.eventlog.stored import StoredEvent
from server.live.topics import apply
from server.settings import Settings
from tests.factories import Fair, Party, at, make_fair

WALLS = ["2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10", "2020-11-10 09:00"]
MORNING = at("2020-11-09 08:20")
OVER = at("2020-11-11 00:00")

slots = st.sampled_from(WALLS)
sides = st.sampled_from([0, 1, 2])  # one's, the other's, the organiser's
turns = st.sampled_from(["awaiting", "awaiting", "requester", "addressee", "staff"])
any_of = st.integers(0, 1_000)


@dataclass(frozen=True)
class Stage:
    """A convention on the morning of its first day, in a file to be copied, and its parties."""

    path: Path
    fair: Fair
    parties: tuple[Party, ...]


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """One company with two people, one with one, a buyer with two and one with one who is away on the second day."""
    path = tmp_path_factory.mktemp("stage") / "stage.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(Settings(database_url=f"sqlite:///{path}"))
    fair = make_fair(engine, SteppedClock(MORNING))
    fair.set_policies(open_requests=3, daily_requests=9, expiry_hours=6, cooldown_hours=2)
    parties = (
        fair.exhibitor(people=2, languages=["ko"]),
        fair.exhibitor(languages=["ko", "en"]),
        fair.buyer(people=2, languages=["en"]),
        fair.buyer(absent=[at(WALLS[3]).date()]),
    )
    engine.dispose()
    return Stage(path, fair, parties)


@contextmanager
def copy_of(stage: Stage, path: Path) -> Iterator[Fair]:
    """The stage's convention in a file of its own, without the waiting for the disk."""
    shutil.copyfile(stage.path, path)
    engine = make_engine(Settings(database_url=f"sqlite:///{path}"))
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous = OFF"))
    yield replace(stage.fair, engine=engine, clock=SteppedClock(MORNING))
    engine.dispose()


class Story(RuleBasedStateMachine):
    """Parties and the organiser act, time passes, and timers fire now or late."""

    stage: ClassVar[Stage]
    path: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.parties = self.stage.parties
        self._copy = copy_of(self.stage, self.path)
        self.fair = self._copy.__enter__()
        self.pending_occupies = True
        self.holding: dict[UUID, bool] = {}
        self._state: State | None = None

    def teardown(self) -> None:
        events = self.fair.events()
        with reading(self.fair.engine) as db:
            for party in self.parties:
                assert replayed(events, f"party:{party.id}") == told(state_of_party(db, self.fair.id, party.id))
        self._copy.__exit__(None, None, None)

    def attempt(self, by: Party | Actor, command: Callable[..., Any], /, *details: Any, **named: Any) -> Any:
        """The command's answer, or None if it was refused."""
        self._state = None
        with suppress(*REFUSALS):
            return self.fair.perform(by, command, *details, **named)

    def let_timers_fire(self) -> None:
        self._state = None
        self.fair.fire_due()

    def records(self, collection: str) -> list[dict[str, Any]]:
        """What the rows say; read once a step."""
        self._state = self._state or self.fair.state()
        return list(self._state[collection].values())

    def requests(self) -> list[dict[str, Any]]:
        return self.records("request")

    def meetings(self) -> list[dict[str, Any]]:
        return self.records("meeting")

    def party(self, party_id: str | UUID) -> Party:
        return next(party for party in self.parties if party.id == UUID(str(party_id)))

    @rule(offers=st.integers(0, 1), seeks=st.integers(2, 3), to_buyer=st.booleans(), wall=slots)
    def ask(self, offers: int, seeks: int, to_buyer: bool, wall: str) -> None:
        one, other = self.parties[offers], self.parties[seeks]
        by, to = (one, other) if to_buyer else (other, one)
        request = self.attempt(by, request_meeting, by=by.id, to=to.id, slot_id=self.fair.slot(wall))
        if request is not None and request.state == "pending":
            self.holding[request.id] = self.pending_occupies

    def thread(self, which: int, turn: str) -> tuple[UUID, Party | Actor]:
        """One of the threads, an open one if there is any, and who acts on it."""
        threads = [r for r in self.requests() if r["awaiting"]] or self.requests()
        thread = threads[which % len(threads)]
        return UUID(thread["id"]), self.party(thread[turn]) if thread.get(turn) else SYSTEM

    @precondition(lambda self: self.requests())
    @rule(which=any_of, turn=turns, answer=st.sampled_from([accept, decline, withdraw]))
    def answer(self, which: int, turn: str, answer: Callable[..., Any]) -> None:
        request_id, by = self.thread(which, turn)
        self.attempt(by, answer, request_id)

    @precondition(lambda self: self.requests())
    @rule(which=any_of, turn=turns, wall=slots)
    def counter(self, which: int, turn: str, wall: str) -> None:
        request_id, by = self.thread(which, turn)
        countered = self.attempt(by, counter, request_id, slot_id=self.fair.slot(wall))
        if countered is not None:
            self.holding[countered.id] = self.pending_occupies

    @rule(offers=st.integers(0, 1), seeks=st.integers(2, 3), wall=slots)
    def assign(self, offers: int, seeks: int, wall: str) -> None:
        one, other = self.parties[offers].id, self.parties[seeks].id
        self.attempt(SYSTEM, assign, one=one, other=other, slot_id=self.fair.slot(wall))

    def meeting(self, which: int, side: int) -> tuple[UUID, Party | Actor, list[UUID]]:
        """One of the meetings, one of its parties or the organiser, and its people."""
        meeting = self.meetings()[which % len(self.meetings())]
        seats = meeting["attendees"]
        by = SYSTEM if side == 2 else self.party(seats[side]["party"])
        return UUID(meeting["id"]), by, [UUID(seat["person"]) for seat in seats]

    @precondition(lambda self: self.meetings())
    @rule(which=any_of, side=sides, wall=slots)
    def move(self, which: int, side: int, wall: str) -> None:
        meeting_id, by, _ = self.meeting(which, side)
        self.attempt(by, move, meeting_id, slot_id=self.fair.slot(wall))

    @precondition(lambda self: self.meetings())
    @rule(which=any_of, side=sides)
    def cancel(self, which: int, side: int) -> None:
        meeting_id, by, _ = self.meeting(which, side)
        self.attempt(by, cancel, meeting_id, code="ill")

    def now(self) -> list[dict[str, Any]]:
        """The meetings that can be joined now."""
        now, ten = self.fair.clock.now(), timedelta(minutes=10)
        return [
            meeting
            for meeting in self.meetings()
            if meeting["state"] in ("scheduled", "in_progress")
            and datetime.fromisoformat(meeting["starts_at"]) - ten <= now < datetime.fromisoformat(meeting["ends_at"])
        ]

    @precondition(lambda self: self.now())
    @rule(which=any_of, seat=st.integers(0, 1), coming=st.booleans())
    def come_or_go(self, which: int, seat: int, coming: bool) -> None:
        meeting = self.now()[which % len(self.now())]
        attendee = meeting["attendees"][seat]
        by = replace(self.party(attendee["party"]), people=(UUID(attendee["person"]),))
        self.attempt(by, join if coming else leave, UUID(meeting["id"]), by.people[0])

    @precondition(lambda self: self.now())
    @rule(which=any_of, minutes=st.integers(4, 9))
    def meet_and_go(self, which: int, minutes: int) -> None:
        meeting = self.now()[which % len(self.now())]
        for command in (join, leave):
            for attendee in meeting["attendees"]:
                self.attempt(SYSTEM, command, UUID(meeting["id"]), UUID(attendee["person"]))
            self.let_time_pass(minutes, alive=True)

    @precondition(lambda self: self.meetings())
    @rule(which=any_of, side=sides)
    def confirm(self, which: int, side: int) -> None:
        meeting_id, by, _ = self.meeting(which, side)
        self.attempt(by, confirm_held, meeting_id)

    @precondition(lambda self: self.meetings())
    @rule(which=any_of, minutes=st.integers(-20, 20), stayed=st.none() | st.integers(-5, 20))
    def correct_attendance(self, which: int, minutes: int, stayed: int | None) -> None:
        meeting_id, by, people = self.meeting(which, 2)
        joined = self.fair.clock.now() + timedelta(minutes=minutes)
        left = None if stayed is None else joined + timedelta(minutes=stayed)
        self.attempt(by, correct_attendance, meeting_id, people[0], joined, left)

    @precondition(lambda self: self.meetings())
    @rule(which=any_of, outcome=st.sampled_from(Outcome))
    def correct_outcome(self, which: int, outcome: Outcome) -> None:
        meeting_id, by, _ = self.meeting(which, 2)
        self.attempt(by, correct_outcome, meeting_id, outcome, NotHeldReason.TECHNICAL)

    @rule(occupies=st.booleans(), answer=st.sampled_from(["by_hand", "by_hand", "instant"]))
    def change_policy(self, occupies: bool, answer: str) -> None:
        self.pending_occupies = occupies
        self.fair.set_policies(
            pending_occupies=occupies, answer=answer, open_requests=3, expiry_hours=6, cooldown_hours=2
        )

    @precondition(lambda self: self.fair.clock.now() < OVER)
    @rule(minutes=st.sampled_from([1, 3, 5, 10, 30, 120, 660]), alive=st.booleans())
    def let_time_pass(self, minutes: int, alive: bool) -> None:
        self.fair.clock.move_to(self.fair.clock.now() + timedelta(minutes=minutes))
        if alive:
            self.let_timers_fire()

    @precondition(lambda self: self.fair.timers())
    @rule()
    def wait_for_the_next_timer(self) -> None:
        due = self.fair.timers()[0][0]
        self.fair.clock.move_to(max(due, self.fair.clock.now()))
        self.let_timers_fire()

    @invariant()
    def nobody_is_taken_twice_and_everybody_exactly_by_what_holds_them(self) -> None:
        with reading(self.fair.engine) as db:
            held = [
                (request.id, person, request.starts_at, request.ends_at)
                for request in db.exec(select(MeetingRequest).where(col(MeetingRequest.state).in_(OPEN)))
                if self.holding[request.id]
                for person in (request.requester_person_id, request.addressee_person_id)
            ]
            seats = select(Meeting, Attendee.person_id).join(Attendee, col(Attendee.meeting_id) == Meeting.id)
            held += [
                (meeting.id, person, meeting.starts_at, meeting.ends_at)
                for meeting, person in db.exec(seats.where(Meeting.state != MeetingState.CANCELLED))
            ]
        taken = [((person, cell), holder) for holder, person, a, b in held for cell in cells(a, b, 5)]
        assert [key for key, times in Counter(key for key, _ in taken).items() if times > 1] == []
        assert self.fair.occupied() == dict(taken)

    @invariant()
    def a_pair_has_one_open_thread_at_most(self) -> None:
        pairs = Counter(
            frozenset((r["requester"], r["addressee"])) for r in self.requests() if r["state"] in OPEN_REQUEST_STATES
        )
        assert all(threads == 1 for threads in pairs.values())

    @invariant()
    def what_can_still_happen_has_its_timer_and_nothing_else_has(self) -> None:
        timers = self.fair.timers()
        meetings = self.meetings()

        def due(kind: str) -> dict[str, datetime]:
            return {str(subject): when for when, found, subject in timers if found == kind}

        def instants(records: list[dict[str, Any]], states: set[str], field: str) -> dict[str, datetime]:
            return {r["id"]: datetime.fromisoformat(r[field]) for r in records if r["state"] in states}

        assert due("request.expire") == instants(self.requests(), set(OPEN), "expires_at")
        assert due("meeting.start") == instants(meetings, {"scheduled"}, "starts_at")
        assert due("meeting.end") == instants(meetings, {"in_progress"}, "ends_at")
        assert {*due("meeting.rescue"), *due("meeting.no_show")} <= set(due("meeting.end"))

    @invariant()
    def the_log_is_dense_and_tells_the_same_as_the_rows(self) -> None:
        events = self.fair.events()
        assert [stored.seq for stored in events] == list(range(1, len(events) + 1))
        with reading(self.fair.engine) as db:
            whole = state_of_convention(db, self.fair.id)
            assert replayed(events, "organiser") == told(whole)
            assert figures_of_records(whole["request"], whole["meeting"]) == figures(db, self.fair.id)


OPEN = [state.value for state in OPEN_REQUEST_STATES]


def replayed(events: list[StoredEvent], topic: str) -> State:
    """The state that a reader of the topic has who began with nothing."""
    state: State = {}
    for stored in events:
        if topic in stored.topics:
            state = apply(state, json.loads(stored.data))
    return told(state)


def told(state: State) -> State:
    """The collections that events of these stories speak of."""
    return {name: state.get(name, {}) for name in ("request", "meeting", "preference")}


def tell(stage: Stage, path: Path, **how: Any) -> None:
    run_state_machine_as_test(
        type("Told", (Story,), {"stage": stage, "path": path}),
        settings=settings(suppress_health_check=list(HealthCheck), **how),
    )


def test_any_story_keeps_its_promises(stage: Stage, tmp_path: Path) -> None:
    """Without looking for the shortest story that breaks one, which would take minutes: the long test does."""
    tell(stage, tmp_path / "story.sqlite3", max_examples=25, stateful_step_count=25, phases=[Phase.generate])


@pytest.mark.long
def test_many_long_stories_keep_their_promises(stage: Stage, tmp_path: Path) -> None:
    tell(stage, tmp_path / "story.sqlite3", max_examples=300, stateful_step_count=50)


def test_the_stage_is_reached_by_an_engine_of_its_own(stage: Stage, tmp_path: Path) -> None:
    with copy_of(stage, tmp_path / "one.sqlite3") as one, copy_of(stage, tmp_path / "two.sqlite3") as two:
        engines: list[Engine] = [one.engine, two.engine]
        one.ask(stage.parties[2], stage.parties[0])
        assert [len(fair.events()) for fair in (one, two)] == [1, 0]
    assert engines[0] is not engines[1]
