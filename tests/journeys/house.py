"""A real server in this process, over real HTTP on loopback, whose convention time a test moves.

It shares the test's event loop: nothing is faked but the clock, and what is due can be awaited.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import FastAPI
from sqlalchemy import make_url
from typer.testing import CliRunner

from server.app import create_app
from server.cli import app as madang
from server.clock import SteppedClock
from server.parts import Parts
from server.serving import make_server
from server.settings import Settings
from tests.factories import Fair
from tests.journeys.clients import Client, sign_in

NEVER = 1e6  # seconds: only the test fires timers


@dataclass
class House:
    """The running server and those who are signed in to it."""

    app: FastAPI
    address: str
    slug: str
    clock: SteppedClock
    settings: Settings
    _leaving: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.state.parts
        return parts

    def madang(self, *arguments: str) -> str:
        """What an operator's command prints; it must succeed."""
        return run_command(self.settings, *arguments)

    async def person(self, email: str) -> Client:
        """That person, signed in through a link that the operator's command has printed."""
        link = await asyncio.to_thread(self.madang, "invite", self.slug, email)
        client = await sign_in(self.address, self.slug, link.strip())
        self._leaving.push_async_callback(client.close)
        return client

    async def fair(self) -> Fair:
        """The same convention for the factories, which write past the server."""
        known = await self.parts.doorkeeper.house(self.slug)
        assert known is not None
        return Fair(self.parts.engine, self.clock, known.host_id, known.id)

    async def move_to(self, instant: datetime) -> None:
        """Move convention time forward through every timer on the way; each has fired when this returns."""
        timers = self.parts.timers
        while (due := await timers.next_due()) is not None and due <= instant:
            self.clock.move_to(max(due, self.clock.now()))
            assert await timers.run_due(), "a timer is due that does not fire"
        self.clock.move_to(instant)


def run_command(settings: Settings, *arguments: str) -> str:
    """Run `madang ...` against the database of these settings; what it prints. It must succeed."""
    environment = {
        "MADANG_DATABASE_URL": settings.database_url,
        "MADANG_DATA_DIR": str(settings.data_dir),
        "MADANG_BASE_URL": settings.base_url,
        "COLUMNS": "200",
    }
    done = CliRunner().invoke(madang, arguments, env=environment)
    assert done.exit_code == 0, done.output
    return done.stdout


@asynccontextmanager
async def opened(settings: Settings, clock: SteppedClock, slug: str) -> AsyncIterator[House]:
    """A server for these settings on a free port of loopback, until the block is left."""
    # With its protocol's number, so that asyncio lets answers go out at once (TCP_NODELAY).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    base_url = settings.base_url if settings.is_https else address  # as behind a proxy that ends TLS
    settings = settings.model_copy(update={"base_url": base_url, "timers_every": NEVER})
    app = create_app(settings, clock)
    async with serving(app, [listener]), AsyncExitStack() as leaving:
        yield House(app, address, slug, clock, settings, leaving)


@asynccontextmanager
async def serving(app: FastAPI, listeners: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Serve the application with our own uvicorn settings on sockets that listen already."""
    server = make_server(app, "127.0.0.1", 0)
    task = asyncio.create_task(server.serve(list(listeners)))
    try:
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task


def settings_for(url: str, data_dir: object) -> Settings:
    """Settings for a database that exists."""
    assert make_url(url).database
    return Settings(database_url=url, data_dir=str(data_dir))
