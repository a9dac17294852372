"""Closes the live connections of whoever has lost a login or some rights, in whichever process that happened.

Every process looks twice a second for logins that ended or ran out and for people whose rights have changed. It looks
back a little further than to its last look, since clocks differ and commits come after the time they are stamped with;
what it has acted upon it remembers.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine, and_, bindparam, or_, select
from starlette.concurrency import run_in_threadpool

from matchmaking.statements import Statement
from server.accounts.actors import Actor
from server.accounts.doorkeeper import Doorkeeper
from server.accounts.tables import Login, Person
from server.clock import Clock
from server.database import glancing

log = structlog.get_logger()

EVERY = 0.5  # seconds
BACK = timedelta(seconds=15)

_L: Any = Login.__table__  # type: ignore[attr-defined]
_P: Any = Person.__table__  # type: ignore[attr-defined]
_ENDED = Statement(
    select(_L.c.id).where(
        or_(
            _L.c.ended_at > bindparam("since"),
            and_(_L.c.expires_at > bindparam("since"), _L.c.expires_at <= bindparam("now")),
        )
    )
)
_CHANGED = Statement(select(_P.c.id, _P.c.rights_changed_at).where(_P.c.rights_changed_at > bindparam("since")))

Close = Callable[[Callable[[Actor], bool], str], object]


class Seen(NamedTuple):
    """What one look has found."""

    ended: frozenset[UUID]
    changed: frozenset[tuple[UUID, datetime]]


class Watch:
    """`close` closes the connections of the actors that a condition names, and tells them a code."""

    def __init__(self, engine: Engine, clock: Clock, doorkeeper: Doorkeeper, close: Close) -> None:
        self._engine = engine
        self._clock = clock
        self._doorkeeper = doorkeeper
        self._close = close
        self._looked: datetime | None = None
        self._known = Seen(frozenset(), frozenset())
        self._just = Seen(frozenset(), frozenset())
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Look for as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the database is away: what is missed now, the next look finds
                log.warning("the watch cannot look", trouble=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Look once, and act on what is new."""
        async with self._looking:
            await self._act()

    async def _act(self) -> None:
        seen = await run_in_threadpool(self._look)
        new = Seen(seen.ended - self._known.ended, seen.changed - self._known.changed)
        if any(new):
            self._doorkeeper.forget()
        # Who was let in just before the door was told may have sat down just after: all are closed twice.
        if ended := new.ended | self._just.ended:
            self._close(lambda actor: actor.login_id in ended, "signed_out")
        if changed := {person for person, _ in new.changed | self._just.changed}:
            self._close(lambda actor: actor.person_id in changed, "permission_changed")
        self._known, self._just = seen, new

    def ended(self, *login_ids: UUID) -> None:
        """These logins have ended by a command of this process: close their connections at once."""
        self._doorkeeper.forget()
        self._close(lambda actor: actor.login_id in login_ids, "signed_out")

    def _look(self) -> Seen:
        now = self._clock.real_now()
        with glancing(self._engine) as db:
            seen = _seen(db, min(now, self._looked or now) - BACK, now)
        self._looked = now
        return seen


def _seen(db: Connection, since: datetime, now: datetime) -> Seen:
    times = {"since": since, "now": now}
    ended = frozenset(row.id for row in _ENDED.rows(db, times))
    changed = frozenset((row.id, row.rights_changed_at) for row in _CHANGED.rows(db, times))
    return Seen(ended, changed)
