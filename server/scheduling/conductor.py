"""Whoever makes schedules: finds what was asked for, takes its lease, and sees it through, one at a time.

Of several processes one has a draft's lease. If it is killed, its lease runs out, and another goes on with the best
that was kept; what is agreed, nobody touches before a draft is published.
"""

import asyncio
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from matchmaking.drafts import running
from matchmaking.drafts.states import OPEN
from matchmaking.drafts.tables import Draft
from server.batch import Order
from server.clock import Clock
from server.database import reading
from server.scheduler import leases
from server.scheduler.tables import Lease
from server.scheduling.run import Bounds, Run
from server.work import HOUSE
from server.writer import Writer

log = structlog.get_logger()

LEASE = timedelta(seconds=30)  # longer than it takes to put the largest problem together
AGAIN = 3  # times that a process goes on with a draft whose search was killed


class Waiting(NamedTuple):
    """A draft that is to be made, or is being made."""

    convention_id: UUID
    draft_id: UUID


class Conductor:
    """Makes the schedules of all conventions, in this process's turn."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        *,
        process: str,
        every: float,
        bounds: Bounds,
        lease: timedelta = LEASE,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._process = process
        self._every = every
        self._bounds = bounds
        self._lease = lease

    async def run(self) -> None:
        """Make schedules for as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the database is away: the next look finds the same drafts
                log.warning("schedules were not looked for", trouble=type(error).__name__)
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Make the schedules that are to be made now and by nobody else, one after another."""
        for waiting in await run_in_threadpool(self._waiting):
            if await self.hold(waiting.draft_id):
                await self._make(waiting)

    def _waiting(self) -> list[Waiting]:
        """The first draft of each convention, if no process that lives has it."""
        states = [state.value for state in OPEN]
        query = select(Draft.convention_id, Draft.id).where(col(Draft.state).in_(states))
        with reading(self._engine) as db:
            first: dict[UUID, UUID] = {}
            for convention_id, draft_id in db.exec(query.order_by(col(Draft.state).desc(), col(Draft.id))):
                first.setdefault(convention_id, draft_id)
            now = self._clock.real_now()
            held = set(db.exec(select(Lease.name).where(Lease.holder != self._process, Lease.expires_at > now)))
        return [Waiting(*one) for one in first.items() if _name(one[1]) not in held]

    async def hold(self, draft_id: UUID) -> bool:
        """Take the draft's lease, or keep it; whether this process has it."""
        command = partial(leases.take, name=_name(draft_id), holder=self._process, lifetime=self._lease)
        record = leases.LeaseRecord.model_validate_json(await self._writer.run(Order(HOUSE, command)))
        return record.held

    async def _make(self, waiting: Waiting) -> None:
        """See a draft through; one whose search is killed from outside goes on from the best that was kept."""
        command = partial(running.begin, draft_id=waiting.draft_id)
        hold = partial(self.hold, waiting.draft_id)
        for _ in range(AGAIN):
            if await self._writer.run(Order(waiting.convention_id, command)) == "null":
                return
            run = Run(self._engine, self._writer, self._clock, *waiting, self._bounds, hold, self._lease / 3)
            if await run.go():
                return
        command = partial(running.fail, draft_id=waiting.draft_id, failure="killed")
        await self._writer.run(Order(waiting.convention_id, command))


def _name(draft_id: UUID) -> str:
    """What a draft's lease is called."""
    return f"draft.{draft_id}"
