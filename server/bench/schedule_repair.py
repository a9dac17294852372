"""Live repair of a contended convention: events one after another, each repaired by the shortest chain."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from matchmaking.schedule.bound import find_bound
from matchmaking.schedule.problem import Placement, Problem
from matchmaking.schedule.repair import Change, Upset, away, cancelled, repair, wished
from matchmaking.schedule.solve import never, solve
from server.bench.report import percentile

EVENTS = 300
COMPARED = 15  # each so many events the best possible is found anew
HOURS = 4  # slots that somebody is away
LITTLE_EFFORT = 0.1


def repairs(problem: Problem, events: int = EVENTS) -> dict[str, Any]:
    """What events cost, whom they moved, and what share of the best possible was kept.

    The best possible is the bound of a new schedule, in which what stood before the event weighs as much more as the
    greatest wish does: to call it off for somebody else's wish is no repair.
    """
    chance = Random(0)  # nosec B311
    standing = solve(problem, effort=LITTLE_EFFORT).schedule.placed
    weights = [candidate.weight for candidate in problem.candidates]
    took, moved, kept, possible = [], 0, 0, 0.0
    for number in range(events):
        upset = _event(chance, problem, standing)
        begun = time.process_time()
        found = repair(upset, price=min(weights))
        took.append(time.process_time() - begun)
        moved += found.moved
        problem, standing = upset.problem, _after(upset.standing, found.changes)
        if number % COMPARED == 0:
            promised = _promised(problem, upset.standing, max(weights))
            kept += sum(promised.candidates[c].weight for c in standing)
            possible += find_bound(promised, never).bound
    return {
        "events": events,
        "p50_ms": round(percentile(took, 0.5) * 1000, 2),
        "p99_ms": round(percentile(took, 0.99) * 1000, 2),
        "moved_an_event": moved / events,
        "share_of_best": kept / possible,
    }


def _promised(problem: Problem, standing: Mapping[int, Placement], more: int) -> Problem:
    """The problem, with more weight for what stands."""
    candidates = (
        replace(candidate, weight=candidate.weight + more) if c in standing else candidate
        for c, candidate in enumerate(problem.candidates)
    )
    return replace(problem, candidates=tuple(candidates))


def _event(chance: Random, problem: Problem, standing: Mapping[int, Placement]) -> Upset:
    """A meeting is called off, somebody is away for some hours, or two wish to meet who did not."""
    kind = chance.randrange(3)
    if kind == 0:
        return cancelled(problem, standing, chance.choice(sorted(standing)))
    if kind == 1:
        slots = ((1 << HOURS) - 1) << chance.randrange(len(problem.slots) - HOURS)
        return away(problem, standing, chance.randrange(len(problem.parties)), slots)
    one = chance.choice(problem.candidates)
    parties = (one.parties[0], chance.choice(problem.candidates).parties[1])
    free = [problem.parties[party].seats[0].free for party in parties]
    wish = replace(one, parties=parties, slots=free[0] & free[1], fixed=None)
    return wished(replace(problem, candidates=(*problem.candidates, wish)), standing, candidate=len(problem.candidates))


def _after(standing: Mapping[int, Placement], changes: Iterable[Change]) -> dict[int, Placement]:
    """What stands after the changes."""
    after = dict(standing)
    for change in changes:
        after.pop(change.candidate, None)
        if change.after is not None:
            after[change.candidate] = change.after
    return after
