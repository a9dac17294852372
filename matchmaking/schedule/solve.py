"""The best schedule that can be found, and a proof of how good it is.

In stages: what is pinned; all that fits, simply; the best fractional schedule, which gives the bound; its rounding,
improved by chains; then, at the same weight, fairness, interpreters for those who have none, and comfort. Budgets are
counted in tries and not in time, so a seed gives one schedule, on any machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np

from matchmaking.schedule.board import Board
from matchmaking.schedule.bound import Bounded, find_bound
from matchmaking.schedule.comfort import settle_comfort
from matchmaking.schedule.fairness import share_out
from matchmaking.schedule.improving import Trials, fill, fill_greedily, find_interpreters, insert_all, ranked
from matchmaking.schedule.pins import Impossible, pin
from matchmaking.schedule.problem import Problem, Schedule
from matchmaking.schedule.relaxation import Floats

__all__ = ["Impossible", "Progress", "Solved", "solve"]

Stage = Literal["filling", "bounding", "improving", "sharing", "comfort"]
Stop = Callable[[], bool]
TRIALS, MORE = 4_000, 3  # and so many times as often if interpreters, tables or lines are needed
STARTS, SMALL, LESS = 30, 25_000, 4_000  # roundings at most; candidates of all of them; if interpreters are needed
NOISE = 0.3
LITTLE = 1e-4  # of a meeting in the fractional schedule: less says nothing


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: `done` of `of` in its stage, and the best so far. `bound`: None as long as there is none.
    `schedule` gives the best so far when it is asked for, at once."""

    stage: Stage
    done: int
    of: int
    meetings: int
    weight: int
    bound: float | None
    schedule: Callable[[], Schedule]


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Solved:
    """A schedule, and what none weighs more than. `stopped`: it was told to stop before it was done."""

    schedule: Schedule
    bound: float
    stopped: bool = False


def silent(progress: Progress) -> None:
    """A report to nobody."""


def never() -> bool:
    """A search that nobody stops."""
    return False


def solve(
    problem: Problem, *, seed: int = 0, effort: float = 1.0, report: Report = silent, stop: Stop = never
) -> Solved:
    """The best schedule found for a problem. `effort` multiplies how many improvements are tried.

    `report` is told often; `stop` is asked often, and once it says so the best so far is the answer.

    Raises:
        Impossible: what is pinned cannot all be held.
    """
    return _Search(problem, seed, effort, report, stop).run()


class _Search:
    def __init__(self, problem: Problem, seed: int, effort: float, report: Report, stop: Stop) -> None:
        self.problem, self.seed, self.effort = problem, seed, effort
        self.tell, self.stopping = report, stop
        self.board = Board(problem)
        self.bound: float | None = None
        self.stopped = False
        self.worth = ranked(self.board)
        self.likely: Sequence[int] = range(len(self.worth))  # to be in the best schedule

    def run(self) -> Solved:
        pin(self.board)
        pinned = self.board.schedule()
        fill_greedily(self.board, self.worth)
        self._report("filling", 1, 1)
        bounded = find_bound(self.problem, self.stop)
        self.bound = bounded.bound
        self._report("bounding", 1, 1)
        if len(bounded.share):
            self._round_often(bounded, pinned)
        self._improve()
        share_out(self.board, self._reporting("sharing"), self.stop)
        find_interpreters(self.board)
        settle_comfort(
            self.board, seed=self.seed, effort=self.effort, report=self._reporting("comfort"), stop=self.stop
        )
        return Solved(self.board.schedule(), bounded.bound, self.stopped)

    def stop(self) -> bool:
        self.stopped = self.stopped or self.stopping()
        return self.stopped

    def _round_often(self, bounded: Bounded, pinned: Schedule) -> None:
        """Round the fractional schedule, several times if the problem is small, and keep the best."""
        held = bounded.share > LITTLE
        self.likely = np.unique(bounded.owner[held]).tolist()
        starts = max(1, min(STARTS, (SMALL if self.board.simple else LESS) // len(self.problem.candidates)))
        dice = np.random.default_rng(self.seed)
        for start in range(starts):
            rounded = Board.of(self.problem, pinned)
            fill(rounded, self._order(bounded, dice.standard_normal(len(bounded.share)) if start else 0.0))
            insert_all(rounded, self.worth, self.likely, self._reporting("improving"), self.stop)
            if self._value(rounded) > self._value(self.board):
                self.board = rounded
            if self._is_proven() or self.stopped:
                return

    def _order(self, bounded: Bounded, noise: Floats | float) -> list[tuple[int, int]]:
        """What the fractional schedule holds most of comes first; what must be before all."""
        likely = np.flatnonzero(bounded.share > LITTLE)
        share = (bounded.share * np.exp(NOISE * noise))[likely]
        must = np.array([candidate.must for candidate in self.problem.candidates])[bounded.owner[likely]]
        order = likely[np.lexsort((-share, ~must))]
        return list(zip(bounded.owner[order].tolist(), bounded.slot[order].tolist(), strict=True))

    def _value(self, board: Board) -> int:
        return sum(map(self.worth.__getitem__, board.placed))

    def _improve(self) -> None:
        report = self._reporting("improving")
        trials = Trials(self.board, self.worth, Random(self.seed))  # nosec B311
        rounds = TRIALS if self.board.simple else TRIALS * MORE
        trials.run(self.likely, round(rounds * self.effort), self._is_proven, report, self.stop)
        among = range(len(self.worth)) if self.board.simple else self.likely
        insert_all(self.board, self.worth, among, report, self.stop)

    def _is_proven(self) -> bool:
        return self.bound is not None and self.board.weight >= self.bound

    def _reporting(self, stage: Stage) -> Callable[[int, int], None]:
        return lambda done, of: self._report(stage, done, of)

    def _report(self, stage: Stage, done: int, of: int) -> None:
        board = self.board
        self.tell(Progress(stage, done, of, len(board.placed), board.weight, self.bound, board.schedule))
