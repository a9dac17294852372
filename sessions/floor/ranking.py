"""Who comes first in a contest: exact arithmetic over the jurors' points.

A juror's verdict on a contestant is the mean of their points, each as a share of its criterion's maximum, weighted by
the criterion's weight, times 100. A contestant's points are the plain mean of the verdicts on them: every juror who
judged counts alike, and one who did not does not count. All of it is reckoned in fractions, so nothing is rounded
before places are given; equal points share a place, and the places after it are left out (1, 2, 2, 4). What is shown
is rounded to two decimals, half up. Whom nobody judged has no place.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

Competitor = TypeVar("Competitor")

_CENT = Decimal("0.01")


class Criterion(NamedTuple):
    """`most` points at most, and how much they weigh against other criteria's."""

    most: int
    weight: Decimal


class Place(NamedTuple):
    """A place, 1 being the first, and the points shown for it."""

    rank: int
    points: Decimal


def verdict(criteria: Sequence[Criterion], points: Sequence[int]) -> Fraction:
    """One juror's points for one contestant, of 100."""
    weights = [Fraction(one.weight) for one in criteria]
    shares = [Fraction(given, one.most) for given, one in zip(points, criteria, strict=True)]
    return 100 * sum((weight * share for weight, share in zip(weights, shares, strict=True)), Fraction()) / sum(weights)


def places(
    criteria: Sequence[Criterion], points: Mapping[Competitor, Iterable[Sequence[int]]]
) -> dict[Competitor, Place]:
    """The place of everybody whom at least one juror judged.

    Args:
        points: each contestant's points from each juror, by criterion.
    """
    means: dict[Competitor, Fraction] = {}
    for competitor, given in points.items():
        verdicts = [verdict(criteria, one) for one in given]
        if verdicts:
            means[competitor] = sum(verdicts, Fraction()) / len(verdicts)
    return {
        competitor: Place(1 + sum(other > mean for other in means.values()), shown(mean))
        for competitor, mean in means.items()
    }


def shown(mean: Fraction) -> Decimal:
    """The mean to two decimals, half up."""
    return (Decimal((200 * mean.numerator + mean.denominator) // (2 * mean.denominator)) / 100).quantize(_CENT)
