"""Who is at the door: from a cookie, token or ticket to a login, and from a login to an actor in a convention.

Answers are kept for a second of real time, because a busy client asks the same thing with every request. A login that
ends here is forgotten at once; one that ended in another process is good for that second. What is not known is asked
for together: one visit to the database answers all who came while the visit before was under way.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, select
from starlette.concurrency import run_in_threadpool

from matchmaking.statements import Statement
from server.accounts.actors import Actor, load_actor
from server.accounts.permissions import ALL_SCOPES
from server.accounts.tables import Login, Person
from server.accounts.tokens import digest
from server.answers import deliver
from server.clock import Clock
from server.conventions.tables import Convention
from server.database import glancing

T = TypeVar("T")
Read = Callable[[Connection], object]

COOKIE, TOKEN = "cookie", "token"  # the kinds of logins
KEEP_SECONDS = 1.0
KEEP_ENTRIES = 10_000
LONGEST_SLUG = 65  # one more than any convention has: what is cut off here belongs to nobody

_L: Any = Login.__table__  # type: ignore[attr-defined]
_P: Any = Person.__table__  # type: ignore[attr-defined]
_C: Any = Convention.__table__  # type: ignore[attr-defined]
_LOGIN_IN_FORCE = (
    select(_L.c.id, _L.c.person_id, _P.c.host_id, _L.c.kind, _L.c.scopes, _L.c.second_factor)
    .join(_P, _P.c.id == _L.c.person_id)
    .where(_L.c.ended_at.is_(None), _L.c.expires_at > bindparam("now"))
)
_BY_TOKEN = Statement(_LOGIN_IN_FORCE.where(_L.c.token_digest == bindparam("key")))
_BY_ID = Statement(_LOGIN_IN_FORCE.where(_L.c.id == bindparam("key")))
_HOUSE = Statement(select(_C.c.id, _C.c.host_id, _C.c.slug, _C.c.zone).where(_C.c.slug == bindparam("slug")))


@dataclass(frozen=True, slots=True)
class Visitor:
    """A login in force, and its person's. `scopes` limit a program's token; a browser's cookie has all."""

    login_id: UUID
    person_id: UUID
    host_id: UUID
    kind: str
    scopes: frozenset[str]
    second_factor: bool

    @property
    def actor(self) -> Actor:
        """Who gives the commands that belong to no convention."""
        return Actor(self.person_id, self.host_id, self.login_id)


@dataclass(frozen=True, slots=True)
class House:
    """A convention as the door needs it."""

    id: UUID
    host_id: UUID
    slug: str
    zone: str


NOWHERE = House(UUID(int=0), UUID(int=0), "", "UTC")


class Doorkeeper:
    """Answers who somebody is. Raises nothing: None means nobody, or nothing there."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._kept: dict[tuple[object, ...], tuple[float, object]] = {}
        self._waiting: list[tuple[Read, asyncio.Future[object]]] = []
        self._visit: asyncio.Task[None] | None = None
        self._used: dict[UUID, datetime] = {}

    async def visitor(self, token: str) -> Visitor | None:
        """The login behind a cookie or bearer token, if it is in force."""
        key = digest(token)
        return await self._keep(("login", key), lambda db: self._login(db, _BY_TOKEN, key))

    async def visitor_of_login(self, login_id: UUID) -> Visitor | None:
        """The same for a login's id (a ticket's)."""
        return await self._keep(("id", login_id), lambda db: self._login(db, _BY_ID, login_id))

    async def house(self, slug: str) -> House | None:
        """The convention of that address."""
        slug = slug[:LONGEST_SLUG]
        return await self._keep(("house", slug), lambda db: _house(db, slug))

    async def actor(self, visitor: Visitor, house: House) -> Actor:
        """What the visitor is in that convention. People of other hosts are nobody there."""
        return await self._keep(("actor", visitor.login_id, house.id), lambda db: _actor(db, visitor, house))

    async def entry(self, token: str, slug: str) -> tuple[Visitor | None, House | None, Actor | None]:
        """All three at once; there is an actor if there are the other two. Where there is no convention, the database
        is asked about the actor all the same: it takes as long."""
        key, slug = digest(token), slug[:LONGEST_SLUG]

        def read(db: Connection) -> tuple[Visitor | None, House | None, Actor | None]:
            visitor, house = self._login(db, _BY_TOKEN, key), _house(db, slug)
            actor = _actor(db, visitor, house or NOWHERE) if visitor else None
            return visitor, house, actor if house else None

        return await self._keep(("entry", key, slug), read)

    def take_uses(self) -> dict[UUID, datetime]:
        """When each login was last asked about, since this was called before. What is kept is not asked: within a
        second of it."""
        uses = {}
        while self._used:  # the reading thread may be adding others
            login_id, at = self._used.popitem()
            uses[login_id] = at
        return uses

    def forget(self) -> None:
        """Ask the database again for everything: roles, parties or logins have changed."""
        self._kept = {}

    def _login(self, db: Connection, statement: Statement, key: object) -> Visitor | None:
        now = self._clock.real_now()
        found = statement.rows(db, {"key": key, "now": now})
        if not found:
            return None
        self._used[found[0].id] = now
        return _visitor(found[0])

    async def _keep(self, key: tuple[object, ...], read: Callable[[Connection], T]) -> T:
        kept, now = self._kept, self._clock.real_now().timestamp()
        if key in kept and kept[key][0] > now:
            return cast(T, kept[key][1])
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((read, future))
        if self._visit is None or self._visit.done():
            self._visit = asyncio.create_task(self._ask())
        answer = await future
        if len(kept) >= KEEP_ENTRIES:
            kept.clear()
        kept[key] = (now + KEEP_SECONDS, answer)
        return cast(T, answer)

    async def _ask(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                answers = await run_in_threadpool(self._read, [read for read, _ in waiting])
            except Exception as error:
                answers = [error] * len(waiting)
            for (_, future), answer in zip(waiting, answers, strict=True):
                deliver(future, answer)

    def _read(self, reads: Sequence[Read]) -> list[object]:
        with glancing(self._engine) as db:
            return [_tried(read, db) for read in reads]


def _tried(read: Read, db: Connection) -> object:
    """The answer, or the trouble: one who asks nonsense must not fail those who came along."""
    try:
        return read(db)
    except Exception as error:
        return error


def _visitor(row: Any) -> Visitor:
    scopes = ALL_SCOPES if row.kind == COOKIE else frozenset(row.scopes)
    return Visitor(row.id, row.person_id, row.host_id, row.kind, scopes, row.second_factor)


def _house(db: Connection, slug: str) -> House | None:
    if "\0" in slug:  # PostgreSQL's texts have no place for it
        return None
    found = _HOUSE.rows(db, {"slug": slug})
    return House(*found[0]) if found else None


def _actor(db: Connection, visitor: Visitor, house: House) -> Actor:
    return load_actor(db, visitor.person_id, house.id, house.host_id, visitor.login_id)
