"""A server process that `bench viewers` measures: the whole application over a database, on a port of its own.

`python -m server.bench.viewers_server URL CONVENTION TOPIC PATIENCE`: the topic is what viewers follow, the patience
how many seconds one of them may not read at all.
"""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from server.app import create_app
from server.batch import Order, Result
from server.bench.processes import Command, obey, reply
from server.parts import Parts
from server.serving import make_server
from server.settings import Settings


class Watched:
    """What the bench asks a server about itself."""

    def __init__(self, parts: Parts, convention_id: UUID, topic: str) -> None:
        self._parts = parts
        self._convention_id = convention_id
        self._topic = topic
        self._committed: dict[int, int] = {}
        writer: Any = parts.writer
        commit = writer._commit

        def timed(orders: Sequence[Order]) -> Result:
            result: Result = commit(orders)
            now = time.monotonic_ns()
            self._committed.update((event.seq, now) for event in result.events)
            return result

        writer._commit = timed  # the moment itself is known nowhere else

    async def state(self) -> Command:
        """Viewers, how many of them do not read, and the last event that was for them."""
        hub = self._parts.hub
        parked = sum(reader.paused for reader in hub.watchers(self._convention_id, self._topic))
        events = hub.news(self._convention_id, 0)
        seq = next((event.seq for event in reversed(events) if self._topic in event.topics), 0)
        return {"viewers": hub.readers, "parked": parked, "seq": seq}

    async def committed(self) -> Command:
        """When events were committed here, by number, in nanoseconds of the machine's monotonic clock."""
        committed, self._committed = self._committed, {}
        return {"at": committed}

    async def collect(self) -> Command:
        """Settle the memory before it is read."""
        gc.collect()
        return {}


async def serve(url: str, convention: str, topic: str, patience: str) -> None:
    """Serve until the standard input ends."""
    # All viewers come from this machine: what one address may do would bound them.
    unbounded = {"address_connections": 10**6, "address_requests_per_minute": 0, "account_requests_per_minute": 0}
    app = create_app(Settings(database_url=url, **unbounded))
    server = make_server(app, "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.02)
    parts: Parts = app.state.parts
    parts.hub.limits = replace(parts.hub.limits, patience=float(patience))
    watched = Watched(parts, UUID(convention), topic)
    reply(pid=os.getpid(), port=server.servers[0].sockets[0].getsockname()[1])
    await obey({"state": watched.state, "committed": watched.committed, "collect": watched.collect})
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
