"""Popular parties do not swallow all suggestions: each party has a price, and what is asked for too often gets dearer.

The lists of all parties are reckoned together. A party should stand in as many lists as fits the time it has, up to
`SLACK` times its share; while it stands in more, its price rises, and lists take their next best. So a list is the
reader's best by score less price. Prices alone would give readers of the same wishes the same list: those who are worth
about the same to a reader (`EQUAL`) stand in an order of the reader's own, which chance has drawn once for all.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaking.recommend.crowd import Crowd, Rows, Scores

SHOWN = 20
SHORTLIST = 200  # of each reader: what rounds of prices are reckoned with
SLACK = 1.5
EQUAL = 0.05  # of all points
_HIGHEST = 0.25  # of all points: nobody is hidden who fits a great deal better than all others
_STEP = 0.02  # of all points: how much a price rises in a round at most
_ROUNDS = 30
_BLOCK = 128


class Shortlists(NamedTuple):
    """The best of each party, in no order: their rows, -1 for none, their points, and what orders them but prices."""

    rows: NDArray[np.int32]
    points: Scores
    values: Scores


class Balance:
    """Keeps count of who stands in lists, and makes prices of it.

    Args:
        capacity: how many meetings each party has time for, in any unit.
    """

    def __init__(self, crowd: Crowd, capacity: Sequence[float], shown: int = SHOWN) -> None:
        self._crowd, self._shown = crowd, shown
        self._total = crowd.house.weights.total
        self._target = _targets(crowd, np.asarray(capacity, np.float32), shown) * SLACK
        self.price: Scores = np.zeros(len(crowd.facts), np.float32)

    def shortlists(self) -> Shortlists:
        """Every party's best, by the prices that those before it have made."""
        count = len(self._crowd.facts)
        found = Shortlists(
            np.full((count, SHORTLIST), -1, np.int32),
            np.full((count, SHORTLIST), -1, np.float32),
            np.full((count, SHORTLIST), -np.inf, np.float32),
        )
        seen = np.zeros(count, np.float32)
        for kind, columns in self._crowd.partners.items():
            mine = np.flatnonzero([(party.exhibits, party.buys) == kind for party in self._crowd.facts])
            mine = np.random.default_rng(0).permutation(mine)
            for start in range(0, len(mine) if len(columns) else 0, _BLOCK):
                rows = mine[start : start + _BLOCK]
                self._take(found, rows, columns)
                seen += self._counted(found, rows)
                self._move(seen / np.float32(min(1.0, (start + _BLOCK) / len(mine))), _STEP)
        return found

    def settle(self, lists: Shortlists) -> Scores:
        """The prices at which lists of so many show nobody more often than fits, as far as prices can."""
        every = np.arange(len(lists.rows))
        for turn in range(_ROUNDS):
            self._move(self._counted(lists, every), _STEP * (1 - turn / _ROUNDS))
        return self.price

    def _take(self, found: Shortlists, rows: Rows, columns: Rows) -> None:
        points, values = valued(self._crowd, rows, columns)
        best = min(SHORTLIST, len(columns))
        chosen = np.argpartition(self.price[columns] - values, best - 1, axis=1)[:, :best]
        found.points[rows, :best] = np.take_along_axis(points, chosen, axis=1)
        found.values[rows, :best] = np.take_along_axis(values, chosen, axis=1)
        found.rows[rows, :best] = np.where(np.isfinite(found.values[rows, :best]), columns[chosen], -1)

    def _counted(self, lists: Shortlists, rows: Rows) -> NDArray[np.int64]:
        mine = Shortlists(lists.rows[rows], lists.points[rows], lists.values[rows])
        return np.bincount(mine.rows[listed(mine, self.price, self._shown)], minlength=len(self.price))

    def _move(self, shown: NDArray[Any], step: float) -> None:
        excess = np.clip(shown / self._target - 1, -1, 1)
        price = np.clip(self.price + excess * (step * self._total), 0, _HIGHEST * self._total)
        self.price = price.astype(np.float32)


def _targets(crowd: Crowd, capacity: Scores, shown: int) -> Scores:
    """In how many lists each party would stand if lists were shared out by capacity; at least one."""
    targets: Scores = np.zeros(len(capacity), np.float32)
    for kind, columns in crowd.partners.items():
        readers = sum((party.exhibits, party.buys) == kind for party in crowd.facts)
        targets[columns] += readers * shown * capacity[columns] / max(float(capacity[columns].sum()), 1e-9)
    return np.maximum(targets, 1).astype(np.float32)


def valued(crowd: Crowd, rows: Rows, columns: Rows) -> tuple[Scores, Scores]:
    """Points, and what orders a list before prices; without end below 0 for pairs that cannot meet."""
    points = crowd.scores(rows, columns)
    values = points + crowd.chance(rows, columns) * np.float32(EQUAL * crowd.house.weights.total)
    values[points < 0] = -np.inf
    return points, values


def listed(lists: Shortlists, price: Scores, shown: int = SHOWN) -> NDArray[np.bool_]:
    """Which of the shortlists' places are in a party's list of so many at these prices."""
    value = lists.values - price[lists.rows]
    width = min(shown, value.shape[1])
    chosen = np.argpartition(-value, width - 1, axis=1)[:, :width]
    marked = np.zeros(value.shape, bool)
    np.put_along_axis(marked, chosen, True, axis=1)
    return marked & (lists.rows >= 0)


def ranking(crowd: Crowd, row: int, price: Scores, extra: Scores) -> tuple[Rows, Scores]:
    """Those whom a party may meet, the best first, and the points of each without its price.

    Args:
        extra: points for what has been between the party and each of the crowd, by row.
    """
    columns = crowd.partners_of(row)
    if not len(columns):
        return columns, np.zeros(0, np.float32)
    points, values = (part[0] for part in valued(crowd, np.array([row]), columns))
    possible = np.isfinite(values)
    columns = columns[possible]
    more = extra[columns]
    order = np.argsort(price[columns] - values[possible] - more, kind="stable")
    return columns[order], np.maximum(points[possible] + more, 0)[order]
