"""What free texts may not hold, and the ordinary ones that pass."""

import re
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.errors import IdentifiesPatient
from matchmaking.meetings import cancel
from matchmaking.notes import KINDS, check_note, what_identifies
from matchmaking.requests import counter, request_meeting
from server.accounts.actors import SYSTEM
from tests.factories import Fair, refused

RESIDENT, FOREIGNER, PASSPORT = "resident_number", "foreigner_number", "passport_number"
PHONE, MAIL, CHART, BIRTH = "phone_number", "mail_address", "chart_number", "birth_date"
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)

TELLING = [
    ("환자 주민번호 900101-1234567", RESIDENT),
    ("900101 - 1234568 홍길동 님", RESIDENT),
    ("９００１０１－１２３４５６７", RESIDENT),
    ("주민번호는 900101–2345678 입니다", RESIDENT),
    ("900101-\u200b1234567", RESIDENT),
    ("9001011234568", RESIDENT),
    ("900101-2****** 환자", RESIDENT),
    ("외국인등록번호 850505-5123456", FOREIGNER),
    ("alien registration 850505-6******", FOREIGNER),
    ("passport no. M12345678", PASSPORT),
    ("Her passport is M123A4567.", PASSPORT),
    ("여권번호: M70012345", PASSPORT),
    ("여권 Ｍ７００１２３４５", PASSPORT),
    ("US passport number 512345678", PASSPORT),
    ("call 010-1234-5678", PHONE),
    ("01012345678로 문자 주세요", PHONE),
    ("０１０－１２３４－５６７８", PHONE),
    ("+82 10 1234 5678", PHONE),
    ("+49 (0)30 1234567", PHONE),
    ("0086 138 0013 8000", PHONE),
    ("02-345-6789로 전화", PHONE),
    ("(02) 3450-1234", PHONE),
    ("전화: 031-123-4567", PHONE),
    ("Tel. 1588-1234", PHONE),
    ("WhatsApp: 86 138 0013 8000", PHONE),
    ("(415) 555-2671", PHONE),
    ("415-555-2671", PHONE),
    ("연락처 010 1234 5678", PHONE),
    ("write to kim@clinic.example", MAIL),
    ("kim＠clinic．example", MAIL),
    ("문의: 김@병원.한국", MAIL),
    ("차트번호 123456", CHART),
    ("환자등록번호 20123456", CHART),
    ("병원 등록번호: 00123456", CHART),
    ("등록번호 12345678", CHART),
    ("진료번호 A-12345", CHART),
    ("MRN 889922", CHART),
    ("Patient ID: A1234567", CHART),
    ("patient no. 47110", CHART),
    ("chart #12345", CHART),
    ("medical record number is 7788991", CHART),
    ("생년월일 1980.03.12", BIRTH),
    ("생년월일: 800312", BIRTH),
    ("출생일은 1980년 3월 12일", BIRTH),
    ("1980년 3월 12일생 여성", BIRTH),
    ("80.03.12 생", BIRTH),
    ("DOB 12/03/1980", BIRTH),
    ("D.O.B. 12 March 1980", BIRTH),
    ("date of birth: 1980-03-12", BIRTH),
    ("a woman born on March 12, 1980", BIRTH),
]

ORDINARY = [
    "",
    "We are looking for a partner for medical tourism in Uzbekistan.",
    "Can we move to 2020-11-10 14:00 (KST)?",
    "10 November 2020, 9:00-9:30 Seoul time suits us.",
    "Please call us at 14:00 on 11/10/2020.",
    "Call 1400-1430 would be best.",
    "Conference call 2020-11-09 10:00, link in the meeting.",
    "A call on 9.11.2020 is fine.",
    "Mobile clinics, 2019 2020 2021 editions",
    "phone cases 3 x 40 pcs",
    "Budget 3,250,000 USD; 1,200 units a month",
    "Price: 12.500,00 EUR per unit, 30 days net",
    "+10 % on orders above 5 000",
    "+3.250.000 USD of export consultation",
    "We had +250 % growth in 2019.",
    "Model DX-2000-1234, lot 20201109",
    "model 010-2000-3000X",
    "Cartridge DX-010-2000-3000",
    "part_01020003000, M01020003000 and 01020003000b",
    "Part no. 415-2671, revision 3",
    "SKU 8801062636365",
    "EAN 4006381333931",
    "ISO 13485:2016, CE 0123, FDA 510(k) K123456",
    "KGMP 2020-1234 certified",
    "HS code 9018.90.90",
    "Invoice 2020-000123",
    "ICD-10 Z51.1, dose 60 mg",
    "IP 203.0.113.10, port 8080",
    "Booth 02, hall 3",
    "Patients numbered 12000 in 2019.",
    "Number of patients: 12,000 a year",
    "We treat 5000 patients a year from 20 countries.",
    "patient no. 1 priority is recovery",
    "patient number 2019: 12,000",
    "hospital with 1200 beds",
    "Medical records are kept in English.",
    "Our passport programme issues visas in 3 days.",
    "Passports are needed for the 2020 edition.",
    "The company was born in 2010.",
    "birthday party 2020-11-09",
    "Founded 12 March 1998",
    "@seongnam_smc on Instagram",
    "price @ 12.50 each",
    "Ratio 1:2, 50-50 split",
    "See you 9/11 or 10/11.",
    "From 06:00 to 24:00 UTC+9",
    "UTC+05:30, UTC-03:00",
    "Ask for Dr. Kim at the desk.",
    "우즈베키스탄 의료관광 파트너를 찾습니다.",
    "11월 10일 오후 2시로 변경 부탁드립니다.",
    "2020년 11월 10일 14:00 가능합니다.",
    "2020. 11. 10. 생산분부터 적용됩니다.",
    "2020-03-12 생각해 보고 연락드리겠습니다.",
    "2020.11.12 생방송 예정",
    "학생일정 2020-11-09",
    "사업자등록번호 123-45-67890",
    "사업자 등록번호: 1234567890",
    "특허등록번호 10-1234567",
    "특허 등록번호 1012345670000",
    "의료기관 등록번호 제2020-12345호",
    "외국인환자 유치업 등록번호 A-2020-01-01-1234",
    "상표등록번호 4012345670000",
    "의료기기 품목허가번호 제허20-123호",
    "제품번호 201109-1, 수량 1,000개",
    "상담액 3,250,000달러, 계약추진액 120만 달러",
    "견적: 1,234,567원 (부가세 별도)",
    "환자 5000명 유치 목표",
    "환자 수: 2019년 12000명",
    "차트는 영문으로 제공합니다.",
    "여권 사본은 필요 없습니다. 비자 90일",
    "여권 만료일 2025-11-09",
    "전화 상담은 2020-11-10 10:00에 합시다.",
    "전화보다 화상 상담이 좋습니다.",
    "부스 번호 A-1234",
    "통역은 한국어-러시아어 1명, 09:00-18:00",
    "11/02 1400-1500 회의실 3",
    "분당서울대병원 300병상 규모",
]


