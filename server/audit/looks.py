"""Looks at personal data by those who work behind the scenes: each is entered into the audit trail.

The reader is not kept waiting: a look is queued in memory, and a task enters what is queued once a second and when the
server stops. A live page reads the same list again and again, so the same look at the same person is entered once in
ten minutes.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from server.accounts.actors import Actor
from server.audit.trail import INSERT_ENTRY, Note, entry_values
from server.batch import Order
from server.errors import Busy, Uncertain
from server.work import HOUSE, Origin, Work
from server.writer import Writer

log = structlog.get_logger()

ACTION = "person.looked_up"
EVERY = 1.0  # seconds
ONCE_IN = timedelta(minutes=10)
MOST_LOOKS = 5_000  # that wait; further ones are counted in the log and lost
MOST_KEPT = 100_000  # (login, person, list) that are remembered
AT_ONCE = 500  # entries in one command
PASSING = (Busy, Uncertain, OperationalError)  # troubles that are no fault of an entry


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody was shown these people's contact data in a list (`what`)."""

    at: datetime
    convention_id: UUID | None
    actor: Actor
    origin: Origin
    what: str
    people: tuple[UUID, ...]


class Looks:
    """Collects looks from any thread, and enters them."""

    def __init__(self, writer: Writer, real_now: Callable[[], datetime], *, most: int = MOST_LOOKS) -> None:
        self._writer = writer
        self._real_now = real_now
        self._most = most
        self._waiting: deque[Look] = deque()
        self._lost = 0
        self._entered: OrderedDict[tuple[object, ...], datetime] = OrderedDict()
        self._pending: list[dict[str, Any]] = []
        self._entering = asyncio.Lock()

    def note(self, convention_id: UUID | None, actor: Actor, origin: Origin, what: str, people: Iterable[UUID]) -> None:
        """Remember a look, in a convention or in what is the host's; nothing of it is slow, and nothing is refused."""
        if len(self._waiting) >= self._most:
            self._lost += 1
            return
        self._waiting.append(Look(self._real_now(), convention_id, actor, origin, what, tuple(people)))

    async def run(self) -> None:
        """Enter what is queued, for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.flush()
            except Exception as error:  # the database is away: they are entered when it is back
                log.warning("looks at personal data wait to be entered", trouble=type(error).__name__)

    async def flush(self) -> None:
        """Enter all that is queued.

        Raises:
            Refusal: the writer is busy or gone; nothing is lost.
        """
        async with self._entering:
            if self._lost:
                log.warning("looks at personal data were lost", looks=self._lost)
                self._lost = 0
            while self._waiting:
                self._pending += self._fresh(self._waiting.popleft())
                while len(self._pending) >= AT_ONCE:
                    await self._enter()
            if self._pending:
                await self._enter()

    async def _enter(self, most: int = AT_ONCE) -> None:
        """Enter the first of what is pending. If one cannot be entered, the others are, one by one."""
        rows: Sequence[dict[str, Any]] = self._pending[:most]

        def command(work: Work) -> None:
            work.store(INSERT_ENTRY, *rows)

        try:
            await self._writer.run(Order(HOUSE, command))
        except PASSING:
            raise
        except Exception as error:
            if len(rows) > 1:
                for _ in rows:
                    await self._enter(1)
                return
            row, trouble = rows[0], type(error).__name__
            ids = {"entry": str(row["id"]), "about": str(row["about_id"])}
            log.error("a look at personal data cannot be entered", **ids, trouble=trouble)
        del self._pending[: len(rows)]

    def _fresh(self, look: Look) -> Iterator[dict[str, Any]]:
        """The entries of a look, but for people at whom the same login looked in the same list a moment ago."""
        for person_id in look.people:
            key = (look.actor.login_id, person_id, look.convention_id, look.what)
            last = self._entered.get(key)
            if last is not None and look.at < last + ONCE_IN:
                continue
            self._entered[key] = look.at
            self._entered.move_to_end(key)
            yield entry_values(
                Note(ACTION, "person", str(person_id), about=person_id, new={"list": look.what}),
                host_id=look.actor.host_id,
                convention_id=look.convention_id,
                at=look.at,
                actor_id=look.actor.person_id,
                login_id=look.actor.login_id,
                address=look.origin.address,
                request_id=look.origin.request_id,
            )
        while len(self._entered) > MOST_KEPT:
            self._entered.popitem(last=False)
