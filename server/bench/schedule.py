"""`madang bench schedule`: how good a schedule is, and what it costs, against what else one could take.

Each side runs alone in a process of its own, which is killed when it takes too long. Times are seconds of CPU, since
others may use the machine, too; weights are compared with the bound that is proved with the schedule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from server.bench.b2b_published import published
from server.bench.report import Ratio, Report, machine, say
from server.bench.schedule_instances import SIZES
from server.bench.schedule_side import Case
from server.bench.solving import Run, solve_alone

SECONDS = {"s": 60.0, "m": 180.0, "l": 600.0}  # of CPU, a side
PEERS = ("first_come", "greedy")
CP_SAT_SECONDS = {"s": 30.0, "m": 60.0, "l": 300.0}  # by the clock, since it counts by that


@dataclass(frozen=True, slots=True)
class Target:
    """What a case is to reach: a share of the bound, within seconds of CPU and megabytes; so many times the weight of
    first come, first served, and of greedy; the share of gaps left; and the seconds until all is settled."""

    share: float
    cpu_s: float
    peak_mb: float | None = None
    to_first_come: float | None = None
    to_greedy: float | None = None
    gaps: float | None = None
    settled_s: float | None = None


TARGETS = {
    "s_contended": Target(1.0, 1, to_first_come=1.035, gaps=0.0, settled_s=15),
    "m_contended": Target(0.9995, 10, gaps=0.1),
    "m_contended_resources": Target(0.995, 15, to_greedy=1.05),
    "l_contended": Target(0.9995, 30, peak_mb=400, to_first_come=1.1),
    "l_contended_resources": Target(0.992, 60, to_greedy=1.05),
}
QUICK = ("s_contended", "m_contended")


@dataclass(frozen=True, slots=True)
class Choice:
    """What to measure: one size with or without contention and resources, or all that have targets; the published
    instances if there is a folder of them."""

    size: str | None = None
    contended: bool = False
    resources: bool = False
    instances: Path | None = None

    def cases(self, quick: bool) -> list[Case]:
        if self.size is not None:
            return [Case(self.size, self.contended, self.resources)]
        names = QUICK if quick else tuple(TARGETS)
        return [Case(name[0], "contended" in name, "resources" in name) for name in names]


def run(quick: bool, choice: Choice = Choice()) -> Report:
    """Measure the synthetic conventions, live repair, and the published instances."""
    missing = [name for name in ("ortools", "pysat", "conference_scheduler") if find_spec(name) is None]
    report = Report("schedule", machine() | {"not_installed": missing})
    for case in choice.cases(quick):
        _measure(case, quick, report)
    if choice.size in (None, "s"):
        _repair(report)
    published(choice.instances, quick, report)
    return report


def _measure(case: Case, quick: bool, report: Report) -> None:
    size = SIZES[case.size]
    say(f"{case.name}: {size.exhibitors} x {size.buyers}")
    limit = SECONDS[case.size]
    runs = {side: _side(case, side, limit) for side in ("ours", *PEERS)}
    if not case.resources and not quick and find_spec("ortools") is not None:
        runs["cp_sat"] = _side(case, "cp_sat", 3 * CP_SAT_SECONDS[case.size], CP_SAT_SECONDS[case.size])
    report.measured[case.name] = {side: one.told() for side, one in runs.items()}
    ours = runs["ours"]
    report.ratios[f"{case.name}_failed"] = Ratio(ours.end != "answered", at_most=0)
    if ours.end != "answered":
        return
    bound = ours.answer["bound"]
    for side, one in runs.items():
        if one.end == "answered":
            report.measured[case.name][side]["share_of_bound"] = (
                round(one.answer["weight"] / bound, 5) if bound else 1.0
            )
    if case.name in TARGETS:
        _judge(
            case.name, TARGETS[case.name], {side: one for side, one in runs.items() if one.end == "answered"}, report
        )


def _side(case: Case, side: str, limit: float, seconds: float = 0) -> Run:
    """A side's run with so many seconds of CPU; `seconds`, for a peer that stops by itself."""
    found = solve_alone(case.arguments(side, seconds), limit)
    say(f"  {side}: {found.end} {found.why}, {found.cpu:.1f} s of CPU, {found.wall:.1f} s")
    return found


def _judge(name: str, target: Target, runs: Mapping[str, Run], report: Report) -> None:
    """The ratios of a case that has targets. Weights are required; how fast the machine is, is not."""
    ours = runs["ours"].answer
    report.ratios[f"{name}_weight_to_bound"] = Ratio(ours["weight"] / ours["bound"], at_least=target.share)
    report.ratios[f"{name}_cpu_s"] = Ratio(ours["found_cpu_s"], at_most=target.cpu_s, required=False)
    for side, least in (("first_come", target.to_first_come), ("greedy", target.to_greedy)):
        if least is not None and side in runs:
            ratio = ours["weight"] / runs[side].answer["weight"]
            report.ratios[f"{name}_weight_to_{side}"] = Ratio(ratio, at_least=least)
    if target.peak_mb is not None:
        report.ratios[f"{name}_peak_mb"] = Ratio(runs["ours"].peak, at_most=target.peak_mb, required=False)
    if target.gaps is not None:
        left = ours["idle_gaps"] / max(1, ours["gaps_before_comfort"])
        report.ratios[f"{name}_gaps_left"] = Ratio(left, at_most=target.gaps, required=False)
    if target.settled_s is not None:
        cost = ours["discomfort"] / max(1, ours["discomfort_bound"])
        report.ratios[f"{name}_discomfort_to_bound"] = Ratio(cost, at_most=1, required=False)
        report.ratios[f"{name}_settled_cpu_s"] = Ratio(ours["settled_cpu_s"], at_most=target.settled_s, required=False)


def _repair(report: Report) -> None:
    say("live repair")
    found = _side(Case("s"), "repair", SECONDS["m"])
    report.measured["repair"] = found.told()
    if found.end == "answered":
        report.ratios |= {
            "repair_p99_ms": Ratio(found.answer["p99_ms"], at_most=10, required=False),
            "repair_moved_an_event": Ratio(found.answer["moved_an_event"], at_most=0.1, required=False),
            "repair_share_of_best": Ratio(found.answer["share_of_best"], at_least=0.999, required=False),
        }
