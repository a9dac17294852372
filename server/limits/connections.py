"""How many live connections one login and one network address may hold in this process at a time."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from server.errors import RateLimited
from server.limits.requests import network_of
from server.logs import security_log

LATER = 30  # seconds until it is worth trying again


class Connections:
    """Counts what is open."""

    def __init__(self, per_login: int, per_address: int) -> None:
        self._most = {"login": per_login, "address": per_address}
        self._open: Counter[tuple[str, object]] = Counter()

    def check(self, login_id: UUID | None, address: str) -> None:
        """There is room for one more.

        Raises:
            RateLimited: there is none for this login, or for this address.
        """
        for kind, key in keys(login_id, address):
            if self._open[kind, key] >= self._most[kind]:
                security_log("rate_limited", rule=f"connections.{kind}")
                raise RateLimited("You have too many live connections open.", retry_after=LATER)

    @contextmanager
    def held(self, login_id: UUID | None, address: str) -> Iterator[None]:
        """One connection, while it is open."""
        give_back = self.take(login_id, address)
        try:
            yield
        finally:
            give_back()

    def take(self, login_id: UUID | None, address: str) -> Callable[[], None]:
        """One connection, until what is returned is called."""
        counted = keys(login_id, address)
        self._open.update(counted)
        return partial(self._give_back, counted)

    def _give_back(self, counted: list[tuple[str, object]]) -> None:
        for key in counted:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


def keys(login_id: UUID | None, address: str) -> list[tuple[str, object]]:
    """What a connection counts for. A command line's actor has no login."""
    found: list[tuple[str, object]] = [("address", network_of(address))]
    return found if login_id is None else [("login", login_id), *found]
