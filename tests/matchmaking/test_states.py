"""The tables of states, held against the stories they were made for."""

from itertools import product

import pytest

from matchmaking.errors import WrongState
from matchmaking.states import (
    MEETING_TRANSITIONS,
    OPEN_REQUEST_STATES,
    REQUEST_TRANSITIONS,
    MeetingState,
    RequestState,
    move_meeting,
    move_request,
)

REQUESTS = """
    pending   countered
    pending   accepted
    pending   declined
    pending   expired
    pending   withdrawn
    pending   turned
    countered countered
    countered accepted
    countered declined
    countered expired
    countered withdrawn
    countered turned
"""
MEETINGS = """
    scheduled   in_progress
    scheduled   cancelled
    in_progress ended
    in_progress cancelled
"""


def pairs(table: str) -> set[tuple[str, ...]]:
    return {tuple(line.split()) for line in table.strip().splitlines()}


@pytest.mark.parametrize(("current", "target"), list(product(RequestState, RequestState)))
def test_every_move_of_a_request_is_in_the_table_or_refused(current: RequestState, target: RequestState) -> None:
    if (current.value, target.value) in pairs(REQUESTS):
        assert move_request(current.value, target) == target.value
    else:
        with pytest.raises(WrongState) as refused:
            move_request(current.value, target)
        assert refused.value.details == {"subject": "request", "state": current.value, "wanted": target.value}


@pytest.mark.parametrize(("current", "target"), list(product(MeetingState, MeetingState)))
def test_every_move_of_a_meeting_is_in_the_table_or_refused(current: MeetingState, target: MeetingState) -> None:
    if (current.value, target.value) in pairs(MEETINGS):
        assert move_meeting(current.value, target) == target.value
    else:
        with pytest.raises(WrongState) as refused:
            move_meeting(current.value, target)
        assert refused.value.details == {"subject": "meeting", "state": current.value, "wanted": target.value}


def test_every_state_has_its_row_and_open_ones_are_those_that_can_still_move() -> None:
    assert set(REQUEST_TRANSITIONS) == set(RequestState)
    assert set(MEETING_TRANSITIONS) == set(MeetingState)
    assert {state for state, targets in REQUEST_TRANSITIONS.items() if targets} == OPEN_REQUEST_STATES
