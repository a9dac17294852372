import json
from datetime import timedelta

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from server.live.topics import apply
from sessions.channels import ChannelKind, Reading, StreamState
from sessions.events import AudienceRecord, OutsideRecord
from sessions.figures import DEFINITIONS, Figures, figures, figures_of_records
from sessions.programme import cancel
from sessions.queries import State, state_of_convention
from sessions.running import end, go_live
from sessions.states import SessionState
from sessions.streams import Channel, keep_readings, set_channels
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, REAL, TEN, talk, watch

MINUTE = timedelta(minutes=1)
PEOPLE = [(new_id(), country) for country in ("KR", "KR", "KR", "MN", "BR", None)]
NOBODY = Figures(
    concurrent=0,
    peak=0,
    unique=0,
    guests=0,
    views=0,
    watch_minutes=0,
    countries={},
    sessions=dict.fromkeys(SessionState, 0),
    live={},
    outside={},
)


def measured(fair: Fair) -> Figures:
    with reading(fair.engine) as db:
        return figures(db, fair.id, REAL)


def recomputed(fair: Fair) -> Figures:
    """From nothing but the event log."""
    state: State = {}
    for event in fair.events():
        state = apply(state, json.loads(event.data))
    return figures_of_records(state.get("session", {}), state.get("audience", {}))


def test_figures_before_anything_happened(fair: Fair) -> None:
    assert measured(fair) == recomputed(fair) == NOBODY


def test_figures_while_sessions_are_live(fair: Fair, clock: SteppedClock) -> None:
    one, two, called_off = talk(fair).id, talk(fair).id, talk(fair).id
    talk(fair, starts_at=HALF_PAST_TEN, ends_at=HALF_PAST_TEN + MINUTE)
    fair.perform(SYSTEM, cancel, called_off)
    clock.move_to(TEN)
    fair.fire_due()
    watch(fair, one, PEOPLE[:4], concurrent=4)
    watch(fair, two, PEOPLE[2:], concurrent=3)
    clock.move_to(TEN + MINUTE)
    fair.fire_due()
    other = make_fair(fair.engine, clock, slug="smc-2021")
    theirs = talk(other).id
    other.perform(SYSTEM, go_live, theirs)
    watch(other, theirs, PEOPLE, concurrent=9)
    assert recomputed(fair) == Figures(
        concurrent=7,
        peak=4,
        unique=6,
        guests=0,
        views=8,
        watch_minutes=8,
        countries={"BR": 1, "KR": 3, "MN": 1, "ZZ": 1},
        sessions={**NOBODY.sessions, "scheduled": 1, "live": 2, "cancelled": 1},
        live={one: 4, two: 3},
        outside={},
    )
    assert measured(fair) == recomputed(fair)
    watch(fair, one, concurrent=1)
    assert (measured(fair).concurrent, measured(fair).live, measured(fair).peak) == (4, {one: 1, two: 3}, 4)


def test_figures_of_the_log_are_those_of_the_rows_when_all_is_over(fair: Fair, clock: SteppedClock) -> None:
    talks = [talk(fair, starts_at=TEN + n * MINUTE, ends_at=TEN + (n + 2) * MINUTE).id for n in range(4)]
    for minute in range(6):
        clock.move_to(TEN + minute * MINUTE)
        fair.fire_due()
        for number, session_id in enumerate(talks):  # some come in the very instant of a sample
            watch(fair, session_id, PEOPLE[number % 3 : minute + 1], concurrent=number + minute)
    assert recomputed(fair) == measured(fair)
    assert measured(fair) == Figures(
        concurrent=0,
        peak=7,
        unique=5,
        guests=0,
        views=2 + 2 + 2 + 5,
        watch_minutes=3 + 3 + 3 + 9,
        countries={"BR": 1, "KR": 3, "MN": 1},
        sessions={**NOBODY.sessions, "ended": 4},
        live={},
        outside={},
    )


