"""The README's promises that a machine can hold."""

import re
import subprocess
from pathlib import Path

from server.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .uv && .uv/bin/pip install -q uv && .uv/bin/"
FOR_TESTS_ALONE = {"blind_to_occupancy"}


def test_first_screen_has_the_two_lines() -> None:
    first_screen = "\n".join(README.splitlines()[:24])
    lines = re.findall(r"^```sh\n(.*)\n```$", first_screen, re.MULTILINE)
    assert lines == [f"{SET_UP}uv run madang demo", f"{SET_UP}uv run pytest"]
    assert "`uv run madang demo` and `uv run pytest`" in first_screen


def test_ci_runs_the_readme_s_test_line_and_then_the_long_tests() -> None:
    done = subprocess.run([ROOT / ".ci" / "run", "lines"], text=True, capture_output=True, check=True)
    assert done.stdout.splitlines() == [f"{SET_UP}uv run pytest", f"{SET_UP}uv run pytest -m long -n 0"]


def test_configuration_lists_every_setting_and_no_other() -> None:
    table = re.findall(r"^\| `(MADANG_\w+)` \|", README, re.MULTILINE)
    assert set(table) == {f"MADANG_{name.upper()}" for name in Settings.model_fields if name not in FOR_TESTS_ALONE}


def test_links_to_files_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
