"""The rows below a header."""

import pytest

from server.imports import errors
from server.imports.findings import Finding
from server.imports.header import find_header
from server.imports.reading import Sheet
from server.imports.rows import MAX_ROWS, data_rows
from server.imports.text import Cell
from tests.imports.sheets import buyers, told

HEAD: list[Cell] = ["No", "구분", "기업명", "담당자", "이메일", "비고"]


def rows(*data: list[Cell]) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    findings: list[Finding] = []
    header, _ = find_header([Sheet("s", [HEAD, *data])], "exhibitors")
    return [(row.number, row.cells) for row in data_rows(header, findings)], findings


def test_blank_numbered_and_repeated_header_rows_are_left_out_silently() -> None:
    assert rows([], ["", " ", ""], [1.0, "", ""], HEAD, [2.0, "뷰티", "가온"]) == (
        [(6, {"number": "2", "category": "뷰티", "organisation": "가온"})],
        [],
    )


@pytest.mark.parametrize("total", ["합계", "합 계", "총계: 64개사", "소계", "Total", "SUBTOTAL", "Grand Total"])
def test_totals_are_left_out_with_a_note(total: str) -> None:
    kept, findings = rows(["", total, 64.0, "", "", ""])
    assert (kept, [finding.code for finding in findings]) == ([], ["total_row"])


def test_a_company_called_total_is_kept() -> None:
    kept, findings = rows([1.0, "", "Total", "Ana", "ana@total.example", ""])
    assert (len(kept), findings) == (1, [])


def test_a_remark_below_the_list_is_left_out_with_a_note() -> None:
    kept, findings = rows(["", "※ 문의: 사무국", "", "", "", ""])
    assert (kept, told(findings)) == ([], [(2, "category", "note", "remark_row", None)])


def test_blanks_of_all_kinds_are_folded() -> None:
    assert rows(["1", "", "\u3000가온\u00a0 테크\u200b ", "", "", "첫 줄\n둘째 줄"])[0] == [
        (2, {"number": "1", "organisation": "가온 테크", "notes": "첫 줄; 둘째 줄"}),
    ]


def test_more_rows_than_the_cap_are_refused() -> None:
    with pytest.raises(errors.FileTooLarge):
        buyers(*([f"b{number}@b.kr", "가"] for number in range(MAX_ROWS + 1)), head=["이메일", "회사명"])
