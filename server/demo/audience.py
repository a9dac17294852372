"""Viewers of the demo's conference: real connections that follow a session while they watch it."""

import asyncio
import json
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect

from server.demo.programme import Session
from server.demo.stage import SLUG, Player, Stage


class Audience:
    """Lets people come to a session and go again."""

    def __init__(self, stage: Stage, everybody: list[UUID]) -> None:
        self._stage = stage
        self._everybody = everybody
        self._watching: dict[tuple[UUID, str], ClientConnection] = {}
        self._readers: set[asyncio.Task[None]] = set()

    def invite(self, session: Session, session_id: str, starts: datetime, ends: datetime) -> None:
        """Let this session's viewers come shortly before or during it, and go during it or at its end."""
        rng = self._stage.rng
        length = (ends - starts) / timedelta(minutes=1)
        for person in rng.sample(self._everybody, session.viewers):
            comes = max(-3.0, rng.gauss(2, 5)) if rng.random() < 0.8 else rng.uniform(0, length * 0.7)
            goes = length + 1 if rng.random() < 0.6 else rng.uniform(comes + 2, length)
            self._stage.at(starts + timedelta(minutes=min(comes, length - 2)), partial(self._come, person, session_id))
            self._stage.at(starts + timedelta(minutes=goes), partial(self._go, person, session_id))

    async def _come(self, person: UUID, session_id: str) -> None:
        player = await self._stage.enter(person)
        socket = await self._connect(player)
        await socket.send(json.dumps({"type": "subscribe", "topics": {f"session:{session_id}": None}}))
        await socket.recv()  # the snapshot: from now on this viewer is counted
        self._watching[person, session_id] = socket
        reader = asyncio.create_task(self._read(socket))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)

    async def _connect(self, player: Player) -> ClientConnection:
        url = f"{self._stage.base_url.replace('http', 'ws', 1)}/api/v1/conventions/{SLUG}/live"
        return await connect(url, additional_headers=self._stage.browser(player), compression=None, ping_interval=None)

    async def _read(self, socket: ClientConnection) -> None:
        """A viewer's browser reads what is pushed; one that does not would be parked."""
        async for _ in socket:
            pass

    async def _go(self, person: UUID, session_id: str) -> None:
        socket = self._watching.pop((person, session_id), None)
        if socket is not None:
            await socket.close()

    async def everybody_goes(self) -> None:
        """Close what is still open."""
        for socket in self._watching.values():
            await socket.close()
        self._watching.clear()
