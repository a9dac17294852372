from datetime import timedelta
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.audience import Crowd
from sessions.events import AudienceRecord
from sessions.programme import cancel, go_live
from sessions.queries import (
    State,
    crowds,
    entry,
    programme,
    state_of_convention,
    state_of_programme,
    state_of_session,
)
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, LIFETIME, REAL, TEN, TITLE, read, talk, watch

MINUTE = timedelta(minutes=1)


def state(session_id: UUID, name: str = "scheduled", **changed: str | int | None) -> dict[str, str | int | None]:
    """A session of ten o'clock as JSON."""
    return {
        "id": str(session_id),
        "kind": "talk",
        "track": "",
        "state": name,
        "starts_at": "2020-11-09T01:00:00Z",
        "ends_at": "2020-11-09T01:30:00Z",
        "live_at": None,
        "ended_at": None,
        "version": 1,
        **changed,
    }


def test_programme_is_in_the_order_of_beginning_and_of_one_convention(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, slug="smc-2021")
    theirs = talk(other).id
    late, early = talk(fair, starts_at=TEN + MINUTE).id, talk(fair).id
    with reading(fair.engine) as db:
        assert [found.id for found in programme(db, fair.id)] == [early, late]
        assert programme(db, fair.id)[0] == entry(db, fair.id, early) == read(fair, early)
        assert programme(db, fair.id)[0].title == TITLE
        assert (entry(db, fair.id, theirs), entry(db, fair.id, new_id())) == (None, None)


def test_states_hold_the_records_of_their_topics(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, slug="smc-2021")
    talk(other, starts_at=HALF_PAST_TEN - MINUTE)
    live, waiting = talk(fair).id, talk(fair).id
    fair.perform(SYSTEM, cancel, waiting)
    clock.move_to(TEN)
    fair.fire_due()
    watch(fair, live, [(new_id(), "KR")], concurrent=1)
    clock.move_to(TEN + MINUTE)
    fair.fire_due()
    session = state(live, "live", live_at="2020-11-09T01:00:00Z", version=2)
    cancelled = state(waiting, "cancelled", version=2)
    [sampled] = [event for event in fair.events() if event.type == "audience.sampled"]
    audience = AudienceRecord.model_validate_json(sampled.data[len('{"audience":') : -1]).model_dump(mode="json")
    programme_state: State = {"session": {str(live): session, str(waiting): cancelled}}
    with reading(fair.engine) as db:
        assert state_of_programme(db, fair.id) == programme_state
        assert state_of_convention(db, fair.id) == {**programme_state, "audience": {str(live): audience}}
        assert state_of_session(db, fair.id, live) == {
            "session": {str(live): session},
            "audience": {str(live): audience},
        }
        assert state_of_session(db, fair.id, waiting) == {"session": {str(waiting): cancelled}, "audience": {}}
        assert state_of_session(db, other.id, live) == {"session": {}, "audience": {}}


def test_crowds_are_those_of_the_live_sessions_now(fair: Fair, clock: SteppedClock) -> None:
    watched, empty = talk(fair).id, talk(fair).id
    over = talk(fair, ends_at=HALF_PAST_TEN - MINUTE).id
    talk(fair, starts_at=HALF_PAST_TEN, ends_at=HALF_PAST_TEN + MINUTE)
    for session_id in (watched, empty, over):
        fair.perform(SYSTEM, go_live, session_id)
        watch(fair, session_id, concurrent=0 if session_id == empty else 2)
    watch(fair, watched, concurrent=3, process="two", real_now=REAL + MINUTE)
    clock.move_to(HALF_PAST_TEN - MINUTE)
    fair.fire_due()
    with reading(fair.engine) as db:
        assert crowds(db, fair.id, REAL) == {
            watched: Crowd(concurrent=5, countries={"KR": 5}),
            empty: Crowd(concurrent=0, countries={"KR": 0}),
        }
        assert crowds(db, fair.id, REAL + LIFETIME)[watched] == Crowd(concurrent=3, countries={"KR": 3})
        assert crowds(db, new_id(), REAL) == {}
