"""Which questions, messages, mutes and announcements a topic holds: one answer for its state and for its texts.

There is no query (None) for what a topic never holds.
"""

from uuid import UUID

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from sessions.floor.states import ASKED, AnnouncementState, MessageState, QuestionState
from sessions.floor.tables import Announcement, Message, Mute, Question
from sessions.floor.word_records import announcement_record, message_record, mute_record, question_record
from sessions.queries import State, collection


def state_of(db: Session, convention_id: UUID, topic: str) -> State:
    """The words' part of a topic's state, by the topic's key."""
    state: State = {}
    if (questions := questions_in(convention_id, topic)) is not None:
        state["question"] = collection(map(question_record, db.exec(questions)))
    if (messages := messages_in(convention_id, topic)) is not None:
        state["message"] = collection(map(message_record, db.exec(messages)))
    if (mutes := mutes_in(convention_id, topic)) is not None:
        state["mute"] = collection(map(mute_record, db.exec(mutes)))
    if (announcements := announcements_in(convention_id, topic)) is not None:
        state["announcement"] = collection(map(announcement_record, db.exec(announcements)))
    return state


def questions_in(convention_id: UUID, topic: str) -> SelectOfScalar[Question] | None:
    """For a session's audience those that stand; for its moderators all; for a person their own."""
    kind, _, subject = topic.partition(":")
    query = select(Question).where(Question.convention_id == convention_id)
    if kind == "session":
        return query.where(Question.session_id == UUID(subject), col(Question.state).in_(sorted(ASKED)))
    if kind == "backstage":
        return query.where(Question.session_id == UUID(subject))
    return query.where(Question.person_id == UUID(subject)) if kind == "person" else None


def messages_in(convention_id: UUID, topic: str) -> SelectOfScalar[Message] | None:
    """For a session's audience the newest that stand; for its moderators those that are held or hidden, too."""
    kind, _, subject = topic.partition(":")
    if kind not in ("session", "backstage"):
        return None
    query = select(Message).where(Message.convention_id == convention_id, Message.session_id == UUID(subject))
    if kind == "session":
        return query.where(Message.state == MessageState.SHOWN.value)
    return query.where(col(Message.state).in_([state.value for state in MessageState if state != MessageState.PAST]))


def mutes_in(convention_id: UUID, topic: str) -> SelectOfScalar[Mute] | None:
    """Those that nobody has lifted: of a session for its moderators, one's own for a person."""
    kind, _, subject = topic.partition(":")
    query = select(Mute).where(Mute.convention_id == convention_id, col(Mute.lifted).is_(False))
    if kind == "backstage":
        return query.where(Mute.session_id == UUID(subject))
    return query.where(Mute.person_id == UUID(subject)) if kind == "person" else None


def announcements_in(convention_id: UUID, topic: str) -> SelectOfScalar[Announcement] | None:
    """For everybody those to everybody, in a session its own, for organisers all."""
    kind, _, subject = topic.partition(":")
    query = select(Announcement).where(
        Announcement.convention_id == convention_id, Announcement.state == AnnouncementState.SHOWN.value
    )
    if kind in ("programme", "public"):
        return query.where(col(Announcement.session_id).is_(None))
    if kind in ("session", "backstage"):
        return query.where(Announcement.session_id == UUID(subject))
    return query if kind == "organiser" else None


def announcements_for(convention_id: UUID, session_id: UUID) -> SelectOfScalar[Announcement]:
    """What stands for those in a session: to everybody, and to them, in the order of time."""
    to_them = or_(col(Announcement.session_id).is_(None), Announcement.session_id == session_id)
    standing = Announcement.state == AnnouncementState.SHOWN.value
    query = select(Announcement).where(Announcement.convention_id == convention_id, to_them, standing)
    return query.order_by(col(Announcement.at), col(Announcement.id))


def votes_of(db: Session, session_id: UUID) -> dict[UUID, int]:
    """How many want each open question of a session answered: {question: votes}."""
    query = select(Question.id, Question.votes).where(
        Question.session_id == session_id, Question.state == QuestionState.OPEN.value
    )
    return dict(db.exec(query).all())
