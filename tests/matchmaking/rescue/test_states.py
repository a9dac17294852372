"""The states of a proposal: what may follow what."""

import pytest

from matchmaking.errors import WrongState
from matchmaking.rescue.states import OPEN, TRANSITIONS, StandbyState, move_standby


@pytest.mark.parametrize("current", StandbyState)
@pytest.mark.parametrize("target", StandbyState)
def test_only_what_the_table_allows_may_follow(current: StandbyState, target: StandbyState) -> None:
    if target in TRANSITIONS[current]:
        assert move_standby(current.value, target) == target.value
    else:
        with pytest.raises(WrongState) as caught:
            move_standby(current.value, target)
        assert caught.value.details == {"subject": "standby", "state": current.value, "wanted": target.value}


def test_what_is_open_can_end_and_what_has_ended_stays() -> None:
    assert {state for state, following in TRANSITIONS.items() if following} == OPEN
    assert TRANSITIONS[StandbyState.OFFERED] - TRANSITIONS[StandbyState.HELD] == {StandbyState.HELD}
    assert TRANSITIONS[StandbyState.HELD] - TRANSITIONS[StandbyState.OFFERED] == {StandbyState.AGREED}
