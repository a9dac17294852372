from datetime import timedelta
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.audience import Crowd
from sessions.events import AudienceRecord
from sessions.programme import cancel
from sessions.queries import (
    State,
    crowds,
    state_of_convention,
    state_of_programme,
    state_of_session,
)
from sessions.running import go_live
from tests.factories import Fair, make_fair
from tests.sessions.programme import HALF_PAST_TEN, LIFETIME, REAL, TEN, talk, watch

MINUTE = timedelta(minutes=1)
TEN_Z = "2020-11-09T01:00:00Z"


def state(session_id: UUID, name: str = "scheduled", **changed: Any) -> dict[str, Any]:
    """A session of ten o'clock as JSON."""
    return {
        "id": str(session_id),
        "kind": "talk",
        "track": "",
        "state": name,
        "starts_at": TEN_Z,
        "ends_at": "2020-11-09T01:30:00Z",
        "live_at": None,
        "ended_at": None,
        "version": 1,
        "room": "",
        "audience": "registered",
        "registers": False,
        "capacity": None,
        "moved_from": None,
        "paused_at": None,
        "featured": None,
        "soon_at": None,
        **changed,
    }


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
    session = state(live, "live", live_at=TEN_Z, soon_at=TEN_Z, version=3)
    cancelled = state(waiting, "cancelled", version=2)
    [sampled] = [event for event in fair.events() if event.type == "audience.sampled"]
    audience = AudienceRecord.model_validate_json(sampled.data[len('{"audience":') : -1]).model_dump(mode="json")
    programme_state: State = {"session": {str(live): session, str(waiting): cancelled}, "listing": {}}
    with reading(fair.engine) as db:
        assert state_of_programme(db, fair.id) == programme_state
        whole = {**programme_state, "audience": {str(live): audience}, "reported": {}}
        assert state_of_convention(db, fair.id) == whole
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
    watch(fair, watched, concurrent=3, process="two", real_now=REAL + LIFETIME / 2)
    clock.move_to(HALF_PAST_TEN - MINUTE)
    fair.fire_due()
    with reading(fair.engine) as db:
        assert crowds(db, fair.id, REAL) == {
            watched: Crowd(concurrent=5, countries={"KR": 5}),
            empty: Crowd(concurrent=0, countries={"KR": 0}),
        }
        assert crowds(db, fair.id, REAL + LIFETIME)[watched] == Crowd(concurrent=3, countries={"KR": 3})
        assert crowds(db, new_id(), REAL) == {}
