"""Texts for those who follow live: what people write stands in no event, only in its rows.

Events tell which records have changed. A moment later their texts are read and given to the followers of the topic,
a few times a second at most; by each process to its own.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from server.eventlog.stored import StoredEvent
from server.live.frames import FRAGMENT
from server.live.view import State

log = structlog.get_logger()

SPACING = 0.3
# The records that have texts.
COLLECTIONS = frozenset({"question", "message", "announcement", "poll", "contest", "contestant", "hand"})
Ids = Mapping[str, Collection[UUID]]
Read = Callable[[UUID, Mapping[str, Ids | None]], dict[str, State]]


class Loader(Protocol):
    """Reads the texts behind a topic key."""

    def __call__(self, db: Session, convention_id: UUID, topic_key: str, ids: Ids | None) -> State:
        """{collection: {id: {..., "version": n}}}: of the records with these ids by collection, or of all (None).

        What has no text, or is not for all who may follow the topic, is left out.
        """


def no_texts(db: Session, convention_id: UUID, topic_key: str, ids: Ids | None) -> State:
    """Nobody says anything."""
    return {}


class Board(Protocol):
    """Where texts are shown."""

    def followed(self) -> list[UUID]:
        """The conventions that somebody follows in this process."""

    def position(self, convention_id: UUID) -> int:
        """The number of the last event published."""

    def news(self, convention_id: UUID, after: int) -> Sequence[StoredEvent]:
        """The events published here after a number."""

    def texts(self, convention_id: UUID, topic_key: str, data: dict[str, Any]) -> None:
        """Give texts to those who follow the topic."""

    def forget_views(self, convention_id: UUID) -> None:
        """Let nobody begin with a snapshot from before."""


class LiveTexts:
    """Gives the texts of what has changed. Made before anything is published.

    Args:
        read: the texts of topic keys, from the database; it runs in a thread.
        has_texts: whether there may be any behind a topic key.
    """

    def __init__(self, board: Board, read: Read, has_texts: Callable[[str], bool]) -> None:
        self._board = board
        self._read = read
        self._has_texts = has_texts
        self._told: dict[UUID, int] = {}
        self._changed: set[UUID] = set()
        self._something = asyncio.Event()

    def changed(self, convention_id: UUID) -> None:
        """Events of this convention have been published."""
        self._changed.add(convention_id)
        self._something.set()

    async def run(self) -> None:
        """Give texts until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            changed, self._changed = self._changed, set()
            for convention_id in changed:
                try:
                    await self._give(convention_id)
                except Exception:
                    log.exception("texts could not be read")
                    self.changed(convention_id)
            await asyncio.sleep(SPACING)

    async def _give(self, convention_id: UUID) -> None:
        told, position = self._told.get(convention_id, 0), self._board.position(convention_id)
        if convention_id in self._board.followed():
            wanted = self._wanted(self._board.news(convention_id, told))
            found = await run_in_threadpool(self._read, convention_id, wanted) if wanted else {}
            for key, texts in found.items():
                for portion in portions(texts):
                    self._board.texts(convention_id, key, portion)
        else:
            self._board.forget_views(convention_id)
        self._told[convention_id] = position

    def _wanted(self, events: Iterable[StoredEvent]) -> dict[str, dict[str, set[UUID]]]:
        """By topic key: the ids that these events are about, by collection."""
        wanted: dict[str, dict[str, set[UUID]]] = {}
        for event in events:
            if keys := [key for key in event.topics if self._has_texts(key)]:
                records = json.loads(event.data)
                for collection in COLLECTIONS & records.keys():
                    for key in keys:
                        wanted.setdefault(key, {}).setdefault(collection, set()).add(UUID(records[collection]["id"]))
        return wanted


def portions(texts: State) -> Iterable[State]:
    """The same in parts that are not much larger than one write."""
    part: State = {}
    size = 0
    for collection, records in texts.items():
        for text_id, text in records.items():
            part.setdefault(collection, {})[text_id] = text
            size += len(json.dumps(text, ensure_ascii=False).encode())
            if size >= FRAGMENT:
                yield part
                part, size = {}, 0
    if part:
        yield part
