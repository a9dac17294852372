"""What somebody said of their hours, on each local date that touches the convention."""

from datetime import date

import pytest

from matchmaking.availability import HoursKind, LocalDay, Said, local_days
from matchmaking.calendar import Rules
from matchmaking.policies import Policies

RULES = Rules("Asia/Seoul", 30, 5, date(2020, 11, 9), date(2020, 11, 10), Policies())
DAYS = [date(2020, 11, day) for day in (8, 9, 10, 11)]


@pytest.mark.parametrize(
    ("kind", "hours", "source"),
    [
        ("stated", [[600, 720], [1320, 1500]], "stated"),
        ("all_day", [[420, 1380]], "all_day"),
        ("unknown", [[540, 1080]], "assumed"),
    ],
)
def test_hours_hold_on_every_local_date_around_the_convention(
    kind: HoursKind, hours: list[list[int]], source: str
) -> None:
    said = Said(kind, ((600, 720), (1320, 1500)) if kind == "stated" else ())
    assert list(local_days(said, RULES)) == [LocalDay(day, "online", hours, source) for day in DAYS]


def test_on_other_dates_than_those_named_and_on_days_off_nobody_is_there() -> None:
    said = Said("stated", ((540, 600),), dates=(DAYS[1], DAYS[2]), absent=(DAYS[2],))
    assert [(day.local_date, day.mode, day.hours) for day in local_days(said, RULES)] == [
        (DAYS[0], "absent", []),
        (DAYS[1], "online", [[540, 600]]),
        (DAYS[2], "absent", []),
        (DAYS[3], "absent", []),
    ]
