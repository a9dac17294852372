from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.attendance import Attendance, Guests, attendance, attended, guests, length, merged, watched_seconds
from sessions.running import end, pause, resume
from sessions.tables import ProgrammeSession
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, TEN, talk, watch

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ANNA, BATU, CHEN = sorted(new_id() for _ in range(3))
BEGIN = datetime(2020, 11, 9, tzinfo=UTC)

SECONDS = st.integers(-20, 120)
STAYS = st.lists(st.tuples(SECONDS, st.none() | SECONDS), max_size=8)
Stays = list[tuple[int, int | None]]


def covered(stays: Stays, length: int) -> set[int]:
    """The seconds of a session that lie in one of the stays, counted one by one."""
    return {s for s in range(length) if any(joined <= s < (length if left is None else left) for joined, left in stays)}


def instants(stays: Stays) -> list[tuple[datetime, datetime | None]]:
    return [(BEGIN + joined * SECOND, None if left is None else BEGIN + left * SECOND) for joined, left in stays]


def found(fair: Fair, session_id: UUID, after: UUID | None = None, limit: int | None = None) -> list[Attendance]:
    with reading(fair.engine) as db:
        return attendance(db, db.get_one(ProgrammeSession, session_id), fair.clock.now(), after, limit)


def seconds(fair: Fair, session_id: UUID) -> int:
    with reading(fair.engine) as db:
        return watched_seconds(db, db.get_one(ProgrammeSession, session_id), fair.clock.now())


def live_talk(fair: Fair, clock: SteppedClock) -> UUID:
    session_id = talk(fair).id
    clock.move_to(TEN)
    fair.fire_due()
    return session_id


@given(STAYS, st.integers(0, 100))
def test_merged_is_what_the_stays_cover_within_the_session(stays: Stays, length: int) -> None:
    intervals = merged(instants(stays), BEGIN, BEGIN + length * SECOND)
    told = {
        int((joined - BEGIN).total_seconds()) + n for joined, left in intervals for n in range((left - joined).seconds)
    }
    assert told == covered(stays, length)
    ends = [instant for interval in intervals for instant in interval]
    assert ends == sorted(set(ends)), "in order, apart, none empty"


@given(STAYS, st.randoms())
def test_merged_does_not_depend_on_the_order_and_merging_again_changes_nothing(stays: Stays, rng: object) -> None:
    once = merged(instants(stays), BEGIN, BEGIN + 60 * SECOND)
    assert merged(reversed(instants(stays)), BEGIN, BEGIN + 60 * SECOND) == once
    assert merged(once, BEGIN, BEGIN + 60 * SECOND) == once


def test_person_in_two_processes_is_there_once(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    first = watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 5 * MINUTE)
    second = watch(fair, session_id, [(ANNA, "KR"), (BATU, "MN")], concurrent=2, process="two")
    clock.move_to(TEN + 10 * MINUTE)
    watch(fair, session_id, went=first)
    clock.move_to(TEN + 15 * MINUTE)
    watch(fair, session_id, concurrent=1, process="two", went=second[:1])
    clock.move_to(TEN + 20 * MINUTE)
    third = watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    watch(fair, session_id, went=third)
    assert found(fair, session_id) == [
        Attendance(ANNA, session_id, TEN, TEN + 15 * MINUTE, 15 * 60, 0.75),
        Attendance(BATU, session_id, TEN + 5 * MINUTE, None, 15 * 60, 0.75),
    ]
    assert seconds(fair, session_id) == 30 * 60


def test_attendance_ends_with_the_session_though_nobody_said_goodbye(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 10 * MINUTE)
    watch(fair, session_id, [(BATU, "KR")], concurrent=2)
    clock.move_to(TEN + 20 * MINUTE)
    fair.perform(SYSTEM, end, session_id)
    clock.move_to(HALF_PAST_TEN)
    assert found(fair, session_id) == [
        Attendance(ANNA, session_id, TEN, TEN + 20 * MINUTE, 20 * 60, 1.0),
        Attendance(BATU, session_id, TEN + 10 * MINUTE, TEN + 20 * MINUTE, 10 * 60, 0.5),
    ]


