"""The calendar of SMC 2020 as it is laid out, and its days as its own zone counts them."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from matchmaking.calendar import Rules, day_of, rules_of
from matchmaking.errors import NotFound
from matchmaking.policies import Policies
from matchmaking.slots import wall
from matchmaking.tables import Calendar, Slot
from server.database import reading
from tests.factories import SEOUL, Fair, at


def test_smc_has_three_early_fifteen_day_and_five_evening_slots_on_each_of_four_days(fair: Fair) -> None:
    with reading(fair.engine) as db:
        slots = [db.get_one(Slot, slot_id) for slot_id in fair.slots.values()]
        calendar = db.get_one(Calendar, fair.id)
        shown = Counter((wall(slot.starts_at, SEOUL).date(), slot.block) for slot in slots)
    days = [date(2020, 11, day) for day in (9, 10, 11, 12)]
    assert shown == {(day, block): n for day in days for block, n in (("early", 3), ("day", 15), ("evening", 5))}
    assert calendar.blocks == [
        {"name": "day", "opens": 540, "closes": 1080},
        {"name": "evening", "opens": 1260, "closes": 1440},
        {"name": "early", "opens": 360, "closes": 480},
    ]


def test_rules_span_every_local_date_that_touches_the_convention(fair: Fair) -> None:
    with reading(fair.engine) as db:
        rules = rules_of(db, fair.id)
    assert rules == Rules(SEOUL, 30, 5, date(2020, 11, 9), date(2020, 11, 12), Policies())
    assert rules.local_dates == [date(2020, 11, day) for day in range(8, 14)]


@pytest.mark.parametrize(
    ("zone", "instant", "start", "end"),
    [
        ("Asia/Seoul", "2020-11-09 14:59", "2020-11-08 15:00", "2020-11-09 15:00"),
        ("Asia/Seoul", "2020-11-09 15:00", "2020-11-09 15:00", "2020-11-10 15:00"),
        ("America/New_York", "2020-11-01 12:00", "2020-11-01 04:00", "2020-11-02 05:00"),
    ],
)
def test_a_day_is_the_conventions_own_and_has_its_true_length(zone: str, instant: str, start: str, end: str) -> None:
    rules = Rules(zone, 30, 5, date(2020, 11, 9), date(2020, 11, 12), Policies())
    moment, *bounds = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (instant, start, end))
    assert [bound.astimezone(UTC) for bound in day_of(moment, rules)] == bounds


def test_a_convention_without_a_calendar_has_no_rules(fair: Fair) -> None:
    with reading(fair.engine) as db, pytest.raises(NotFound):
        rules_of(db, fair.host_id)
    assert at("2020-11-09 09:00") in fair.slots
