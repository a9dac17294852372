"""The tools that judge the whole source, each as one test that shows what the tool says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    ["ruff check", "ruff format --check", "mypy --strict", "lint-imports"],
)
def test_tool_has_nothing_to_say(command: str) -> None:
    tool, *arguments = command.split()
    program = Path(sys.executable).parent / tool
    done = subprocess.run([program, *arguments], cwd=ROOT, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{command}\n{done.stdout}{done.stderr}", pytrace=False)
