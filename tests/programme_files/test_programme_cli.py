"""`madang import programme`, as an operator types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app as madang
from server.console import out
from server.programme_files.frab_xml import write_xml
from tests.factories import Fair
from tests.imports.sheets import delimited
from tests.programme_files.outlines import DAY
from tests.programme_files.test_taking import sessions

HEAD = ["ID", "날짜", "시간", "제목"]


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide enough that no cell of a table is broken."""
    monkeypatch.setattr(out, "width", 300)


def run(fair: Fair, path: Path, *arguments: str) -> Result:
    """The command against the fair's database."""
    url = fair.engine.url.render_as_string(hide_password=False)
    command = ["import", "programme", str(path), "--convention", "smc-2020", *arguments]
    return CliRunner().invoke(madang, command, env={"MADANG_DATABASE_URL": url})


def written(path: Path, *rows: list[str]) -> Path:
    path.write_text(delimited([HEAD, *rows]), "utf-8")
    return path


def test_a_sheet_is_taken_and_changes_are_told(fair: Fair, tmp_path: Path) -> None:
    sheet = tmp_path / "programme.csv"
    dry = run(fair, written(sheet, ["A-1", "11/9", "10:00-11:00", "개막"]), "--dry-run")
    assert (dry.exit_code, sessions(fair)) == (0, {})
    assert "1 sessions. 1 new, 0 changed (0 moved), 0 unchanged." in dry.stdout
    assert "Nothing was written." in dry.stdout
    assert run(fair, sheet, "--state", "draft").exit_code == 0
    assert sessions(fair)["A-1"].state == "draft"
    done = run(fair, written(sheet, ["A-2", "11/9", "10:00-11:00", "폐막"]))
    assert "Not in the file, and kept: 개막" in done.stdout
    moved = run(fair, written(sheet, ["A-1", "11/9", "12:00-13:00", "개막식"]))
    assert "1 sessions. 0 new, 1 changed (1 moved), 0 unchanged." in moved.stdout
    assert "개막식" in moved.stdout


def test_a_schedule_of_another_program_is_taken(fair: Fair, tmp_path: Path) -> None:
    schedule = tmp_path / "schedule.xml"
    schedule.write_bytes(write_xml(DAY))
    assert "2 sessions. 2 new" in run(fair, schedule).stdout
    assert "2 sessions. 0 new, 0 changed (0 moved), 2 unchanged." in run(fair, schedule).stdout


def test_what_is_unclear_is_told_and_nothing_is_taken(fair: Fair, tmp_path: Path) -> None:
    done = run(fair, written(tmp_path / "a.csv", ["A-1", "12/9", "10:00-11:00", "개막"]))
    assert (done.exit_code, sessions(fair)) == (1, {})
    assert "This is no day of the convention, which is from 2020-11-09 to 2020-11-12." in done.stdout


@pytest.mark.parametrize(
    ("content", "arguments", "said"),
    [
        (b"<html/>", (), "no schedule.xml"),
        (b"", (), "The file is empty."),
        (b"x", ("--state", "live"), "A session does not begin as live."),
    ],
)
def test_what_cannot_be_done_is_said(
    fair: Fair, tmp_path: Path, content: bytes, arguments: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    done = run(fair, path, *arguments)
    assert done.exit_code == 1
    assert said in done.stderr.replace("\n", " ")
