"""How often one account and one network address may ask this process for anything."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from server.clock import real_seconds
from server.errors import RateLimited
from server.limits.storage import ProcessStorage
from server.logs import security_log
from server.settings import Settings

SUBSCRIBER_BITS = 64  # what one subscriber gets of IPv6 (RFC 6177)


@lru_cache(maxsize=65_536)
def network_of(address: str) -> str:
    """Whom an address stands for: an IPv4 address for itself, an IPv6 address for its network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, SUBSCRIBER_BITS), strict=False))
    return str(found)


class RequestRates:
    """Fixed windows of a minute in memory. A limit of 0 is none."""

    def __init__(self, settings: Settings, now: Callable[[], float] = real_seconds) -> None:
        self._now = now
        self._counts = ProcessStorage(now)
        self._windows = FixedWindowRateLimiter(self._counts)
        self._account = RateLimitItemPerMinute(settings.account_requests_per_minute, namespace="account")
        self._address = RateLimitItemPerMinute(settings.address_requests_per_minute, namespace="address")

    def count_address(self, address: str) -> None:
        """Count a request from a network address.

        Raises:
            RateLimited: there were too many in this minute.
        """
        self._count(self._address, network_of(address))

    def count_account(self, person_id: UUID) -> None:
        """Count a request of an account, whichever of its logins it comes by.

        Raises:
            RateLimited: there were too many in this minute.
        """
        self._count(self._account, person_id.hex)

    def _count(self, limit: RateLimitItem, key: str) -> None:
        if not limit.amount or self._windows.hit(limit, key):
            return
        if self._counts.get(limit.key_for(key)) == limit.amount + 1:  # a line for the first, none for the flood
            security_log("rate_limited", rule=f"requests.{limit.namespace}")
        ends = self._windows.get_window_stats(limit, key).reset_time
        raise RateLimited(retry_after=max(1, round(ends - self._now() + 0.5)))
