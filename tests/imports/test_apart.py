"""Sheets are read in a process of their own: what breaks or swells there is one refusal."""

from pathlib import Path

import pytest

from server.imports import importing
from server.imports.errors import NotASheet, SheetTooHeavy
from server.imports.header import Kind
from server.imports.importing import SheetFile, stage_apart, stage_here
from tests.imports.parsers import fall, stumble
from tests.imports.sheets import SMC, delimited
from tests.imports.taking import BUYERS, NOWHERE, demo

HEAVY = SheetFile("buyers", "buyers.csv", delimited([BUYERS, *[NOWHERE] * 50_000]).encode())


@pytest.mark.parametrize("kind", ["exhibitors", "buyers", "wishes"])
def test_a_sheet_read_apart_says_the_same(kind: Kind) -> None:
    file = SheetFile(kind, kind, demo(kind), sheet=None)
    assert stage_apart(file, SMC) == stage_here(file, SMC)


@pytest.mark.parametrize(("limit", "value", "reason"), [("_SECONDS", 0.1, "time"), ("_MEGABYTES", 100, "memory")])
def test_a_sheet_that_takes_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float, reason: str
) -> None:
    monkeypatch.setattr(importing, limit, value)
    with pytest.raises(SheetTooHeavy, match=f"too much {reason}"):
        stage_apart(HEAVY, SMC)


@pytest.mark.parametrize("parser", [fall, stumble])
def test_a_sheet_that_breaks_its_parser_is_damaged(monkeypatch: pytest.MonkeyPatch, parser: object) -> None:
    monkeypatch.setattr(importing, "stage", parser)
    with pytest.raises(NotASheet):
        stage_apart(HEAVY, SMC)


def test_no_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    stage_apart(SheetFile("exhibitors", "exhibitors.xlsx", demo("exhibitors")), SMC)
    assert list(tmp_path.iterdir()) == []