def test_pause_counts_and_the_time_after_an_end_that_was_undone_does_not(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 5 * MINUTE)
    fair.perform(SYSTEM, pause, session_id)
    clock.move_to(TEN + 10 * MINUTE)
    fair.perform(SYSTEM, end, session_id)
    clock.move_to(TEN + 15 * MINUTE)
    fair.perform(SYSTEM, resume, session_id)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 20 * MINUTE)
    assert found(fair, session_id) == [Attendance(ANNA, session_id, TEN, None, 15 * 60, 0.75)]
    assert seconds(fair, session_id) == 15 * 60


def test_session_that_has_not_begun_has_no_length_and_nobody_was_there(fair: Fair, clock: SteppedClock) -> None:
    session_id = talk(fair).id
    with reading(fair.engine) as db:
        session = db.get_one(ProgrammeSession, session_id)
        assert (length(session, TEN), attendance(db, session, TEN), watched_seconds(db, session, TEN)) == (0, [], 0)
    clock.move_to(TEN)
    fair.fire_due()
    with reading(fair.engine) as db:
        assert length(db.get_one(ProgrammeSession, session_id), TEN + MINUTE) == 60


def test_guests_are_one_line_and_people_come_by_pages(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(CHEN, "KR"), (ANNA, "KR"), (BATU, "KR")], concurrent=3)
    watch(fair, session_id, [(new_id(), None), (new_id(), None)], concurrent=5, guests=True)
    clock.move_to(TEN + 3 * MINUTE)
    with reading(fair.engine) as db:
        session = db.get_one(ProgrammeSession, session_id)
        assert guests(db, session, clock.now()) == Guests(2, 6 * 60)
    assert [one.person_id for one in found(fair, session_id)] == [ANNA, BATU, CHEN]
    assert [one.person_id for one in found(fair, session_id, limit=2)] == [ANNA, BATU]
    assert [one.person_id for one in found(fair, session_id, after=BATU, limit=2)] == [CHEN]
    assert found(fair, session_id, after=CHEN) == []


def test_attended_are_a_persons_sessions_in_the_order_in_which_they_came(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    one, two = live_talk(fair, clock), live_talk(fair, clock)
    there = live_talk(other, clock)
    watch(other, there, [(ANNA, "KR")], concurrent=1)
    watch(fair, two, [(ANNA, "KR"), (BATU, "KR")], concurrent=2)
    clock.move_to(TEN + 10 * MINUTE)
    watch(fair, one, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 20 * MINUTE)
    with reading(fair.engine) as db:
        mine = attended(db, fair.id, ANNA, clock.now())
    assert [(one.session_id, one.seconds, one.share) for one in mine] == [(two, 1200, 1.0), (one, 600, 0.5)]


def test_database_counts_the_seconds_that_are_merged(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    stays: dict[UUID, Sequence[tuple[int, int | None]]] = {
        ANNA: [(0, 90), (30, 60), (80, 100), (200, None)],
        BATU: [(10, None), (20, 30)],
        CHEN: [(5, 6), (6, 7), (300, 310), (300, 305)],
    }
    ends: dict[int, list[UUID]] = {}
    for second in range(0, 311):
        clock.move_to(TEN + second * SECOND + timedelta(milliseconds=7))
        watch(fair, session_id, went=ends.pop(second, []))
        for person, theirs in stays.items():
            for joined, left in theirs:
                if joined == second:
                    ids = watch(fair, session_id, [(person, None)], concurrent=9)
                    ends.setdefault(left or 9999, []).extend(ids)
    assert seconds(fair, session_id) == sum(one.seconds for one in found(fair, session_id))
    assert seconds(fair, session_id) == (100 + 110) + 300 + (2 + 10)
