"""Popular parties do not swallow all suggestions, and what is suggested is still what fits."""

import random
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matchmaking.recommend.crowd import Crowd, House, Scores
from matchmaking.recommend.exposure import Balance, ranking, valued
from matchmaking.recommend.scoring import Facts
from matchmaking.recommend.taxonomy import Taxonomy, Term
from matchmaking.recommend.texts import Words
from matchmaking.recommend.weights import MatchWeights
from tests.matchmaking.recommend.parties import somebody

SHOWN = 10
EXHIBITORS, BUYERS = 150, 450


@cache
def fair() -> Crowd:
    """150 exhibitors and 450 buyers; a few things are offered and sought by nearly all, and a few exhibitors speak all
    languages: what every convention looks like."""
    drawn = random.Random(5)
    taxonomy = Taxonomy([Term(str(code), None if code < 5 else str(code % 5), ()) for code in range(40)])

    def codes() -> set[str]:
        return {str(min(39, int(drawn.paretovariate(0.8)) - 1)) for _ in range(3)}

    def languages() -> list[str]:
        return ["ko", "en", "ru", "zh"] if drawn.random() < 0.1 else [drawn.choice(["ko", "en", "ru", "zh"])]

    exhibitors = [somebody(exhibits=True, offers=codes(), languages=languages()) for _ in range(EXHIBITORS)]
    buyers = [somebody(buys=True, needs=codes(), languages=languages()) for _ in range(BUYERS)]
    facts: list[Facts] = exhibitors + buyers
    house = House(taxonomy, MatchWeights(), ("buyer_to_exhibitor",), 0, 30)
    return Crowd(facts, Words([""] * len(facts), [""] * len(facts)), house)


def capacity() -> list[float]:
    return [20.0] * EXHIBITORS + [8.0] * BUYERS


def lists(prices: Scores, *, raw: bool = False) -> tuple[NDArray[np.int64], float]:
    """In how many lists everybody stands, and the mean points of what is listed; `raw`: by points alone."""
    crowd = fair()
    shown = np.zeros(len(crowd.facts), np.int64)
    points = []
    for row in range(len(crowd.facts)):
        if raw:
            columns = crowd.partners_of(row)
            scored = valued(crowd, np.array([row]), columns)[0][0]
            order = np.argsort(-scored, kind="stable")[:SHOWN]
            columns, scored = columns[order], scored[order]
        else:
            columns, scored = ranking(crowd, row, prices, np.zeros_like(prices))
            columns, scored = columns[:SHOWN], scored[:SHOWN]
        shown[columns] += 1
        points.append(scored.mean())
    return shown, float(np.mean(points))


def gini(shown: NDArray[np.int64]) -> float:
    """0: all are shown alike, 1: one party has everything."""
    ordered, count = np.sort(shown), len(shown)
    return float((2 * np.arange(1, count + 1) - count - 1) @ ordered / (count * ordered.sum()))


def test_lists_are_shared_out_and_stay_as_good() -> None:
    balance = Balance(fair(), capacity(), SHOWN)
    prices = balance.settle(balance.shortlists())
    raw, raw_points = lists(prices, raw=True)
    shared, points = lists(prices)
    for side in (slice(0, EXHIBITORS), slice(EXHIBITORS, None)):
        assert gini(shared[side]) < 0.6 * gini(raw[side])
        assert shared[side].max() < 0.5 * raw[side].max()
        assert (shared[side] == 0).sum() < 0.5 * (raw[side] == 0).sum()
    assert points > 0.93 * raw_points


def test_who_has_time_for_more_is_shown_more() -> None:
    room = capacity()
    room[: EXHIBITORS // 2] = [60.0] * (EXHIBITORS // 2)
    balance = Balance(fair(), room, SHOWN)
    shown, _ = lists(balance.settle(balance.shortlists()))
    assert shown[: EXHIBITORS // 2].sum() > 1.3 * shown[EXHIBITORS // 2 : EXHIBITORS].sum()


def test_prices_are_the_same_each_time() -> None:
    one, other = Balance(fair(), capacity(), SHOWN), Balance(fair(), capacity(), SHOWN)
    assert (one.settle(one.shortlists()) == other.settle(other.shortlists())).all()


def test_nobody_to_meet_is_an_empty_list() -> None:
    alone = somebody(buys=True)
    house = House(Taxonomy([]), MatchWeights(), ("buyer_to_exhibitor",), 0, 30)
    crowd = Crowd([alone], Words([""], [""]), house)
    balance = Balance(crowd, [1.0])
    prices = balance.settle(balance.shortlists())
    columns, points = ranking(crowd, 0, prices, np.zeros(1, np.float32))
    assert (prices.tolist(), columns.tolist(), points.tolist()) == ([0.0], [], [])
