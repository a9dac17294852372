"""Appending to the log at the end of a batch, and reading it in order."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Integer, Row, bindparam, insert, select, update
from starlette.concurrency import run_in_threadpool

from matchmaking.statements import Statement
from server.database import glancing, reading
from server.errors import NotFound
from server.eventlog.stored import StoredEvent
from server.eventlog.tables import EventRow, EventStream
from server.work import Later, Work

_STREAM = EventStream.__table__  # type: ignore[attr-defined]
_EVENT = EventRow.__table__  # type: ignore[attr-defined]
_LOCK = Statement(
    select(_STREAM.c.last_seq).where(_STREAM.c.convention_id == bindparam("convention")).with_for_update()
)
_APPEND = Statement(insert(_EVENT))
_ADVANCE = Statement(
    update(_STREAM).where(_STREAM.c.convention_id == bindparam("convention")).values(last_seq=bindparam("seq"))
)
_READ = Statement(
    select(_EVENT)
    .where(
        _EVENT.c.convention_id == bindparam("convention"),
        _EVENT.c.seq > bindparam("after"),
        _EVENT.c.seq <= bindparam("upto"),
    )
    .order_by(_EVENT.c.seq)
    .limit(bindparam("limit", type_=Integer()))
)
END = 2**31 - 1


def lock_stream(connection: Connection, convention_id: UUID) -> Callable[[], int]:
    """Make every other writer of the convention wait until this transaction ends; told when called: its last number.

    SQLite's BEGIN IMMEDIATE has done so already and ignores FOR UPDATE.

    Raises:
        NotFound: when called: there is no such convention.
    """
    answer = _LOCK.ask(connection, {"convention": convention_id})

    def last_seq() -> int:
        found = answer()
        if not found:
            raise NotFound
        return int(found[0].last_seq)

    return last_seq


def append(later: Later, last_seq: int, works: Sequence[Work]) -> list[StoredEvent]:
    """Number what the surviving commands recorded, in their order, and put its rows off; what will be in the log."""
    events: list[StoredEvent] = []
    rows: list[dict[str, Any]] = []
    for work in works:
        for fact, topics in work.facts:
            last_seq += 1
            event = StoredEvent(
                work.convention_id,
                last_seq,
                fact.type,  # type: ignore[attr-defined]
                type(fact).version,  # type: ignore[attr-defined]
                work.now,
                tuple(topics),
                fact.model_dump_json(),
            )
            events.append(event)
            rows.append({**_columns(event), "actor_id": work.actor.person_id, "request_id": work.origin.request_id})
    if rows:
        later.add(_APPEND, rows)
        later.add(_ADVANCE, [{"convention": rows[0]["convention_id"], "seq": last_seq}])
    return events


def _columns(event: StoredEvent) -> dict[str, Any]:
    return {
        "convention_id": event.convention_id,
        "seq": event.seq,
        "type": event.type,
        "version": event.version,
        "at": event.at,
        "topics": list(event.topics),
        "data": event.data,
    }


def _stored(row: Row[Any]) -> StoredEvent:
    topics = row.topics if isinstance(row.topics, list) else json.loads(row.topics)
    return StoredEvent(row.convention_id, row.seq, row.type, row.version, row.at, tuple(topics), row.data)


class Log:
    """Reading the log, past the writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read_now(self, convention_id: UUID, after: int, upto: int | None, limit: int) -> list[StoredEvent]:
        """Events after a number, up to another (None: the newest), at most `limit`, in order."""
        bounds = {"convention": convention_id, "after": after, "upto": END if upto is None else upto, "limit": limit}
        with glancing(self._engine) as connection:
            return [_stored(row) for row in _READ.rows(connection, bounds)]

    async def read(self, convention_id: UUID, after: int, upto: int | None, limit: int) -> list[StoredEvent]:
        """The same, without holding the event loop."""
        return await run_in_threadpool(self.read_now, convention_id, after, upto, limit)

    def heads(self) -> dict[UUID, int]:
        """The last number of every convention."""
        with reading(self._engine) as db:
            rows = db.connection().execute(select(_STREAM.c.convention_id, _STREAM.c.last_seq))
            return {row.convention_id: row.last_seq for row in rows}
