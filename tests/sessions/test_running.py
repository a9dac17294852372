import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.ids import new_id
from server.work import Work
from sessions.errors import WrongState
from sessions.events import SessionRecord
from sessions.programme import RunBy, change
from sessions.running import FORGOTTEN, announce_soon, end, finish, go_live, pause, resume, show_again, start
from tests.factories import Fair
from tests.sessions.programme import HALF_PAST_TEN, TEN, read, record, talk

MINUTE = timedelta(minutes=1)
Button = Callable[[Work, UUID], SessionRecord]


def hide_again(work: Work, session_id: UUID) -> SessionRecord:
    return show_again(work, session_id, shown=False)


def timers(fair: Fair) -> list[tuple[datetime, str]]:
    return [(due, kind) for due, kind, _ in fair.timers()]


def as_it_stands(fair: Fair, session_id: UUID) -> SessionRecord:
    return SessionRecord(**{name: getattr(read(fair, session_id), name) for name in SessionRecord.model_fields})


def test_session_goes_live_and_ends_by_its_timers(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN - 10 * MINUTE)
    assert fair.fire_due() == ["session.soon"]
    clock.move_to(TEN)
    assert fair.fire_due() == ["session.start"]
    assert as_it_stands(fair, session_id) == record(
        session_id, state="live", live_at=TEN, soon_at=TEN - 10 * MINUTE, version=3
    )
    assert timers(fair) == [(TEN + MINUTE, "session.sample"), (HALF_PAST_TEN, "session.end")]
    clock.move_to(HALF_PAST_TEN)
    assert fair.fire_due() == ["session.sample", "session.end", "session.sample"]
    ended = record(session_id, state="ended", live_at=TEN, soon_at=TEN - 10 * MINUTE, ended_at=HALF_PAST_TEN, version=4)
    assert as_it_stands(fair, session_id) == ended
    assert fair.told() == [
        "session.planned",
        "session.soon",
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


@pytest.mark.parametrize("run_by", [RunBy.BUTTON, RunBy.STREAM])
def test_session_that_no_timer_runs_waits_and_is_not_forgotten(sqlite_fair: Fair, run_by: RunBy) -> None:
    session_id = talk(sqlite_fair, run_by=run_by).id
    sqlite_fair.clock.move_to(TEN + MINUTE)
    assert sqlite_fair.fire_due() == ["session.soon"]
    sqlite_fair.perform(SYSTEM, go_live, session_id)
    assert timers(sqlite_fair)[-1] == (HALF_PAST_TEN + FORGOTTEN, "session.end")
    sqlite_fair.clock.move_to(HALF_PAST_TEN + FORGOTTEN)
    sqlite_fair.fire_due()
    assert read(sqlite_fair, session_id).state == "ended"


def test_paused_session_goes_on(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    clock.move_to(TEN + 5 * MINUTE)
    paused = fair.perform(SYSTEM, pause, session_id)
    assert paused == record(session_id, state="paused", live_at=TEN, soon_at=TEN, paused_at=TEN + 5 * MINUTE, version=4)
    fair.fire_due()
    assert timers(fair) == [(TEN + 6 * MINUTE, "session.sample"), (HALF_PAST_TEN, "session.end")]
    clock.move_to(TEN + 8 * MINUTE)
    assert fair.perform(SYSTEM, resume, session_id) == record(
        session_id, state="live", live_at=TEN, soon_at=TEN, version=5
    )
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    assert read(fair, session_id).state == "ended"


def test_paused_session_ends_by_its_timer_too(sqlite_fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(sqlite_fair).id
    clock.move_to(TEN)
    sqlite_fair.fire_due()
    sqlite_fair.perform(SYSTEM, pause, session_id)
    clock.move_to(HALF_PAST_TEN)
    sqlite_fair.fire_due()
    ended = record(session_id, state="ended", live_at=TEN, soon_at=TEN, ended_at=HALF_PAST_TEN, version=5)
    assert as_it_stands(sqlite_fair, session_id) == ended


def test_an_end_that_came_too_early_is_undone(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    fair.perform(SYSTEM, end, session_id)
    fair.fire_due()
    clock.move_to(TEN + MINUTE)
    assert fair.perform(SYSTEM, resume, session_id) == record(
        session_id, state="live", live_at=TEN, soon_at=TEN, version=5
    )
    assert timers(fair) == [(TEN + 2 * MINUTE, "session.sample"), (HALF_PAST_TEN, "session.end")]


def test_session_resumed_past_its_time_ends_by_hand_or_after_a_long_silence(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    fair.perform(SYSTEM, resume, session_id)
    assert fair.fire_due() == []
    assert timers(fair)[-1] == (HALF_PAST_TEN + FORGOTTEN, "session.end")


ALLOWED: dict[Button, set[str]] = {
    go_live: {"scheduled"},
    pause: {"live"},
    resume: {"paused", "ended"},
    end: {"live", "paused"},
    show_again: {"ended"},
    hide_again: {"replay"},
}
WAYS: dict[str, list[Button]] = {
    "scheduled": [],
    "live": [go_live],
    "paused": [go_live, pause],
    "ended": [go_live, end],
    "replay": [go_live, end, show_again],
}


@pytest.mark.parametrize(("button", "state"), list(itertools.product(ALLOWED, WAYS)))
def test_each_button_works_in_its_states_and_leaves_others_as_they_are(
    sqlite_fair: Fair, button: Button, state: str
) -> None:
    session_id = talk(sqlite_fair).id
    for way in WAYS[state]:
        sqlite_fair.perform(SYSTEM, way, session_id)
    before = read(sqlite_fair, session_id)
    assert before.state == state
    if state in ALLOWED[button]:
        after = sqlite_fair.perform(SYSTEM, button, session_id)
        assert (after.version, after.live_at is None) == (before.version + 1, False)
    else:
        with pytest.raises(WrongState):
            sqlite_fair.perform(SYSTEM, button, session_id)
        assert read(sqlite_fair, session_id) == before


def test_replay_is_offered_and_taken_away(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    with pytest.raises(WrongState):
        fair.perform(SYSTEM, show_again, session_id)
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    over = {"live_at": TEN, "ended_at": HALF_PAST_TEN, "soon_at": TEN}
    assert fair.perform(SYSTEM, show_again, session_id) == record(session_id, state="replay", **over, version=5)
    hidden = fair.perform(SYSTEM, show_again, session_id, shown=False)
    assert hidden == record(session_id, state="ended", **over, version=6)
    assert fair.told()[-2:] == ["session.replayed", "session.ended"]
    assert timers(fair) == []


def test_session_whose_whole_time_passed_while_nobody_ran_begins_and_ends(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(HALF_PAST_TEN + 10 * MINUTE)
    assert fair.fire_due() == ["session.soon", "session.start", "session.end", "session.sample"]
    assert read(fair, session_id).state == "ended"
    assert timers(fair) == []


def test_timers_that_fire_too_early_or_again_do_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    for timer in (announce_soon, start, finish):
        assert fair.perform(SYSTEM, timer, session_id) is None
    clock.move_to(TEN)
    fair.fire_due()
    for timer in (announce_soon, start, finish):
        assert fair.perform(SYSTEM, timer, session_id) is None
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    for timer in (announce_soon, start, finish):
        assert fair.perform(SYSTEM, timer, session_id) is None
        assert fair.perform(SYSTEM, timer, new_id()) is None
    kinds = [kind for kind in fair.told() if kind.startswith("session.")]
    assert kinds == ["session.planned", "session.soon", "session.went_live", "session.ended"]


def test_live_session_can_run_over(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    longer = HALF_PAST_TEN + 7 * MINUTE
    changed = fair.perform(SYSTEM, change, session_id, ends_at=longer)
    assert changed == record(session_id, state="live", ends_at=longer, live_at=TEN, soon_at=TEN, version=4)
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    assert read(fair, session_id).state == "live"
    clock.move_to(longer)
    fair.fire_due()
    assert read(fair, session_id).ended_at == longer
