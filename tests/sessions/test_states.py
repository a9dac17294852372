import itertools

import pytest

from sessions.errors import WrongState
from sessions.states import TRANSITIONS, SessionState, move_session

ALLOWED = {
    *(("draft", "published"), ("draft", "scheduled"), ("draft", "cancelled")),
    *(("published", "draft"), ("published", "scheduled"), ("published", "cancelled")),
    *(("scheduled", "draft"), ("scheduled", "published"), ("scheduled", "live"), ("scheduled", "cancelled")),
    *(("live", "paused"), ("live", "ended"), ("paused", "live"), ("paused", "ended")),
    *(("ended", "live"), ("ended", "replay"), ("replay", "ended"), ("cancelled", "draft")),
}


@pytest.mark.parametrize(("current", "target"), list(itertools.product(SessionState, SessionState)))
def test_only_the_life_of_a_session_is_allowed(current: SessionState, target: SessionState) -> None:
    if (current, target) in ALLOWED:
        assert move_session(current.value, target) == target.value
    else:
        with pytest.raises(WrongState) as refused:
            move_session(current.value, target)
        assert refused.value.details == {"subject": "session", "state": current.value, "wanted": target.value}


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(SessionState)
