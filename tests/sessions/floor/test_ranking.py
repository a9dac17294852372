"""The places of a contest: exact means, shared places, and nothing that depends on the order of anything."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.floor.ranking import Criterion, Place, places, shown, verdict

Points = list[list[int]]
IDEA, MARKET = Criterion(10, Decimal(2)), Criterion(40, Decimal(1))


def test_verdict_weighs_shares_of_the_maxima() -> None:
    assert verdict([IDEA, MARKET], [5, 40]) == Fraction(100 * (2 * Fraction(1, 2) + 1), 3)
    assert verdict([IDEA, MARKET], [10, 40]) == 100
    assert verdict([IDEA, MARKET], [0, 0]) == 0
    assert verdict([Criterion(3, Decimal("0.1")), Criterion(3, Decimal("0.2"))], [1, 1]) == Fraction(100, 3)


def test_places_follow_the_means_of_the_jurors_and_are_shared() -> None:
    points = {
        "gold": [[10, 40], [9, 40]],
        "one": [[8, 20], [4, 40]],
        "other": [[4, 40], [8, 20]],
        "fourth": [[0, 40]],  # one juror alone judged
        "nobody": [],
    }
    assert places([IDEA, MARKET], points) == {
        "gold": Place(1, Decimal("96.67")),
        "one": Place(2, Decimal("65.00")),
        "other": Place(2, Decimal("65.00")),
        "fourth": Place(4, Decimal("33.33")),
    }


def test_what_is_equal_only_on_paper_is_not_one_place() -> None:
    criteria = [Criterion(1000, Decimal(1)), Criterion(1000, Decimal("0.001"))]
    better, worse = [[500, 1]], [[500, 0]]
    found = places(criteria, {"worse": worse, "better": better})
    assert found == {"better": Place(1, Decimal("49.95")), "worse": Place(2, Decimal("49.95"))}


@pytest.mark.parametrize(
    ("mean", "text"),
    [
        (Fraction(200, 3), "66.67"),
        (Fraction(100, 3), "33.33"),
        (Fraction(1, 200), "0.01"),
        (Fraction(1, 201), "0.00"),
        (Fraction(1), "1.00"),
        (Fraction(100), "100.00"),
    ],
)
def test_points_are_shown_to_two_decimals_half_up(mean: Fraction, text: str) -> None:
    assert str(shown(mean)) == text


criteria_ = st.lists(
    st.builds(
        Criterion, st.integers(1, 100), st.decimals("0.01", "100", places=2, allow_nan=False, allow_infinity=False)
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def contests(draw: st.DrawFn) -> tuple[list[Criterion], dict[int, Points]]:
    criteria = draw(criteria_)
    one = st.tuples(*(st.integers(0, criterion.most) for criterion in criteria)).map(list)
    points = st.dictionaries(st.integers(0, 9), st.lists(one, max_size=4), max_size=6)
    return criteria, draw(points)


@given(contests(), st.randoms())
def test_places_are_of_one_order_whatever_the_order_of_jurors_and_contestants(
    contest: tuple[list[Criterion], dict[int, Points]], random: Random
) -> None:
    criteria, points = contest
    found = places(criteria, points)
    shuffled = {name: list(points[name]) for name in random.sample(sorted(points), len(points))}
    for each in shuffled.values():
        random.shuffle(each)
    assert places(criteria, shuffled) == found
    judged = {name: given for name, given in points.items() if given}
    assert found.keys() == judged.keys()
    means = {name: mean(criteria, given) for name, given in judged.items()}
    for name, place in found.items():
        assert 0 <= place.points <= 100
        assert place.rank == 1 + sum(other > means[name] for other in means.values())
        assert abs(Fraction(place.points) - means[name]) <= Fraction(1, 200)


def mean(criteria: Sequence[Criterion], points: Points) -> Fraction:
    """The same in other words: all weighted shares of all jurors, over all weights."""
    weights = sum((Fraction(criterion.weight) for criterion in criteria), Fraction())
    shares = (
        Fraction(criterion.weight) * given / criterion.most
        for juror in points
        for criterion, given in zip(criteria, juror, strict=True)
    )
    return 100 * sum(shares, Fraction()) / (weights * len(points))
