from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.ids import new_id
from sessions.errors import BadTimes, BadTitle, NotAllowed, NotFound, UnknownPlace, WrongState
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules, Naming
from sessions.programme import AudienceKind, Kind, RunBy, cancel, change, plan, publish, take_back
from sessions.rooms import add_room, add_track
from sessions.running import end, go_live, pause, resume, show_again
from sessions.states import SessionState
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, TEN, TITLE, read, record, shown, talk

MINUTE = timedelta(minutes=1)
VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))
STAFF_COMMANDS: list[Callable[..., SessionRecord]] = [
    *(change, publish, take_back, cancel),
    *(go_live, pause, resume, end, show_again),
]


def timers(fair: Fair) -> list[tuple[datetime, str]]:
    return [(due, kind) for due, kind, _ in fair.timers()]


def told(fair: Fair) -> list[tuple[str, set[str]]]:
    """What the log says of sessions, and whom it told besides those behind the scenes."""
    behind = ("organiser", "session:", "backstage:")
    return [
        (event.type, {topic for topic in event.topics if not topic.startswith(behind)})
        for event in fair.events()
        if event.type.startswith("session.")
    ]


def test_plan_puts_a_session_on_the_programme(fair: Fair) -> None:
    fair.perform(SYSTEM, add_track, code="beauty", name=TITLE)
    planned = talk(fair, kind=Kind.LIVE_COMMERCE, track="beauty")
    assert planned == record(planned.id, kind="live_commerce", track="beauty")
    assert read(fair, planned.id) == shown(planned)
    assert fair.timers() == [(TEN - 10 * MINUTE, "session.soon", planned.id), (TEN, "session.start", planned.id)]
    [event] = [event for event in fair.events() if event.type == "session.planned"]
    assert set(event.topics) == {"organiser", "programme", f"session:{planned.id}", f"backstage:{planned.id}"}


def test_plan_takes_all_that_a_session_may_have(fair: Fair) -> None:
    fair.perform(SYSTEM, add_room, code="studio", name=TITLE, place="hybrid")
    details: dict[str, Any] = {
        "abstract": {"en": "What comes.", "original": "en"},
        "notice": {"en": "In a moment.", "original": "en"},
        "languages": ["ko", "en"],
    }
    floor = FloorRules(questions=Naming.NAMED, words=["spam"])
    planned = talk(
        fair,
        **details,
        room="studio",
        audience=AudienceKind.PUBLIC,
        capacity=20,
        run_by=RunBy.STREAM,
        floor=floor,
        external_id="A-1",
    )
    assert planned == record(planned.id, room="studio", audience="public", registers=True, capacity=20)
    more = {"run_by": "stream", "floor": floor.offer(), "places": 0}
    assert read(fair, planned.id) == shown(planned, **details, **more)
    assert timers(fair) == [(TEN - 10 * MINUTE, "session.soon")]


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


@pytest.mark.parametrize("place", ["track", "room"])
def test_plan_refuses_a_place_that_is_not_there(sqlite_fair: Fair, clock: SteppedClock, place: str) -> None:
    other = make_fair(sqlite_fair.engine, clock, slug="smc-2021")
    other.perform(SYSTEM, add_track, code="beauty", name=TITLE)
    other.perform(SYSTEM, add_room, code="beauty", name=TITLE, place="online")
    with pytest.raises(UnknownPlace) as refused:
        talk(sqlite_fair, **{place: "beauty"})
    assert refused.value.details == {"what": place}
    assert (sqlite_fair.timers(), sqlite_fair.told()) == ([], [])


def test_plan_refuses_a_state_in_which_nothing_begins(sqlite_fair: Fair) -> None:
    with pytest.raises(WrongState):
        talk(sqlite_fair, state=SessionState.LIVE)


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


def test_a_draft_is_the_planners_until_it_is_published_and_again_when_it_is_taken_back(fair: Fair) -> None:
    session_id = talk(fair, state=SessionState.DRAFT).id
    assert fair.timers() == []
    published = fair.perform(SYSTEM, publish, session_id, settled=False)
    assert (published, fair.timers()) == (record(session_id, state="published", version=2), [])
    settled = fair.perform(SYSTEM, publish, session_id)
    assert settled == record(session_id, version=3)
    assert timers(fair) == [(TEN - 10 * MINUTE, "session.soon"), (TEN, "session.start")]
    draft = fair.perform(SYSTEM, take_back, session_id)
    assert (draft, fair.timers()) == (record(session_id, state="draft", version=4), [])
    assert told(fair) == [
        ("session.planned", set()),
        ("session.published", {"programme"}),
        ("session.published", {"programme"}),
        ("session.changed", set()),
        ("session.hidden", {"programme"}),
    ]


