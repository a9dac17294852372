"""The stage: a real server, real HTTP, and convention time that moves from one act or timer to the next."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx

from server.accounts import logins
from server.accounts.tokens import digest, new_token, sign_in_link
from server.api.door import COOKIE
from server.batch import Order
from server.clock import SteppedClock
from server.parts import Parts
from server.work import HOUSE

SLUG = "smc-2020"

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody with a login."""

    person_id: UUID
    cookie: str


@dataclass
class Pace:
    """How fast convention time passes: minutes a real second, and the longest real pause of an idle stretch.

    Speed 0 does not wait at all.
    """

    minutes_a_second: float
    longest_pause: float = 1.0

    def pause(self, gap: timedelta) -> float:
        """Real seconds for a stretch of convention time."""
        if not self.minutes_a_second:
            return 0.0
        return min(self.longest_pause, gap.total_seconds() / 60 / self.minutes_a_second)


@dataclass
class Stage:
    """Who plays, what is to happen when, and how to speak to the server."""

    base_url: str
    parts: Parts
    clock: SteppedClock
    pace: Pace
    rng: random.Random
    http: httpx.AsyncClient
    players: dict[UUID, Player] = field(default_factory=dict)
    told: Callable[[datetime], None] = lambda instant: None
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def at(self, instant: datetime, act: Act) -> None:
        """Let something happen at a convention time, to the half minute; at once if that is past."""
        instant -= timedelta(seconds=instant.timestamp() % 30)
        heapq.heappush(self._acts, (instant, next(self._order), act))

    async def play(self, until: datetime) -> None:
        """Live up to a convention time: move to the next act or due timer, wait until all is told, act."""
        while (instant := await self._next()) is not None and instant <= until:
            await self._move_to(instant)
            due = []
            while self._acts and self._acts[0][0] <= instant:
                due.append(heapq.heappop(self._acts)[2])
            await asyncio.gather(*(act() for act in due))
            await self.parts.settle()
        await self._move_to(until)

    async def _next(self) -> datetime | None:
        timer = await self.parts.timers.next_due()
        act = self._acts[0][0] if self._acts else None
        return min((instant for instant in (timer, act) if instant is not None), default=None)

    async def _move_to(self, instant: datetime) -> None:
        gap = instant - self.clock.now()
        if gap > timedelta():
            if pause := self.pace.pause(gap):
                await asyncio.sleep(pause)
            self.clock.move_to(instant)
            self.told(instant)
        await self.parts.settle()

    async def link(self, person_id: UUID) -> str:
        """A fresh one-time sign-in link for a person."""
        token = new_token()
        expires = self.clock.real_now() + timedelta(seconds=self.parts.settings.sign_in_link_seconds)
        command = partial(logins.issue_link, person_id=person_id, token_digest=digest(token), expires_at=expires)
        await self.parts.writer.run(Order(HOUSE, command))
        return sign_in_link(self.base_url, token)

    async def enter(self, person_id: UUID) -> Player:
        """Sign somebody in by a link, as they would by hand."""
        if person_id not in self.players:
            token = (await self.link(person_id)).partition("#")[2]
            answer = await self.http.post("/api/v1/sign-in", json={"token": token})
            answer.raise_for_status()
            self.players[person_id] = Player(person_id, answer.cookies[COOKIE])
            self.http.cookies.clear()  # each has a browser of their own
        return self.players[person_id]

    def browser(self, player: Player) -> dict[str, str]:
        """What the player's browser sends along from one of our pages."""
        return {"Cookie": f"{COOKIE}={player.cookie}", "Origin": self.base_url}

    async def ask(self, player: Player, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One request as that player; the answer, whatever it is."""
        headers = {**self.browser(player), "Idempotency-Key": uuid4().hex}
        url = f"/api/v1/conventions/{SLUG}{path}"
        return await self.http.request(method, url, json=body, headers=headers, **more)

    async def must(self, player: Player, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The same, where a refusal would be a fault of the demo.

        Raises:
            RuntimeError: with the problem that was answered.
        """
        answer = await self.ask(player, method, path, body, **more)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    async def pages(self, player: Player, path: str) -> list[Any]:
        """All items of a paged list."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            page = await self.must(player, "GET", path, params={"limit": 200, **({"after": cursor} if cursor else {})})
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items
