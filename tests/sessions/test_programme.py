from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.ids import new_id
from sessions.errors import BadTimes, BadTitle, NotAllowed, NotFound, WrongState
from sessions.events import SessionRecord
from sessions.programme import Kind, cancel, change, end, finish, go_live, plan, start
from sessions.queries import ProgrammeEntry
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, TEN, TITLE, read, talk

MINUTE = timedelta(minutes=1)
VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))
STAFF_COMMANDS: list[Callable[..., SessionRecord]] = [change, go_live, end, cancel]


def record(session_id: UUID, **changed: Any) -> SessionRecord:
    usual: dict[str, Any] = {
        "id": session_id,
        "kind": "talk",
        "track": "",
        "state": "scheduled",
        "starts_at": TEN,
        "ends_at": HALF_PAST_TEN,
        "live_at": None,
        "ended_at": None,
        "version": 1,
    }
    return SessionRecord(**{**usual, **changed})


def timers(fair: Fair) -> list[tuple[datetime, str]]:
    return [(due, kind) for due, kind, _ in fair.timers()]


def facts(fair: Fair, session_id: UUID) -> list[str]:
    """The types of the log's events of sessions, which all tell the same readers."""
    events = fair.events()
    assert {event.topics for event in events if event.type.startswith("session.")} == {
        ("programme", "organiser", f"session:{session_id}")
    }
    return [event.type for event in events]


def test_plan_puts_a_session_on_the_programme(fair: Fair) -> None:
    planned = talk(fair, kind=Kind.LIVE_COMMERCE, track="beauty", stream_url="https://live.example/1")
    assert planned == record(planned.id, kind="live_commerce", track="beauty")
    assert read(fair, planned.id) == ProgrammeEntry(
        **planned.model_dump(), title=TITLE, stream_url="https://live.example/1"
    )
    assert fair.timers() == [(TEN, "session.start", planned.id)]
    assert facts(fair, planned.id) == ["session.planned"]


def test_plan_tells_no_text(fair: Fair) -> None:
    planned = talk(fair)
    [event] = fair.events()
    assert event.data == f'{{"session":{planned.model_dump_json()}}}'
    assert TITLE["en"] not in event.data
    assert TITLE["ko"] not in event.data


@pytest.mark.parametrize("ends_at", [TEN, TEN - MINUTE])
def test_plan_refuses_an_end_that_is_not_after_the_start(sqlite_fair: Fair, ends_at: datetime) -> None:
    with pytest.raises(BadTimes) as refused:
        talk(sqlite_fair, ends_at=ends_at)
    assert refused.value.details == {"starts_at": TEN, "ends_at": ends_at}
    assert (sqlite_fair.timers(), sqlite_fair.told()) == ([], [])


@pytest.mark.parametrize(
    "title",
    [
        {},
        {"en": "A talk"},
        {"en": "A talk", "original": "ko"},
        {"en": " ", "original": "en"},
        {"original": "original"},
    ],
)
def test_plan_refuses_a_title_without_its_original(sqlite_fair: Fair, title: dict[str, str]) -> None:
    with pytest.raises(BadTitle):
        talk(sqlite_fair, title=title)


def test_session_goes_live_and_ends_by_its_timers(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN)
    assert fair.fire_due() == ["session.start"]
    assert read(fair, session_id).state == "live"
    assert timers(fair) == [(TEN + MINUTE, "session.sample"), (HALF_PAST_TEN, "session.end")]
    clock.move_to(HALF_PAST_TEN)
    assert fair.fire_due() == ["session.sample", "session.end", "session.sample"]
    ended = record(session_id, state="ended", live_at=TEN, ended_at=HALF_PAST_TEN, version=3)
    assert SessionRecord(**read(fair, session_id).model_dump(exclude={"title", "stream_url"})) == ended
    assert facts(fair, session_id) == [
        "session.planned",
        "session.went_live",
        "audience.sampled",
        "session.ended",
        "audience.sampled",
    ]
    assert timers(fair) == []


