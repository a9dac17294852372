"""A circuit breaker: what fails again and again is left alone for a while, and then tried once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

AFTER = 5  # failures in a row
REST = timedelta(seconds=30)


class BreakerState(StrEnum):
    """Closed lets everything through, open nothing, half-open one trial that decides."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """One outside system's. Whoever `admits` lets through tells what came of it; who does not, within `rest`, is
    forgotten. All of it belongs to one event loop."""

    def __init__(self, real_now: Callable[[], datetime], *, after: int = AFTER, rest: timedelta = REST) -> None:
        self._real_now = real_now
        self._after = after
        self._rest = rest
        self._failures = 0
        self._until: datetime | None = None  # the rest's end, or that of the trial's time

    @property
    def state(self) -> BreakerState:
        if self._until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._real_now() < self._until else BreakerState.HALF_OPEN

    def admits(self) -> bool:
        """May it be asked now? While it is half-open only the first who asks may."""
        if self.state is BreakerState.OPEN:
            return False
        if self.state is BreakerState.HALF_OPEN:
            self._until = self._real_now() + self._rest
        return True

    def succeeded(self) -> None:
        """It answered: it is well."""
        self._failures, self._until = 0, None

    def failed(self) -> None:
        """It did not answer, or not as it should."""
        self._failures += 1
        if self._failures >= self._after:
            self._until = self._real_now() + self._rest
