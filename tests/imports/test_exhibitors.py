"""A sheet of exhibitors -> staged records."""

from dataclasses import replace
from datetime import date

from server.imports.cells.hours import ALL_DAY, Hours
from server.imports.cells.interpreter import InterpreterNeed
from server.imports.exhibitors import stage_exhibitors
from server.imports.reading import read_sheets
from server.imports.records import StagedExhibitor, StagedPerson
from tests.imports.sheets import DAYS, DEMO, SMC, exhibitors, told

SHEET = (DEMO / "exhibitors.xlsx").read_bytes()
STAGED = stage_exhibitors(SHEET, "exhibitors.xlsx", SMC)

# What each text of the sample means, written down by hand.
LANGUAGES = {
    **{"한국어": "ko", "영어": "en", "중국어": "zh", "일본어": "ja", "러시아어": "ru"},
    **{"아랍어": "ar", "베트남어": "vi", "몽골어": "mn"},
}
COUNTRIES = {
    **{"터키": "TR", "사우디아라비아": "SA", "키르기스스탄": "KG", "필리핀": "PH", "아랍에미리트": "AE"},
    **{"인도네시아": "ID", "러시아": "RU", "미얀마": "MM", "USA": "US", "베트남": "VN", "몽골": "MN"},
    **{"우즈베키스탄": "UZ", "네팔": "NP", "브라질": "BR", "中国": "CN", "미국": "US", "일본": "JP"},
    **{"카자흐스탄": "KZ", "China": "CN", "Brazil": "BR", "말레이시아": "MY", "태국": "TH"},
}
PRODUCTS = [
    *["멸균 장갑", "봉합사", "KF94 마스크", "주사기", "환자 모니터", "혈당 측정기", "재활 로봇", "초음파 영상진단기"],
    *["마스크팩", "더마 코스메틱", "미용기기", "기능성 화장품", "척추 수술", "암 치료", "심장센터", "로봇수술"],
    *["난임 시술", "종합검진", "웨어러블 심전도", "AI 영상판독", "병원정보시스템", "원격진료 플랫폼"],
    *["피부 시술", "안과 라식", "한방 치료", "성형", "치과 임플란트"],
    *["PCR 진단키트", "항원 신속진단키트", "살균 소독기", "방역 게이트"],
]
HOURS = {
    "": Hours(),
    "09:00~18:00": Hours(((540, 1080),), kind="stated"),
    "9시-18시": Hours(((540, 1080),), kind="stated"),
    "10:00 - 17:00": Hours(((600, 1020),), kind="stated"),
    "종일": Hours(ALL_DAY, kind="all_day"),
    "오전": Hours(((540, 720),), kind="stated"),
    "오후": Hours(((720, 1080),), kind="stated"),
    "11/9, 11/10 오후만": Hours(((720, 1080),), (date(2020, 11, 9), date(2020, 11, 10)), kind="stated"),
}


def found(text: str, names: list[str]) -> tuple[str, ...]:
    """The names that stand in a cell, in order, each once; between them nothing but the five separators."""
    rest = text
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    assert set(rest) <= set(",/·、 "), text
    return tuple(sorted((name for name in names if name in text), key=text.index))


def phone(text: str) -> str:
    digits = "".join(char for char in text if char.isdigit())
    return f"+82{digits.removeprefix('82').removeprefix('0')}"


def person(row: list[str]) -> StagedPerson:
    languages = tuple(LANGUAGES[name] for name in found(row[8], list(LANGUAGES)))
    return StagedPerson(row[4], row[5] or None, row[6].strip().lower(), phone(row[7]), languages)


def expected(row: list[str], number: int, second: list[str] | None) -> StagedExhibitor:
    people = [person(row), *([person(second)] if second else [])]
    if row[12] == "2명 참석" and not second:
        people.append(StagedPerson(None))
    english = row[3]
    return StagedExhibitor(
        row=number,
        keys=(row[2].removeprefix("㈜"), english.lower().replace(" ", "").replace(",", "").replace(".", "")),
        names={"ko": row[2], "en": english},
        category=row[1],
        products=found(row[9], PRODUCTS),
        target_countries=tuple(dict.fromkeys(COUNTRIES[name] for name in found(row[10], list(COUNTRIES)))),
        representatives=tuple(people),
        hours=HOURS[row[11]],
        absent_dates=(date(2020, 11, 12),) if row[12] == "11/12 불참" else (),
        interpreter=InterpreterNeed.NEEDED if row[12] == "통역 필요" else InterpreterNeed.UNKNOWN,
        notes_raw=row[12],
    )


def test_every_row_of_the_sample_is_read_whole() -> None:
    rows = [[str(cell) for cell in row] for row in read_sheets(SHEET, "")[1].rows]
    below = [*rows[1:], [""] * 13]
    assert list(STAGED.records) == [
        expected(row, number, after if not after[2] and after[4] else None)
        for number, (row, after) in enumerate(zip(rows, below, strict=True), 1)
        if number > 4 and row[2]
    ]


def test_the_sample_has_its_numbers() -> None:
    people = [person for record in STAGED.records for person in record.representatives]
    assert (len(STAGED.records), len(people)) == (64, 81)
    assert len([person for person in people if person.name is None]) == 14
    assert len([person for person in people if person.email and person.email.startswith("second")]) == 3
    assert (STAGED.header.sheet.name, STAGED.header.row) == ("참가기업 명단", 4)
    assert told(STAGED.findings) == [(75, "category", "note", "total_row", None)]


def test_the_number_of_a_merged_title_or_note_changes_nothing() -> None:
    assert STAGED.records[9].names == {"ko": "예솔헬스케어", "en": "Company 10 Co., Ltd."}
    assert STAGED.records[9].representatives[0].email == "biz10@exhibitor10.example"
    assert STAGED.records[10].names["ko"] == "㈜도담진단"


