"""Who is at the door: from a cookie, token or ticket to a login, and from a login to an actor in a convention.

Answers are kept for a second of real time, because a busy client asks the same thing with every request. A login that
ends here is forgotten at once; one that ended in another process is good for that second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from server.accounts.actors import Actor, load_actor
from server.accounts.tables import Login, Person
from server.accounts.tokens import digest
from server.clock import Clock
from server.conventions.tables import Convention
from server.database import reading

T = TypeVar("T")

KEEP_SECONDS = 1.0
KEEP_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """A login in force, and its person's."""

    login_id: UUID
    person_id: UUID
    host_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class House:
    """A convention as the door needs it."""

    id: UUID
    host_id: UUID
    slug: str
    zone: str


class Doorkeeper:
    """Answers who somebody is. Raises nothing: None means nobody, or nothing there."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._kept: dict[tuple[object, ...], tuple[float, object]] = {}

    async def visitor(self, token: str) -> Visitor | None:
        """The login behind a cookie or bearer token, if it is in force."""
        key = digest(token)
        return await self._keep(("login", key), lambda db: self._visitor(db, col(Login.token_digest) == key))

    async def visitor_of_login(self, login_id: UUID) -> Visitor | None:
        """The same for a login's id (a ticket's)."""
        return await self._keep(("id", login_id), lambda db: self._visitor(db, col(Login.id) == login_id))

    async def house(self, slug: str) -> House | None:
        """The convention of that address."""

        def read(db: Session) -> House | None:
            found = db.exec(select(Convention).where(Convention.slug == slug)).one_or_none()
            return House(found.id, found.host_id, found.slug, found.zone) if found else None

        return await self._keep(("house", slug), read)

    async def actor(self, visitor: Visitor, house: House) -> Actor:
        """What the visitor is in that convention. People of other hosts are nobody there."""

        def read(db: Session) -> Actor:
            person = db.get(Person, visitor.person_id)
            if person is None or person.host_id != house.host_id:
                return Actor(person_id=visitor.person_id, login_id=visitor.login_id)
            return load_actor(db, person, house.id, visitor.login_id)

        return await self._keep(("actor", visitor.login_id, house.id), read)

    def forget(self) -> None:
        """Ask the database again for everything: roles, parties or logins have changed."""
        self._kept.clear()

    def _visitor(self, db: Session, condition: object) -> Visitor | None:
        now: datetime = self._clock.real_now()
        query = select(Login, Person).join(Person, col(Person.id) == Login.person_id)
        found = db.exec(query.where(condition, col(Login.ended_at).is_(None), col(Login.expires_at) > now)).first()  # type: ignore[arg-type]
        if found is None:
            return None
        login, person = found
        return Visitor(login.id, person.id, person.host_id, login.kind)

    async def _keep(self, key: tuple[object, ...], read: Callable[[Session], T]) -> T:
        now = self._clock.real_now().timestamp()
        kept = self._kept.get(key)
        if kept is not None and kept[0] > now:
            return kept[1]  # type: ignore[return-value]

        def ask() -> T:
            with reading(self._engine) as db:
                return read(db)

        answer = await run_in_threadpool(ask)
        if len(self._kept) >= KEEP_ENTRIES:
            self._kept.clear()
        self._kept[key] = (now + KEEP_SECONDS, answer)
        return answer
