"""The operator's commands, as typed."""

import pytest
from typer.testing import CliRunner

from server.cli import app
from tests.factories import Fair


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, tables_url: str) -> CliRunner:
    monkeypatch.setenv("MADANG_DATABASE_URL", tables_url)
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_status_of_an_empty_database_says_how_to_begin(type_in: CliRunner) -> None:
    told = type_in.invoke(app, ["status"])
    assert (told.exit_code, "madang convention create" in told.output) == (0, True)


def test_status_lists_the_conventions_and_tells_the_figures_of_one(type_in: CliRunner, fair: Fair) -> None:
    fair.meet(fair.buyer(), fair.exhibitor())
    fair.exhibitor(needs_look=["country"])
    listed = type_in.invoke(app, ["status"])
    assert listed.exit_code == 0
    (row,) = (line for line in listed.output.splitlines() if "smc-2020" in line)
    assert [cell.strip() for cell in row.split("│")[-4:-1]] == ["2", "1", "1"]
    told = type_in.invoke(app, ["status", "smc-2020"])
    (matched,) = (line for line in told.output.splitlines() if line.startswith("│ Matched"))
    assert matched.split("│")[2].strip() == "1"


def test_status_of_a_convention_that_is_not_there(type_in: CliRunner) -> None:
    assert type_in.invoke(app, ["status", "elsewhere"]).exit_code == 1


def test_server_does_not_start_with_a_file_of_addresses_that_is_not_there(
    type_in: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADANG_GEOIP_FILE", "/nowhere/countries.mmdb")
    told = type_in.invoke(app, ["serve"])
    assert told.exit_code == 1
    assert "MADANG_GEOIP_FILE: /nowhere/countries.mmdb cannot be read: No such file or directory." in " ".join(
        told.output.split()
    )
