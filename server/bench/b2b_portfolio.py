"""The published instances by several solvers at a time: the first proof wins, and the others are killed.

A solver in its own process: `python -m server.bench.b2b_portfolio SOLVER FILE`.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from server.bench.b2b import Instance, faults, parse, total_breaks
from server.bench.solving import Run, answer, race

Best = tuple[Sequence[int], int] | None


def by_cores(instance: Instance) -> Best:
    """RC2 over CaDiCaL."""
    from server.bench import b2b_sat

    return b2b_sat.by_cores(instance)


def by_steps(instance: Instance) -> Best:
    """CaDiCaL, with one break more at a time."""
    from server.bench import b2b_sat

    return b2b_sat.by_steps(instance)


def by_cp_sat(instance: Instance) -> Best:
    """CP-SAT, one worker, core by core."""
    from server.bench import b2b_cpsat

    return b2b_cpsat.optimum(instance)


SOLVERS: dict[str, Callable[[Instance], Best]] = {"cores": by_cores, "steps": by_steps, "cp_sat": by_cp_sat}


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of an instance: its fewest breaks, or that it has no answer ("unsat"); None if nothing is.

    `by`: the solver that proved it, in `cpu` seconds of its own and `wall` seconds by the clock. `wrong`: what is wrong
    with its answer, of which nothing is believed.
    """

    breaks: int | str | None
    by: str = ""
    cpu: float = 0.0
    wall: float = 0.0
    wrong: tuple[str, ...] = ()


def prove(path: Path, seconds: float, solvers: Sequence[str] = tuple(SOLVERS)) -> Proof:
    """The proof of whoever is first; each has so many seconds of CPU."""
    runs = race({solver: [__name__, solver, str(path)] for solver in solvers}, seconds)
    for solver, run in runs.items():
        if run.end == "answered":
            return _checked(parse(path.read_text()), solver, run)
    failed = tuple(f"{solver}: {run.why}" for solver, run in runs.items() if run.end == "failed")
    return Proof(None, wall=max(run.wall for run in runs.values()), wrong=failed)


def _checked(instance: Instance, solver: str, run: Run) -> Proof:
    if run.answer is None:
        return Proof("unsat", solver, run.cpu, run.wall)
    slots, breaks = run.answer
    wrong = [*faults(instance, slots)]
    if not wrong and total_breaks(instance, slots) != breaks:
        wrong = [f"it has {total_breaks(instance, slots)} breaks, not {breaks}"]
    return Proof(None if wrong else breaks, solver, run.cpu, run.wall, tuple(wrong))


def main(solver: str, path: str) -> None:
    answer(SOLVERS[solver](parse(Path(path).read_text())))


if __name__ == "__main__":
    main(*sys.argv[1:])