def test_figures_are_the_same_once_the_end_is_sampled(fair: Fair, clock: SteppedClock) -> None:
    over, still = talk(fair).id, talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    watch(fair, over, PEOPLE[:4], concurrent=2)
    watch(fair, still, PEOPLE[3:], concurrent=5)
    clock.move_to(TEN + MINUTE)
    fair.fire_due()
    fair.perform(SYSTEM, end, over)
    watch(fair, still, PEOPLE[:1], concurrent=5)
    before = measured(fair)
    clock.move_to(TEN + 2 * MINUTE)
    fair.fire_due()
    after = measured(fair)
    assert after == recomputed(fair) == before.model_copy(update={"watch_minutes": after.watch_minutes})
    assert before == Figures(
        concurrent=5,
        peak=5,
        unique=6,
        guests=0,
        views=8,
        watch_minutes=7,
        countries={"BR": 1, "KR": 3, "MN": 1, "ZZ": 1},
        sessions={**NOBODY.sessions, "live": 1, "ended": 1},
        live={still: 5},
        outside={},
    )


def test_guests_count_among_the_unique_viewers_once(fair: Fair, clock: SteppedClock) -> None:
    one, two = talk(fair).id, talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    for session_id in (one, two):
        watch(fair, session_id, PEOPLE[:2], concurrent=2)
        watch(fair, session_id, PEOPLE[3:], concurrent=5, guests=True)
    assert (measured(fair).unique, measured(fair).guests, measured(fair).views) == (5, 3, 10)
    clock.move_to(TEN + MINUTE)
    fair.fire_due()
    audiences = [json.loads(event.data)["audience"] for event in fair.events() if event.type == "audience.sampled"]
    assert sorted((one["guests"], one["new_guests"]) for one in audiences) == [(3, 0), (3, 3)]
    assert measured(fair) == recomputed(fair)
    clock.move_to(HALF_PAST_TEN)
    fair.fire_due()
    assert measured(fair) == recomputed(fair)
    assert (measured(fair).guests, measured(fair).watch_minutes) == (3, 10 * 30)


def test_what_outside_streams_say_stands_apart_and_stays_in_the_samples(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    youtube, hls = (
        Channel(kind=ChannelKind.VIDEO, url=url)
        for url in ("https://youtu.be/dQw4w9WgXcQ", "https://media.example/live/hall.m3u8")
    )
    channels = fair.perform(SYSTEM, set_channels, session_id, [youtube, hls]).channels
    clock.move_to(TEN)
    fair.fire_due()
    watch(fair, session_id, PEOPLE[:1], concurrent=1)
    said = {channels[0].id: Reading(StreamState.LIVE, 1200), channels[1].id: Reading(StreamState.LIVE)}
    fair.perform(SYSTEM, keep_readings, said, REAL)
    clock.move_to(TEN + MINUTE)
    fair.fire_due()
    outside = (
        OutsideRecord(channel=channels[0].id, provider="youtube", concurrent=1200, read_at=REAL),
        OutsideRecord(channel=channels[1].id, provider="hls", concurrent=None, read_at=REAL),
    )
    found = measured(fair)
    assert found == recomputed(fair)
    assert (found.concurrent, found.unique, found.outside) == (1, 1, {session_id: outside})
    fair.perform(SYSTEM, end, session_id)
    fair.fire_due()
    assert measured(fair).outside == {}
    with reading(fair.engine) as db:
        [last] = state_of_convention(db, fair.id)["audience"].values()
    assert AudienceRecord.model_validate(last).outside == outside


def test_every_figure_is_defined_in_both_languages() -> None:
    assert set(DEFINITIONS) == set(Figures.model_fields)
    for definition in DEFINITIONS.values():
        assert {part: set(texts) for part, texts in definition.items()} == {
            "name": {"en", "ko"},
            "definition": {"en", "ko"},
        }
        assert all(text.strip() for texts in definition.values() for text in texts.values())
