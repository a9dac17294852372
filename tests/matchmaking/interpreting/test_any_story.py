"""Whatever the desk and the parties do: no interpreter is in two places, rests are kept, and the log tells the rows."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from matchmaking.events import MeetingRecord
from matchmaking.interpreting.assigning import assign_interpreter, exchange, fill_pending, unassign, waive
from matchmaking.interpreting.blocks import give_back, reserve
from matchmaking.interpreting.queries import block_records
from matchmaking.interpreting.roster import change, set_hours
from matchmaking.meetings import assign, cancel, move
from matchmaking.parties import Day
from matchmaking.queries import State, meetings_page, state_of_person
from matchmaking.slots import cells
from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import make_engine, reading
from server.errors import REFUSALS
from server.live.topics import apply
from server.settings import Settings
from tests.factories import Fair, Party, at, make_fair
from tests.matchmaking.interpreting.team import interpreter
from tests.matchmaking.test_any_story import MORNING, Stage, copy_of

WALLS = [f"2020-11-09 {time}" for time in ("09:00", "09:35", "10:10", "10:45", "11:20")]
LIMIT = 120  # minutes a day, of the first interpreter
STRETCH = 60

Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("assign",) * 3,
                *("move", "cancel", "by hand", "unassign", "exchange"),
                *("fill", "waive", "ill", "well", "hours", "reserve", "give back"),
            ]
        ),
        *(st.integers(0, 9) for _ in range(3)),
    ),
    min_size=8,
    max_size=16,
)


@dataclass(frozen=True)
class Team:
    """The stage, on which most of a morning is set already, and its interpreters: one with a limit a day, one who comes
    later, one of the first buyer's own."""

    stage: Stage
    people: tuple[UUID, ...]