HEAD = ["기업명", "담당자", "이메일", "주요품목", "상담 가능시간", "비고", "가능언어"]
STATED = Hours(((540, 1080),), kind="stated")


def test_a_second_row_keeps_its_own_hours_and_absence() -> None:
    staged = exhibitors(
        ["가온", "김", "a@b.kr", "장갑", "9시-18시", "11/12 불참", "영어"],
        ["", "이", "c@b.kr", "", "오전", "11/9 불참", "중국어"],
        ["가온", "박", "d@b.kr", "장갑", "9시-18시", "11/12 불참", ""],
        head=HEAD,
    )
    (company,) = staged.records
    assert (company.hours, company.absent_dates, staged.findings) == (STATED, DAYS[3:], ())
    assert company.representatives == (
        StagedPerson("김", None, "a@b.kr", None, ("en",)),
        StagedPerson("이", None, "c@b.kr", None, ("zh",), Hours(((540, 720),), kind="stated"), DAYS[:1]),
        StagedPerson("박", None, "d@b.kr"),
    )


def test_as_many_people_as_announced_but_none_twice() -> None:
    staged = exhibitors(
        ["가온", "김", "a@b.kr", "", "", "3명 참석", ""],
        ["", "이", "c@b.kr", "", "", "", ""],
        ["", "이", "c@b.kr", "", "", "", ""],
        ["", "공용", "a@b.kr", "", "", "", ""],
        head=HEAD,
    )
    assert [(one.name, one.email) for one in staged.records[0].representatives] == [
        ("김", "a@b.kr"),
        ("이", "c@b.kr"),
        ("공용", None),
    ]
    assert told(staged.findings) == [
        (2, "person", "note", "person_repeated", None),
        (2, "email", "note", "mail_shared", None),
    ]


def test_spellings_of_one_company_are_one() -> None:
    staged = exhibitors(
        ["㈜미르 랩스", "김", "a@b.kr", "", "", "", ""],
        ["미르랩스 (주)", "이", "c@b.kr", "", "", "", ""],
        ["주식회사 미르랩스", "박", "d@b.kr", "", "", "", ""],
        head=HEAD,
    )
    (company,) = staged.records
    assert (company.keys, company.names, len(company.representatives)) == (("미르랩스",), {"ko": "㈜미르 랩스"}, 3)


def test_rows_that_say_otherwise_need_a_look() -> None:
    staged = exhibitors(
        ["가온", "김", "a@b.kr", "장갑", "", "", ""], ["가온", "이", "c@b.kr", "주사기", "", "", ""], head=HEAD
    )
    assert told(staged.findings) == [(3, "products", "look", "company_differs", "장갑")]
    assert staged.records[0].products == ("장갑",)
    assert staged.records[0].needs_look


def test_all_contradictions_stop_the_file_in_one_pass() -> None:
    head = ["기업명(국문)", "기업명(영문)", "담당자", "이메일", "주요품목"]
    staged = exhibitors(
        ["", "", "누구", "x@b.kr", ""],
        ["가온", "Gaon", "김", "a@b.kr", ""],
        ["가온", "Gaon Two", "이", "c@b.kr", ""],
        ["나라", "Nara", "박", "a@b.kr", ""],
        ["", "", "최", "y@b.kr", "주사기"],
        ["가온", "Nara", "정", "z@b.kr", ""],
        ["", "", "", "", "장갑, 주사기, 붕대"],
        head=head,
    )
    assert told(staged.stops) == [
        (2, "organisation", "stop", "identity_missing", None),
        (4, "organisation.ko", "stop", "identity_contradicting", None),
        (5, "email", "stop", "mail_of_two_organisations", None),
        (6, "organisation", "stop", "identity_missing", "나라"),
        (7, "organisation.ko", "stop", "identity_contradicting", None),
    ]
    assert told(staged.findings)[-1] == (8, "products", "note", "remark_row", None)


def test_a_company_without_anybody_is_noted() -> None:
    staged = exhibitors(["가온", "", "", "장갑", "", "", ""], head=HEAD)
    assert (staged.records[0].representatives, told(staged.findings)) == (
        (),
        [(2, "person", "note", "nobody_named", None)],
    )


def test_merged_company_cells_carry_the_second_representative() -> None:
    """Two rows of one company whose cells are merged read like two rows with the second left empty."""
    apart = exhibitors(
        ["가온", "김", "a@b.kr", "장갑", "오전", "", ""], ["", "이", "c@b.kr", "", "", "", ""], head=HEAD
    )
    merged = exhibitors(
        ["가온", "김", "a@b.kr", "장갑", "오전", "", ""], ["가온", "이", "c@b.kr", "장갑", "오전", "", ""], head=HEAD
    )
    assert merged.records == apart.records


def test_the_fingerprint_follows_the_content_not_the_row() -> None:
    row = ["가온", "김", "a@b.kr", "장갑", "9시-18시", "", ""]
    other = ["나라", "이", "n@b.kr", "", "", "", ""]
    first = exhibitors(row, other, head=HEAD).records[0]
    moved = exhibitors(other, row, head=HEAD).records[1]
    edited = exhibitors([*row[:4], "9시-17시", "", ""], head=HEAD).records[0]
    unread = exhibitors([*row[:4], "9시쯤", "", ""], head=HEAD).records[0]
    other_unread = exhibitors([*row[:4], "10시쯤", "", ""], head=HEAD).records[0]
    assert replace(moved, row=first.row) == first
    prints = [one.fingerprint() for one in (first, moved, edited, unread, other_unread)]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4
