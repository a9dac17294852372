"""A sheet of buyers -> staged records."""

from dataclasses import replace

import pytest

from server.imports.buyers import stage_buyers
from server.imports.cells.hours import ALL_DAY, Hours
from server.imports.cells.interpreter import InterpreterNeed
from server.imports.reading import read_sheets
from server.imports.records import StagedBuyer, StagedPerson
from tests.imports.sheets import DEMO, SMC, buyers, told
from tests.imports.test_exhibitors import LANGUAGES, found

SHEET = (DEMO / "buyers.csv").read_bytes()
STAGED = stage_buyers(SHEET, "buyers.csv", SMC)

# What each text of the sample means, written down by hand.
PLACES = {
    ("몽골", "홉드"): ("MN", "Asia/Hovd"),
    ("몽골", "울란바토르"): ("MN", "Asia/Ulaanbaatar"),
    ("카자흐스탄", "알마티"): ("KZ", "Asia/Almaty"),
    ("카자흐스탄", "악토베"): ("KZ", "Asia/Aqtobe"),
    ("우즈베키스탄", "타슈켄트"): ("UZ", "Asia/Tashkent"),
    ("키르기스스탄", "비슈케크"): ("KG", "Asia/Bishkek"),
    ("러시아", "블라디보스토크"): ("RU", "Asia/Vladivostok"),
    ("러시아", "노보시비르스크"): ("RU", "Asia/Novosibirsk"),
    ("러시아", "모스크바"): ("RU", "Europe/Moscow"),
    ("러시아", ""): ("RU", None),
    ("China", "Shanghai"): ("CN", "Asia/Shanghai"),
    ("中?", "??木?"): (None, None),
    ("베트남", "호치민"): ("VN", "Asia/Ho_Chi_Minh"),
    ("태국", "방콕"): ("TH", "Asia/Bangkok"),
    ("인도네시아", "자카르타"): ("ID", "Asia/Jakarta"),
    ("인도네시아", "Jayapura"): ("ID", "Asia/Jayapura"),
    ("말레이시아", ""): ("MY", "Asia/Kuala_Lumpur"),
    ("필리핀", "마닐라"): ("PH", "Asia/Manila"),
    ("미얀마", "양곤"): ("MM", "Asia/Yangon"),
    ("네팔", "카트만두"): ("NP", "Asia/Kathmandu"),
    ("일본", "오사카"): ("JP", "Asia/Tokyo"),
    ("아랍에미리트", "두바이"): ("AE", "Asia/Dubai"),
    ("사우디아라비아", "Riyadh"): ("SA", "Asia/Riyadh"),
    ("터키", "이스탄불"): ("TR", "Europe/Istanbul"),
    ("브라질", "상파울루"): ("BR", "America/Sao_Paulo"),
    ("Brazil", "Manaus"): ("BR", "America/Manaus"),
    ("USA", "Los Angeles"): ("US", "America/Los_Angeles"),
    ("미국", "뉴욕"): ("US", "America/New_York"),
    ("미국", ""): ("US", None),
}
INTERESTS = [
    *["화장품 OEM", "원격진료", "PCR 진단키트", "초음파 진단기", "AI 판독", "성형·피부 시술 패키지"],
    *["혈당계", "건강검진 상품", "척추 환자 송출", "마스크/장갑 대량"],
]
HOURS = {
    "": Hours(),
    "anytime": Hours(ALL_DAY, kind="all_day"),
    "after 2pm": Hours(((840, 1320),), kind="stated"),
    "10~17시": Hours(((600, 1020),), kind="stated"),
    "18:00-22:00": Hours(((1080, 1320),), kind="stated"),
    "22:00-02:00": Hours(((1320, 1560),), kind="stated"),
    "8:30 AM - 12:00 PM": Hours(((510, 720),), kind="stated"),
    "09:00-18:00": Hours(((540, 1080),), kind="stated"),
}
CHANNELS: dict[str, tuple[str, ...]] = {
    "": (),
    "Zoom": ("zoom",),
    "ZOOM": ("zoom",),
    "위챗": ("wechat",),
    "WeChat": ("wechat",),
    "WhatsApp": ("whatsapp",),
    "Zoom/WeChat": ("zoom", "wechat"),
}
NEEDS = {"": "unknown", "필요": "needed", "O": "needed", "X": "not_needed", "불필요": "not_needed"}
VISITS = {"": None, "처음": 0, "1": 1, "2": 2}


def expected(row: list[str], number: int, phone: str | None) -> StagedBuyer:
    country, zone = PLACES[row[1], row[2]]
    return StagedBuyer(
        row=number,
        keys=(row[5],),
        organisation={"en": row[3]},
        person=StagedPerson(row[4], None, row[5], phone),
        country=country,
        city=row[2] or None,
        zone=zone,
        languages=tuple({"포르투갈어": "pt", **LANGUAGES}[name] for name in found(row[8], ["포르투갈어", *LANGUAGES])),
        interests=found(row[7], INTERESTS),
        hours=HOURS[row[10]],
        absent_dates=(),
        channels=CHANNELS[row[11]],
        interpreter=InterpreterNeed(NEEDS[row[9]]),
        visits=VISITS[row[12]],
        notes_raw="",
        findings=tuple(finding for finding in STAGED.findings if finding.row == number and finding.field != "phone"),
    )


