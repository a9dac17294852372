"""Wake-ups between processes: hints that the log has grown, never the events themselves.

A lost hint costs at most the relay's poll interval. SQLite is served by one process, so it needs none.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

import psycopg
import structlog

log = structlog.get_logger()

CHANNEL = "madang_wake"
SPACING = 0.02
RECONNECT_PAUSE = 1.0

Wake = Callable[[UUID], None]


class Bus(Protocol):
    """Carries wake-ups to the other processes."""

    def announce(self, convention_id: UUID) -> None:
        """Tell the other processes that this convention's log has grown. Returns at once."""

    async def run(self, wake: Wake) -> None:
        """Listen and send until cancelled."""


class NoBus:
    """There is no other process."""

    def announce(self, convention_id: UUID) -> None:
        """Nobody to tell."""

    async def run(self, wake: Wake) -> None:
        """Nothing to hear."""
        await asyncio.Event().wait()


class PostgresBus:
    """NOTIFY on a connection of its own, outside every writing transaction, at most once in 20 ms a convention."""

    def __init__(self, url: str) -> None:
        self._conninfo = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._grown: set[UUID] = set()
        self._something = asyncio.Event()

    def announce(self, convention_id: UUID) -> None:
        """Remember it for the next NOTIFY."""
        self._grown.add(convention_id)
        self._something.set()

    async def run(self, wake: Wake) -> None:
        """Listen and send until cancelled, connecting again after a failure."""
        await asyncio.gather(self._forever(self._send), self._forever(lambda c: self._listen(c, wake)))

    async def _forever(self, use: Callable[[psycopg.AsyncConnection[object]], object]) -> None:
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
                async with connection:
                    await use(connection)  # type: ignore[misc]
            except psycopg.Error as error:
                log.warning("bus lost its connection", error=str(error))
                await asyncio.sleep(RECONNECT_PAUSE)

    async def _send(self, connection: psycopg.AsyncConnection[object]) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            # Taken out first: what grows again while it is being told must be told again.
            grown, self._grown = self._grown, set()
            try:
                for convention_id in grown:
                    await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(convention_id)))
            except psycopg.Error:
                for convention_id in grown:
                    self.announce(convention_id)
                raise
            await asyncio.sleep(SPACING)

    async def _listen(self, connection: psycopg.AsyncConnection[object], wake: Wake) -> None:
        await connection.execute(f"LISTEN {CHANNEL}")
        async for notify in connection.notifies():
            wake(UUID(notify.payload))
