"""`madang import` and `madang confirm`, as an operator types them."""

from pathlib import Path

import pytest
from python_calamine import load_workbook
from typer.testing import CliRunner, Result

from server.cli import app as madang
from server.console import out
from tests.factories import Fair
from tests.imports.sheets import DEMO, delimited
from tests.imports.taking import (
    BUYERS,
    EXHIBITORS,
    MIR,
    NOWHERE,
    SHEETS,
    ULAANBAATAR,
    column,
    everything,
    nothing_changes,
    people_of,
)


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide enough that no cell of a table is broken."""
    monkeypatch.setattr(out, "width", 300)


def run(fair: Fair, *arguments: str) -> Result:
    """`madang ...` against the fair's database."""
    url = fair.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(madang, arguments, env={"MADANG_DATABASE_URL": url})


def imported(fair: Fair, kind: str, *arguments: str) -> str:
    """What an import prints; it must succeed."""
    done = run(fair, "import", kind, *arguments, "--convention", "smc-2020")
    assert done.exit_code == 0, done.output
    return done.stdout


def written(path: Path, *rows: list[str]) -> str:
    path.write_text(delimited(rows), "utf-8")
    return str(path)


def test_the_organisers_sheets(fair: Fair) -> None:
    exhibitors = imported(fair, "exhibitors", str(DEMO / SHEETS["exhibitors"]))
    assert "64 rows. 64 created, 0 updated, 0 unchanged, 0 need a look." in exhibitors
    buyers = imported(fair, "buyers", str(DEMO / SHEETS["buyers"]))
    assert "85 rows. 85 created, 0 updated, 0 unchanged, 8 need a look." in buyers
    assert "Letters of the country were lost." in buyers
    with nothing_changes(fair):
        again = imported(fair, "buyers", str(DEMO / SHEETS["buyers"]))
    assert "85 rows. 0 created, 0 updated, 85 unchanged, 8 need a look." in again


def test_a_dry_run_writes_nothing_but_the_marked_sheet(sqlite_fair: Fair, tmp_path: Path) -> None:
    marked = tmp_path / "marked.xlsx"
    with nothing_changes(sqlite_fair):
        told = imported(sqlite_fair, "buyers", str(DEMO / SHEETS["buyers"]), "--dry-run", "--report", str(marked))
    assert told.endswith("Nothing was written: this was a dry run.\n")
    assert "85 created" in told
    book = load_workbook(str(marked))
    findings = book.get_sheet_by_name("Findings").to_python()
    rows = [row[0] for row in findings[1:] if row[3] == "look"]
    assert rows == [11, 11, 28, 29, 40, 40, 57, 58, 69, 69, 86]


def test_wishes_interpreters_and_a_taxonomy(sqlite_fair: Fair, tmp_path: Path) -> None:
    imported(sqlite_fair, "exhibitors", written(tmp_path / "exhibitors.csv", EXHIBITORS, MIR))
    imported(sqlite_fair, "buyers", written(tmp_path / "buyers.csv", BUYERS, ULAANBAATAR))
    sheets = {
        "wishes": [
            ["바이어", "참가기업", "희망"],
            ["bat@gobi.example", "Mir Labs", "★★★"],
            ["Gobi Clinic", "Mir Lab", "no"],
        ],
        "interpreters": [["성명", "e-mail", "언어"], ["김통역", "kim@voice.example", "KO-EN"], ["이통역", "", "영어"]],
        "taxonomy": [["code", "parent", "name"], ["D", "", "Devices"], ["D1", "D", "PCR kits"]],
    }
    told = {
        "wishes": ("2 rows. 1 created, 0 updated, 0 unchanged, 1 need a look.", "No exhibitor is known by this name."),
        "interpreters": ("1 rows. 1 created, 0 updated, 0 unchanged, 1 need a look.", "ko-en"),
        "taxonomy": ("2 rows. 2 created, 0 updated, 0 unchanged, 0 need a look.", ""),
    }
    for kind, rows in sheets.items():
        path = written(tmp_path / f"{kind}.csv", *rows)
        with nothing_changes(sqlite_fair):
            dry = imported(sqlite_fair, kind, path, "--dry-run")
        assert all(text in dry for text in told[kind])
        assert told[kind][0] in imported(sqlite_fair, kind, path)
        with nothing_changes(sqlite_fair):
            assert "0 created, 0 updated" in imported(sqlite_fair, kind, path)


