"""The poller of one provider: looks which streams are of interest, asks about all of them together, and hands in what
it has learnt, in one command a convention.

Each provider has a poller of its own, so that none waits for another. Of several processes one polls: it holds the
provider's lease.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from server.batch import Order
from server.clock import Clock
from server.database import reading
from server.scheduler import leases
from server.work import HOUSE
from server.writer import Writer
from sessions.channels import Reading, Trouble
from sessions.providers import Provider
from sessions.streams import Watched, keep_readings, to_watch

log = structlog.get_logger()

LEASE = timedelta(seconds=30)  # longer than a provider may take to answer

Said = Reading | Trouble


class Source(Protocol):
    """What can be asked how streams go. Nothing is raised: what goes wrong is the trouble of those streams."""

    async def read(self, streams: Mapping[str, str | None]) -> Mapping[str, Said]:
        """What is to be said of the streams at these addresses; with each comes the state it was in last."""

    def pause(self, count: int) -> float:
        """Seconds until so many may be asked about again."""

    async def aclose(self) -> None:
        """Close its connections."""


class Poller:
    """Polls one provider's streams while they are of interest. `changed` is told of conventions with new readings."""

    def __init__(
        self,
        provider: Provider,
        source: Source,
        *,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        process: str,
        every: float,
        changed: Callable[[UUID], None],
    ) -> None:
        self._provider = provider
        self._source = source
        self._engine = engine
        self._writer = writer
        self._clock = clock
        self._process = process
        self._every = every
        self._changed = changed
        self._renew_at: datetime | None = None

    async def run(self) -> None:
        """Poll for as long as the process lives."""
        async with aclosing(self._source):
            while True:
                pause = 0.0
                try:
                    pause = await self.poll()
                except Exception as error:  # the database is away: the next look finds the same streams
                    log.warning("streams were not polled", provider=self._provider.value, trouble=type(error).__name__)
                await asyncio.sleep(max(self._every, pause))

    async def poll(self) -> float:
        """Ask now, if there is what to ask and no other process does; in how many seconds to ask again at best."""
        watched = await run_in_threadpool(self._look)
        if not watched or not await self._holds_lease():
            return 0.0
        asked_at = self._clock.real_now()
        said = await self._source.read({one.url: one.state for one in watched})
        await self._keep(watched, said, asked_at)
        return self._source.pause(len(said))

    def _look(self) -> list[Watched]:
        with reading(self._engine) as db:
            return [one for one in to_watch(db, self._clock.now()) if one.provider == self._provider]

    async def _holds_lease(self) -> bool:
        now = self._clock.real_now()
        if self._renew_at is None or now >= self._renew_at:
            command = partial(leases.take, name=f"streams.{self._provider}", holder=self._process, lifetime=LEASE)
            record = leases.LeaseRecord.model_validate_json(await self._writer.run(Order(HOUSE, command)))
            self._renew_at = now + LEASE / 3 if record.held else None
        return self._renew_at is not None

    async def _keep(self, watched: Sequence[Watched], said: Mapping[str, Said], asked_at: datetime) -> None:
        readings: defaultdict[UUID, dict[UUID, Said]] = defaultdict(dict)
        for one in watched:
            readings[one.convention_id][one.channel_id] = said[one.url]
        await asyncio.gather(*(self._hand_in(*one, asked_at) for one in readings.items()))

    async def _hand_in(self, convention_id: UUID, readings: dict[UUID, Said], asked_at: datetime) -> None:
        """One convention's; what goes wrong there is no other's trouble."""
        try:
            await self._writer.run(Order(convention_id, partial(keep_readings, readings=readings, real_now=asked_at)))
        except Exception as error:
            log.warning("readings were not kept", provider=self._provider.value, trouble=type(error).__name__)
            return
        self._changed(convention_id)
