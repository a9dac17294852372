"""The best schedule of a tiny problem, found by trying everything."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from matchmaking.schedule.problem import Placement, Problem, Schedule
from tests.matchmaking.schedule.verifier import breaches_so_far, choices, seated, understand


class Best(NamedTuple):
    """`schedule`: most must meetings, then most weight; `heaviest`: the most weight whatever becomes of them."""

    schedule: Schedule
    musts: int
    weight: int
    heaviest: int


def best(problem: Problem) -> Best | None:
    """The optimum, or None if what is fixed cannot stand.

    Takes a second for some six candidates in four slots.
    """
    order = sorted(range(len(problem.candidates)), key=lambda c: problem.candidates[c].fixed is None)
    found: Best | None = None
    rest = [sum(problem.candidates[c].weight for c in order[n:]) for n in range(len(order) + 1)]
    rest_musts = [sum(problem.candidates[c].must for c in order[n:]) for n in range(len(order) + 1)]

    def search(n: int, placed: dict[int, Placement], musts: int, weight: int) -> None:
        nonlocal found
        if found and weight + rest[n] <= found.heaviest and (musts + rest_musts[n], weight + rest[n]) <= found[1:3]:
            return
        if n == len(order):
            if found is None or (musts, weight) > found[1:3]:
                found = Best(Schedule(dict(placed)), musts, weight, max(weight, found.heaviest if found else 0))
            else:
                found = found._replace(heaviest=max(weight, found.heaviest))
            return
        candidate = problem.candidates[order[n]]
        for placement in ways(problem, order[n]):
            trial = {**placed, order[n]: placement}
            if not breaches_so_far(problem, Schedule(trial)):
                search(n + 1, trial, musts + candidate.must, weight + candidate.weight)
        if candidate.fixed is None:
            search(n + 1, placed, musts, weight)

    search(0, {}, 0, 0)
    return found


def every_schedule(problem: Problem) -> Iterator[Schedule]:
    """Every schedule that breaks no rule, those in which fixed meetings are missing, too."""
    found: list[dict[int, Placement]] = [{}]
    for c in range(len(problem.candidates)):
        trials = [{**placed, c: placement} for placed in found for placement in ways(problem, c)]
        found += [trial for trial in trials if not breaches_so_far(problem, Schedule(trial))]
    return map(Schedule, found)


def ways(problem: Problem, c: int) -> Iterator[Placement]:
    """Every placement of a candidate alone that breaks no rule."""
    candidate = problem.candidates[c]
    slots = range(len(problem.slots)) if candidate.fixed is None else [candidate.fixed]
    people = [range(len(problem.parties[p].seats)) for p in candidate.parties]
    helpers, halls = [None, *range(len(problem.helpers))], [None, *range(len(problem.halls))]
    for slot, seats, hall in product(slots, product(*people), halls):
        bare = Placement(slot, seats, hall=hall)
        languages = [seat.languages for seat in seated(problem, c, bare)]
        understood = any(understand(choice, frozenset()) for choice in choices(languages))
        for helper in [None] if understood else helpers:
            placement = Placement(slot, seats, helper, hall, pending=not understood and helper is None)
            if not breaches_so_far(problem, Schedule({c: placement})):
                yield placement
