"""Bytes of a file -> sheets, or a clear refusal."""

import zipfile
from contextlib import suppress
from datetime import date, time
from io import BytesIO
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from server.imports import errors
from server.imports.archive import MAX_COLUMNS, MAX_SHEET_ROWS
from server.imports.buyers import stage_buyers
from server.imports.delimited import decoded
from server.imports.errors import ImportRefused
from server.imports.exhibitors import stage_exhibitors
from server.imports.reading import MAX_BYTES, Sheet, read_sheets
from tests.imports.sheets import DEMO, FILES, SMC, delimited, workbook

HEAD = ["회사명", "E-mail", "국가", "바이어명"]
ROWS = [HEAD, ["뷰티㈜", "a@b.example", "몽골", "홍길동, 부장"], ["Zürich; GmbH", "c@d.example", "스위스", "J\tO"]]


def refusal(data: bytes) -> type[ImportRefused]:
    with pytest.raises(ImportRefused) as refused:
        read_sheets(data, "list.xlsx")
    assert str(refused.value)
    assert refused.value.remedy
    return type(refused.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_charsets_and_delimiters_give_the_same_rows(charset: str, delimiter: str) -> None:
    data = delimited(ROWS, delimiter).encode(charset)
    assert read_sheets(data, "list.csv") == [Sheet("list.csv", ROWS)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_cp949_is_read(delimiter: str) -> None:
    rows = [HEAD, ["뷰티㈜", "a@b.example", "몽골", "홍길동"]]
    assert read_sheets(delimited(rows, delimiter).encode("cp949"), "list.csv") == [Sheet("list.csv", rows)]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb18030", "公司名称,国家,城市\n上海贸易有限公司,中国,上海\n北京医疗器械股份有限公司,中国,北京\n" * 8),
        ("cp932", "会社名,国,都市\n大阪医療株式会社,日本,おおさか\nひまわりクリニック,にほん,きょうと\n" * 8),
        ("cp1251", "Компания,Страна,Город\nВосток Трейд,Россия,Владивосток\n" * 8),
    ],
)
def test_foreign_charsets_are_told_from_cp949(charset: str, text: str) -> None:
    assert decoded(text.encode(charset)) == text


def test_quoted_line_breaks_do_not_shift_rows() -> None:
    rows = [["a", "b"], ["one\ntwo", "x"], [], ["c", "d"]]
    assert read_sheets(delimited(rows).encode(), "")[0].rows == rows


def test_excels_separator_line_names_the_delimiter() -> None:
    assert read_sheets(b"sep=;\r\na;b,c\r\n1;2,5\r\n", "")[0].rows == [[], ["a", "b,c"], ["1", "2,5"]]


