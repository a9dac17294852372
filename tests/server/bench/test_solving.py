"""Processes that solve: what they answer, and that they are ended."""

import os
import select
from pathlib import Path

import pytest

from server.bench.solving import race, solve_alone

SOLVER = """
import os, subprocess, sys, time
from server.bench.solving import answer

match sys.argv[1]:
    case "answer":
        while len(sys.argv) > 2 and not os.path.exists(sys.argv[2]):
            time.sleep(0.01)
        answer({"found": 7})
    case "sleep":
        child = subprocess.Popen(["sleep", "60"])
        with open(sys.argv[2] + "_", "w") as file:
            file.write(str(child.pid))
        os.rename(sys.argv[2] + "_", sys.argv[2])
        time.sleep(60)
    case "work":
        while True:
            pass
    case "fail":
        raise ValueError("no")
"""


@pytest.fixture(autouse=True)
def solver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_solver.py").write_text(SOLVER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def ends(pid: int) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    return bool(select.select([handle], [], [], 10)[0])


def test_an_answer_has_its_costs() -> None:
    run = solve_alone(["a_solver", "answer"], 30)
    assert (run.end, run.answer) == ("answered", {"found": 7})
    assert 0 < run.cpu <= run.wall + 1
    assert 5 < run.peak < 100
    assert run.told().keys() == {"end", "found", "cpu_s", "wall_s", "peak_mb"}


def test_who_uses_too_much_of_the_machine_is_killed() -> None:
    run = solve_alone(["a_solver", "work"], 1)
    assert run.end == "killed"
    assert 0.5 < run.cpu < 2.5


def test_the_first_answer_ends_the_others_with_all_they_have_started(tmp_path: Path) -> None:
    runs = race(
        {
            "late": ["a_solver", "sleep", str(tmp_path / "pid")],
            "broken": ["a_solver", "fail"],
            "quick": ["a_solver", "answer", str(tmp_path / "pid")],
        },
        60,
    )
    assert (runs["late"].end, runs["quick"].end) == ("killed", "answered")
    assert ends(int((tmp_path / "pid").read_text()))
    assert runs["broken"].end in ("failed", "killed")


def test_who_breaks_says_why() -> None:
    run = solve_alone(["a_solver", "fail"], 30)
    assert (run.end, run.why) == ("failed", "ValueError: no")
