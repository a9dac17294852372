"""Topics of the live stream: what there is to follow, who may, and what state a topic has.

| name | who may follow it | its state |
|---|---|---|
| me | whoever sits for a party | requests, meetings and wishes of all the reader's own parties |
| party:ID | staff | the same of one party |
| organiser | staff | requests, meetings, wishes, directory, sessions, audiences |
| programme | everybody in the convention | sessions |
| session:ID | everybody in the convention | that session and its audience; following it is watching it |

A state is {collection: {id: record}}. An event's data is {collection: record}; applying it puts the record in.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

import matchmaking.queries
import sessions.queries
from server.accounts.actors import Actor
from server.database import reading
from server.eventlog.tables import EventStream

State = dict[str, dict[str, Any]]


def apply(state: State, data: dict[str, Any]) -> State:
    """The state after an event: the one rule by which every reader keeps up."""
    for collection, record in data.items():
        state = {**state, collection: {**state.get(collection, {}), record["id"]: record}}
    return state


class TopicCatalogue:
    """The hub's `Topics`, over the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        """The keys behind a topic's name; None if the actor may not see it or there is no such topic."""
        if topic == "me":
            return tuple(f"party:{party}" for party in sorted(actor.parties)) or None
        if topic == "organiser":
            return (topic,) if actor.staff else None
        if topic == "programme":
            return (topic,) if actor.member else None
        kind, _, text = topic.partition(":")
        try:
            subject = UUID(text)
        except ValueError:
            return None
        key = f"{kind}:{subject}"
        if kind == "party" and actor.staff:
            return (key,)
        if kind == "session" and actor.member and await self._has_session(convention_id, subject):
            return (key,)
        return None

    async def _has_session(self, convention_id: UUID, session_id: UUID) -> bool:
        def read() -> bool:
            with reading(self._engine) as db:
                return sessions.queries.entry(db, convention_id, session_id) is not None

        return await run_in_threadpool(read)

    async def snapshot(self, actor: Actor, convention_id: UUID, topic: str, keys: tuple[str, ...]) -> tuple[int, State]:
        """The topic's state and the number of the last event in it, from one transaction."""
        return await run_in_threadpool(self.snapshot_now, convention_id, keys)

    def snapshot_now(self, convention_id: UUID, keys: tuple[str, ...]) -> tuple[int, State]:
        """The same, in the calling thread."""
        stream = EventStream.__table__  # type: ignore[attr-defined]
        with reading(self._engine) as db:
            # The number is read first: on both databases the first read fixes what the transaction sees.
            query = select(stream.c.last_seq).where(stream.c.convention_id == convention_id)
            seq = int(db.connection().execute(query).scalar_one())
            state: State = {}
            for key in keys:
                for collection, records in state_of(db, convention_id, key).items():
                    state.setdefault(collection, {}).update(records)
            return seq, state


def state_of(db: Session, convention_id: UUID, key: str) -> State:
    """The present state behind a topic key."""
    kind, _, subject = key.partition(":")
    if kind == "party":
        return matchmaking.queries.state_of_party(db, convention_id, UUID(subject))
    if kind == "organiser":
        return {
            **matchmaking.queries.state_of_convention(db, convention_id),
            **sessions.queries.state_of_convention(db, convention_id),
        }
    if kind == "programme":
        return sessions.queries.state_of_programme(db, convention_id)
    return sessions.queries.state_of_session(db, convention_id, UUID(subject))
