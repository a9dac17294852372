"""Topics of the live stream: what there is to follow, who may, and what state a topic has.

| name | who may follow it | its state |
|---|---|---|
| me | everybody with an account | all that party:ID has of the reader's own parties; own places; what one interprets |
| party:ID | who may run meetings | requests, meetings and wishes of one party |
| organiser | who may run meetings | requests, meetings, wishes, drafts, directory, all sessions, audiences, all news |
| programme | who may see the convention | the sessions announced to all of them, and news to everybody |
| public | anybody | the sessions announced to anybody, and news to everybody |
| session:ID | who may watch it | that session, its audience and its floor; following it is watching it |
| backstage:ID | who moderates it | that session, its audience and places, and all that stands before its moderators |

A state is {collection: {id: record}}. An event's data is {collection: record}; applying it puts the record in, or
takes it out if it says {"gone": true}.
"""

from collections.abc import Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

import matchmaking.drafts.queries
import matchmaking.queries
import sessions.floor.queries
import sessions.floor.words
import sessions.queries
from matchmaking.tables import Participation
from server.accounts.actors import SYSTEM, Actor
from server.accounts.permissions import May
from server.conventions.tables import Convention
from server.eventlog.tables import EventStream
from server.live.kept import Kept
from server.live.texts import Ids, Loader, no_texts
from server.live.view import Snapshot, State
from server.scope import reading_as, scope_of
from sessions.events import topics_of_person
from sessions.readers import can_moderate, can_watch

NOBODY = UUID(int=0)


def apply(state: State, data: dict[str, Any]) -> State:
    """The state after an event: the one rule by which every reader keeps up."""
    for collection, record in data.items():
        records = {**state.get(collection, {}), record["id"]: record}
        if record.get("gone"):
            del records[record["id"]]
        state = {**state, collection: records}
    return state


# Topics that are the same for all who may follow them, and what that takes.
COMMON = {"organiser": May.RUN_MEETINGS, "programme": May.SEE, "public": May.WATCH}

# Topics of one thing: what it takes to follow one of them, besides that it is there for that reader.
SUBJECTS = {"party": May.RUN_MEETINGS, "session": May.WATCH, "backstage": May.SEE}


# Kinds of topics of which all who may follow them see the same; what there is besides depends on who asks.
SHARED = frozenset({"programme", "public", "session"})

# Kinds that have texts beside their records.
TEXTED = frozenset({"me", "person", "organiser", "programme", "public", "session", "backstage"})

Standing = tuple[UUID, str, UUID, frozenset[str], bool]


