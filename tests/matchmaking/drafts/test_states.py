"""The states of a draft."""

import pytest

from matchmaking.drafts.states import EDITABLE, OPEN, TRANSITIONS, DraftState, move_draft
from matchmaking.errors import WrongState
from tests.factories import refused


@pytest.mark.parametrize("current", DraftState)
@pytest.mark.parametrize("target", DraftState)
def test_a_draft_moves_as_the_table_says(current: DraftState, target: DraftState) -> None:
    if target in TRANSITIONS[current]:
        assert move_draft(current.value, target) == target.value
    else:
        with refused(WrongState, subject="draft", state=current.value, wanted=target.value):
            move_draft(current.value, target)


def test_a_draft_is_edited_only_when_nobody_makes_it() -> None:
    assert OPEN.isdisjoint(EDITABLE)
    assert {state for state in DraftState if DraftState.PUBLISHED in TRANSITIONS[state]} == EDITABLE
