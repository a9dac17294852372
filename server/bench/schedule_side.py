"""One side of `bench schedule` in a process of its own: `python -m server.bench.schedule_side SIDE CASE SECONDS`.

CASE is JSON, the fields of `Case`; SECONDS are for a side that stops by itself. The answer is one JSON object.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from matchmaking.schedule.board import Board
from matchmaking.schedule.floor import least_discomfort
from matchmaking.schedule.problem import Problem, Schedule
from matchmaking.schedule.quality import idle_gaps, judge
from matchmaking.schedule.solve import Progress, solve
from server.bench.schedule_instances import SIZES, convention
from server.bench.schedule_peers import cp_sat, first_come, greedy
from server.bench.schedule_repair import repairs
from server.bench.solving import answer

MANY = 2_000  # parties; with more, the least discomfort takes too long to prove
EFFORTS = {"s": 2.5}  # the smallest has time to settle everything; 1 for the others
WORKERS = 2  # of CP-SAT


@dataclass(frozen=True, slots=True)
class Case:
    """Which synthetic convention."""

    size: str
    contended: bool = True
    resources: bool = False
    seed: int = 0

    @property
    def name(self) -> str:
        return "_".join([self.size, *["contended"] * self.contended, *["resources"] * self.resources])

    def problem(self) -> Problem:
        return convention(SIZES[self.size], contended=self.contended, resources=self.resources, seed=self.seed)

    def arguments(self, side: str, seconds: float) -> list[str]:
        """What starts a side of this case."""
        return [__name__, side, json.dumps(asdict(self)), str(seconds)]


def ours(problem: Problem, effort: float = 1.0) -> dict[str, Any]:
    """The whole search: `found_cpu_s` when its weight was found, `settled_cpu_s` when all else was settled, too."""
    clock = _Clock()
    solved = solve(problem, effort=effort, report=clock.note)
    settled = clock.seconds()
    early = Board.of(problem, clock.before_comfort or solved.schedule)
    least = least_discomfort(problem, solved.schedule) if len(problem.parties) < MANY else 0
    quality = judge(problem, solved.schedule, solved.bound, least)
    return asdict(quality) | {
        "unserved": len(quality.unserved),
        "gaps_before_comfort": idle_gaps(early),
        "found_cpu_s": clock.found,
        "settled_cpu_s": settled,
        "stages": clock.stages,
    }


class _Clock:
    """When each stage of a search ended, in seconds of CPU."""

    def __init__(self) -> None:
        self._begun = time.process_time()
        self.found = 0.0
        self.stages: dict[str, float] = {}
        self.before_comfort: Schedule | None = None

    def seconds(self) -> float:
        return round(time.process_time() - self._begun, 2)

    def note(self, progress: Progress) -> None:
        self.stages[progress.stage] = self.seconds()
        if progress.stage in ("improving", "bounding"):
            self.found = self.seconds()
        if progress.stage == "comfort" and self.before_comfort is None:
            self.before_comfort = progress.schedule()


def peer(schedule: Callable[[Problem], Schedule]) -> Callable[[Problem], dict[str, Any]]:
    """A side that answers what its schedule weighs."""

    def side(problem: Problem) -> dict[str, Any]:
        begun = time.process_time()
        placed = schedule(problem).placed
        weight = sum(problem.candidates[c].weight for c in placed)
        return {"weight": weight, "meetings": len(placed), "found_cpu_s": time.process_time() - begun}

    return side


def main(side: str, case: str, seconds: str) -> None:
    one = Case(**json.loads(case))
    sides: dict[str, Callable[[Problem], dict[str, Any]]] = {
        "ours": lambda problem: ours(problem, EFFORTS.get(one.size, 1.0)),
        "first_come": peer(first_come),
        "greedy": peer(greedy),
        "cp_sat": peer(lambda problem: cp_sat(problem, float(seconds), WORKERS)),
        "repair": repairs,
    }
    answer(sides[side](one.problem()))


if __name__ == "__main__":
    main(*sys.argv[1:])
