"""The README's demo line on a machine that has only Python: a fresh clone, no uv, no Node, empty caches."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import IO

import httpx
import pytest

ROOT = Path(__file__).parents[1]
ABSENT = ("uv", "uvx", "node", "npm", "npx")
SECONDS = 600.0


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What git would bring of the present work tree."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, text=True, capture_output=True, check=True).stdout
    target = tmp_path / "clone"
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture
def bare_environment(tmp_path: Path) -> dict[str, str]:
    """The machine's programs, except those the line must bring itself; caches that are empty."""
    programs = tmp_path / "bin"
    programs.mkdir()
    # sys._base_executable: the Python outside this virtual environment.
    (programs / "python3").symlink_to(sys._base_executable)  # type: ignore[attr-defined]
    for directory in ("/usr/bin", "/bin"):
        for program in Path(directory).iterdir():
            if program.name not in ABSENT and not (programs / program.name).is_symlink():
                (programs / program.name).symlink_to(program)
    kept = {name: value for name, value in os.environ.items() if "CERT" in name or name.startswith("PIP_")}
    home = tmp_path / "home"
    home.mkdir()
    return {**kept, "PATH": str(programs), "HOME": str(home), "UV_CACHE_DIR": str(tmp_path / "uv-cache")}


@pytest.fixture
def demo(clone: Path, bare_environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    line = re.findall(r"^python3 .*madang demo$", (clone / "README.md").read_text(encoding="utf-8"), re.M)[0]
    demo = subprocess.Popen(
        ["bash", "-c", line],
        cwd=clone,
        env=bare_environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield demo
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        try:
            demo.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
            raise


def collect(stream: IO[str], lines: list[str]) -> None:
    for line in stream:
        lines.append(line)


def first_address(lines: list[str], demo: subprocess.Popen[str]) -> str:
    """The first http address the demo prints; fails with its output when it ends or says nothing for long."""
    deadline = time.monotonic() + SECONDS
    while demo.poll() is None and time.monotonic() < deadline:
        for line in list(lines):
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
        time.sleep(0.2)
    pytest.fail("".join(lines), pytrace=False)


@pytest.mark.long
def test_the_demo_line_serves_a_convention_with_its_assets(clone: Path, demo: subprocess.Popen[str]) -> None:
    lines: list[str] = []
    assert demo.stdout is not None
    Thread(target=collect, args=(demo.stdout, lines), daemon=True).start()
    address = first_address(lines, demo)
    with httpx.Client(base_url=address, transport=httpx.HTTPTransport(retries=20), timeout=20) as client:
        assert client.get("/readyz").status_code == 200
        # Their addresses change with their content; a page that everybody sees tells by its style sheet's.
        (static,) = set(re.findall(r"/static/\w+/", client.get("/sign-in").text))
        script = client.get(f"{static}vendor/htmx.min.js")
    assert (script.status_code, script.content) == (
        200,
        (clone / "server/web/static/vendor/htmx.min.js").read_bytes(),
    )
