"""Below which discomfort no schedule of the same meetings comes, whenever they are held."""

from dataclasses import replace
from math import ceil

import numpy as np

from matchmaking.schedule.problem import Candidate, Problem, Schedule
from matchmaking.schedule.relaxation import Floats, Ints, Relaxation, relax

ROUNDS = 300
COLUMNS = 20_000_000  # looked at in all, so that a large convention takes seconds, too
PATIENCE = 20  # rounds without gain, after which steps become smaller


def least_discomfort(problem: Problem, schedule: Schedule) -> int:
    """What these meetings cost their parties at least, whatever their slots.

    Proved by prices of everybody's time in each slot: each meeting takes its cheapest slot, time included, and what all
    the time there is costs is taken off again. Any prices prove something; they are raised where time is short and
    lowered where it is not, step by step.
    """
    held = sorted(schedule.placed)
    candidates = tuple(problem.candidates[c] for c in held)
    fixed = sum(
        sum(_costs(problem, candidate, candidate.fixed)) for candidate in candidates if candidate.fixed is not None
    )
    reached = sum(
        sum(_costs(problem, candidate, schedule.placed[c].slot)) for c, candidate in zip(held, candidates, strict=True)
    )
    if reached == fixed:
        return fixed
    relaxation = relax(replace(problem, candidates=candidates))
    costs = _costs_of_columns(problem, candidates, relaxation)
    return fixed + ceil(_Prices(relaxation, costs).raised(reached - fixed) - 1e-3)


def _costs(problem: Problem, candidate: Candidate, slot: int) -> list[int]:
    parties = (problem.parties[p] for p in candidate.parties)
    return [party.discomfort[slot] for party in parties if party.discomfort]


def _costs_of_columns(problem: Problem, candidates: tuple[Candidate, ...], relaxation: Relaxation) -> Floats:
    nothing = (0,) * len(problem.slots)
    table = np.array([party.discomfort or nothing for party in problem.parties], dtype=np.float64)
    summed = np.array([table[list(candidate.parties)].sum(axis=0) for candidate in candidates])
    found: Floats = summed[relaxation.owner, relaxation.slot]
    return found


class _Prices:
    """Prices of the rows of a relaxation, and what they prove."""

    def __init__(self, relaxation: Relaxation, costs: Floats) -> None:
        self.relaxation, self.costs = relaxation, costs
        self.starts: Ints = np.flatnonzero(np.diff(relaxation.owner, prepend=-1)).astype(np.int64)
        self.sizes = np.diff(np.append(self.starts, len(costs)))

    def raised(self, reached: int) -> float:
        """The most that was proved; `reached` is what it certainly does not exceed, which tells how far to step."""
        columns, capacity = len(self.costs), self.relaxation.capacity
        best, best_prices, waited, stride = 0.0, np.zeros(len(capacity)), 0, 1.0
        prices, course = best_prices, np.zeros(len(capacity))
        for _ in range(max(20, min(ROUNDS, COLUMNS // max(columns, 1)))):
            proved, lack = self._look(prices)
            waited += 1
            if proved > best + 1e-4:
                best, best_prices, waited = proved, prices, 0
            elif waited > PATIENCE:
                prices, waited, stride = best_prices, 0, stride * 0.7
                continue
            course = 0.7 * course + 0.3 * lack
            step = np.where((prices <= 0) & (course < 0), 0.0, course)
            length = float(step @ step)
            if length < 1e-9 or best >= reached - 1e-3:
                break
            prices = np.maximum(prices + stride * max(reached - proved, 0.0) / length * step, 0.0)
        return best

    def _look(self, prices: Floats) -> tuple[float, Floats]:
        """What prices prove, and how much more than there is of each row the meetings would take at them. A meeting
        that has several cheapest slots takes a part of each."""
        one = self.relaxation
        worth = self.costs + np.bincount(one.column, prices[one.row], minlength=len(self.costs))
        cheapest = np.minimum.reduceat(worth, self.starts)
        taken = (worth <= np.repeat(cheapest, self.sizes) + 1e-6).astype(np.float64)
        taken /= np.repeat(np.add.reduceat(taken, self.starts), self.sizes)
        use = np.bincount(one.row, taken[one.column], minlength=len(one.capacity))
        return float(cheapest.sum() - one.capacity @ prices), use - one.capacity
