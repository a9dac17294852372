"""The published instances: read, encoded and proven; those themselves only where there is a folder of them."""

import json
import os
from itertools import product
from pathlib import Path

import pytest

from server.bench import b2b_cpsat, b2b_sat
from server.bench.b2b import Instance, Unreadable, breaks, faults, parse, total_breaks
from server.bench.b2b_portfolio import Proof, prove
from server.bench.b2b_published import published
from server.bench.report import Report

# Five companies, two tables, five slots of which two are the morning; invented.
INVENTED = """
nBusiness = 5;
nMeetings = 6;
nTables = 2;
nTotalSlots = 5;
nMorningSlots = 2;

requested = [|1, 2,1,
|1, 3,3,
|1, 4,2,
|2, 3,3,
|2, 4,3,
|3, 5,3, |];

meetingsxBusiness = [{1,2,3}, {1,4,5}, {2,4,6}, {3,5}, {6}];
nMeetingsBusiness = [3,3,3,2,1];
forbidden = [{3},
{0},
{2,3},
{0,1},
{}];
fixed = [0,0,0,0,0,5];
precedences = [{},
{},
{},
{},
{},
{2,4}];
"""
FOLDER = os.environ.get("MADANG_B2B")


@pytest.fixture
def invented() -> Instance:
    return parse(INVENTED)


def brute_force(instance: Instance) -> int | None:
    """The fewest breaks, by trying everything."""
    return min(
        (total_breaks(instance, answer) for answer in product(*instance.open_slots) if not [*faults(instance, answer)]),
        default=None,
    )


def test_it_is_read(invented: Instance) -> None:
    assert invented == Instance(
        parties=5,
        tables=2,
        slots=5,
        meetings=((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 4)),
        open_slots=((0, 1), (0, 3, 4), (3, 4), (0, 3, 4), (1, 2, 3, 4), (4,)),
        before=((1, 5), (3, 5)),
    )


@pytest.mark.parametrize(
    "text", ["", INVENTED.replace("nMeetings = 6", "nMeetings = 7"), INVENTED.replace("nTables = 2", "nTables = two")]
)
def test_what_is_no_instance_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text)


@pytest.mark.parametrize(("used", "expected"), [([], 0), ([3], 0), ([2, 1, 3], 0), ([0, 2, 3, 7], 2), ([0, 2, 4], 2)])
def test_breaks_are_idle_stretches_between_meetings(used: list[int], expected: int) -> None:
    assert breaks(used) == expected


def test_every_fault_of_an_answer_is_named(invented: Instance) -> None:
    assert list(faults(invented, [0, 3, 3, 0, 0, 3])) == [
        "meeting 4 may not be in slot 0",
        "meeting 5 may not be in slot 3",
        "3 meetings in slot 0",
        "3 meetings in slot 3",
        "party 0 is in two meetings at once",
        "party 1 is in two meetings at once",
        "party 2 is in two meetings at once",
        "meeting 1 is not before 5",
    ]
    assert list(faults(invented, [0])) == ["1 of 6 meetings are held"]


def test_some_have_no_more_than_two_breaks_more_than_others() -> None:
    rivals = tuple((0, other) for other in range(1, 5))
    hole = Instance(5, 1, 7, rivals, ((0,), (2,), (4,), (6,)))
    assert list(faults(hole, [0, 2, 4, 6])) == ["some have 3 breaks, others 0"]
    assert (b2b_sat.by_cores(hole), b2b_sat.by_steps(hole), b2b_cpsat.optimum(hole)) == (None, None, None)


def cases() -> list[Instance]:
    """Variants of the invented one: tighter, later, without an answer, and ones in which everybody has a break."""
    one = parse(INVENTED)
    ring = tuple((n, (n + 1) % 4) for n in range(4))
    apart = ((0,), (2,), (0,), (2,))
    return [
        one,
        parse(INVENTED.replace("nTables = 2", "nTables = 1")),
        parse(INVENTED.replace("fixed = [0,0,0,0,0,5]", "fixed = [0,5,0,0,0,0]")),
        Instance(4, 2, 3, ring, apart),
        Instance(4, 2, 4, ring, ((0, 1), (2, 3), (0, 3), (1, 2))),
        Instance(2, 1, 8, ((0, 1),) * 4, ((0,), (2, 3), (4, 5), (7,))),
    ]


@pytest.mark.parametrize("number", range(6))
def test_every_solver_proves_the_optimum(number: int) -> None:
    instance = cases()[number]
    best = brute_force(instance)
    for solve in (b2b_sat.by_cores, b2b_sat.by_steps, b2b_cpsat.optimum):
        found = solve(instance)
        assert (found and found[1]) == best
        if found:
            assert (list(faults(instance, found[0])), total_breaks(instance, found[0])) == ([], best)


def test_first_proof_wins(tmp_path: Path) -> None:
    (tmp_path / "invented.dzn").write_text(INVENTED)
    proof = prove(tmp_path / "invented.dzn", 20)
    assert (proof.breaks, proof.wrong) == (brute_force(parse(INVENTED)), ())
    assert proof.by in ("cores", "steps", "cp_sat")


def test_what_no_solver_can_read_is_not_proven(tmp_path: Path) -> None:
    (tmp_path / "none.dzn").write_text("nothing")
    proof = prove(tmp_path / "none.dzn", 20, ["steps"])
    assert proof == Proof(
        None, wall=proof.wall, wrong=("steps: server.bench.b2b.Unreadable: It says nothing of nTotalSlots.",)
    )


def test_without_a_folder_the_bench_says_why_it_skips_them() -> None:
    report = Report("schedule")
    published(None, True, report)
    assert (report.measured, report.ratios) == (
        {"published": "skipped: no folder of them was given (--instances DIR)"},
        {},
    )


@pytest.mark.long
@pytest.mark.skipif(FOLDER is None, reason="MADANG_B2B names no folder of the published instances")
def test_published_instances_have_the_known_optimum() -> None:
    folder = Path(FOLDER or "")
    best = json.loads((folder / "best_known.json").read_text())
    assert {name: prove(folder / name, 120).breaks for name in best} == best
