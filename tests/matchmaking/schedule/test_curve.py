"""What a local hour costs, as a table, and on the days and in the zones where clocks are odd."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.schedule.curve import Curve, by_night, costs, discomfort, discomfort_of, waking_slots
from matchmaking.schedule.problem import SlotTime

NARROW = Curve(waking_opens=9 * 60, waking_closes=18 * 60, easy_opens=12 * 60, easy_closes=13 * 60, edge=90)
WORKDAY_ONLY = Curve(waking_opens=11 * 60, waking_closes=16 * 60)


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize(
    ("time", "cost"),
    [
        ("0:00", 100),
        ("3:00", 100),
        ("6:59", 100),
        ("7:00", 60),
        ("7:30", 42),
        ("8:00", 27),
        ("9:00", 7),
        ("9:30", 2),
        ("10:00", 0),
        ("12:00", 0),
        ("17:00", 0),
        ("18:00", 2),
        ("19:00", 7),
        ("20:00", 15),
        ("21:00", 27),
        ("22:00", 42),
        ("22:55", 58),
        ("23:00", 100),
        ("24:00", 100),
        ("36:00", 0),
    ],
)
def test_what_an_hour_costs(time: str, cost: int) -> None:
    assert discomfort(clock(time)) == cost


@pytest.mark.parametrize(
    ("curve", "time", "cost"),
    [
        (NARROW, "8:59", 100),
        (NARROW, "9:00", 90),
        (NARROW, "10:30", 22),
        (NARROW, "12:30", 0),
        (NARROW, "17:00", 58),
        (NARROW, "18:00", 100),
        (WORKDAY_ONLY, "10:59", 100),
        (WORKDAY_ONLY, "11:00", 0),
        (WORKDAY_ONLY, "15:59", 0),
        (WORKDAY_ONLY, "16:00", 100),
    ],
)
def test_a_convention_bends_the_curve(curve: Curve, time: str, cost: int) -> None:
    assert discomfort(clock(time), curve) == cost


def test_every_minute_costs_more_the_farther_it_is_from_midday() -> None:
    day = [discomfort(minute) for minute in range(24 * 60)]
    morning, evening = day[: 10 * 60 + 1], day[17 * 60 :]
    assert (morning, evening) == (sorted(morning, reverse=True), sorted(evening))
    assert set(day[10 * 60 : 17 * 60 + 1]) == {0}


@pytest.mark.parametrize(
    ("zone", "start", "cost", "night"),
    [
        # One meeting of half an hour at 10:00 in Seoul.
        ("Asia/Seoul", "2020-11-09T01:00", 0, False),
        ("Asia/Kolkata", "2020-11-09T01:00", 100, True),  # 06:30 to 07:00
        ("Asia/Kathmandu", "2020-11-09T01:00", 100, True),  # 06:45, a quarter of an hour of night
        ("Asia/Yangon", "2020-11-09T01:00", 42, False),  # 07:30
        ("Pacific/Chatham", "2020-11-09T01:00", 0, False),  # 14:45
        ("Pacific/Kiritimati", "2020-11-09T01:00", 0, False),  # 15:00, the same date
        ("Pacific/Pago_Pago", "2020-11-09T01:00", 0, False),  # 14:00 of the day before
        ("America/Sao_Paulo", "2020-11-09T01:00", 49, False),  # 22:00 to 22:30 of the day before
        ("America/St_Johns", "2020-11-09T01:00", 40, False),  # 21:30
        # Ends as the night begins.
        ("Asia/Seoul", "2020-11-09T13:30", 58, False),
        ("Asia/Seoul", "2020-11-09T13:35", 100, True),
        # New York puts its clocks back on 1 November 2020 at 06:00Z: 07:00 comes an hour later.
        ("America/New_York", "2020-10-31T11:00", 60, False),
        ("America/New_York", "2020-11-01T11:00", 100, True),
        ("America/New_York", "2020-11-01T12:00", 60, False),
        # Berlin puts them on on 28 March 2021 at 01:00Z: 07:00 comes an hour sooner.
        ("Europe/Berlin", "2021-03-27T05:00", 100, True),
        ("Europe/Berlin", "2021-03-28T05:00", 60, False),
        # Lord Howe moves by half an hour, on 4 October 2020 at 15:30Z the day before.
        ("Australia/Lord_Howe", "2020-10-02T20:00", 100, True),  # 06:30
        ("Australia/Lord_Howe", "2020-10-03T20:00", 60, False),  # 07:00
    ],
)
def test_what_a_meeting_costs_somebody_in_a_zone(zone: str, start: str, cost: int, night: bool) -> None:
    starts_at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    ends_at = starts_at + timedelta(minutes=30)
    assert (discomfort_of(starts_at, ends_at, zone), by_night(starts_at, ends_at, zone)) == (cost, night)


def hours_from(first: datetime, count: int) -> tuple[SlotTime, ...]:
    """`count` slots of half an hour, one every hour."""
    starts = [first + timedelta(hours=n) for n in range(count)]
    return tuple(SlotTime(UUID(int=n), start, start + timedelta(minutes=30), 0) for n, start in enumerate(starts))


def test_assumed_hours_end_where_the_night_begins() -> None:
    slots = hours_from(datetime(2020, 11, 9, 20, tzinfo=UTC), 5)  # 05:00 to 09:00 in Seoul
    assert waking_slots(slots, "Asia/Seoul") == 0b11100
    assert waking_slots(slots, "Asia/Seoul", Curve(waking_opens=8 * 60)) == 0b11000
    assert waking_slots(slots, "Europe/Lisbon") == 0b00111


def test_a_party_pays_for_the_one_whom_it_costs_least() -> None:
    slots = hours_from(datetime(2020, 11, 9, 12, tzinfo=UTC), 4)  # 21:00 to 24:00 in Seoul, 12:00 to 15:00 in Lisbon
    seoul, lisbon = ("Asia/Seoul", 0b0111), ("Europe/Lisbon", 0b0100)
    assert costs(slots, [seoul]) == (33, 49, 100, 100)
    assert costs(slots, [seoul, lisbon]) == (33, 49, 0, 100)
    assert costs(slots, []) == (100, 100, 100, 100)


@given(
    st.integers(0, 15 * 365 * 24),
    st.sampled_from(["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"]),
)
def test_a_meeting_costs_what_its_worst_moment_costs(hour: int, zone: str) -> None:
    """The clock is read at every minute here, whatever the offset is and however it changes."""
    start = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    walls = [(start + timedelta(minutes=n)).astimezone(ZoneInfo(zone)) for n in range(60)]
    every_minute = max(discomfort(wall.hour * 60 + wall.minute) for wall in walls)
    found = discomfort_of(start, start + timedelta(hours=1), zone)
    # Between two readings, five minutes apart, the curve rises by three at most, and into no night.
    assert 0 <= every_minute - found <= 3
