"""Viewers of the demo's conference: real connections that follow a session while they watch it."""

import asyncio
import json
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect

from server.demo.conference import Planned
from server.demo.meetings import minutes
from server.demo.stage import SLUG, Stage

REACTIONS = ("clap", "heart", "laugh", "wow", "thanks")
# What the browsers of those who come without an account prefer.
TONGUES = ("ko-KR", "ko-KR", "ko-KR", "en-US", "ja-JP", "zh-CN", "vi-VN", "mn-MN", "ru-KZ", "pt-BR", "ar-AE", "fr-FR")


class Audience:
    """Lets people come to a session and go again."""

    def __init__(self, stage: Stage, everybody: list[UUID]) -> None:
        self._stage = stage
        self._everybody = everybody
        self._known = frozenset(everybody)
        self._watching: dict[tuple[UUID, str], ClientConnection] = {}
        self._readers: set[asyncio.Task[None]] = set()

    def invite(self, planned: Planned) -> None:
        """Let this session's viewers come shortly before or during it, and go during it or at its end."""
        rng, session = self._stage.rng, planned.session
        length = (planned.ends_at - planned.starts_at) / timedelta(minutes=1)
        guests = [uuid4() for _ in range(session.guests)]
        for viewer in [*rng.sample(self._everybody, session.viewers), *guests]:
            comes = max(-3.0, rng.gauss(2, 5)) if rng.random() < 0.8 else rng.uniform(0, length * 0.7)
            goes = length + 1 if rng.random() < 0.6 else rng.uniform(comes + 2, length)
            come = partial(self._come_as_guest if viewer in guests else self._come, viewer, planned)
            self._stage.at(planned.starts_at + minutes(min(comes, length - 2)), come)
            self._stage.at(planned.starts_at + minutes(goes), partial(self._go, viewer, planned))

    def people_at(self, planned: Planned) -> list[UUID]:
        """Who watches a session now and has an account."""
        return [viewer for viewer, session_id in self._watching if session_id == planned.id and viewer in self._known]

    async def _come(self, person: UUID, planned: Planned) -> None:
        player = await self._stage.enter(person)
        if planned.session.places is not None:
            taken = await self._stage.ask(player, "POST", f"/programme/{planned.id}/registration")
            if taken.json().get("state") != "registered":
                return
        await self._watch(person, planned, "live", self._stage.browser(player))

    async def _come_as_guest(self, browser: UUID, planned: Planned) -> None:
        tongue = {"Accept-Language": self._stage.rng.choice(TONGUES)}
        await self._watch(browser, planned, f"public/live?guest={browser}", tongue)

    async def _watch(self, viewer: UUID, planned: Planned, door: str, headers: dict[str, str]) -> None:
        url = f"{self._stage.base_url.replace('http', 'ws', 1)}/api/v1/conventions/{SLUG}/{door}"
        socket = await connect(url, additional_headers=headers, compression=None, ping_interval=None)
        topic = f"session:{planned.id}"
        await socket.send(json.dumps({"type": "subscribe", "topics": {topic: None}}))
        await socket.recv()  # the snapshot: from now on this viewer is counted
        self._watching[viewer, planned.id] = socket
        reader = asyncio.create_task(self._read(socket))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)
        likes = self._stage.clock.now() + minutes(self._stage.rng.uniform(1, 20))
        self._stage.at(likes, partial(self._react, viewer, planned))

    async def _react(self, viewer: UUID, planned: Planned) -> None:
        socket = self._watching.get((viewer, planned.id))
        if socket is not None:
            reaction = self._stage.rng.choice(REACTIONS)
            await socket.send(json.dumps({"type": "react", "topic": f"session:{planned.id}", "reaction": reaction}))

    async def _read(self, socket: ClientConnection) -> None:
        """A viewer's browser reads what is pushed; one that does not would be parked."""
        async for _ in socket:
            pass

    async def _go(self, viewer: UUID, planned: Planned) -> None:
        socket = self._watching.pop((viewer, planned.id), None)
        if socket is not None:
            await socket.close()

    async def everybody_goes(self) -> None:
        """Close what is still open."""
        for socket in self._watching.values():
            await socket.close()
        self._watching.clear()