def test_cells_keep_their_kind_and_place() -> None:
    out = BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet("목록")
        page.write(2, 1, "텍스트")
        page.write(2, 2, 7)
        page.write_datetime(2, 3, date(2020, 11, 9), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_datetime(2, 4, time(9, 30), book.add_format({"num_format": "hh:mm"}))
        page.write_formula(2, 5, "=1+1", value=2)
        book.add_worksheet("hidden").hide()
    assert read_sheets(out.getvalue(), "") == [
        Sheet("목록", [[""] * 6, [""] * 6, ["", "텍스트", 7.0, date(2020, 11, 9), time(9, 30), 2.0]])
    ]


def test_a_formula_without_a_value_and_an_error_are_not_taken_for_blanks() -> None:
    out = BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet("A & B")
        page.write_formula(0, 0, "=B1", value="")
        page.write_formula(1, 1, "=NA()", value="#N/A")
        page.write(2, 2, "fine")
    (sheet,) = read_sheets(out.getvalue(), "")
    assert sheet.unreadable == {(0, 0): "a formula without a stored value", (1, 1): "an error value"}


def test_a_cell_merged_over_rows_counts_for_each() -> None:
    out = BytesIO()
    with Workbook(out) as book:
        page = book.add_worksheet()
        page.merge_range(0, 0, 0, 2, "title")
        page.merge_range(1, 0, 3, 0, "뷰티")
        page.write_column(1, 1, ["a", "b", "c"])
    assert read_sheets(out.getvalue(), "")[0].rows == [
        ["title", ""],
        ["뷰티", "a"],
        ["뷰티", "b"],
        ["뷰티", "c"],
    ]


@pytest.mark.parametrize("name", ["exhibitors.xls", "exhibitors.ods"])
def test_other_formats_say_the_same_as_the_xlsx(name: str) -> None:
    xlsx = stage_exhibitors((DEMO / "exhibitors.xlsx").read_bytes(), "exhibitors.xlsx", SMC)
    other = stage_exhibitors((FILES / name).read_bytes(), name, SMC)
    assert (other.records, other.findings) == (xlsx.records, xlsx.findings)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_buyers_are_the_same_in_every_charset_and_as_xlsx(charset: str) -> None:
    data = (DEMO / "buyers.csv").read_bytes()
    rows = read_sheets(data, "")[0].rows
    expected = stage_buyers(data, "buyers.csv", SMC).records
    for delimiter in (",", ";", "\t"):
        assert stage_buyers(delimited(rows, delimiter).encode(charset), "b.csv", SMC).records == expected
    assert stage_buyers(workbook(rows), "b.xlsx", SMC).records == expected


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"", errors.EmptyFile),
        (b" \r\n\t", errors.EmptyFile),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 9, errors.NotASheet),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), errors.NotASheet),
        (b"%PDF-1.7\n" + b"x" * 99, errors.NotASheet),
        (b"\xef\xbb\xbf <HTML><table><tr><td>a</td></tr></table>", errors.NotASheet),
        (b"PK\x03\x04 not an archive at all", errors.NotASheet),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), errors.NotASheet),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), errors.SheetEncrypted),
        (b"a,b\n\x00\x01\x02,c\n", errors.NotASheet),
        (b"a," * (MAX_COLUMNS + 1), errors.FileTooLarge),
        (b"a,b\n" * (MAX_SHEET_ROWS + 1), errors.FileTooLarge),
        (b"x" * (MAX_BYTES + 1), errors.FileTooLarge),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value[:12]),
)
def test_what_is_no_sheet_is_refused(data: bytes, refused: type[ImportRefused]) -> None:
    assert refusal(data) is refused


def archive(**parts: bytes) -> bytes:
    """A small XLSX, with parts of it replaced or added."""
    out = BytesIO()
    plain = BytesIO(workbook([["기업명", "이메일"], ["가", "a@b.kr"]]))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        contents = {name: source.read(name) for name in source.namelist()}
        contents |= {f"xl/{name}.xml": content for name, content in parts.items()}
        for name, content in contents.items():
            target.writestr(name, content)
    return out.getvalue()


WORKSHEET = "worksheets/sheet1"
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(bomb=bytes(200 * 1024 * 1024))
    assert len(bomb) < 1024 * 1024
    assert refusal(bomb) is errors.FileTooLarge


