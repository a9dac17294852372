"""The convention's rules: their defaults, what they refuse, and that they change without touching what is agreed."""

import pytest
from pydantic import ValidationError

from matchmaking.calendar import change_policies, rules, rules_of
from matchmaking.errors import NotFound
from matchmaking.policies import Policies
from matchmaking.ports import Work
from matchmaking.recommend.weights import MatchWeights
from server.accounts.actors import SYSTEM
from server.database import reading
from server.ids import new_id
from tests.factories import Fair


def test_the_defaults_suit_a_four_day_online_fair() -> None:
    assert Policies().model_dump() == {
        "who_may_ask": ("buyer_to_exhibitor", "exhibitor_to_buyer"),
        "answer": "by_hand",
        "pending_occupies": True,
        "open_requests": 10,
        "daily_requests": 20,
        "wishes_per_party": 500,
        "match_weights": MatchWeights().model_dump(),
        "cooldown_hours": 24,
        "expiry_hours": 24,
        "rescue_minutes": 3,
        "no_show_minutes": 10,
        "held_minutes": 5,
        "join_early_minutes": 10,
        "standby_minutes": 5,
        "standby_least_minutes": 10,
        "waking_opens": 420,
        "waking_closes": 1380,
        "usual_opens": 540,
        "usual_closes": 1080,
        "without_interpreter": "go_on",
        "stretch_minutes": 90,
        "break_minutes": 15,
        "handover_minutes": 0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"open_requests": 0},
        {"daily_requests": 0},
        {"expiry_hours": 0},
        {"cooldown_hours": -1},
        {"held_minutes": 0},
        {"waking_closes": 1441},
        {"answer": "perhaps"},
        {"who_may_ask": ["everybody_to_everybody"]},
        {"open_request": 5},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policies.model_validate(wrong)


def test_changed_rules_hold_at_once_and_are_kept(fair: Fair) -> None:
    changed = Policies(open_requests=3, who_may_ask=("buyer_to_buyer",), answer="instant")

    def change_and_look(work: Work) -> Policies:
        assert rules(work).policies == Policies()
        change_policies(work, changed)
        return rules(work).policies

    assert fair.perform(SYSTEM, change_and_look) == changed
    with reading(fair.engine) as db:
        assert rules_of(db, fair.id).policies == changed
        with pytest.raises(NotFound):
            rules_of(db, new_id())


def test_what_is_pending_keeps_its_deadline_when_the_rules_change(fair: Fair) -> None:
    sent = fair.ask(fair.buyer(), fair.exhibitor())
    fair.set_policies(expiry_hours=1)
    assert fair.state()["request"][str(sent.id)] == sent.model_dump(mode="json")
    assert [due for due, _, _ in fair.timers()] == [sent.expires_at]
