from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.integrations.allowance import DailyAllowance

PACIFIC = "America/Los_Angeles"


def at(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(PACIFIC)).astimezone(UTC)


class Day:
    """An allowance of 240 units, and its clock."""

    def __init__(self, wall: str) -> None:
        self.now = at(wall)
        self.allowance = DailyAllowance(240, PACIFIC, lambda: self.now)


def test_who_starts_late_takes_it_that_others_kept_the_pace() -> None:
    assert Day("2026-03-02 00:00").allowance.left == 240
    assert Day("2026-03-02 18:00").allowance.left == 60


def test_units_come_back_at_midnight_there() -> None:
    day = Day("2026-03-02 00:00")
    assert [day.allowance.spend(200), day.allowance.spend(41), day.allowance.spend(40)] == [True, False, True]
    day.now = at("2026-03-02 23:59")
    assert (day.allowance.spend(), day.allowance.pace(1)) == (False, 0.0)
    day.now = at("2026-03-03 00:00")
    assert (day.allowance.spend(), day.allowance.left) == (True, 239)
    day.now = at("2026-03-07 12:00")  # days may pass unseen
    assert day.allowance.left == 240


def test_what_is_said_to_be_used_up_is() -> None:
    day = Day("2026-03-02 00:00")
    day.allowance.is_used_up()
    assert not day.allowance.spend()
    day.now += timedelta(days=1)
    assert day.allowance.spend()


@pytest.mark.parametrize(("wall", "hours"), [("2026-03-08 00:00", 23), ("2026-11-01 00:00", 25)])
def test_days_on_which_clocks_change_have_their_true_length(wall: str, hours: int) -> None:
    day = Day(wall)
    assert (day.allowance.left, day.allowance.pace(24)) == (240, hours * 360)
    day.allowance.spend(240)
    day.now += timedelta(hours=hours) - timedelta(seconds=1)
    assert not day.allowance.spend()
    day.now += timedelta(seconds=1)
    assert day.allowance.spend()
