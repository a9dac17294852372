"""Timers as rows: what is due is a query, and firing one deletes its row in the transaction of its effect.

So a timer that fell due while no process ran fires when one runs again, and two schedulers make one effect: whoever
finds the row gone does nothing.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

import structlog
from pydantic import BaseModel
from sqlalchemy import Engine, delete, func, select
from starlette.concurrency import run_in_threadpool

from server.batch import Order
from server.clock import Clock
from server.database import reading
from server.errors import REFUSALS
from server.scheduler.actions import Action
from server.scheduler.tables import Timer
from server.work import Work
from server.writer import Writer

log = structlog.get_logger()

_TIMER = Timer.__table__  # type: ignore[attr-defined]
PAGE = 500


class Due(NamedTuple):
    """A timer's row, as it was when it was found due."""

    kind: str
    subject_id: UUID
    convention_id: UUID
    due_at: datetime


def fire(work: Work, *, kind: str, subject_id: UUID, due_at: datetime, action: Action) -> BaseModel | None:
    """Take the timer's row away and do what it stands for; nothing if it was moved, taken back, or fired already."""
    gone = work.db.connection().execute(
        delete(_TIMER).where(_TIMER.c.kind == kind, _TIMER.c.subject_id == subject_id, _TIMER.c.due_at == due_at)
    )
    return action(work, subject_id) if gone.rowcount else None


class Timers:
    """Fires what is due in convention time."""

    def __init__(self, engine: Engine, writer: Writer, clock: Clock, actions: Mapping[str, Action]) -> None:
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._actions = actions

    async def run_due(self) -> int:
        """Fire until nothing is due; how many fired. What fails is logged and tried again at the next call."""
        fired = 0
        while True:
            due = await run_in_threadpool(self._due, self._clock.now())
            if not due:
                return fired
            done = sum(await asyncio.gather(*(self._fire(row) for row in due)))
            fired += done
            if not done:
                return fired

    async def next_due(self) -> datetime | None:
        """The convention time at which the next timer falls due."""

        def read() -> datetime | None:
            with reading(self._engine) as db:
                found: datetime | None = db.connection().execute(select(func.min(_TIMER.c.due_at))).scalar()
                return found

        return await run_in_threadpool(read)

    def _due(self, now: datetime) -> list[Due]:
        query = select(_TIMER.c.kind, _TIMER.c.subject_id, _TIMER.c.convention_id, _TIMER.c.due_at)
        with reading(self._engine) as db:
            found = db.connection().execute(query.where(_TIMER.c.due_at <= now).order_by(_TIMER.c.due_at).limit(PAGE))
            return [Due(*row) for row in found]

    async def _fire(self, row: Due) -> int:
        kind, subject_id, convention_id, due_at = row
        try:
            action = self._actions[kind]
            command = partial(fire, kind=kind, subject_id=subject_id, due_at=due_at, action=action)
            await self._writer.run(Order(convention_id, command))
        except REFUSALS as refusal:
            log.warning("timer refused", kind=kind, subject=str(subject_id), code=refusal.code)
            return 0
        except Exception:
            log.exception("timer failed", kind=kind, subject=str(subject_id))
            return 0
        return 1
