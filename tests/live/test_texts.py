"""Texts are read a moment after events told of their records, for those who follow, a few times a second at most."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from server.database import reading
from server.eventlog.stored import StoredEvent
from server.ids import new_id
from server.live.floor_texts import texts_of
from server.live.frames import FRAGMENT
from server.live.texts import COLLECTIONS, SPACING, Ids, LiveTexts, portions
from server.live.view import State
from tests.factories import Fair

HERE, TALK, ASKED, SAID = new_id(), new_id(), new_id(), new_id()
KEY = f"session:{TALK}"
START = datetime(2020, 11, 9, tzinfo=UTC)


class Board:
    """What was published, and the texts shown."""

    def __init__(self) -> None:
        self.events: list[StoredEvent] = []
        self.shown: list[tuple[str, State]] = []
        self.forgotten = 0
        self.watched = True

    def publish(self, data: dict[str, Any], *topics: str) -> None:
        seq = len(self.events) + 1
        self.events.append(StoredEvent(HERE, seq, "a", 1, START, topics, json.dumps(data)))

    def followed(self) -> list[UUID]:
        return [HERE] if self.watched else []

    def position(self, convention_id: UUID) -> int:
        return len(self.events)

    def news(self, convention_id: UUID, after: int) -> list[StoredEvent]:
        return self.events[after:]

    def texts(self, convention_id: UUID, topic_key: str, data: State) -> None:
        self.shown.append((topic_key, data))

    def forget_views(self, convention_id: UUID) -> None:
        self.forgotten += 1


class Rows:
    """Gives a text for whatever it is asked; fails when told to."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Ids | None]] = []
        self.faults = 0

    def __call__(self, convention_id: UUID, wanted: Mapping[str, Ids | None]) -> dict[str, State]:
        self.asked.append(wanted)
        if self.faults:
            self.faults -= 1
            raise OSError("away")
        number = len(self.asked)
        return {
            key: {name: {str(one): {"version": number} for one in sorted(of)} for name, of in (ids or {}).items()}
            for key, ids in wanted.items()
        }


def run(journey: Callable[[LiveTexts, Board, Rows], Coroutine[Any, Any, None]]) -> None:
    async def told() -> None:
        board, rows = Board(), Rows()
        texts = LiveTexts(board, rows, lambda key: key.startswith("session:"))
        task = asyncio.create_task(texts.run())
        try:
            await journey(texts, board, rows)
        finally:
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(told())


def question(one: UUID) -> dict[str, Any]:
    return {"question": {"id": str(one)}}


def test_texts_of_what_has_changed_are_read_together_and_given() -> None:
    async def journey(texts: LiveTexts, board: Board, rows: Rows) -> None:
        board.publish(question(ASKED), KEY, "organiser")
        board.publish({"meeting": {"id": str(SAID)}}, "organiser")
        board.publish({"message": {"id": str(SAID)}, **question(ASKED)}, KEY)
        texts.changed(HERE)
        await asyncio.sleep(SPACING * 1.5)
        board.publish(question(SAID), KEY)
        texts.changed(HERE)
        texts.changed(HERE)
        await asyncio.sleep(SPACING * 1.5)
        assert rows.asked == [{KEY: {"question": {ASKED}, "message": {SAID}}}, {KEY: {"question": {SAID}}}]
        assert board.shown == [
            (KEY, {"question": {str(ASKED): {"version": 1}}, "message": {str(SAID): {"version": 1}}}),
            (KEY, {"question": {str(SAID): {"version": 2}}}),
        ]

    run(journey)


def test_whatever_a_snapshot_has_texts_of_is_given_when_it_changes(sqlite_fair: Fair) -> None:
    with reading(sqlite_fair.engine) as db:
        assert set(texts_of(db, sqlite_fair.id, f"backstage:{TALK}", None)) == COLLECTIONS


def test_what_could_not_be_read_is_read_again() -> None:
    async def journey(texts: LiveTexts, board: Board, rows: Rows) -> None:
        rows.faults = 1
        board.publish(question(ASKED), KEY)
        texts.changed(HERE)
        await asyncio.sleep(SPACING * 3)
        assert board.shown == [(KEY, {"question": {str(ASKED): {"version": 2}}})]

    run(journey)


def test_nothing_is_read_for_nobody_and_nobody_begins_with_what_was_before() -> None:
    async def journey(texts: LiveTexts, board: Board, rows: Rows) -> None:
        board.watched = False
        board.publish(question(ASKED), KEY)
        texts.changed(HERE)
        await asyncio.sleep(SPACING * 1.5)
        assert (rows.asked, board.forgotten) == ([], 1)
        board.watched = True
        board.publish(question(SAID), KEY)
        texts.changed(HERE)
        await asyncio.sleep(SPACING * 1.5)
        assert rows.asked == [{KEY: {"question": {SAID}}}]

    run(journey)


def test_many_texts_are_given_in_portions() -> None:
    texts: State = {
        "message": {str(number): {"text": "밤" * 300, "version": 1} for number in range(100)},
        "question": {"q": {"text": "", "version": 3}},
    }
    parts = list(portions(texts))
    put_together: State = {}
    for part in parts:
        assert len(json.dumps(part, ensure_ascii=False).encode()) < FRAGMENT + 2000
        for collection, records in part.items():
            put_together.setdefault(collection, {}).update(records)
    assert put_together == texts
    assert len(parts) == 6
    assert list(portions({})) == []
