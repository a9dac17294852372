"""The container's files. It takes no Docker engine: tools read them, and what they do is done without one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        "hadolint --failure-threshold info docker/Dockerfile",
        "check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml",
    ],
)
def test_tool_accepts(command: str) -> None:
    tool, *arguments = command.split()
    done = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{command}\n{done.stdout}{done.stderr}", pytrace=False)


def test_compose_has_no_default_secret_and_the_example_names_every_required_variable() -> None:
    """Compose refuses to start without a variable written `${NAME:?why}`."""
    compose = (DOCKER / "compose.yaml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", compose))
    optional = set(re.findall(r"\$\{(\w+)(?!:\?)\W", compose)) - required
    assert (required, optional) == (
        {"POSTGRES_PASSWORD", "MADANG_BASE_URL"},
        {"MADANG_LISTEN", "MADANG_TRUSTED_PROXIES"},
    )
    assert set(re.findall(r"PASSWORD: (.*)", compose)) == {
        "${POSTGRES_PASSWORD:?a password of your own for the database}"
    }
    example = (DOCKER / "env.example").read_text()
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == required


@pytest.mark.parametrize(
    ("migrate_fails", "calls", "exit_code"),
    [(False, ["migrate", "serve --host 0.0.0.0"], 0), (True, ["migrate"], 7)],
)
def test_entrypoint_migrates_then_serves(tmp_path: Path, migrate_fails: bool, calls: list[str], exit_code: int) -> None:
    program = tmp_path / "madang"
    fault = '[ "$1" = migrate ] && exit 7\n' if migrate_fails else ""
    program.write_text(f'#!/bin/sh\necho "$*" >> "{tmp_path}/calls"\n{fault}exit 0\n')
    program.chmod(0o755)
    done = subprocess.run(
        [DOCKER / "entrypoint", "madang", "serve", "--host", "0.0.0.0"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == exit_code
    assert (tmp_path / "calls").read_text().splitlines() == calls


def stage_copies(dockerfile: str) -> list[tuple[list[str], str]]:
    """Sources and destination of every COPY from the build context, in the first stage."""
    first = dockerfile.split("\nFROM ")[0]
    return [(words[:-1], words[-1]) for words in (line.split()[1:] for line in re.findall(r"^COPY .*", first, re.M))]


@pytest.mark.long
def test_the_first_stage_installs_a_program_with_migrations_and_assets(tmp_path: Path) -> None:
    """The stage's COPY and `uv sync` lines, run in a scratch directory in place of the image."""
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "run the tests by `uv run pytest`"
    dockerfile = (DOCKER / "Dockerfile").read_text()
    source, environment = tmp_path / "src", tmp_path / "environment"
    for names, destination in stage_copies(dockerfile):
        for name in names:
            target = source / destination / ("" if (ROOT / name).is_dir() else name)
            if (ROOT / name).is_dir():
                # As .dockerignore leaves it: what git ignores is not in a fresh clone.
                shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, target)
    variables = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(environment), "UV_PYTHON": sys.executable}
    variables.pop("VIRTUAL_ENV", None)
    for command in re.findall(r"^RUN uv (sync .*)", dockerfile, re.M):
        subprocess.run([uv, *command.split()], cwd=source, env=variables, check=True)
    installed = next(environment.glob("lib/python*/site-packages"))
    vendor = sorted(path.name for path in (installed / "server/web/static/vendor").iterdir())
    assert vendor == [
        "hls.LICENSE",
        "hls.min.mjs",
        "hls.worker.js",
        "htmx.LICENSE",
        "htmx.min.js",
        "stamp",
        "uplot.LICENSE",
        "uplot.min.css",
        "uplot.min.js",
    ]
    assert not (installed / "pytest").exists()
    data = {"MADANG_DATA_DIR": str(tmp_path / "data"), "PATH": f"{environment / 'bin'}:{os.environ['PATH']}"}
    subprocess.run([DOCKER / "entrypoint", "madang", "status"], cwd=tmp_path, env=data, check=True)