class TopicCatalogue:
    """The hub's `Topics`, over the database.

    What anybody of somebody's roles may see is asked once a second for all of them: being a certain person can only
    add to it.
    """

    def __init__(self, engine: Engine, texts: Loader = no_texts) -> None:
        self._engine = engine
        self._texts = texts
        self._judged: Kept[Standing, bool] = Kept()

    def is_common(self, topic: str) -> bool:
        return topic.partition(":")[0] in SHARED

    def has_texts(self, topic: str) -> bool:
        return topic.partition(":")[0] in TEXTED

    def judge_anew(self) -> None:
        """Whatever was said of who may follow what holds no longer."""
        self._judged.clear()

    async def open(self, actor: Actor, convention_id: UUID, topic: str) -> tuple[str, ...] | None:
        """The keys behind a topic's name; None if the actor may not see it or there is no such topic."""
        if topic == "me":
            return _own_keys(actor)
        if topic in COMMON:
            return (topic,) if actor.may(COMMON[topic]) else None
        kind, _, text = topic.partition(":")
        try:
            subject = UUID(text)
        except ValueError:
            return None
        if kind not in SUBJECTS or not actor.may(SUBJECTS[kind]):
            return None
        return (f"{kind}:{subject}",) if await self._is_open(actor, convention_id, kind, subject) else None

    async def _is_open(self, actor: Actor, convention_id: UUID, kind: str, subject: UUID) -> bool:
        def ask(somebody: Actor) -> Coroutine[Any, Any, bool]:
            return run_in_threadpool(self._is_open_now, somebody, convention_id, kind, subject)

        anybody = like(actor)
        standing = (convention_id, kind, subject, anybody.roles, anybody.guest_id is not None)
        if await self._judged.get(standing, lambda: ask(anybody)):
            return True
        return actor.person_id is not None and await ask(actor)

    def _is_open_now(self, actor: Actor, convention_id: UUID, kind: str, subject: UUID) -> bool:
        with self._reading(actor, convention_id) as db:
            if kind == "party":
                return db.get(Participation, subject) is not None
            allowed = can_watch if kind == "session" else can_moderate
            return allowed(db, subject, actor.person_id, staff=actor.may(May.RUN_PROGRAMME))

    def _reading(self, actor: Actor, convention_id: UUID) -> AbstractContextManager[Session]:
        return reading_as(self._engine, scope_of(actor, convention_id))

    async def snapshot(self, actor: Actor, convention_id: UUID, topic: str, keys: tuple[str, ...]) -> Snapshot:
        """What the topic holds and the number of the last event in it, from one transaction. What is common to all is
        read as the convention itself: it is what events tell them."""
        reader = replace(SYSTEM, host_id=actor.host_id) if self.is_common(topic) else actor
        return await run_in_threadpool(self.snapshot_now, reader, convention_id, keys)

    def snapshot_now(self, actor: Actor, convention_id: UUID, keys: tuple[str, ...]) -> Snapshot:
        """The same for one actor, in the calling thread."""
        with self._reading(actor, convention_id) as db:
            # The number is read first: on both databases the first read fixes what the transaction sees.
            seq = db.exec(select(EventStream.last_seq).where(EventStream.convention_id == convention_id)).one()
            state: State = {}
            texts: State = {}
            for key in keys:
                merge(state, state_of(db, convention_id, key))
                if self.has_texts(key):
                    merge(texts, self._texts(db, convention_id, key, None))
            return Snapshot(seq, state, texts)

    async def texts(self, convention_id: UUID, keys: tuple[str, ...]) -> State:
        """The present texts of a topic."""
        texts: State = {}
        for found in (await run_in_threadpool(self.texts_now, convention_id, dict.fromkeys(keys))).values():
            merge(texts, found)
        return texts

    def texts_now(self, convention_id: UUID, wanted: Mapping[str, Ids | None]) -> dict[str, State]:
        """The present texts of topic keys: of the records with these ids, or all (None). In the calling thread."""
        with self._reading(SYSTEM, convention_id) as db:
            host_id = db.get_one(Convention, convention_id).host_id  # names are of the host's people
        with self._reading(replace(SYSTEM, host_id=host_id), convention_id) as db:
            return {key: self._texts(db, convention_id, key, ids) for key, ids in wanted.items() if self.has_texts(key)}


def merge(into: State, more: State) -> None:
    """Put records into a state."""
    for collection, records in more.items():
        into.setdefault(collection, {}).update(records)


def like(actor: Actor) -> Actor:
    """Somebody of the same roles who is nobody in particular."""
    if actor.person_id is None:
        return replace(actor, guest_id=actor.guest_id and NOBODY, country=None)
    return Actor(NOBODY, actor.host_id, roles=actor.roles)


def _own_keys(actor: Actor) -> tuple[str, ...] | None:
    """What concerns a person: they themself, and the parties they sit for."""
    if actor.person_id is None:
        return None
    return (topics_of_person(actor.person_id), *(f"party:{party}" for party in sorted(actor.parties)))


def state_of(db: Session, convention_id: UUID, key: str) -> State:
    """The present state behind a topic key."""
    kind, _, subject = key.partition(":")
    words = sessions.floor.words.state_of(db, convention_id, key)
    if kind == "party":
        return matchmaking.queries.state_of_party(db, convention_id, UUID(subject))
    if kind == "organiser":
        return {
            **matchmaking.queries.state_of_convention(db, convention_id),
            "draft": matchmaking.queries.collection(matchmaking.drafts.queries.records_of(db, convention_id)),
            **sessions.queries.state_of_convention(db, convention_id),
            **words,
        }
    if kind in ("programme", "public"):
        return {**sessions.queries.state_of_programme(db, convention_id, public=kind == "public"), **words}
    if kind == "person":
        return {
            **matchmaking.queries.state_of_person(db, convention_id, UUID(subject)),
            **sessions.queries.state_of_person(db, convention_id, UUID(subject)),
            **sessions.floor.queries.state_of_person(db, convention_id, UUID(subject)),
            **words,
        }
    if kind == "backstage":
        return {
            **sessions.queries.state_of_backstage(db, convention_id, UUID(subject)),
            **sessions.floor.queries.state_of_backstage(db, convention_id, UUID(subject)),
            **words,
        }
    return {
        **sessions.queries.state_of_session(db, convention_id, UUID(subject)),
        **sessions.floor.queries.state_of_session(db, convention_id, UUID(subject)),
        **words,
    }
