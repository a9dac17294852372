"""The matrices say what the functions over single pairs say."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.recommend import scoring
from matchmaking.recommend.crowd import Crowd, House
from matchmaking.recommend.profile import VOLUMES
from matchmaking.recommend.scoring import Between, Facts
from matchmaking.recommend.texts import Words
from matchmaking.recommend.weights import MatchWeights
from tests.matchmaking.recommend.parties import somebody
from tests.matchmaking.recommend.test_taxonomy import MEDICAL

DIRECTIONS = ("buyer_to_exhibitor", "exhibitor_to_buyer", "buyer_to_buyer")
WEIGHTS = MatchWeights(sessions=7, size=9, certifications=11)
TEXTS = ["", "멸균 장갑", "PCR kits", "we seek PCR kits"]


def some(*values: Any) -> st.SearchStrategy[frozenset[Any]]:
    return st.frozensets(st.sampled_from(values), max_size=3)


parties = st.builds(
    somebody,
    exhibits=st.booleans(),
    buys=st.booleans(),
    country=st.sampled_from([None, "KR", "KZ"]),
    offers=some(*MEDICAL.terms, "gone"),
    needs=some(*MEDICAL.terms, "gone"),
    markets=some("KR", "KZ", "JP"),
    languages=some("ko", "ru", "en"),
    certifications=some("CE", "FDA", "GMP"),
    certifications_wanted=some("CE", "FDA"),
    size=st.sampled_from([None, "micro", "large"]),
    sizes_wanted=some("micro", "large"),
    volumes=some(*VOLUMES),
    channels=st.none() | some("zoom", "wechat"),
    awake=st.none() | st.integers(0, 2**12 - 1),
    sessions=some("a", "b", "c"),
)


def crowd_of(facts: list[Facts], about: list[str], wanted: list[str]) -> Crowd:
    return Crowd(facts, Words(about, wanted), House(MEDICAL, WEIGHTS, DIRECTIONS, 12, 30))


@given(st.lists(st.tuples(parties, st.sampled_from(TEXTS), st.sampled_from(TEXTS)), min_size=1, max_size=5))
@settings(max_examples=15)
def test_a_crowd_scores_as_single_pairs_do(drawn: list[tuple[Facts, str, str]]) -> None:
    facts = [party for party, _, _ in drawn]
    crowd = crowd_of(facts, [about for _, about, _ in drawn], [wanted for _, _, wanted in drawn])
    every = np.arange(len(facts))
    scored = crowd.scores(every, every)
    for row, one in enumerate(facts):
        alike = crowd.texts(row, every)
        met = {int(column) for column in crowd.partners_of(row) if scored[row, column] >= 0}
        assert met == {column for column, other in enumerate(facts) if scoring.may_meet(one, other, DIRECTIONS)}
        for column in met:
            pair = scoring.scores(one, facts[column], Between(texts=float(alike[column])), MEDICAL, 30)
            assert scored[row, column] == pytest.approx(scoring.points(pair, WEIGHTS), abs=1e-3)


def test_chance_is_the_same_for_a_pair_whoever_else_is_there() -> None:
    one, other, third = somebody(), somebody(), somebody()
    few, more = crowd_of([one, other], ["", ""], ["", ""]), crowd_of([third, other, one], [""] * 3, [""] * 3)
    drawn = few.chance(np.array([0]), np.array([1]))
    assert drawn == more.chance(np.array([2]), np.array([1]))
    assert 0 <= drawn[0, 0] < 1
