"""The schedule bench at small sizes. Its figures mean nothing here; that they are of the right things does."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from matchmaking.schedule.bound import find_bound
from matchmaking.schedule.problem import Problem, Schedule
from matchmaking.schedule.solve import never
from server.bench import schedule
from server.bench.report import Report
from server.bench.schedule import Choice
from server.bench.schedule_instances import SIZES, Size, convention
from server.bench.schedule_peers import cp_sat, first_come, greedy
from server.bench.schedule_repair import repairs
from server.bench.schedule_side import Case, ours
from server.bench.solving import Run
from server.cli import app
from tests.matchmaking.schedule.verifier import breaches

SMALL = replace(SIZES["s"], name="small", exhibitors=8, buyers=10, days=1, contended=60)


def small(*, resources: bool = False) -> Problem:
    return convention(SMALL, contended=True, resources=resources)


def weight(problem: Problem, schedule: Schedule) -> int:
    return sum(problem.candidates[c].weight for c in schedule.placed)


def test_one_seed_makes_one_convention() -> None:
    assert small(resources=True) == small(resources=True)
    assert convention(SMALL, contended=True, seed=1) != small()


@pytest.mark.parametrize("size", [SIZES["s"], SIZES["m"]])
def test_a_convention_is_of_its_size(size: Size) -> None:
    problem = convention(size, contended=True)
    assert len(problem.parties) == size.exhibitors + size.buyers
    assert len(problem.candidates) == len({candidate.parties for candidate in problem.candidates}) == size.contended
    assert {slot.day for slot in problem.slots} == set(range(size.days))
    shared = [candidate for candidate in problem.candidates if candidate.slots]
    assert len(shared) > 0.9 * size.contended
    for candidate in shared:
        free = [problem.parties[party].seats[0].free for party in candidate.parties]
        assert candidate.slots == free[0] & free[1]


def test_everybody_is_free_half_of_the_time_where_it_is_contended() -> None:
    size = SIZES["s"]
    free = [
        sum(party.seats[0].free.bit_count() for party in convention(size, contended=contended).parties)
        for contended in (True, False)
    ]
    assert 0.45 < free[0] / free[1] < 0.55


@pytest.mark.parametrize("resources", [False, True])
def test_peers_obey_the_rules(resources: bool) -> None:
    problem = small(resources=resources)
    weights: list[int] = []
    for peer in (first_come, greedy):
        found = peer(problem)
        assert breaches(problem, found) == []
        weights.append(weight(problem, found))
    assert 0 < weights[0] < weights[1]


def test_cp_sat_is_no_worse_than_greedy() -> None:
    problem = convention(replace(SMALL, contended=20), contended=True)
    found = cp_sat(problem, 10, 1)
    assert breaches(problem, found) == []
    assert find_bound(problem, never).bound >= weight(problem, found) >= weight(problem, greedy(problem))


def test_our_side_tells_its_quality_and_when_it_was_found() -> None:
    told = ours(small(resources=True), effort=0.02)
    assert 0 < told["weight"] <= told["bound"]
    assert 0 <= told["found_cpu_s"] <= told["settled_cpu_s"]
    assert {"gap_percent", "idle_gaps", "gaps_before_comfort", "discomfort", "interpreter_minutes"} <= told.keys()


def test_repairs_are_counted() -> None:
    told = repairs(small(), events=6)
    assert told["events"] == 6
    assert 0.9 < told["share_of_best"] <= 1


def test_targets_are_of_the_cases_that_are_measured() -> None:
    assert [case.name for case in Choice().cases(quick=False)] == [*schedule.TARGETS]
    assert Choice("m", resources=True).cases(quick=True) == [Case("m", contended=False, resources=True)]


def test_ratios_are_judged_by_the_targets() -> None:
    answer = {
        "bound": 1000.0,
        "weight": 999,
        "found_cpu_s": 2.0,
        "settled_cpu_s": 9.0,
        "idle_gaps": 0,
        "gaps_before_comfort": 50,
        "discomfort": 30,
        "discomfort_bound": 30,
    }
    runs = {
        "ours": Run("answered", answer, 9, 9, 60),
        "first_come": Run("answered", {"weight": 900}, 1, 1, 40),
    }
    report = Report("schedule")
    schedule._judge("s_contended", schedule.TARGETS["s_contended"], runs, report)
    assert {name: (round(ratio.value, 3), ratio.met) for name, ratio in report.ratios.items()} == {
        "s_contended_weight_to_bound": (0.999, False),
        "s_contended_cpu_s": (2.0, False),
        "s_contended_weight_to_first_come": (1.11, True),
        "s_contended_gaps_left": (0.0, True),
        "s_contended_discomfort_to_bound": (1.0, True),
        "s_contended_settled_cpu_s": (9.0, True),
    }
    assert report.missed() == ["s_contended_weight_to_bound"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [(["schedule", "--size", "xl"], "There is no size xl."), (["sleep"], "There is no bench sleep.")],
)
def test_what_cannot_be_measured_is_refused(asked: list[str], said: str) -> None:
    answer = CliRunner().invoke(app, ["bench", *asked])
    assert answer.exit_code == 1
    assert said in answer.output