def test_every_row_of_the_sample_is_read_whole() -> None:
    rows = [[str(cell) for cell in row] for row in read_sheets(SHEET, "")[0].rows]
    for record, row in zip(STAGED.records, rows[1:], strict=True):
        phone = str(record.person.phone)
        # Either as written, or E.164, which has no blanks and no 0 between country code and number.
        assert phone == row[6] or phone == row[6].replace(" ", "").replace("+600", "+60")
        assert record == expected(row, record.row, phone)
    assert [record.row for record in STAGED.records] == list(range(2, 87))


def test_the_sample_has_its_numbers_and_every_damaged_cell_is_told() -> None:
    assert len(STAGED.records) == 85
    assert len({record.country for record in STAGED.records if record.country}) == 19
    damaged, no_city = (11, 40, 69), {28: "America/New_York", 29: "Europe/Moscow"}
    no_city |= {57: "America/New_York", 58: "Europe/Moscow", 86: "America/New_York"}
    looks = [(row, "city", "look", "zone_ambiguous", zone) for row, zone in no_city.items()]
    for row in damaged:
        looks.append((row, "country", "look", "country_damaged", "CN"))
        looks.append((row, "city", "look", "city_damaged", "Asia/Urumqi"))
    assert sorted(told(STAGED.looks)) == sorted(looks)
    assert [record.row for record in STAGED.records if record.needs_look] == sorted([*damaged, *no_city])
    names = [finding.value for finding in STAGED.findings if finding.code == "name_damaged"]
    assert sorted(set(names)) == ["Jos? da Silva", "Nguy?n Th? Hoa", "山田太?", "李?"]
    assert (len(names), STAGED.stops) == (17, ())


def test_numbers_no_plan_knows_are_one_note() -> None:
    notes = [finding for finding in STAGED.findings if finding.field == "phone"]
    kept = [record for record in STAGED.records if " " in str(record.person.phone)]
    assert [(note.row, note.severity.value, note.code) for note in notes] == [(kept[0].row, "note", "phone_unverified")]
    assert notes[0].reason.startswith(f"{len(kept)} numbers ")


HEAD = ["회사명", "바이어명", "이메일", "국가", "도시", "시간대", "현지 상담가능시간", "비고"]


def test_a_stated_zone_counts_before_the_city() -> None:
    (record,) = buyers(["B", "Kim", "a@b.kr", "미국", "", "america/chicago", "", ""], head=HEAD).records
    assert (record.country, record.zone, record.findings) == ("US", "America/Chicago", ())


def test_a_damaged_country_proposes_the_zone_of_its_city() -> None:
    staged = buyers(["B", "Kim", "a@b.kr", "中?", "Shanghai", "", "", ""], head=HEAD)
    assert told(staged.findings) == [
        (2, "country", "look", "country_damaged", "CN"),
        (2, "city", "look", "zone_without_country", "Asia/Shanghai"),
    ]
    assert (staged.records[0].country, staged.records[0].zone) == (None, None)


@pytest.mark.parametrize(
    ("second", "told_of_it"),
    [
        (["B Co", "Kim", " A@B.KR", "네팔", "", "", "", ""], ("email", "note", "row_repeated")),
        (["B Co", "Kim", "a@b.kr", "네팔", "", "", "오전", ""], ("email", "look", "row_repeated_differing")),
        (["", "Kim", "a@b.kr", "네팔", "", "", "오전", ""], ("email", "look", "row_repeated_differing")),
        (["C Co", "Kim", "a@b.kr", "네팔", "", "", "", ""], ("email", "stop", "mail_of_two_organisations")),
    ],
)
def test_the_same_mail_again(second: list[str], told_of_it: tuple[str, str, str]) -> None:
    first = ["B Co", "Kim", "a@b.kr", "네팔", "", "", "", ""]
    staged = buyers(first, second, head=HEAD)
    (record,), (alone,) = staged.records, buyers(first, head=HEAD).records
    assert replace(record, findings=alone.findings) == alone
    doubted = told_of_it[1] == "look"
    assert told(record.findings) == [*told(alone.findings), *([(3, *told_of_it, None)] if doubted else [])]
    assert (3, *told_of_it, None) in told(staged.findings)


def test_who_has_no_mail_is_known_by_company_and_name() -> None:
    staged = buyers(["㈜B", "Kim Min", "", "네팔", "", "", "", ""], head=HEAD)
    assert (staged.records[0].keys, told(staged.findings)) == (
        ("b/kimmin",),
        [(2, "email", "note", "mail_missing", None)],
    )


def test_nobody_at_all_stops_the_file() -> None:
    staged = buyers(["", "Kim", "", "네팔", "", "", "", ""], ["B", "Lee", "x@y.kr", "네팔", "", "", "", ""], head=HEAD)
    assert told(staged.stops) == [(2, "organisation", "stop", "identity_missing", None)]


def test_absence_in_hours_and_remarks_comes_together() -> None:
    staged = buyers(["B", "K", "a@b.kr", "네팔", "", "", "오후, 11/12 제외", "11/9 불참"], head=HEAD)
    (record,) = staged.records
    assert ([day.day for day in record.absent_dates], str(record.hours)) == ([9, 12], "12:00-18:00")
