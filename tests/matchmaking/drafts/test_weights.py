"""What a meeting is worth, as a table."""

import pytest

from matchmaking.drafts.policy import WishWeights
from matchmaking.drafts.weights import weigh, weight_of_rule


@pytest.mark.parametrize(
    ("mine", "theirs", "worth"),
    [
        ("must_meet", "must_meet", 14),
        ("must_meet", "meet", 11),
        ("meet", "meet", 8),
        ("must_meet", None, 5),
        ("meet", None, 2),
        (None, None, 0),
        ("must_meet", "no_thanks", 0),
        ("no_thanks", None, 0),
    ],
)
def test_a_meeting_is_worth_what_both_sides_wish(mine: str | None, theirs: str | None, worth: int) -> None:
    assert weigh(mine, theirs) == weigh(theirs, mine) == worth


def test_the_organisers_word_weighs_as_much_as_any_pairs() -> None:
    assert weight_of_rule(None, "no_thanks") == weigh("must_meet", "must_meet")


def test_a_convention_may_weigh_otherwise() -> None:
    assert weigh("must_meet", "meet", WishWeights(must_meet=10, meet=3, mutual=0)) == 13
