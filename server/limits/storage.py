"""Counts of the `limits` library: in the database, shared by all processes, or in this process's memory.

Both serve the library's fixed windows: a window begins with the first hit of a key and ends after its length.
Times are real times in UTC, given by whoever makes the storage.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from limits.storage import Storage
from sqlalchemy import Connection, Engine, Integer, String, bindparam, delete, select, text
from sqlmodel.sql.sqltypes import UTCDateTime

from server.accounts.tokens import digest
from server.clock import real_seconds
from server.database import glancing, writing
from server.limits.tables import RateCount

_R: Any = RateCount.__table__  # type: ignore[attr-defined]
# One statement, so that no two can read the same count: the row is locked until it is committed.
_HIT = text(
    "INSERT INTO rate_count (key_digest, count, expires_at) VALUES (:key, :amount, :expires_at)"
    " ON CONFLICT (key_digest) DO UPDATE SET"
    " count = CASE WHEN rate_count.expires_at <= :now THEN excluded.count ELSE rate_count.count + excluded.count END,"
    " expires_at = CASE WHEN rate_count.expires_at <= :now THEN excluded.expires_at ELSE rate_count.expires_at END"
    " RETURNING count"
).bindparams(
    bindparam("key", type_=String()),
    bindparam("amount", type_=Integer()),
    bindparam("expires_at", type_=UTCDateTime()),
    bindparam("now", type_=UTCDateTime()),
)


class DatabaseStorage(Storage):
    """Counts in the table `rate_count`, under digests of the keys. Its methods block: call them in a thread."""

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, real_now: Callable[[], datetime]) -> None:
        super().__init__()
        self._engine = engine
        self._now = real_now

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count so many hits; how many there are in the window now."""
        now = self._now()
        values = {"key": digest(key), "amount": amount, "now": now, "expires_at": now + timedelta(seconds=expiry)}
        with writing(self._engine) as connection:
            return int(connection.execute(_HIT, values).scalar_one())

    def get(self, key: str) -> int:
        """How many hits there are in the window; 0 after its end."""
        row = self._row(key)
        return int(row.count) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now, if there is none."""
        row = self._row(key)
        return (row.expires_at if row else self._now()).timestamp()

    def check(self) -> bool:
        """The table answers."""
        self.get("")
        return True

    def reset(self) -> int:
        """Forget every count; how many there were."""
        with writing(self._engine) as connection:
            return int(connection.execute(delete(_R)).rowcount)

    def clear(self, key: str) -> None:
        """Forget one count."""
        with writing(self._engine) as connection:
            connection.execute(delete(_R).where(_R.c.key_digest == digest(key)))

    def _row(self, key: str) -> Any:
        query = select(_R.c.count, _R.c.expires_at).where(_R.c.key_digest == digest(key), _R.c.expires_at > self._now())
        with glancing(self._engine) as connection:
            return connection.execute(query).first()


def sweep(connection: Connection, real_now: datetime) -> None:
    """Drop the counts whose windows have ended."""
    connection.execute(delete(_R).where(_R.c.expires_at <= real_now))


class ProcessStorage(Storage):
    """Counts in this process. The library's own one looks through all of its keys every 10 ms, which a server that
    thousands of addresses visit cannot afford; this one only when their number has doubled.

    At most MOST keys are kept: beyond that the oldest windows go first, whatever they have counted.
    """

    STORAGE_SCHEME = None
    FEW, MOST = 1024, 131_072

    def __init__(self, now: Callable[[], float] = real_seconds) -> None:
        super().__init__()
        self._now = now
        self._windows: dict[str, tuple[int, float]] = {}
        self._full = self.FEW

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def __len__(self) -> int:
        return len(self._windows)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count so many hits; how many there are in the window now."""
        now = self._now()
        count, ends = self._windows.get(key, (0, 0.0))
        if ends <= now:
            self._windows.pop(key, None)  # so that windows stand in the order in which they began
            count, ends = 0, now + expiry
            if len(self._windows) >= self._full:
                self._make_room(now)
        self._windows[key] = count + amount, ends
        return count + amount

    def get(self, key: str) -> int:
        """How many hits there are in the window; 0 after its end."""
        count, ends = self._windows.get(key, (0, 0.0))
        return count if ends > self._now() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now, if there is none."""
        now = self._now()
        return max(now, self._windows.get(key, (0, now))[1])

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        """Forget every count; how many there were."""
        forgotten = len(self._windows)
        self._windows.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._windows.pop(key, None)

    def _make_room(self, now: float) -> None:
        self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
        for key in list(self._windows)[: max(0, len(self._windows) - self.MOST * 3 // 4)]:
            del self._windows[key]
        self._full = min(self.MOST, max(self.FEW, 2 * len(self._windows)))
