from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.audience import Crowd, audience_counts, keep_presence, live_sessions, merge, next_sample, sample
from sessions.channels import ChannelKind, Reading, StreamState, Trouble
from sessions.events import AudienceRecord
from sessions.programme import cancel
from sessions.running import end, go_live
from sessions.stays import Came
from sessions.streams import Channel, keep_readings, set_channels
from sessions.tables import Presence, Viewer
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, LIFETIME, REAL, TEN, talk, watch

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ANNA, BATU, CHEN = new_id(), new_id(), new_id()

PRESENCES = st.lists(
    st.builds(
        lambda countries, seconds: Presence(
            process="any",
            session_id=ANNA,
            concurrent=sum(countries.values()),
            countries=countries,
            expires_at=REAL + timedelta(seconds=seconds),
        ),
        st.dictionaries(st.sampled_from(["BR", "KR", "MN", "ZZ"]), st.integers(1, 9000)),
        st.integers(-2, 2),
    )
)


def live_talk(fair: Fair, clock: SteppedClock) -> UUID:
    """A talk that has just gone live at ten."""
    session_id = talk(fair).id
    clock.move_to(max(TEN, clock.now()))
    fair.fire_due()
    return session_id


def presences(fair: Fair) -> list[tuple[str, UUID, int, dict[str, int], datetime]]:
    with reading(fair.engine) as db:
        rows = db.exec(select(Presence).order_by(Presence.process))
        return [(row.process, row.session_id, row.concurrent, row.countries, row.expires_at) for row in rows]


def viewers(fair: Fair) -> set[tuple[UUID, UUID, str | None, bool, datetime]]:
    with reading(fair.engine) as db:
        rows = db.exec(select(Viewer))
        return {(row.session_id, row.person_id, row.country, row.newcomer, row.first_seen_at) for row in rows}


def sampled(fair: Fair, session_id: UUID, real_now: datetime = REAL) -> AudienceRecord | None:
    return fair.perform(SYSTEM, sample, session_id, real_now)


@given(PRESENCES)
def test_merge_adds_up_what_has_not_expired(rows: list[Presence]) -> None:
    alive = [row for row in rows if row.expires_at > REAL]
    crowd = merge(rows, REAL)
    assert crowd.concurrent == sum(row.concurrent for row in alive) == sum(crowd.countries.values())
    assert Counter(crowd.countries) == sum((Counter(row.countries) for row in alive), Counter())


@given(st.timedeltas(timedelta(0), timedelta(days=2)))
def test_next_sample_is_the_first_whole_minute_after(passed: timedelta) -> None:
    due = next_sample(TEN, TEN + passed)
    assert (due - TEN) % MINUTE == timedelta(0)
    assert timedelta(0) < due - (TEN + passed) <= MINUTE


def test_presence_of_a_process_is_kept_and_replaced(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, concurrent=3)
    watch(fair, session_id, concurrent=5, process="two")
    watch(fair, session_id, concurrent=2, real_now=REAL + SECOND)
    assert presences(fair) == [
        ("one", session_id, 2, {"KR": 2}, REAL + SECOND + LIFETIME),
        ("two", session_id, 5, {"KR": 5}, REAL + LIFETIME),
    ]


def test_viewer_is_kept_once_and_is_new_to_the_programme_once(fair: Fair, clock: SteppedClock) -> None:
    first = live_talk(fair, clock)
    second = talk(fair).id
    fair.perform(SYSTEM, go_live, second)
    watch(fair, first, [(ANNA, "KR"), (BATU, None)])
    clock.move_to(TEN + MINUTE)
    watch(fair, first, [(ANNA, "KR")], process="two")
    watch(fair, second, [(ANNA, "KR"), (CHEN, "CN")])
    assert viewers(fair) == {
        (first, ANNA, "KR", True, TEN),
        (first, BATU, None, True, TEN),
        (second, ANNA, "KR", False, TEN + MINUTE),
        (second, CHEN, "CN", True, TEN + MINUTE),
    }


def test_person_new_to_two_sessions_in_one_command_is_new_to_the_programme_once(
    fair: Fair, clock: SteppedClock
) -> None:
    one, two = live_talk(fair, clock), talk(fair).id
    fair.perform(SYSTEM, go_live, two)
    came = [Came(session_id, new_id(), ANNA, "KR", False, TEN) for session_id in (one, two)]
    counts = {one: (1, {"KR": 1}), two: (1, {"KR": 1})}
    fair.perform(SYSTEM, keep_presence, "one", counts, came, [], REAL, LIFETIME)
    assert viewers(fair) == {(one, ANNA, "KR", True, TEN), (two, ANNA, "KR", False, TEN)}


