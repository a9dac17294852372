"""Hours as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports.cells.hours import ALL_DAY, Hours, read_hours, written
from tests.imports.sheets import DAYS

MON, TUE, WED, THU = DAYS


def stated(*spans: str, dates: tuple[date, ...] | None = None, absent: tuple[date, ...] = ()) -> Hours:
    def minute(clock: str) -> int:
        hour, minute = clock.split(":")
        return int(hour) * 60 + int(minute)

    return Hours(
        tuple((minute(opens), minute(closes)) for opens, closes in (span.split("-") for span in spans)),
        dates,
        absent,
        "stated",
    )


def all_day(dates: tuple[date, ...] | None = None) -> Hours:
    return Hours(ALL_DAY, dates, (), "all_day")


AFTERNOON = "12:00-18:00"

READ = {
    # as in the organiser's sheets
    "09:00~18:00": stated("9:00-18:00"),
    "9시-18시": stated("9:00-18:00"),
    "10:00 - 17:00": stated("10:00-17:00"),
    "종일": all_day(),
    "오전": stated("9:00-12:00"),
    "오후": stated(AFTERNOON),
    "11/9, 11/10 오후만": stated(AFTERNOON, dates=(MON, TUE)),
    "after 2pm": stated("14:00-22:00"),
    "anytime": all_day(),
    "8:30 AM - 12:00 PM": stated("8:30-12:00"),
    "10~17시": stated("10:00-17:00"),
    "22:00-02:00": stated("22:00-26:00"),
    "18:00-22:00": stated("18:00-22:00"),
    "": Hours(),
    # as in others
    "09.00–18.00": stated("9:00-18:00"),
    "０９：００～１８：００": stated("9:00-18:00"),
    "0900-1800": stated("9:00-18:00"),
    "9h30-18h": stated("9:30-18:00"),
    "9시 반 ~ 18시 30분": stated("9:30-18:30"),
    "오후 2시~5시": stated("14:00-17:00"),
    "오전 10시 ~ 오후 4시": stated("10:00-16:00"),
    "오전~오후": stated("9:00-18:00"),
    "오전 9시 - 정오": stated("9:00-12:00"),
    "2-5pm": stated("14:00-17:00"),
    "9-6pm": stated("9:00-18:00"),
    "9am to 5pm": stated("9:00-17:00"),
    "from 9:00 until 17:30": stated("9:00-17:30"),
    "9시부터 18시까지": stated("9:00-18:00"),
    "9 in the morning - 5 in the afternoon": stated("9:00-17:00"),
    "10pm-2am": stated("22:00-26:00"),
    "18:00-24:00": stated("18:00-24:00"),
    "18:00-00:00": stated("18:00-24:00"),
    "14시 이후": stated("14:00-22:00"),
    "14:00~": stated("14:00-22:00"),
    "~17시": stated("8:00-17:00"),
    "until noon": stated("8:00-12:00"),
    "9:00-12:00, 14:00-18:00": stated("9:00-12:00", "14:00-18:00"),
    "14:00-18:00 / 09:00-12:00": stated("9:00-12:00", "14:00-18:00"),
    "9-12, 11-18": stated("9:00-18:00"),
    "하루종일 가능": all_day(),
    "24시간": all_day(),
    "11월 9일~10일 오후": stated(AFTERNOON, dates=(MON, TUE)),
    "11/9(월)~11/11(수) 10-12": stated("10:00-12:00", dates=(MON, TUE, WED)),
    "9일, 10일": all_day((MON, TUE)),
    "Nov 9-10 afternoon": stated(AFTERNOON, dates=(MON, TUE)),
    "10 November, morning": stated("9:00-12:00", dates=(TUE,)),
    "11.10 오후": stated(AFTERNOON, dates=(TUE,)),
    "2020-11-12": all_day((THU,)),
    "월~수 오후": stated(AFTERNOON, dates=(MON, TUE, WED)),
    "Tuesday 14:00-18:00": stated("14:00-18:00", dates=(TUE,)),
    "평일 9-18시": stated("9:00-18:00"),
    "오후 (11/9, 11/10)": stated(AFTERNOON, dates=(MON, TUE)),
    "11/9 오후, 11/10 오후": stated(AFTERNOON, dates=(MON, TUE)),
    "11/12 불참": Hours(absent=(THU,)),
    "오후, 11/12 제외": stated(AFTERNOON, absent=(THU,)),
    "absent 11/11, 11/12": Hours(absent=(WED, THU)),
    "-": Hours(),
    "미정": Hours(),
}

UNREAD = {
    "9-6": ("hours_ambiguous", "09:00-18:00"),
    "2-5": ("hours_ambiguous", "14:00-17:00"),
    "11/9 2-5": ("hours_ambiguous", "2020-11-09 14:00-17:00"),
    "09:00-06:00": ("hours_ambiguous", "09:00-18:00"),
    "after 2": ("hours_ambiguous", "14:00-22:00"),
    "9-9": ("hours_unreadable", None),
    "25-27": ("hours_unreadable", None),
    "14:00": ("hours_one_time", None),
    "KST 9-18": ("hours_unreadable", None),
    "after lunch": ("hours_unreadable", None),
    "오?": ("hours_unreadable", None),
    "11/20 오후": ("date_outside", None),
    "9/11 오후": ("date_outside", "2020-11-09 12:00-18:00"),
    "11/9 오전, 11/10 오후": ("hours_differ_by_day", None),
    "불참": ("absence_without_date", None),
}


@pytest.mark.parametrize("text", READ)
def test_read_hours_understands(text: str) -> None:
    assert read_hours(text, DAYS) == (READ[text], ())


@pytest.mark.parametrize("text", UNREAD)
def test_read_hours_does_not_guess(text: str) -> None:
    value, (problem,) = read_hours(text, DAYS)
    assert (value, problem.severity, problem.code, problem.proposal) == (
        Hours(kind="unreadable"),
        "look",
        *UNREAD[text],
    )


@pytest.mark.parametrize("text", [text for text, hours in READ.items() if hours.kind != "unknown"])
def test_hours_written_read_back(text: str) -> None:
    hours = READ[text]
    assert read_hours(str(hours), DAYS).value == hours


def test_dates_take_the_year_of_the_convention() -> None:
    over_new_year = (date(2020, 12, 31), date(2021, 1, 1))
    assert read_hours("1/1 오후", over_new_year).value.dates == (date(2021, 1, 1),)


@given(st.text(max_size=300))
def test_read_hours_never_raises(text: str) -> None:
    hours, problems = read_hours(text, DAYS)
    assert (hours.kind == "unreadable") == bool(problems)


@given(st.integers(0, 24 * 60 - 1), st.integers(1, 14 * 60))
def test_every_clock_with_leading_zero_is_taken_at_its_word(opens: int, length: int) -> None:
    span = (opens, opens + length)
    over_midnight = span[1] > 24 * 60
    hours = read_hours(written(span), DAYS).value
    if not over_midnight or opens >= 12 * 60:
        assert hours == Hours((span,), kind="stated")
