"""Topics of the live stream: what there is to follow, who may, and what state a topic has.

| name | who may follow it | its state |
|---|---|---|
| me | whoever sits for a party | requests, meetings and wishes of all the reader's own parties |
| party:ID | who may run meetings | the same of one party |
| organiser | who may run meetings | requests, meetings, wishes, directory, sessions, audiences |
| programme | who may see the convention | sessions |
| session:ID | who may see the convention | that session and its audience; following it is watching it |

A state is {collection: {id: record}}. An event's data is {collection: record}; applying it puts the record in.
"""

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select
from starlette.concurrency import run_in_threadpool

import matchmaking.queries
import sessions.queries
from matchmaking.tables import Participation
from server.accounts.actors import Actor
from server.accounts.permissions import May
from server.eventlog.tables import EventStream
from server.scope import Scope, reading_as
from sessions.tables import ProgrammeSession

State = dict[str, dict[str, Any]]


def apply(state: State, data: dict[str, Any]) -> State:
    """The state after an event: the one rule by which every reader keeps up."""
    for collection, record in data.items():
        state = {**state, collection: {**state.get(collection, {}), record["id"]: record}}
    return state


# Topics of one thing: what it is, and what it takes to follow it.
SUBJECTS: dict[str, tuple[type[SQLModel], May]] = {
    "party": (Participation, May.RUN_MEETINGS),
    "session": (ProgrammeSession, May.SEE),
}


class TopicCatalogue:
    """The hub's `Topics`, over the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        """The keys behind a topic's name; None if the actor may not see it or there is no such topic."""
        if topic == "me":
            return tuple(f"party:{party}" for party in sorted(actor.parties)) or None
        if topic == "organiser":
            return (topic,) if actor.may(May.RUN_MEETINGS) else None
        if topic == "programme":
            return (topic,) if actor.may(May.SEE) else None
        kind, _, text = topic.partition(":")
        try:
            subject = UUID(text)
        except ValueError:
            return None
        key = f"{kind}:{subject}"
        model, needed = SUBJECTS.get(kind, (None, May.SEE))
        if model is None or not actor.may(needed):
            return None
        return (key,) if await run_in_threadpool(self._has, model, actor, convention_id, subject) else None

    def _has(self, model: type[SQLModel], actor: Actor, convention_id: UUID, subject: UUID) -> bool:
        with self._reading(actor, convention_id) as db:
            return db.get(model, subject) is not None

    def _reading(self, actor: Actor, convention_id: UUID) -> AbstractContextManager[Session]:
        return reading_as(self._engine, Scope(convention_id, actor.host_id or convention_id, actor))

    async def snapshot(self, actor: Actor, convention_id: UUID, topic: str, keys: tuple[str, ...]) -> tuple[int, State]:
        """The topic's state and the number of the last event in it, from one transaction."""
        return await run_in_threadpool(self.snapshot_now, actor, convention_id, keys)

    def snapshot_now(self, actor: Actor, convention_id: UUID, keys: tuple[str, ...]) -> tuple[int, State]:
        """The same, in the calling thread."""
        with self._reading(actor, convention_id) as db:
            # The number is read first: on both databases the first read fixes what the transaction sees.
            seq = db.exec(select(EventStream.last_seq).where(EventStream.convention_id == convention_id)).one()
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
