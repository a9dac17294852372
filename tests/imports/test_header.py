"""Which sheet and row name the columns, and which field each column is."""

import pytest

from server.imports import errors
from server.imports.header import Column, fields_of, find_header, parse_mapping
from server.imports.reading import Sheet
from tests.imports.sheets import told

NOTES = Sheet("안내", [["※ 본 명단은 내부 검토용입니다."]])
LIST = Sheet(
    "명단",
    [
        ["참가기업 명단", "", ""],
        ["", "(기준일)", ""],
        ["기업명\n(국문)", "E-Mail *", "상담 가능 시간"],
        ["가온", "a@b.kr", ""],
    ],
)


def test_the_header_is_found_behind_notes_and_titles() -> None:
    header, left_out = find_header([NOTES, LIST], "exhibitors")
    assert (header.sheet.name, header.row, header.columns, left_out) == (
        "명단",
        3,
        (
            Column(0, "기업명 (국문)", "organisation.ko"),
            Column(1, "E-Mail *", "email"),
            Column(2, "상담 가능 시간", "hours"),
        ),
        (),
    )


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("회사명", "organisation"),
        ("Company Name", "organisation"),
        ("COMPANY NAME (ENGLISH)", "organisation.en"),
        ("이메일(필수)", "email"),
        ("국가/Country", "country"),
        ("Time Zone", "zone"),
        ("관심 품목", "interests"),
        ("화상 툴", "channels"),
        ("현지 상담가능시간", "hours"),
        ("organisation.ko", "organisation.ko"),
    ],
)
def test_titles_are_known_in_korean_and_english(title: str, field: str) -> None:
    fixed = ["E-mail", "성명"] if field != "email" else ["회사명", "성명"]
    header, _ = find_header([Sheet("s", [[*fixed, title]])], "buyers")
    assert header.columns[2] == Column(2, title, field)


def test_columns_without_a_field_are_told_not_lost() -> None:
    sheet = Sheet("s", [["회사명", "이메일", "혈액형", "메일"]])
    _, left_out = find_header([sheet], "buyers")
    assert told(left_out) == [(1, "", "note", "column_left_out", None)] * 2
    assert [finding.column for finding in left_out] == ["혈액형", "메일"]


def test_a_mapping_overrides_the_synonyms() -> None:
    sheet = Sheet("s", [["회사명", "이메일", "뭐라고"]])
    header, left_out = find_header([sheet], "buyers", {"뭐라고": "person", "회사명": ""})
    assert ([column.field for column in header.columns], left_out) == (["", "email", "person"], ())


def test_a_mapping_makes_a_header_of_unknown_titles() -> None:
    sheet = Sheet("s", [["제목", ""], ["aaa", "bbb"], ["가온", "a@b.kr"]])
    header, _ = find_header([sheet], "buyers", {"AAA": "organisation", "bbb": "email"})
    assert header.row == 2


@pytest.mark.parametrize(
    ("mapping", "word"),
    [({"이메일": "blood"}, "blood"), ({"없는 열": "email"}, "없는 열")],
)
def test_a_mapping_that_cannot_be_is_refused(mapping: dict[str, str], word: str) -> None:
    with pytest.raises(errors.MappingRefused, match=word):
        find_header([LIST], "exhibitors", mapping)


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "{"])
def test_a_mapping_file_must_be_an_object_of_strings(text: str) -> None:
    with pytest.raises(errors.MappingRefused):
        parse_mapping(text)


def test_a_mapping_file_is_read() -> None:
    assert parse_mapping('{"회사": "organisation"}') == {"회사": "organisation"}


def test_the_sheet_asked_for_is_taken() -> None:
    older = Sheet("작년", [["기업명", "이메일"]])
    assert find_header([LIST, older], "exhibitors", sheet="작년")[0].sheet is older
    with pytest.raises(errors.SheetNotFound, match="명단, 작년"):
        find_header([LIST, older], "exhibitors", sheet="내년")


def test_no_header_and_no_text_are_two_refusals() -> None:
    with pytest.raises(errors.HeaderNotFound):
        find_header([NOTES], "buyers")
    with pytest.raises(errors.EmptyFile):
        find_header([Sheet("s", [["", " "]])], "buyers")


def test_every_field_is_read_by_its_own_name() -> None:
    for kind in ("exhibitors", "buyers"):
        for field in fields_of(kind):
            sheet = Sheet("s", [[field, "email" if field != "email" else "organisation"]])
            if field not in ("email",) and not field.startswith("organisation"):
                assert find_header([sheet], kind)[0].columns[0].field == field
