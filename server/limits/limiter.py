"""How often something may be tried, counted across all processes: signing in, codes, mails.

A window begins with the first try and ends after its length, whatever is tried in it; what was refused counts too.
"""

from contextlib import suppress
from datetime import datetime
from math import ceil

from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool

from server.clock import Clock
from server.errors import Busy, RateLimited
from server.limits.storage import DatabaseStorage
from server.logs import security_log

# What is limited, and for each of whom or what.
RULES: dict[str, RateLimitItem] = {
    "mail.mailbox": parse("5 per 15 minutes"),  # mails asked for by strangers to one address
    "mail.address": parse("30 per 15 minutes"),  # the same, by one network address
    "sign_in.mailbox": parse("10 per 15 minutes"),  # passwords tried for one mailbox
    "sign_in.address": parse("50 per 15 minutes"),  # passwords tried by one network address
    "provider.address": parse("300 per 15 minutes"),  # sign-ins begun at the identity provider by one network address
    "code.person": parse("5 per 5 minutes"),  # one-time codes tried for one person
    "account.person": parse("20 per 15 minutes"),  # changes of one's own secrets
    "invitation.resent": parse("10 per hour"),  # one invitation mailed again
}


class Limiter:
    """Counts tries in the database. Keys are stored as digests."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._clock = clock
        self._storage = DatabaseStorage(engine, clock.real_now)
        self._windows = FixedWindowRateLimiter(self._storage)

    async def take(self, rule: str, key: object, cost: int = 1) -> None:
        """Count a try.

        Raises:
            RateLimited: there were too many; it says after how many seconds the next is heard.
            Busy: the database is.
        """
        try:
            wait = await run_in_threadpool(self._take, RULES[rule], rule, str(key), cost)
        except OperationalError:
            raise Busy from None
        if wait is not None:
            security_log("rate_limited", rule=rule)
            raise RateLimited(retry_after=wait)

    async def forget(self, rule: str, key: object) -> None:
        """Begin anew: what was tried has succeeded. It stays so if the count cannot be forgotten just now."""
        with suppress(OperationalError):
            await run_in_threadpool(self._windows.clear, RULES[rule], rule, str(key))

    def _take(self, limit: RateLimitItem, rule: str, key: str, cost: int) -> int | None:
        if self._windows.hit(limit, rule, key, cost=cost):
            return None
        return seconds_until(self._windows.get_window_stats(limit, rule, key).reset_time, self._clock.real_now())


def seconds_until(instant: float, now: datetime) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, ceil(instant - now.timestamp()))
