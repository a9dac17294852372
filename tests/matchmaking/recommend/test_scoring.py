from typing import Any

import pytest

from matchmaking.recommend import scoring
from matchmaking.recommend.scoring import Between, may_meet
from matchmaking.recommend.weights import MatchWeights
from tests.matchmaking.recommend.parties import somebody
from tests.matchmaking.recommend.test_taxonomy import MEDICAL

Said = dict[str, Any]
BUYER_ASKS = ("buyer_to_exhibitor",)


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ({"needs": ["ivd"]}, {"offers": ["pcr"]}, 1.0),
        ({"needs": ["ivd", "it"]}, {"offers": ["pcr", "mask"]}, 0.5),
        ({"needs": ["ivd"], "offers": ["it"]}, {"offers": ["pcr"], "needs": ["mask"]}, 0.5),
        ({"needs": ["ivd"], "offers": ["it"]}, {"offers": ["pcr"]}, 1.0),  # who needs nothing asks nothing
        ({"needs": ["ivd"]}, {"needs": ["ivd"]}, 0.0),
        ({}, {"offers": ["pcr"]}, 0.0),
    ],
)
def test_supply_is_what_one_needs_of_the_others_offers(one: Said, other: Said, score: float) -> None:
    assert scoring.supply(somebody(**one), somebody(**other), MEDICAL) == pytest.approx(score)
    assert scoring.supply(somebody(**other), somebody(**one), MEDICAL) == pytest.approx(score)


@pytest.mark.parametrize(
    ("kind", "one", "other", "score"),
    [
        ("markets", {"markets": ["KZ", "RU"]}, {"country": "KZ"}, 1.0),
        ("markets", {"markets": ["KZ"], "country": "KR"}, {"country": "KZ", "markets": ["JP"]}, 0.5),
        ("markets", {"markets": ["KZ"]}, {}, 0.0),
        ("languages", {"languages": ["ko", "ru"]}, {"languages": ["ru", "kk"]}, 1.0),
        ("languages", {"languages": ["ko"]}, {"languages": ["ru"]}, 0.0),
        ("certifications", {"certifications_wanted": ["CE", "FDA"]}, {"certifications": ["CE"]}, 0.5),
        ("certifications", {"certifications_wanted": ["CE"]}, {}, 0.0),
        ("size", {"sizes_wanted": ["small", "medium"]}, {"size": "medium"}, 1.0),
        ("size", {"sizes_wanted": ["small"]}, {"size": "large"}, 0.0),
        ("volumes", {"volumes": ["under_10k"]}, {"volumes": ["under_10k", "over_1m"]}, 1.0),
        ("volumes", {"volumes": ["under_10k"]}, {"volumes": ["10k_100k"]}, 0.5),
        ("volumes", {"volumes": ["under_10k"]}, {"volumes": ["100k_1m"]}, 0.0),
        ("volumes", {}, {"volumes": ["100k_1m"]}, 0.0),
        ("channels", {"channels": ["zoom", "wechat"]}, {"channels": ["wechat"]}, 1.0),
        ("channels", {"channels": None}, {"channels": ["wechat"]}, 0.0),
        ("sessions", {"sessions": ["a", "b", "c"]}, {"sessions": ["c"]}, 0.5),
        ("sessions", {"sessions": ["a", "b", "c"]}, {"sessions": ["a", "b", "c"]}, 1.0),
    ],
)
def test_scores_are_the_same_from_both_sides(kind: str, one: Said, other: Said, score: float) -> None:
    score_of = getattr(scoring, kind)
    assert score_of(somebody(**one), somebody(**other)) == pytest.approx(score)
    assert score_of(somebody(**other), somebody(**one)) == pytest.approx(score)


@pytest.mark.parametrize(
    ("one", "other", "shared", "score"),
    [
        (0b1111, 0b0110, 2, 0.25),
        (0b1111, 0b10000, 0, 0.0),
        (2**40 - 1, 2**40 - 1, 40, 1.0),
        (None, 0b1, None, 0.0),
    ],
)
def test_hours_are_slots_in_which_both_are_there(
    one: int | None, other: int | None, shared: int | None, score: float
) -> None:
    here, there = somebody(awake=one), somebody(awake=other)
    assert scoring.shared_slots(here, there) == shared
    assert scoring.hours(here, there, slot_minutes=30) == score


def test_points_add_up_and_a_declined_request_takes_off() -> None:
    one, other = somebody(languages=["ru"], country="KR"), somebody(languages=["ru"], markets=["KR"])
    weights = MatchWeights()
    scored = scoring.scores(one, other, Between(texts=0.5, viewed=True), MEDICAL, 30)
    assert scoring.points(scored, weights) == weights.languages + weights.markets + weights.views + weights.texts / 2
    assert scoring.points(scored | {"declined": 1.0}, weights) == 0
    assert weights.total == 100


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ({"exhibits": True}, {"buys": True}, True),
        ({"exhibits": True}, {"exhibits": True}, False),
        ({"exhibits": True}, {"exhibits": True, "buys": True}, True),
        ({"buys": True}, {"buys": True}, False),
        ({"exhibits": True, "awake": 0b01}, {"buys": True, "awake": 0b10}, False),  # never awake together
        ({"exhibits": True, "awake": None}, {"buys": True, "awake": 0b10}, True),
    ],
)
def test_who_may_meet_follows_from_the_directions_and_the_hours(one: Said, other: Said, meet: bool) -> None:
    assert may_meet(somebody(**one), somebody(**other), BUYER_ASKS) is meet
    assert may_meet(somebody(**other), somebody(**one), BUYER_ASKS) is meet
