"""An allowance of units a day, and the pace that makes it last until the day's end."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


class DailyAllowance:
    """So many units from midnight to midnight in a zone.

    A process that starts during a day does not know what others have spent before: it takes it that they kept the
    pace.
    """

    def __init__(self, units: int, zone: str, real_now: Callable[[], datetime]) -> None:
        self._units = units
        self._zone = ZoneInfo(zone)
        self._real_now = real_now
        begin, self._end = self._day()
        self._left = units * ((self._end - real_now()) / (self._end - begin))

    @property
    def left(self) -> float:
        """Units that may still be spent today."""
        if self._real_now() >= self._end:
            _, self._end = self._day()
            self._left = self._units
        return self._left

    def spend(self, units: int = 1) -> bool:
        """Spend so many, if there are; were there?"""
        if self.left < units:
            return False
        self._left -= units
        return True

    def is_used_up(self) -> None:
        """Whoever gives it says that nothing is left today."""
        self._left = min(self.left, 0)

    def pace(self, units: int) -> float:
        """Every how many seconds so many units may be spent from now until midnight; 0 if there are none."""
        if self.left < units:
            return 0.0
        return (self._end - self._real_now()).total_seconds() * units / self.left

    def _day(self) -> tuple[datetime, datetime]:
        """Begin and end of the present day, which is an hour longer or shorter when clocks change."""
        today = self._real_now().astimezone(self._zone).date()
        begin, end = (datetime.combine(day, time.min, self._zone) for day in (today, today + timedelta(days=1)))
        return begin.astimezone(UTC), end.astimezone(UTC)
