"""What ARCHITECTURE.md promises about the shape of the source and import-linter cannot say."""

import ast
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("server", "matchmaking", "sessions")
LAYOUT = {
    *PACKAGES,
    *("migrations", "tests", "docker", "docs"),
    *("README.md", "SECURITY.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"),
    *("pyproject.toml", "uv.lock", "package.json", "package-lock.json", "hatch_build.py"),
}
FILE_LINES = 450
FUNCTION_LINES = 60

TODAY = {"now", "utcnow", "today"}
TIME = {"time", "time_ns", "localtime", "gmtime", "ctime"}
STOPWATCH = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
READS_TIME = ("server/clock.py", "server/ids.py", "server/bench/")
READS_STOPWATCH = ("server/live/", *READS_TIME)


def sources() -> Iterator[tuple[str, str]]:
    """Path below the root and text of every module of the product."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def imported_from_time(tree: ast.AST) -> set[str]:
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }


def time_reads(text: str) -> list[tuple[int, str]]:
    """Line and expression of every use of the wall clock or a stopwatch, called or handed over."""
    tree = ast.parse(text)
    bare = imported_from_time(tree) & (TIME | STOPWATCH)
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="time"), attr=name) if name in TIME | STOPWATCH:
                found.append((node.lineno, f"time.{name}"))
            case ast.Attribute(value=ast.Name(id=kind) | ast.Attribute(attr=kind), attr=name) if (
                kind in {"datetime", "date"} and name in TODAY
            ):
                found.append((node.lineno, f"{kind}.{name}"))
            case ast.Name(id=name) if name in bare:
                found.append((node.lineno, f"time.{name}"))
    return sorted(found)


def may_read(path: str, expression: str) -> bool:
    stopwatch = expression.removeprefix("time.") in STOPWATCH
    return path.startswith(READS_STOPWATCH if stopwatch else READS_TIME)


def test_top_level_is_the_layout_and_nothing_else() -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(listing, cwd=ROOT, text=True, capture_output=True, check=True).stdout.splitlines()
    top = {path.split("/")[0] for path in tracked}
    assert {name for name in top if not name.startswith(".")} == LAYOUT
    assert ".ci/run" in tracked


def test_time_reads_are_recognised() -> None:
    text = """
import time, datetime as dt
from time import monotonic
from datetime import datetime
a = time.time()
b = monotonic()
c = field(default_factory=datetime.utcnow)
d = dt.datetime.now(UTC)
e = clock.now()
f = date.today()
g = time.sleep(1)
"""
    assert time_reads(text) == [
        (5, "time.time"),
        (6, "time.monotonic"),
        (7, "datetime.utcnow"),
        (8, "datetime.now"),
        (10, "date.today"),
    ]


def test_only_the_clock_reads_time() -> None:
    offenders = [
        f"{path}:{line}: {expression}"
        for path, text in sources()
        for line, expression in time_reads(text)
        if not may_read(path, expression)
    ]
    assert offenders == []


def test_files_and_functions_have_one_job() -> None:
    too_long = []
    for path, text in sources():
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            too_long.append(f"{path}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    too_long.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
    assert too_long == []


def test_assets_are_locked_by_content_and_come_from_the_default_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = [entry for path, entry in packages.items() if path]
    assert len(fetched) >= 3
    assert {entry["integrity"][:7] for entry in fetched} == {"sha512-"}
    assert [entry["resolved"] for entry in fetched if "resolved" in entry] == []