def test_whoever_loses_sight_of_a_session_is_told_so(fair: Fair) -> None:
    session_id = talk(fair, audience=AudienceKind.PUBLIC).id
    fair.perform(SYSTEM, change, session_id, audience=AudienceKind.REGISTERED)
    fair.perform(SYSTEM, change, session_id, audience=AudienceKind.INVITED)
    fair.perform(SYSTEM, change, session_id, audience=AudienceKind.PUBLIC)
    assert told(fair) == [
        ("session.planned", {"programme", "public"}),
        ("session.changed", {"programme"}),
        ("session.hidden", {"public"}),
        ("session.changed", set()),
        ("session.hidden", {"programme"}),
        ("session.changed", {"programme", "public"}),
    ]
    hidden = [event.data for event in fair.events() if event.type == "session.hidden"]
    assert hidden == 2 * [f'{{"session":{{"id":"{session_id}","gone":true}}}}']


def test_moved_session_begins_and_ends_at_its_new_time(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    moved = fair.perform(SYSTEM, change, session_id, starts_at=TEN + MINUTE, ends_at=HALF_PAST_TEN + MINUTE)
    times = {"starts_at": TEN + MINUTE, "ends_at": HALF_PAST_TEN + MINUTE, "moved_from": TEN}
    assert moved == record(session_id, **times, version=2)
    assert told(fair) == [("session.planned", {"programme"}), ("session.moved", {"programme"})]
    clock.move_to(TEN)
    assert fair.fire_due() == ["session.soon"]
    clock.move_to(TEN + MINUTE)
    assert fair.fire_due() == ["session.start"]
    assert (HALF_PAST_TEN + MINUTE, "session.end") in timers(fair)


def test_a_draft_has_been_moved_from_nowhere(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair, state=SessionState.DRAFT).id
    moved = sqlite_fair.perform(SYSTEM, change, session_id, starts_at=TEN + MINUTE)
    assert moved == record(session_id, state="draft", starts_at=TEN + MINUTE, version=2)


def test_change_keeps_what_is_not_given(fair: Fair) -> None:
    fair.perform(SYSTEM, add_track, code="beauty", name=TITLE)
    session_id = talk(fair, track="beauty", notice={"en": "Soon.", "original": "en"}, capacity=3).id
    before = read(fair, session_id)
    title = {"en": "Another title", "original": "en"}
    fair.perform(SYSTEM, change, session_id, title=title)
    assert read(fair, session_id) == before.model_copy(update={"title": title, "version": 2})
    fair.perform(SYSTEM, change, session_id, track="", kind=Kind.PANEL, notice={}, capacity=None, registers=False)
    less: dict[str, Any] = {
        "track": "",
        "kind": "panel",
        "notice": {},
        "capacity": None,
        "registers": False,
        "places": None,
    }
    assert read(fair, session_id) == before.model_copy(update={"title": title, "version": 3, **less})


def test_change_refuses_what_makes_no_sense_and_changes_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    with pytest.raises(BadTimes):
        fair.perform(SYSTEM, change, session_id, starts_at=HALF_PAST_TEN)
    with pytest.raises(BadTitle):
        fair.perform(SYSTEM, change, session_id, title={"en": "A talk"})
    with pytest.raises(UnknownPlace):
        fair.perform(SYSTEM, change, session_id, track="beauty")
    clock.move_to(TEN)
    fair.fire_due()
    with pytest.raises(WrongState):
        fair.perform(SYSTEM, change, session_id, starts_at=TEN + MINUTE)
    assert [kind for kind, _ in told(fair)] == ["session.planned", "session.soon", "session.went_live"]


def test_cancelled_session_never_begins_until_it_is_taken_back(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    cancelled = fair.perform(SYSTEM, cancel, session_id)
    assert cancelled == record(session_id, state="cancelled", version=2)
    clock.move_to(HALF_PAST_TEN)
    assert fair.fire_due() == []
    for command in (go_live, publish, cancel):
        with pytest.raises(WrongState):
            fair.perform(SYSTEM, command, session_id)
    with pytest.raises(WrongState):
        fair.perform(SYSTEM, change, session_id, title=TITLE)
    fair.perform(SYSTEM, take_back, session_id)
    assert fair.perform(SYSTEM, publish, session_id) == record(session_id, version=4)
    assert fair.fire_due() == ["session.start", "session.end", "session.sample"]


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
    assert read(other, theirs) == shown(record(theirs))