@pytest.mark.parametrize(("text", "kind"), TELLING)
def test_what_identifies_somebody_is_found_by_its_kind(text: str, kind: str) -> None:
    assert what_identifies(text) == (kind,)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_notes_pass(text: str) -> None:
    assert what_identifies(text) == ()


def test_the_refusal_tells_the_kinds_and_never_the_text() -> None:
    with pytest.raises(IdentifiesPatient) as refusal:
        check_note("MRN 889922, DOB 12/03/1980, kim@clinic.example")
    assert refusal.value.details == {"found": [MAIL, CHART, BIRTH]}
    told = f"{refusal.value} {refusal.value.message} {refusal.value.advice} {refusal.value.details}"
    assert not {"889922", "1980", "kim", "clinic"} & set(re.findall(r"\w+", told))


def check_digit(front: str, *, foreigner: bool) -> int:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, front, strict=True))
    return ((13 if foreigner else 11) - total % 11) % 10


@given(
    day=st.dates(),
    sex=st.integers(1, 8),
    rest=st.integers(0, 99_999),
    hyphen=st.sampled_from(["-", " - ", "－", "–", ""]),
    wide=st.booleans(),
)
def test_every_registration_number_that_checks_is_found_however_it_is_written(
    day: date, sex: int, rest: int, hyphen: str, wide: bool
) -> None:
    front, back = f"{day:%y%m%d}", f"{sex}{rest:05d}"
    number = f"{front}{hyphen}{back}{check_digit(front + back, foreigner=sex >= 5)}"
    if wide:
        number = number.translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
    assert what_identifies(f"환자: {number}.")[0] == (FOREIGNER if sex >= 5 else RESIDENT)


@given(st.integers(0, 9))
def test_thirteen_digits_whose_check_digit_is_wrong_are_no_registration_number(last: int) -> None:
    front = "900101123456"
    right = {check_digit(front, foreigner=False), check_digit(front, foreigner=True)}
    assert (what_identifies(f"{front}{last}") == ()) == (last not in right)


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert set(what_identifies(text)) <= {kind for kind, *_ in KINDS}


HOSTILE = [
    *("0", "9001011", "+1", "+1 ", "00 1", "a@", "a@a.", "passport ", "passport a", "tel ", "call 1", "MRN "),
    *(
        "환자번호 ",
        "등록번호",
        "사업자 ",
        "생년월일 ",
        "born ",
        "12 ",
        "12.",
        "1980.1.",
        "80년 1월 ",
        "-",
        " ",
        "(",
        "a",
    ),
    *("가", "\u1100\u1161", "\u0301", "ﷺ", "０", "－", "\u200b", "chart number is ", "0 1 2 3 4 5 6 7 8 9 "),
    *("(123) 456-", "01-", "\n"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_fifty_kilobytes_made_to_be_slow_take_less_than_50_ms_for_each_pattern(piece: str) -> None:
    text = (piece * 50_000)[:50_000] + "!"
    for kind, pattern, _ in KINDS:
        took = min(_seconds(pattern, text) for _ in range(3))
        assert took < 0.05, f"{kind} took {took:.3f} s: {pattern.pattern}"


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    began = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - began


def test_a_note_that_identifies_somebody_is_refused_wherever_one_can_be_written(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, clinic = fair.buyer(), fair.exhibitor()
    slot = fair.slot("2020-11-09 09:00")
    with refused(IdentifiesPatient, found=[CHART]):
        fair.perform(buyer, request_meeting, by=buyer.id, to=clinic.id, slot_id=slot, note="MRN 889922")
    sent = fair.ask(buyer, clinic)
    with refused(IdentifiesPatient, found=[PHONE]):
        fair.perform(clinic, counter, sent.id, slot_id=slot, note="010-1234-5678")
    meeting = fair.meet(fair.buyer(), fair.exhibitor())
    with refused(IdentifiesPatient, found=[BIRTH]):
        fair.perform(SYSTEM, cancel, meeting, code="other", reason="DOB 12/03/1980")
    assert fair.told() == ["request.sent", "request.sent", "request.accepted"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_whole_judgement_of_fifty_kilobytes_is_quick_too(piece: str) -> None:
    text = (piece * 50_000)[:50_000] + "!"
    took = []
    for _ in range(3):
        began = time.process_time()
        what_identifies(text)
        took.append(time.process_time() - began)
    assert min(took) < 0.05 * len(KINDS)
