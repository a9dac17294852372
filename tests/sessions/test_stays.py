from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.audience import Begun, keep_presence, sample
from sessions.running import end, resume
from sessions.stays import Came, Went
from sessions.tables import Stay, Viewer
from tests.factories import Fair
from tests.sessions.programme import LIFETIME, REAL, TEN, talk, watch

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ANNA, BATU = new_id(), new_id()


def live_talk(fair: Fair, clock: SteppedClock) -> UUID:
    session_id = talk(fair).id
    clock.move_to(max(TEN, clock.now()))
    fair.fire_due()
    return session_id


def stays(fair: Fair) -> set[tuple[UUID, UUID, str, datetime, datetime | None]]:
    with reading(fair.engine) as db:
        rows = db.exec(select(Stay).where(Stay.convention_id == fair.id))
        return {(row.session_id, row.person_id, row.process, row.joined_at, row.left_at) for row in rows}


def heard(fair: Fair, process: str, session_id: UUID, real_now: datetime = REAL) -> Begun:
    counts = {session_id: (1, {"KR": 1})}
    return fair.perform(SYSTEM, keep_presence, process, counts, [], [], real_now, LIFETIME)


def test_who_comes_has_a_stay_and_who_goes_has_had_it(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    anna, _ = watch(fair, session_id, [(ANNA, "KR"), (BATU, None)], concurrent=2)
    clock.move_to(TEN + MINUTE)
    watch(fair, session_id, concurrent=1, went=[anna])
    clock.move_to(TEN + 2 * MINUTE)
    watch(fair, session_id, went=[anna, new_id()])  # again, and one that nobody knows
    assert stays(fair) == {
        (session_id, ANNA, "one", TEN, TEN + MINUTE),
        (session_id, BATU, "one", TEN, None),
    }


def test_hand_in_that_is_repeated_changes_nothing(fair: Fair, clock: SteppedClock) -> None:
    session_id, stay = live_talk(fair, clock), new_id()
    came, went = [Came(session_id, stay, ANNA, "KR", False, TEN)], [Went(session_id, stay, TEN + SECOND)]
    for _ in range(2):
        fair.perform(SYSTEM, keep_presence, "one", {session_id: (0, {})}, came, went, REAL, LIFETIME)
    assert stays(fair) == {(session_id, ANNA, "one", TEN, TEN + SECOND)}


def test_guest_is_marked_in_the_viewers(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    watch(fair, session_id, [(BATU, "MN")], concurrent=2, guests=True)
    with reading(fair.engine) as db:
        rows = {(row.person_id, row.country, row.guest, row.newcomer) for row in db.exec(select(Viewer))}
    assert rows == {(ANNA, "KR", False, True), (BATU, "MN", True, True)}


def test_all_stays_end_with_the_session_and_new_ones_begin_when_it_is_taken_up_again(
    fair: Fair, clock: SteppedClock
) -> None:
    session_id, other = live_talk(fair, clock), live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    watch(fair, other, [(ANNA, "KR")], concurrent=1)
    assert heard(fair, "one", session_id) == Begun(sessions=())
    clock.move_to(TEN + MINUTE)
    fair.perform(SYSTEM, end, session_id)
    assert stays(fair) == {(session_id, ANNA, "one", TEN, TEN + MINUTE), (other, ANNA, "one", TEN, None)}
    assert heard(fair, "one", session_id) == Begun(sessions=())  # it is over
    fair.perform(SYSTEM, resume, session_id)
    # Even a process that has not noticed the end learns that its viewers need new stays.
    assert heard(fair, "one", session_id) == Begun(sessions=(session_id,))
    assert heard(fair, "one", session_id) == Begun(sessions=())


def test_stays_of_a_killed_process_end_when_its_presence_does(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 40 * SECOND)
    assert heard(fair, "two", session_id, REAL + 40 * SECOND) == Begun(sessions=(session_id,))
    assert stays(fair) == {(session_id, ANNA, "one", TEN, TEN + LIFETIME)}
    # It was not killed, only slow: whom it still counts has a new stay to begin.
    assert heard(fair, "one", session_id, REAL + 41 * SECOND) == Begun(sessions=(session_id,))


def test_sample_ends_the_stays_of_a_killed_process_too(fair: Fair, clock: SteppedClock) -> None:
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1)
    clock.move_to(TEN + 5 * SECOND)
    watch(fair, session_id, [(BATU, "KR")], concurrent=2, real_now=REAL + 5 * SECOND)
    clock.move_to(TEN + MINUTE)
    record = fair.perform(SYSTEM, sample, session_id, REAL + MINUTE)
    assert record is not None
    assert (record.concurrent, record.seconds) == (0, 15 + 10)
    assert stays(fair) == {
        (session_id, ANNA, "one", TEN, TEN + 15 * SECOND),
        (session_id, BATU, "one", TEN + 5 * SECOND, TEN + 15 * SECOND),
    }


def test_who_came_after_a_process_was_last_heard_stayed_for_no_time(fair: Fair, clock: SteppedClock) -> None:
    """Convention time may be moved far while real time hardly goes on, and the other way round."""
    session_id = live_talk(fair, clock)
    watch(fair, session_id, [(ANNA, "KR")], concurrent=1, real_now=REAL)
    clock.move_to(TEN + SECOND)
    heard(fair, "two", session_id, REAL + MINUTE)
    assert stays(fair) == {(session_id, ANNA, "one", TEN, TEN)}
