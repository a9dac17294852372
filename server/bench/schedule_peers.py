"""What a schedule is compared with: who asks first gets the first free slot, the weightiest first, a peer's solver."""

from collections import defaultdict
from collections.abc import Iterable

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Placement, Problem, Schedule
from matchmaking.schedule.timetable import bits


def first_come(problem: Problem) -> Schedule:
    """Everybody in the order in which they asked, each in the first slot there is."""
    return _one_by_one(problem, range(len(problem.candidates)))


def greedy(problem: Problem) -> Schedule:
    """The weightiest first, each in the first slot there is."""
    return _one_by_one(problem, sorted(range(len(problem.candidates)), key=lambda c: -problem.candidates[c].weight))


def _one_by_one(problem: Problem, order: Iterable[int]) -> Schedule:
    board = Board(problem)
    for candidate in order:
        any(board.place(candidate, slot) for slot in bits(board.options(candidate)))
    return board.schedule()


def cp_sat(problem: Problem, seconds: float, workers: int) -> Schedule:
    """The best that CP-SAT finds in that time; for problems of pairs with one person each, without halls and languages.

    Raises:
        ModuleNotFoundError: ortools is not installed.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    held = {
        (c, slot): model.new_bool_var("")
        for c, candidate in enumerate(problem.candidates)
        for slot in bits(candidate.slots)
    }
    at_once: dict[tuple[str, int, int], list[cp_model.IntVar]] = defaultdict(list)
    for (c, slot), literal in held.items():
        at_once["candidate", c, 0].append(literal)
        for party in problem.candidates[c].parties:
            at_once["party", party, slot].append(literal)
    for literals in at_once.values():
        model.add_at_most_one(literals)
    model.maximize(sum(problem.candidates[c].weight * literal for (c, _), literal in held.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Schedule({})
    return Schedule(
        {c: Placement(slot, (0, 0)) for (c, slot), literal in held.items() if solver.boolean_value(literal)}
    )