def test_session_goes_live_and_ends_by_the_operators_buttons(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    early, over = TEN - 5 * MINUTE, HALF_PAST_TEN - 2 * MINUTE
    clock.move_to(early)
    live = fair.perform(SYSTEM, go_live, session_id)
    assert live == record(session_id, state="live", live_at=early, version=2)
    clock.move_to(over)
    fair.fire_due()
    ended = fair.perform(SYSTEM, end, session_id)
    assert ended == record(session_id, state="ended", live_at=early, ended_at=over, version=3)
    assert timers(fair) == [(over, "session.sample")]


def test_session_whose_whole_time_passed_while_nobody_ran_begins_and_ends(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    late = HALF_PAST_TEN + 10 * MINUTE
    clock.move_to(late)
    assert fair.fire_due() == ["session.start", "session.end", "session.sample"]
    assert read(fair, session_id).state == "ended"
    assert timers(fair) == []


def test_moved_session_begins_and_ends_at_its_new_time(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    moved = fair.perform(SYSTEM, change, session_id, starts_at=TEN + MINUTE, ends_at=HALF_PAST_TEN + MINUTE)
    assert moved == record(session_id, starts_at=TEN + MINUTE, ends_at=HALF_PAST_TEN + MINUTE, version=2)
    clock.move_to(TEN)
    assert fair.fire_due() == []
    clock.move_to(TEN + MINUTE)
    assert fair.fire_due() == ["session.start"]
    assert (HALF_PAST_TEN + MINUTE, "session.end") in timers(fair)


def test_timers_that_fire_too_early_or_again_do_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    assert fair.perform(SYSTEM, start, session_id) is None
    assert fair.perform(SYSTEM, finish, session_id) is None
    clock.move_to(TEN)
    fair.fire_due()
    assert fair.perform(SYSTEM, start, session_id) is None
    assert fair.perform(SYSTEM, finish, session_id) is None
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    assert fair.perform(SYSTEM, finish, session_id) is None
    assert fair.perform(SYSTEM, start, new_id()) is None
    assert facts(fair, session_id).count("session.went_live") == 1
    assert facts(fair, session_id).count("session.ended") == 1


def test_live_session_can_run_over(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    longer = HALF_PAST_TEN + 7 * MINUTE
    changed = fair.perform(SYSTEM, change, session_id, ends_at=longer)
    assert changed == record(session_id, state="live", ends_at=longer, live_at=TEN, version=3)
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    assert read(fair, session_id).state == "live"
    clock.move_to(longer)
    fair.fire_due()
    assert read(fair, session_id).ended_at == longer


def test_change_keeps_what_is_not_given(fair: Fair) -> None:
    session_id = talk(fair, track="beauty", stream_url="https://live.example/1").id
    before = read(fair, session_id)
    title = {"en": "Another title", "original": "en"}
    fair.perform(SYSTEM, change, session_id, title=title)
    assert read(fair, session_id) == before.model_copy(update={"title": title, "version": 2})
    fair.perform(SYSTEM, change, session_id, stream_url="", track="", kind=Kind.PANEL)
    assert read(fair, session_id) == before.model_copy(
        update={"title": title, "stream_url": None, "track": "", "kind": "panel", "version": 3}
    )


def test_change_refuses_what_makes_no_sense_and_changes_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    with pytest.raises(BadTimes):
        fair.perform(SYSTEM, change, session_id, starts_at=HALF_PAST_TEN)
    with pytest.raises(BadTitle):
        fair.perform(SYSTEM, change, session_id, title={"en": "A talk"})
    assert timers(fair) == [(TEN, "session.start")]
    clock.move_to(TEN)
    fair.fire_due()
    with pytest.raises(WrongState):
        fair.perform(SYSTEM, change, session_id, starts_at=TEN + MINUTE)
    fair.perform(SYSTEM, end, session_id)
    with pytest.raises(WrongState):
        fair.perform(SYSTEM, change, session_id, track="beauty")
    assert facts(fair, session_id) == ["session.planned", "session.went_live", "session.ended"]


def test_cancelled_session_never_begins(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    cancelled = fair.perform(SYSTEM, cancel, session_id)
    assert cancelled == record(session_id, state="cancelled", version=2)
    clock.move_to(HALF_PAST_TEN)
    assert fair.fire_due() == []
    with pytest.raises(WrongState):
        fair.perform(SYSTEM, go_live, session_id)
    assert facts(fair, session_id) == ["session.planned", "session.cancelled"]


def test_live_session_cannot_be_cancelled(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    sqlite_fair.perform(SYSTEM, go_live, session_id)
    with pytest.raises(WrongState):
        sqlite_fair.perform(SYSTEM, cancel, session_id)


@pytest.mark.parametrize("command", STAFF_COMMANDS)
def test_only_staff_may_run_a_session(sqlite_fair: Fair, command: Callable[..., SessionRecord]) -> None:
    session_id = talk(sqlite_fair).id
    with pytest.raises(NotAllowed):
        sqlite_fair.perform(VIEWER, command, session_id)
    assert sqlite_fair.told() == ["session.planned"]


def test_only_staff_may_plan(sqlite_fair: Fair) -> None:
    with pytest.raises(NotAllowed):
        sqlite_fair.perform(VIEWER, plan, title=TITLE, kind=Kind.TALK, starts_at=TEN, ends_at=HALF_PAST_TEN)


@pytest.mark.parametrize("command", STAFF_COMMANDS)
def test_session_of_another_convention_is_not_there(
    sqlite_fair: Fair, clock: SteppedClock, command: Callable[..., SessionRecord]
) -> None:
    other = make_fair(sqlite_fair.engine, clock, slug="smc-2021")
    theirs = talk(other).id
    with pytest.raises(NotFound):
        sqlite_fair.perform(SYSTEM, command, theirs)
    with pytest.raises(NotFound):
        sqlite_fair.perform(SYSTEM, command, new_id())
    assert read(other, theirs) == ProgrammeEntry(**record(theirs).model_dump(), title=TITLE, stream_url=None)