def test_what_changed_is_told_by_row(sqlite_fair: Fair, tmp_path: Path) -> None:
    path = tmp_path / "buyers.csv"
    imported(sqlite_fair, "buyers", written(path, BUYERS, ULAANBAATAR, NOWHERE))
    told = imported(sqlite_fair, "buyers", written(path, BUYERS, [*ULAANBAATAR[:5], "anytime", "WeChat"]))
    (line,) = [line for line in told.splitlines() if "Gobi Clinic" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == ["2", "Gobi Clinic", "channels, hours"]
    assert "No longer in the file: Acme" in told
    assert "0 created, 1 updated, 0 unchanged" in told


def test_columns_may_be_named_by_hand(sqlite_fair: Fair, tmp_path: Path) -> None:
    head = ["Land", "도시", "Firma=Name", *BUYERS[3:]]
    sheet = written(tmp_path / "buyers.csv", head, ULAANBAATAR)
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"Land": "country"}', "utf-8")
    imported(sqlite_fair, "buyers", sheet, "--mapping", str(mapping), "--map", "Firma=Name=organisation")
    assert column(sqlite_fair, "participation", "name") == [{"en": "Gobi Clinic", "original": "en"}]
    assert column(sqlite_fair, "participation", "country") == ["MN"]


def test_a_sheet_that_stops_says_where_and_leaves_nothing(sqlite_fair: Fair, tmp_path: Path) -> None:
    sheet = written(tmp_path / "exhibitors.csv", EXHIBITORS, MIR, ["", "", "", "", "봉합사", "종일", ""])
    with nothing_changes(sqlite_fair):
        done = run(sqlite_fair, "import", "exhibitors", sheet, "-c", "smc-2020")
    assert done.exit_code == 1
    assert "The row names no company and no person." in done.stdout
    assert "nothing of it was taken" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["-c", "nowhere"], "There is no convention nowhere. There are: smc-2020"),
        (["-c", "smc-2020", "--map", "company"], "--map takes TITLE=FIELD"),
        (["-c", "smc-2020", "--map", "회사명=shoes"], "There is no field 'shoes'"),
        (["-c", "smc-2020", "--sheet", "second"], "No visible sheet has that name; there are: "),
    ],
)
def test_what_cannot_be_done_is_said(sqlite_fair: Fair, tmp_path: Path, arguments: list[str], word: str) -> None:
    sheet = written(tmp_path / "buyers.csv", BUYERS, NOWHERE)
    done = run(sqlite_fair, "import", "buyers", sheet, *arguments)
    assert done.exit_code == 1
    assert word in " ".join(done.stderr.split())


def test_confirming_lists_what_waits_and_takes_what_is_proposed(sqlite_fair: Fair, tmp_path: Path) -> None:
    ice = ["中?", "", "Ice", "Olaf", "olaf@ice.example", "", ""]
    imported(sqlite_fair, "buyers", written(tmp_path / "buyers.csv", BUYERS, NOWHERE, ice, ULAANBAATAR))
    listed = run(sqlite_fair, "confirm", "smc-2020").stdout
    assert "America/New_York" in listed
    assert "Gobi Clinic" not in listed
    one = run(sqlite_fair, "confirm", "smc-2020", "acme", "--zone", "America/Denver")
    assert one.stdout == "Acme is confirmed.\n"
    rest = run(sqlite_fair, "confirm", "smc-2020", "--all")
    assert rest.stdout == "Ice is confirmed.\n"
    assert run(sqlite_fair, "confirm", "smc-2020").stdout == "Nothing needs a look.\n"
    assert column(sqlite_fair, "participation", "zone") == ["America/Denver", "Asia/Shanghai", "Asia/Ulaanbaatar"]
    assert column(sqlite_fair, "participation", "country") == ["CN", "MN", "US"]
    (lead,) = people_of(sqlite_fair, "Acme")
    assert column(sqlite_fair, "availability", "zone", person_id=lead) == ["America/Denver"] * 6


def test_who_cannot_be_confirmed_is_named(sqlite_fair: Fair, tmp_path: Path) -> None:
    imported(sqlite_fair, "buyers", written(tmp_path / "buyers.csv", BUYERS, NOWHERE))
    with nothing_changes(sqlite_fair):
        done = run(sqlite_fair, "confirm", "smc-2020", "--all", "--as-it-stands")
        unknown = run(sqlite_fair, "confirm", "smc-2020", "nobody")
        nowhere = run(sqlite_fair, "confirm", "smc-2020", "--all", "--zone", "Mars/Olympus")
    assert (done.exit_code, unknown.exit_code, nowhere.exit_code) == (1, 1, 1)
    assert "Acme: The time zone is not known." in done.stderr
    assert "No party that needs a look is called 'nobody'." in unknown.stderr
    assert "Mars/Olympus is no IANA time zone." in nowhere.stderr
    assert len(everything(sqlite_fair)["availability"]) == 0