def test_person_is_new_to_each_convention(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    here, there = live_talk(fair, clock), live_talk(other, clock)
    watch(fair, here, [(ANNA, "KR")])
    watch(other, there, [(ANNA, "KR")])
    assert viewers(fair) == {(here, ANNA, "KR", True, TEN), (there, ANNA, "KR", True, TEN)}


def test_nobody_watches_what_is_not_live_or_elsewhere(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, slug="smc-2021")
    scheduled, cancelled = talk(fair, starts_at=HALF_PAST_TEN - MINUTE).id, talk(fair).id
    fair.perform(SYSTEM, cancel, cancelled)
    ended, elsewhere = live_talk(fair, clock), live_talk(other, clock)
    fair.perform(SYSTEM, end, ended)
    for session_id in (scheduled, cancelled, ended, elsewhere, new_id()):
        watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    assert (presences(fair), viewers(fair)) == ([], set())


def test_live_sessions_are_those_of_the_convention(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, slug="smc-2021")
    one, two, _ = live_talk(fair, clock), live_talk(fair, clock), live_talk(other, clock)
    talk(fair, starts_at=HALF_PAST_TEN - MINUTE)
    with reading(fair.engine) as db:
        assert live_sessions(db, fair.id) == {one, two}


def test_sample_counts_all_processes_that_still_answer(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR"), (BATU, "MN")], concurrent=2, real_now=REAL - LIFETIME)  # expires now
    watch(fair, session_id, [(CHEN, None)], concurrent=3, process="two")
    watch(fair, session_id, concurrent=4, process="three")
    clock.move_to(TEN + MINUTE)
    expected = AudienceRecord(
        id=session_id,
        concurrent=7,
        peak=7,
        unique=3,
        countries={"KR": 1, "MN": 1, "ZZ": 1},
        newcomers={"KR": 1, "MN": 1, "ZZ": 1},
        sampled_at=TEN + MINUTE,
        seconds=60,  # those of the lost process were there for no time that is known
    )
    assert sampled(fair, session_id) == expected
    assert [row[0] for row in presences(fair)] == ["three", "two"]
    event = fair.events()[-1]
    topics = ("organiser", f"session:{session_id}", f"backstage:{session_id}")
    assert (event.type, event.topics) == ("audience.sampled", topics)
    assert event.data == f'{{"audience":{expected.model_dump_json()}}}'


def test_peak_is_the_highest_sample_and_newcomers_are_the_first_timers(fair: Fair, clock: SteppedClock) -> None:
    earlier, session_id = live_talk(fair, clock), live_talk(fair, clock)
    watch(fair, earlier, [(ANNA, "KR")])
    counts = []
    for minute, (concurrent, new) in enumerate([(1, ANNA), (5, BATU), (2, CHEN)], start=1):
        watch(fair, session_id, [(new, "KR")], concurrent=concurrent)
        clock.move_to(TEN + minute * MINUTE)
        record = sampled(fair, session_id)
        assert record is not None
        counts.append((record.concurrent, record.peak, record.unique, record.newcomers))
    assert counts == [(1, 1, 1, {}), (5, 5, 2, {"KR": 1}), (2, 5, 3, {"KR": 2})]


def test_samples_come_each_minute_and_at_the_end(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    clock.move_to(TEN + 1 * MINUTE)
    assert fair.fire_due() == ["session.sample"]
    clock.move_to(TEN + 5 * MINUTE + SECOND)  # nobody ran for four minutes: one sample, not four
    assert fair.fire_due() == ["session.sample"]
    assert (TEN + 6 * MINUTE, "session.sample", session_id) in fair.timers()
    clock.move_to(TEN + 5 * MINUTE + 30 * SECOND)
    fair.perform(SYSTEM, end, session_id)
    assert fair.fire_due() == ["session.sample"]
    assert fair.timers() == []
    assert fair.told() == [
        "session.planned",
        "session.soon",
        "session.went_live",
        "audience.sampled",
        "audience.sampled",
        "session.ended",
        "audience.sampled",
    ]


def test_sample_of_the_end_counts_who_came_after_the_sample_of_the_same_instant(
    fair: Fair, clock: SteppedClock
) -> None:
    session_id = live_talk(fair, clock)
    clock.move_to(TEN + MINUTE)
    before = sampled(fair, session_id)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    fair.perform(SYSTEM, end, session_id)
    after = sampled(fair, session_id)
    assert before is not None
    assert after == before.model_copy(
        update={"concurrent": 1, "peak": 1, "unique": 1, "countries": {"KR": 1}, "newcomers": {"KR": 1}}
    )


def repeated(fair: Fair, session_id: UUID, real_nows: Sequence[datetime]) -> list[AudienceRecord | None]:
    return [sampled(fair, session_id, real_now) for real_now in real_nows]


def test_sample_fired_again_tells_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    assert repeated(fair, session_id, [REAL]) == [None]  # its first minute is not over
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + MINUTE)
    assert [bool(record) for record in repeated(fair, session_id, [REAL, REAL + SECOND])] == [True, False]
    clock.move_to(TEN + MINUTE + SECOND)
    fair.perform(SYSTEM, end, session_id)
    clock.move_to(TEN + MINUTE + 2 * SECOND)
    assert [bool(record) for record in repeated(fair, session_id, [REAL, REAL + SECOND])] == [True, False]
    assert repeated(fair, session_id, [REAL + LIFETIME]) == [None]  # by now nobody would be left to count
    assert fair.told().count("audience.sampled") == 2


def test_sample_of_what_never_went_live_tells_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    clock.move_to(HALF_PAST_TEN)
    fair.perform(SYSTEM, cancel, session_id)
    assert repeated(fair, session_id, [REAL]) == [None]
    assert sampled(fair, new_id()) is None


def test_thousands_of_newcomers_are_kept_by_one_command(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    crowd = [Came(session_id, new_id(), new_id(), "KR" if n % 3 else "BR", False, TEN) for n in range(3000)]
    counts = {session_id: (3000, {"BR": 1000, "KR": 2000})}
    fair.perform(SYSTEM, keep_presence, "one", counts, crowd, [], REAL, LIFETIME)
    clock.move_to(TEN + MINUTE)
    record = sampled(fair, session_id)
    assert record is not None
    assert (record.concurrent, record.unique, record.countries) == (3000, 3000, {"BR": 1000, "KR": 2000})
    assert merge([], REAL) == Crowd(concurrent=0, countries={})


def test_every_sample_but_the_last_sets_the_next(fair: Fair, clock: SteppedClock) -> None:
    live_talk(fair, clock)
    dues = []
    for minute in range(1, 31):
        dues += [due for due, kind, _ in fair.timers() if kind == "session.sample"]
        clock.move_to(TEN + minute * MINUTE)
        fair.fire_due()
    assert {later - earlier for earlier, later in pairwise(dues)} == {MINUTE}
    assert len(dues) == 30
    assert fair.timers() == []


def counted(fair: Fair, session_ids: Sequence[UUID], real_now: datetime = REAL) -> dict[UUID, dict[str, Any]]:
    with reading(fair.engine) as db:
        return audience_counts(db, fair.id, session_ids, real_now)


def test_counts_of_a_moment_are_those_of_all_processes_without_a_look_at_the_viewers(
    fair: Fair, clock: SteppedClock
) -> None:
    watched, empty = live_talk(fair, clock), live_talk(fair, clock)
    assert counted(fair, [watched]) == {watched: {"concurrent": 0, "unique": 0, "outside": []}}
    watch(fair, watched, [(ANNA, "KR"), (BATU, "MN")], concurrent=2)
    watch(fair, watched, [(BATU, "MN"), (CHEN, None)], concurrent=2, process="two", real_now=REAL + SECOND)
    now = {"concurrent": 4, "unique": 3, "outside": []}
    assert counted(fair, [watched, empty]) == {watched: now, empty: {"concurrent": 0, "unique": 0, "outside": []}}
    clock.move_to(TEN + MINUTE)
    fair.fire_due()  # what was counted so far stands in the sample now
    assert counted(fair, [watched]) == {watched: now}
    watch(fair, watched, [(ANNA, "KR"), (new_id(), "KR")], concurrent=4)
    assert counted(fair, [watched]) == {watched: {**now, "concurrent": 6, "unique": 4}}
    assert counted(fair, [watched], REAL + LIFETIME) == {watched: {**now, "concurrent": 2, "unique": 4}}
    assert counted(fair, []) == {}


def test_counts_of_a_moment_say_what_outside_streams_say_and_when(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    video = Channel(kind=ChannelKind.VIDEO, url="https://youtu.be/dQw4w9WgXcQ")
    [channel] = fair.perform(SYSTEM, set_channels, session_id, [video]).channels
    fair.perform(SYSTEM, keep_readings, {channel.id: Reading(StreamState.LIVE, 7)}, REAL - MINUTE)
    fair.perform(SYSTEM, keep_readings, {channel.id: Trouble.TIMEOUT}, REAL)
    said = {"channel": str(channel.id), "state": "live", "concurrent": 7, "peak": 7, "trouble": "timeout"}
    assert counted(fair, [session_id]) == {
        session_id: {"concurrent": 0, "unique": 0, "outside": [{**said, "read_at": "2099-12-31T23:59:00Z"}]}
    }
