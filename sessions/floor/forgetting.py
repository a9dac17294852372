"""What somebody asked and wrote goes with them: first from everybody's screens, then from the rows.

Facts name nobody who is erased: what they carry of a person is an id behind which nobody stands then. So rows keep it,
as far as records show it, and snapshots and events still agree.
"""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, or_, select, update

from sessions.floor import chat, questions
from sessions.floor.states import MessageState, QuestionState
from sessions.floor.tables import Announcement, Message, Question
from sessions.ports import Work
from sessions.tables import Appearance, Speaker, Viewer

NAMELESS = "…"
STANDING = (MessageState.SHOWN.value, MessageState.HELD.value)

InText = Callable[..., bool]


def conventions_of(db: Session, person_id: UUID) -> set[UUID]:
    """Where something stands that somebody asked or wrote."""
    asked = select(Question.convention_id).where(
        Question.person_id == person_id, Question.state != QuestionState.HIDDEN.value
    )
    wrote = select(Message.convention_id).where(Message.person_id == person_id, col(Message.state).in_(STANDING))
    return {*db.exec(asked), *db.exec(wrote)}


def take_away(work: Work, person_id: UUID) -> None:
    """Hide what somebody asked and wrote in this convention."""
    mine = select(Question).where(Question.convention_id == work.convention_id, Question.person_id == person_id)
    for question in work.db.exec(mine.where(Question.state != QuestionState.HIDDEN.value)).all():
        questions.put_away(work, question)
    lines = select(Message).where(Message.convention_id == work.convention_id, Message.person_id == person_id)
    for message in work.db.exec(lines.where(col(Message.state).in_(STANDING))).all():
        chat.put_away(work, message)


def forget_words(db: Session, person_id: UUID, in_text: InText) -> None:
    """Empty what somebody asked, wrote and answered, and what others wrote that names them where they were.

    Args:
        in_text: whether one of the texts given names them.
    """
    where = _sessions_of(db, person_id)
    for question in db.exec(select(Question).where(_of(Question, person_id, where))).all():
        db.expunge(question)
        _forget_question(db, question, person_id, in_text)
    for message_id, by, text in db.exec(
        select(Message.id, Message.person_id, Message.text).where(_of(Message, person_id, where))
    ).all():
        if by == person_id or in_text(text):
            db.exec(update(Message).where(col(Message.id) == message_id).values(text=""))


def forget_announcements(db: Session, conventions: Any, in_text: InText) -> None:
    """Let announcements name somebody no more.

    Args:
        conventions: a query for their ids.
    """
    news = select(Announcement.id, Announcement.text).where(col(Announcement.convention_id).in_(conventions))
    for announcement_id, text in db.exec(news).all():
        if in_text(*map(str, text.values())):
            nameless = {key: value if key == "original" else NAMELESS for key, value in text.items()}
            db.exec(update(Announcement).where(col(Announcement.id) == announcement_id).values(text=nameless))


def _sessions_of(db: Session, person_id: UUID) -> set[UUID]:
    """Where somebody was, wrote, or had a part."""
    parts = select(Appearance.session_id).join(Speaker, col(Speaker.id) == Appearance.speaker_id)
    found = (
        select(Viewer.session_id).where(Viewer.person_id == person_id),
        select(Question.session_id).where(or_(Question.person_id == person_id, Question.answered_by == person_id)),
        select(Message.session_id).where(Message.person_id == person_id),
        parts.where(Speaker.person_id == person_id),
    )
    return {session_id for query in found for session_id in db.exec(query)}


def _of(model: type[Question] | type[Message], person_id: UUID, sessions: Collection[UUID]) -> Any:
    return or_(col(model.person_id) == person_id, col(model.session_id).in_(sessions))


def _forget_question(db: Session, question: Question, person_id: UUID, in_text: InText) -> None:
    changed: dict[str, Any] = {}
    if question.person_id == person_id:
        changed["text"] = ""
        if question.anonymous:
            changed["person_id"] = None
    elif in_text(question.text):
        changed["text"] = ""
    if question.answered_by == person_id:
        changed |= {"answer": "", "answered_by": None}
    elif in_text(question.answer):
        changed["answer"] = ""
    if changed:
        db.exec(update(Question).where(col(Question.id) == question.id).values(**changed))
