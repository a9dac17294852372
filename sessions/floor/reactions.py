"""Reactions: claps and the like, counted in the memory of each process and added up here once a second."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import Session, col, select

from sessions.floor.readers import rules_of
from sessions.floor.tables import ReactionCount
from sessions.ports import Work
from sessions.states import RUNNING
from sessions.tables import ProgrammeSession

_ADD = text(
    "INSERT INTO reaction_count (session_id, reaction, count) VALUES (:session_id, :reaction, :count)"
    " ON CONFLICT (session_id, reaction) DO UPDATE SET count = reaction_count.count + excluded.count"
).bindparams(bindparam("session_id", type_=Uuid()))


class Reaction(StrEnum):
    """What one can do without a word."""

    CLAP = "clap"
    HEART = "heart"
    LAUGH = "laugh"
    WOW = "wow"
    THANKS = "thanks"


Reactions = Mapping[UUID, Mapping[Reaction, int]]


def add_reactions(work: Work, given: Reactions) -> None:
    """Add what one process has counted: {session: {reaction: how often}}.

    Sessions of this convention that are not running, or do without reactions, are passed over.
    """
    query = select(ProgrammeSession).where(
        ProgrammeSession.convention_id == work.convention_id,
        col(ProgrammeSession.id).in_(list(given)),
        col(ProgrammeSession.state).in_(sorted(RUNNING)),
    )
    rows = [
        {"session_id": session.id, "reaction": reaction.value, "count": count}
        for session in work.db.exec(query)
        if rules_of(session).reactions
        for reaction, count in given[session.id].items()
    ]
    if rows:
        work.db.connection().execute(_ADD, rows)


def reactions_of(db: Session, session_id: UUID) -> dict[str, int]:
    """How often each reaction was given in a session; what nobody gave is left out."""
    rows = db.exec(select(ReactionCount).where(ReactionCount.session_id == session_id))
    return dict(sorted((row.reaction, row.count) for row in rows))
