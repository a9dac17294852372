"""The published instances in `bench schedule`: each proven anew, and compared with the best that is known."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from server.bench.b2b_portfolio import SOLVERS, Proof, prove
from server.bench.report import Ratio, Report, say
from server.bench.solving import Run, solve_alone

SECONDS, SOON = 120.0, 60.0
BEST = "best_known.json"  # file name -> fewest breaks, or "unsat"
ALL_FIT = "tic-12.original.dzn"  # one in which all meetings must fit, which is for conference-scheduler
PEER_SECONDS = 600.0
NEEDS = {"cores": "pysat", "steps": "pysat", "cp_sat": "ortools"}
FEW = 6  # instances that a quick run proves


def published(folder: Path | None, quick: bool, report: Report) -> None:
    """Prove all instances in a folder; without one, say so."""
    if folder is None:
        report.measured["published"] = "skipped: no folder of them was given (--instances DIR)"
        return
    solvers = [name for name in SOLVERS if find_spec(NEEDS[name]) is not None]
    if not solvers:
        report.measured["published"] = "skipped: neither python-sat nor ortools is installed"
        return
    best: dict[str, int | str] = json.loads((folder / BEST).read_text())
    names = sorted(best)[:: len(best) // FEW if quick else 1]
    proofs = {name: _proof(folder / name, best[name], solvers) for name in names}
    report.measured["published"] = {name: _told(proof) for name, proof in proofs.items()}
    cpu = [proof.cpu for proof in proofs.values()]
    report.ratios |= {
        "published_not_as_known": Ratio(sum(proof.breaks != best[name] for name, proof in proofs.items()), at_most=0),
        "published_longest_cpu_s": Ratio(max(cpu), at_most=SECONDS, required=False),
        "published_over_60_s": Ratio(sum(seconds > SOON for seconds in cpu), at_most=2, required=False),
    }
    if (folder / ALL_FIT).exists():
        _conference_scheduler(folder / ALL_FIT, report)


def _proof(path: Path, known: int | str, solvers: list[str]) -> Proof:
    proof = prove(path, SECONDS, solvers)
    said = "as known" if proof.breaks == known else f"known is {known}"
    by = proof.by or "nobody"
    say(f"  {path.name}: {proof.breaks} ({said}) by {by}, {proof.cpu:.1f} s of CPU {'; '.join(proof.wrong)}")
    return proof


def _told(proof: Proof) -> dict[str, Any]:
    told = {"breaks": proof.breaks, "by": proof.by, "cpu_s": round(proof.cpu, 1), "wall_s": round(proof.wall, 1)}
    return told | ({"wrong": list(proof.wrong)} if proof.wrong else {})


def _conference_scheduler(path: Path, report: Report) -> None:
    if find_spec("conference_scheduler") is None:
        report.measured["conference_scheduler"] = "skipped: conference-scheduler is not installed"
        return
    ours, theirs = (_fit(side, path) for side in ("ours", "theirs"))
    report.measured["conference_scheduler"] = {"ours": ours.told(), "theirs": theirs.told()}
    if ours.end == "answered" and theirs.end != "failed":
        # Where they were killed, they would have taken longer still.
        least = theirs.cpu if theirs.end == "killed" else theirs.answer["cpu_s"]
        ratio = least / max(0.01, ours.answer["cpu_s"])
        report.ratios["conference_scheduler_to_ours"] = Ratio(ratio, at_least=100, required=False)


def _fit(side: str, path: Path) -> Run:
    found = solve_alone(["server.bench.b2b_conference", side, str(path)], PEER_SECONDS)
    say(f"  {path.name} by {side}: {found.end} {found.why}, {found.cpu:.1f} s of CPU")
    return found
