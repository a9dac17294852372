"""The tools that judge the whole source and what it depends on, each as a test that shows what the tool says."""

import json
import subprocess
import sys
import tomllib
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BANDIT = "bandit --quiet --configfile pyproject.toml --recursive"
# Known for years to be vulnerable: an audit that does not say so has looked at nothing.
CANARY = "jinja2==2.4.1"
AUDIT_SECONDS = 60


def run(command: str, *arguments: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    tool, *options = command.split()
    program = Path(sys.executable).parent / tool
    return subprocess.run(
        [program, *options, *arguments], cwd=ROOT, text=True, capture_output=True, check=False, timeout=timeout
    )


@pytest.mark.parametrize(
    "command",
    [
        "ruff check",
        "ruff format --check",
        "mypy --strict",
        "lint-imports",
        f"{BANDIT} server matchmaking sessions migrations",
    ],
)
def test_tool_has_nothing_to_say(command: str) -> None:
    done = run(command)
    if done.returncode != 0:
        pytest.fail(f"{command}\n{done.stdout}{done.stderr}", pytrace=False)


def test_bandit_finds_what_should_not_be(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text('import subprocess\n\nsubprocess.call(input(), shell=True)\neval("1")\n')
    done = run(f"{BANDIT} --format json", str(tmp_path))
    assert [found["test_id"] for found in json.loads(done.stdout)["results"]] == ["B602", "B307"]


def test_no_locked_package_is_known_to_be_vulnerable(tmp_path: Path) -> None:
    if not vulnerabilities(audit([CANARY], tmp_path)):
        unaudited("the vulnerability database was not reached")
    told = audit(locked(), tmp_path)
    if found := vulnerabilities(told):
        pytest.fail("\n".join(found), pytrace=False)
    if missing := [package["name"] for package in told if "vulns" not in package]:
        unaudited(f"the vulnerability database does not know {', '.join(missing)}")


def test_every_locked_package_is_audited() -> None:
    names = Counter(requirement.partition("==")[0] for requirement in locked())
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    assert set(names) == {package["name"] for package in lock["package"]} - {"madang"}


def locked() -> list[str]:
    """The packages of the lock file, those for development too."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return [f"{p['name']}=={p['version']}" for p in lock["package"] if "registry" in p["source"]]


def audit(requirements: Iterable[str], folder: Path) -> list[dict[str, Any]]:
    """What pip-audit says of each package; nothing if it could not ask in time."""
    files: defaultdict[int, list[str]] = defaultdict(list)
    names: Counter[str] = Counter()
    for requirement in requirements:
        # One file may name a package once; the lock file has some in several versions.
        name = requirement.partition("==")[0]
        files[names[name]].append(requirement)
        names[name] += 1
    given: list[str] = []
    for number, lines in files.items():
        (folder / f"{number}.txt").write_text("\n".join(lines))
        given += ["--requirement", str(folder / f"{number}.txt")]
    command = "pip-audit --no-deps --disable-pip --progress-spinner off --format json --timeout 10"
    try:
        done = run(command, *given, timeout=AUDIT_SECONDS)
        told: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return []
    return told


def vulnerabilities(told: list[dict[str, Any]]) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {one['id']}, mended in {one['fix_versions']}"
        for package in told
        for one in package.get("vulns", ())
    ]


def unaudited(why: str) -> None:
    """The test has neither failed nor passed, and says so where it is seen."""
    warnings.warn(f"unaudited: {why}", stacklevel=2)
    pytest.skip(f"unaudited: {why}")