@pytest.fixture(scope="module")
def team(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    path = tmp_path_factory.mktemp("team") / "team.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(Settings(database_url=f"sqlite:///{path}"))
    fair = make_fair(engine, SteppedClock(MORNING))
    fair.set_policies(stretch_minutes=STRETCH)
    offers = [fair.exhibitor(languages=["ko"]) for _ in range(3)]
    seeks = [fair.buyer(languages=[language]) for language in ("ru", "ru", "mn")]
    people = (
        interpreter(fair, "ko", "ru", daily_minutes=LIMIT),
        interpreter(fair, "ko", "ru", "mn", hours=((600, 720),)),
        interpreter(fair, "ko", "ru", party=seeks[0].id),
    )
    for number, wall in enumerate(WALLS[:4]):
        for one, party in enumerate(offers):
            other = seeks[(one + number) % 3].id
            fair.perform(SYSTEM, assign, one=party.id, other=other, slot_id=fair.slot(wall))
    engine.dispose()
    return Team(Stage(path, fair, (*offers, *seeks)), people)


@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(story=steps)
def test_no_interpreter_is_in_two_places_and_all_of_them_rest(team: Team, tmp_path: Path, story: list[Step]) -> None:
    with copy_of(team.stage, tmp_path / "story.sqlite3") as fair:
        for step in story:
            with suppress(*REFUSALS):
                take(fair, team, *step)
            check(fair, team)
        assert replayed(fair, "organiser") == told(fair.state())
        with reading(fair.engine) as db:
            for person in team.people:
                assert replayed(fair, f"person:{person}") == told(state_of_person(db, fair.id, person))


def replayed(fair: Fair, topic: str) -> State:
    """The state that a reader of the topic has who began with nothing."""
    state: State = {}
    for event in fair.events():
        if topic in event.topics:
            state = apply(state, json.loads(event.data))
    return told(state)


def told(state: State) -> State:
    """The collections that these stories speak of."""
    return {name: state.get(name, {}) for name in ("meeting", "interpreter", "block")}


def take(fair: Fair, team: Team, what: str, one: int, other: int, third: int) -> None:
    """One step, about whatever the numbers choose."""
    slot, person = fair.slot(WALLS[one % len(WALLS)]), team.people[third % 3]
    if what == "assign":
        offers, seeks = team.stage.parties[:3], team.stage.parties[3:]
        fair.perform(SYSTEM, assign, one=offers[other % 3].id, other=seeks[third % 3].id, slot_id=slot)
    elif what in ("ill", "well"):
        fair.perform(SYSTEM, change, person, active=what == "well")
    elif what == "hours":
        fair.perform(SYSTEM, set_hours, person, None, [Day(date(2020, 11, 9), "online", ((540 + 20 * one, 720),))])
    elif what == "reserve":
        begins = at(WALLS[one % len(WALLS)])
        party: Party = team.stage.parties[other % 6]
        hours = {"starts_at": begins, "ends_at": begins + timedelta(minutes=65)}
        fair.perform(SYSTEM, reserve, person_id=person, party_id=party.id, **hours)
    elif what == "give back":
        with reading(fair.engine) as db:
            found = block_records(db, fair.id)
        if found:
            fair.perform(SYSTEM, give_back, found[one % len(found)].id)
    elif what == "fill":
        fair.perform(SYSTEM, fill_pending)
    else:
        about_a_meeting(fair, what, slot, person, one, other)


def about_a_meeting(fair: Fair, what: str, slot: UUID, person: UUID, one: int, other: int) -> None:
    with reading(fair.engine) as db:
        meetings = [meeting.id for meeting in meetings_page(db, fair.id, None, 100)]
    if not meetings:
        return
    chosen, second = meetings[one % len(meetings)], meetings[other % len(meetings)]
    acts: dict[str, Callable[[], Any]] = {
        "move": lambda: fair.perform(SYSTEM, move, second, slot_id=slot),
        "cancel": lambda: fair.perform(SYSTEM, cancel, chosen, code="other"),
        "by hand": lambda: fair.perform(SYSTEM, assign_interpreter, chosen, person),
        "unassign": lambda: fair.perform(SYSTEM, unassign, chosen),
        "exchange": lambda: fair.perform(SYSTEM, exchange, chosen, second),
        "waive": lambda: fair.perform(SYSTEM, waive, chosen),
    }
    acts[what]()


def check(fair: Fair, team: Team) -> None:
    """The rules, said once more and slowly."""
    with reading(fair.engine) as db:
        live = [meeting for meeting in meetings_page(db, fair.id, None, 100) if meeting.state != "cancelled"]
    for meeting in live:
        by = interpreters_of(meeting)
        assert bool(by) is (meeting.interpreting in ("booked", "own"))
        assert len(by) <= 1
    for person in team.people:
        work = sorted((m.starts_at, m.ends_at) for m in live if person in interpreters_of(m))
        assert all(one[1] <= other[0] for one, other in pairwise(work))
        assert rested(work)
    first = [m for m in live if team.people[0] in interpreters_of(m)]
    assert sum((m.ends_at - m.starts_at for m in first), timedelta()) <= timedelta(minutes=LIMIT)
    held_as_told(fair, team, live)


def held_as_told(fair: Fair, team: Team, live: list[MeetingRecord]) -> None:
    """Each interpreted meeting holds its interpreter's time, or a block's of theirs, and nothing else holds any."""
    with reading(fair.engine) as db:
        blocks = {block.id: block for block in block_records(db, fair.id)}
    held: dict[UUID, set[tuple[UUID, int]]] = {}
    for (resource, cell), holder in fair.occupied().items():
        owner = blocks[resource].person if resource in blocks else resource
        if owner in team.people and holder not in blocks:
            held.setdefault(holder, set()).add((owner, cell))
    assert held == {
        m.id: {(person, cell) for person in interpreters_of(m) for cell in cells(m.starts_at, m.ends_at, 5)}
        for m in live
        if interpreters_of(m)
    }


def interpreters_of(meeting: MeetingRecord) -> list[UUID]:
    return [seat.person for seat in meeting.attendees if seat.role == "interpreter"]


def rested(work: list[tuple[datetime, datetime]]) -> bool:
    """After an hour of meetings with less than 15 between them comes a rest."""
    worked, last = timedelta(), None
    for start, end in work:
        worked = end - start + (worked if last is not None and start - last < timedelta(minutes=15) else timedelta())
        last = end
        if worked > timedelta(minutes=STRETCH):
            return False
    return True
