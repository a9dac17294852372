"""The only reader of time. Two times run through madang:

- convention time: slots, phases, request expiry, timers, events. A demo or a test moves it;
- real time: logins, tickets, rate limits, leases, heartbeats, presence. Nobody moves it.
"""

import time
from datetime import UTC, datetime
from typing import Protocol


def real_seconds() -> float:
    """Real time in seconds since 1970, for what is counted with every request."""
    return time.time()


class Clock(Protocol):
    """What gives the time. Both answers are aware, in UTC."""

    def now(self) -> datetime:
        """Convention time."""

    def real_now(self) -> datetime:
        """Real time."""


class SystemClock:
    """Convention time is real time: how a convention is run."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real_now(self) -> datetime:
        return datetime.now(UTC)


class SteppedClock:
    """Convention time stands still until somebody moves it forward: for demos and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def real_now(self) -> datetime:
        return datetime.now(UTC)

    def move_to(self, instant: datetime) -> None:
        """Move convention time forward; going back would make timers fire in the wrong order.

        Raises:
            ValueError: `instant` lies before the present convention time.
        """
        instant = instant.astimezone(UTC)
        if instant < self._now:
            raise ValueError(f"convention time is {self._now.isoformat()}, cannot go back to {instant.isoformat()}")
        self._now = instant
