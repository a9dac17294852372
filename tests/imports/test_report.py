"""Findings for the terminal, and the sheet with its cells marked."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO, StringIO

from python_calamine import load_workbook
from rich.console import Console

from server.imports.buyers import stage_buyers
from server.imports.findings import Finding, Severity
from server.imports.reading import read_sheets
from server.imports.report import findings_table, marked_sheet
from tests.imports.sheets import DEMO, SMC, buyers

HEAD = ["회사명", "이메일", "국가", "바이어명"]


def printed(findings: list[Finding], most: int = 500) -> str:
    out = StringIO()
    Console(file=out, width=160, no_color=True).print(findings_table(findings, most))
    return out.getvalue()


def test_the_table_shows_the_worst_first_and_markup_as_text() -> None:
    staged = buyers(["B", "b@b.kr", "미국", "Jos?"], ["", "", "[red]네팔[/red]", "Kim"], head=HEAD)
    rows = [[cell.strip() for cell in line.split("│")] for line in printed(list(staged.findings)).splitlines()]
    told = [(row[1], row[3], row[4]) for row in rows if len(row) > 4 and row[1]]
    assert told == [("3", "", "stop"), ("2", "", "look"), ("2", "Jos?", "note")]
    assert "[red]x" in printed([replace(staged.findings[0], value="[red]x[/red]")])


def test_the_table_says_what_it_leaves_out() -> None:
    finding = Finding(2, "국가", "country", "[bold]중?", Severity.LOOK, "country_damaged", "Letters were lost.", "CN")
    shown = printed([finding] * 12, most=10)
    assert "[bold]중?" in shown
    assert "2 more" in shown


def test_the_marked_sheet_holds_the_rows_as_they_came_and_all_findings() -> None:
    data = (DEMO / "buyers.csv").read_bytes()
    staged = stage_buyers(data, "buyers.csv", SMC)
    rows, findings = read_sheets(marked_sheet(staged), "")
    assert rows.rows == read_sheets(data, "")[0].rows
    assert [row[:5] for row in findings.rows[1:]] == [
        [float(one.row), one.column, one.value, one.severity.value, one.code] for one in staged.findings
    ]
    assert [row[6] for row in findings.rows[1:]] == [one.proposal or "" for one in staged.findings]


def test_a_strangers_formula_stays_text() -> None:
    evil = '=HYPERLINK("http://evil.example";"x")'
    staged = buyers([evil, "b@b.kr", evil, "@SUM(A1)"], head=HEAD)
    sheet, findings = read_sheets(marked_sheet(staged), "")
    assert sheet.rows[1] == [evil, "b@b.kr", evil, "@SUM(A1)"]
    assert evil in [row[2] for row in findings.rows]
    assert (sheet.unreadable, findings.unreadable) == ({}, {})


def test_a_formula_of_a_stranger_is_marked_as_text_and_comes_back_as_it_was() -> None:
    """The mark is Excel's own (quotePrefix): the text stays text when the cell is edited."""
    staged = buyers(["=1+1", "b@b.kr", "미국", "+82"], ["가", "c@b.kr", "미국", "나"], head=HEAD)
    data = marked_sheet(staged)
    parts = _parts(data)
    marked = {
        n
        for n, one in enumerate(parts["xl/styles.xml"].partition("<cellXfs")[2].split("<xf ")[1:])
        if "quotePrefix" in one
    }
    cells = dict(re.findall(r'<c r="(\w+)" s="(\d+)" t="s">', parts["xl/worksheets/sheet1.xml"]))
    assert {place for place, style in cells.items() if int(style) in marked} == {"A2", "D2"}
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"] + parts["xl/worksheets/sheet2.xml"]
    assert read_sheets(data, "")[0].rows[1][:4] == ["=1+1", "b@b.kr", "미국", "+82"]


def test_problem_cells_are_coloured_and_commented() -> None:
    staged = buyers(["B", "b@b.kr", "미국", "Jos? da Silva"], head=[*HEAD[:3], "바이어명"])
    parts = _parts(marked_sheet(staged))
    assert "Letters of the name were lost" in parts["xl/comments1.xml"]
    assert {colour for colour in ("FFFFD27F", "FFFFF6B3") if colour in parts["xl/styles.xml"]} == {
        "FFFFD27F",
        "FFFFF6B3",
    }


def test_an_empty_cell_and_a_cell_beyond_the_row_can_be_marked() -> None:
    staged = buyers(["B", "b@b.kr", ""], head=[*HEAD[:3], "도시"])
    with load_workbook(BytesIO(marked_sheet(staged))) as book:
        assert book.get_sheet_by_name("Rows").to_python(skip_empty_area=False)[1][:2] == ["B", "b@b.kr"]
    assert "No country is given" in _parts(marked_sheet(staged))["xl/comments1.xml"]


def _parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