def test_a_zip_bomb_that_lies_about_its_size_gains_nothing() -> None:
    honest = archive(bomb=bytes(200 * 1024 * 1024))
    lying = honest.replace((200 * 1024 * 1024).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert lying != honest
    assert refusal(lying) is errors.NotASheet


def packed(method: int, worksheet: bytes = b"") -> bytes:
    """A small XLSX whose parts are compressed otherwise, or with another worksheet."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook([["기업명", "이메일"], ["가", "a@b.kr"]]))) as source,
        zipfile.ZipFile(out, "w", method) as target,
    ):
        for name in source.namelist():
            target.writestr(name, worksheet if worksheet and "sheet1.xml" in name else source.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("method", "taken"),
    [(zipfile.ZIP_STORED, True), (zipfile.ZIP_DEFLATED, True), (zipfile.ZIP_BZIP2, False), (zipfile.ZIP_LZMA, False)],
)
def test_archives_are_packed_as_spreadsheet_programs_do(method: int, taken: bool) -> None:
    if taken:
        assert read_sheets(packed(method), "")[0].rows[1] == ["가", "a@b.kr"]
    else:
        assert refusal(packed(method)) is errors.NotASheet


def test_a_workbook_that_declares_entities_is_refused() -> None:
    laughs = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(9))
    text = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row>'
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">%s]>' % laughs + SHEET % text
    assert refusal(packed(zipfile.ZIP_DEFLATED, xml)) is errors.NotASheet


def test_many_sheets_with_a_far_corner_each_are_refused_together() -> None:
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        for number in range(9):
            book.add_worksheet(f"S{number}").write_string(39_999, 24, "far")
    assert refusal(out.getvalue()) is errors.FileTooLarge


def test_merged_cells_without_end_are_soon_read() -> None:
    """100,000 ranges over 50,000 rows each."""
    rows = b'<row r="1"><c r="A1"><v>7</v></c></row><row r="50000"><c r="B50000"><v>1</v></c></row>'
    merged = b'<mergeCell ref="A1:A50000"/>' * 100_000
    xml = (SHEET % rows).replace(b"</worksheet>", b"<mergeCells>%s</mergeCells></worksheet>" % merged)
    begin = process_time()
    assert read_sheets(packed(zipfile.ZIP_DEFLATED, xml), "")[0].rows[49_999][0] == 7
    assert process_time() - begin < 10


@pytest.mark.parametrize("open_for_ever", [b"<c ", b'<c r="A1">', b"<v", b"<v >1", b"<x:c r='", b"<f><c >"])
def test_elements_that_never_end_are_soon_read(open_for_ever: bytes) -> None:
    """A search that begins anew at each of a million would take hours."""
    xml = b'<c t="e"><f>' + open_for_ever * 1_000_000
    begin = process_time()
    with suppress(ImportRefused):
        read_sheets(packed(zipfile.ZIP_DEFLATED, xml))
    assert process_time() - begin < 10


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="XFD1"><v>1</v></c></row>',
        b"<row r='999999999999'><c><v>1</v></c></row>",
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="59999"><c r="GR59999"><v>1</v></c></row>',
    ],
)
def test_a_cell_in_a_far_corner_is_refused(cell: bytes) -> None:
    assert refusal(archive(**{WORKSHEET: SHEET % cell})) is errors.FileTooLarge


def test_one_long_text_in_every_cell_is_refused() -> None:
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    cells = b'<c t="s"><v>0</v></c>' * 100
    rows = b"".join(b'<row r="%d">%s</row>' % (number, cells) for number in range(1, 101))
    data = archive(**{WORKSHEET: SHEET % rows, "sharedStrings": strings % (b"x" * 32_000)})
    assert refusal(data) is errors.FileTooLarge


def test_an_ods_that_repeats_one_cell_without_end_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO((FILES / "exhibitors.ods").read_bytes())) as source:
        content = source.read("content.xml").replace(
            b'<table:table-cell office:value-type="string">',
            b'<table:table-cell table:number-columns-repeated="16384" office:value-type="string">',
        )
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(name, content if name == "content.xml" else source.read(name))
    assert content != b""
    assert refusal(out.getvalue()) is errors.FileTooLarge


def read_or_refused(data: bytes) -> None:
    for stage in (stage_buyers, stage_exhibitors):
        with suppress(ImportRefused):
            assert stage(data, "list", SMC).header.columns


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)
    read_or_refused("회사명,이메일\n".encode() + data)


@given(st.lists(st.lists(st.text(max_size=40), min_size=13, max_size=13), min_size=1, max_size=5))
def test_any_text_below_a_header_is_read(rows: list[list[str]]) -> None:
    head = read_sheets((DEMO / "buyers.csv").read_bytes(), "")[0].rows[0]
    read_or_refused(delimited([head, *rows]).encode("utf-8", "surrogatepass"))


@given(st.data())
def test_a_broken_workbook_is_read_or_refused(data: st.DataObject) -> None:
    good = (DEMO / "exhibitors.xlsx").read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    read_or_refused(good[:at] + data.draw(st.binary(max_size=8)) + good[at + data.draw(st.integers(0, 9)) :])
