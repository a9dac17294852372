"""Who may no longer watch a session is sent away from it: it was taken back, is for fewer people now, or their place
in it is gone. Each process does so for its own readers, of what was published to it."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

import structlog

from server.accounts.actors import Actor
from server.eventlog.stored import StoredEvent
from server.live.hub import Hub

log = structlog.get_logger()

AGAIN = 1.5  # seconds: who was just being let in meanwhile is looked at then
KINDS = ("session", "backstage")
# The facts by which somebody may lose sight of a session.
NARROWING = frozenset({"session.hidden", "session.changed", "registration.changed", "registration.removed"})


class Judge(Protocol):
    """Says who may follow what."""

    def judge_anew(self) -> None:
        """Whatever was said before holds no longer."""

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        """What stands behind a topic; None if the actor may not follow it."""


class Narrowing:
    """Looks at the readers of sessions again. Made before anything is published."""

    def __init__(self, hub: Hub, judge: Judge) -> None:
        self._hub = hub
        self._judge = judge
        self._told: dict[UUID, int] = {}
        self._doubtful: set[tuple[UUID, UUID]] = set()
        self._something = asyncio.Event()

    def changed(self, convention_id: UUID) -> None:
        """Events of this convention have been published."""
        news = self._hub.news(convention_id, self._told.get(convention_id, 0))
        self._told[convention_id] = self._hub.position(convention_id)
        if sessions := {(convention_id, session_id) for session_id in narrowed(news)}:
            self._doubt(sessions)
            asyncio.get_running_loop().call_later(AGAIN, self._doubt, sessions)

    def _doubt(self, sessions: Iterable[tuple[UUID, UUID]]) -> None:
        self._doubtful.update(sessions)
        self._something.set()

    async def run(self) -> None:
        """Send people away until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            doubtful, self._doubtful = self._doubtful, set()
            self._judge.judge_anew()
            for convention_id, session_id in doubtful:
                try:
                    await self._look(convention_id, session_id)
                except Exception:
                    log.exception("who may watch a session could not be asked")

    async def _look(self, convention_id: UUID, session_id: UUID) -> None:
        lost: set[Actor] = set()
        for topic in (f"{kind}:{session_id}" for kind in KINDS):
            for actor in {reader.actor for reader in self._hub.watchers(convention_id, topic)}:
                if await self._judge.open(actor, convention_id, topic) is None:
                    lost.add(actor)
        if lost:
            self._hub.revoke(lost.__contains__, "permission_changed")


def narrowed(events: Sequence[StoredEvent]) -> set[UUID]:
    """The sessions that fewer may watch after these events, perhaps."""
    sessions = set()
    for event in events:
        if event.type in NARROWING:
            data = json.loads(event.data)
            if event.type == "session.hidden" or data.get("session", {}).get("registers"):
                sessions.add(UUID(data["session"]["id"]))
            elif "registration" in data and data["registration"].get("state", "cancelled") == "cancelled":
                sessions |= {UUID(topic.partition(":")[2]) for topic in event.topics if topic.startswith("backstage:")}
    return sessions
