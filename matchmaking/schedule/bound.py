"""How much a schedule can weigh at most, and what the best fractional schedule looks like.

A linear solver finds prices for everybody's time; the bound is reckoned anew from them, so that it holds whatever the
solver did. Without a solver's answer it comes from what each party can hold.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from math import floor, gcd
from threading import Thread

import highspy
import numpy as np

from matchmaking.schedule.problem import Problem
from matchmaking.schedule.relaxation import Floats, Ints, Relaxation, relax

COLUMNS = 3_000_000  # beyond these a solver's memory would be too much
ITERATIONS = 20_000
LARGE = 200_000  # columns from which on a hundred thousandth is near enough
_PAUSE = 0.05  # seconds between two looks whether to stop


@dataclass(frozen=True, slots=True)
class Bounded:
    """`bound`: no schedule weighs more. `share`: how much of each column (`owner` in `slot`) is in the best fractional
    schedule; empty if none was found."""

    bound: float
    owner: Ints
    slot: Ints
    share: Floats


def find_bound(problem: Problem, stop: Callable[[], bool]) -> Bounded:
    """The bound of a problem and its best fractional schedule; only a rough bound if the solver fails, or if `stop`
    says so before it is done."""
    relaxation = relax(problem)
    nothing = np.zeros(0)
    rough = min(without_solver(problem), relaxation.bound(np.zeros(len(relaxation.capacity))))
    if 0 < len(relaxation.owner) <= COLUMNS:
        solver = _Solver(relaxation, len(problem.candidates))
        while solver.works():
            if stop():
                return Bounded(_round_down(problem, rough), relaxation.owner[:0], relaxation.slot[:0], nothing)
        if solver.share is not None and solver.prices is not None:
            bound = min(rough, relaxation.bound(solver.prices))
            return Bounded(_round_down(problem, bound), relaxation.owner, relaxation.slot, solver.share)
    return Bounded(_round_down(problem, rough), relaxation.owner[:0], relaxation.slot[:0], nothing)


class _Solver:
    """The linear solver, in a thread of its own: it cannot be interrupted, but whoever waits for it can leave."""

    def __init__(self, relaxation: Relaxation, candidates: int) -> None:
        self.share: Floats | None = None
        self.prices: Floats | None = None
        self._highs = _loaded(relaxation, candidates)
        self._candidates = candidates
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def works(self) -> bool:
        """Wait a moment. Returns whether it is still at work."""
        self._thread.join(_PAUSE)
        return self._thread.is_alive()

    def _run(self) -> None:
        self._highs.run()
        solution = self._highs.getSolution()
        if solution.value_valid and solution.dual_valid:
            self.share = np.array(solution.col_value)
            self.prices = -np.array(solution.row_dual)[self._candidates :]


def _loaded(relaxation: Relaxation, candidates: int) -> highspy.Highs:
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("presolve", "off"),
        ("solver", "pdlp"),
        ("pdlp_iteration_limit", ITERATIONS),
        ("kkt_tolerance", 1e-7 if len(relaxation.owner) < LARGE else 1e-5),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(_model(relaxation, candidates))
    return highs


def _model(relaxation: Relaxation, candidates: int) -> highspy.HighsLp:
    """The relaxation as the solver has it: rows of the candidates first, each at most once, then its own."""
    columns, rows = len(relaxation.owner), len(relaxation.capacity)
    column = np.concatenate([np.arange(columns, dtype=np.int32), relaxation.column])
    row = np.concatenate([relaxation.owner, relaxation.row + np.int32(candidates)])
    order = np.argsort(column, kind="stable")
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, candidates + rows
    model.col_cost_ = -relaxation.weight
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
    model.row_lower_ = np.full(candidates + rows, -highspy.kHighsInf)
    model.row_upper_ = np.concatenate([np.ones(candidates), relaxation.capacity])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=columns))]).astype(np.int32)
    model.a_matrix_.index_ = row[order].astype(np.int32)
    model.a_matrix_.value_ = np.ones(len(order))
    return model


def without_solver(problem: Problem) -> float:
    """A bound that needs no solver: each meeting counted with one of its parties, and for each party no more meetings
    than its people have slots, those of most weight."""
    all_slots = (1 << len(problem.slots)) - 1
    room = [sum((seat.free & all_slots).bit_count() for seat in party.seats) for party in problem.parties]
    return float(min(_counted_with(problem, room, place) for place in (0, -1)))


def _counted_with(problem: Problem, room: list[int], place: int) -> int:
    weights: dict[int, list[int]] = defaultdict(list)
    for candidate in problem.candidates:
        weights[candidate.parties[place]].append(candidate.weight)
    return sum(sum(sorted(one, reverse=True)[: room[party]]) for party, one in weights.items())


def _round_down(problem: Problem, bound: float) -> float:
    """The highest weight not above a bound that a schedule can have: a multiple of what all weights are."""
    unit = gcd(*(candidate.weight for candidate in problem.candidates)) or 1
    return float(floor((bound + 1e-6) / unit) * unit)
