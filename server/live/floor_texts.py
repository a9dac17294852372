"""Texts of the floor for those who follow it live: what was asked, said and announced, with the names of who did so
under theirs. They are read from the rows whenever they are given, so that what was erased is given no more."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from server.accounts.contacts import names_of
from sessions.floor import wording
from sessions.floor.states import HandState
from sessions.floor.tables import Announcement, Hand, Message, Question
from sessions.floor.words import announcements_in, messages_in, questions_in

Texts = dict[str, dict[str, Any]]
Ids = Mapping[str, Collection[str | UUID]]


def texts_of(db: Session, convention_id: UUID, topic_key: str, ids: Ids | None) -> dict[str, Texts]:
    """{collection: {id: {..., "version": n}}} behind a topic key: of the records with these ids by collection, or of
    all (None). What is not for those who follow the topic (any more) is left out."""
    known = None if ids is None else {name: [UUID(str(one)) for one in some] for name, some in ids.items()}
    return {
        **_words(db, convention_id, topic_key, known),
        **wording.texts_of(db, topic_key, known),
        **_hands(db, topic_key, known),
    }


def _words(db: Session, convention_id: UUID, topic_key: str, ids: wording.Ids | None) -> dict[str, Texts]:
    """What people wrote: questions, chat and announcements."""
    found: dict[str, Texts] = {}
    if (query := questions_in(convention_id, topic_key)) is not None and _wanted("question", ids):
        chosen = query if ids is None else query.where(col(Question.id).in_(ids["question"]))
        found["question"] = questions(db, db.exec(chosen).all())
    if (lines := messages_in(convention_id, topic_key)) is not None and _wanted("message", ids):
        picked = lines if ids is None else lines.where(col(Message.id).in_(ids["message"]))
        found["message"] = messages(db, db.exec(picked).all())
    if (news := announcements_in(convention_id, topic_key)) is not None and _wanted("announcement", ids):
        taken = news if ids is None else news.where(col(Announcement.id).in_(ids["announcement"]))
        found["announcement"] = {str(row.id): {"text": row.text, "version": row.version} for row in db.exec(taken)}
    return found


def _hands(db: Session, topic_key: str, ids: wording.Ids | None) -> dict[str, Texts]:
    """For a session's moderators: who would like to speak."""
    kind, _, subject = topic_key.partition(":")
    if kind != "backstage" or not _wanted("hand", ids):
        return {}
    query = select(Hand).where(Hand.session_id == UUID(subject), Hand.state != HandState.LOWERED.value)
    rows = db.exec(query if ids is None else query.where(col(Hand.id).in_(ids["hand"]))).all()
    names = names_of(db, (row.person_id for row in rows))
    return {"hand": {str(row.id): {"name": _name(names, row.person_id), "version": row.version} for row in rows}}


def questions(db: Session, rows: Collection[Question]) -> Texts:
    """Questions and their answers. `name` is None for who asked without one; `votes` are those of now."""
    names = names_of(db, (row.person_id for row in rows if not row.anonymous))
    return {
        str(row.id): {
            "text": row.text,
            "answer": row.answer,
            "name": None if row.anonymous else _name(names, row.person_id),
            "votes": row.votes,
            "version": row.version,
        }
        for row in rows
    }


def messages(db: Session, rows: Collection[Message]) -> Texts:
    """Lines of chat."""
    names = names_of(db, (row.person_id for row in rows))
    return {
        str(row.id): {"text": row.text, "name": _name(names, row.person_id), "version": row.version} for row in rows
    }


def _name(names: Mapping[UUID, dict[str, Any]], person_id: UUID | None) -> dict[str, Any] | None:
    return names.get(person_id) if person_id else None


def _wanted(collection: str, ids: wording.Ids | None) -> bool:
    return ids is None or bool(ids.get(collection))
