"""A session's floor as its readers see it, for programs, and for pages without scripts: everything at once."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, select

import sessions.floor.results
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, convention_router
from server.errors import NotAllowed, NotFound
from server.live import floor_texts
from sessions.floor.events import HandRecord
from sessions.floor.reactions import reactions_of
from sessions.floor.readers import rules_of
from sessions.floor.records import hand_record
from sessions.floor.results import ContestEntry, PollEntry
from sessions.floor.rules import FloorOffer
from sessions.floor.states import HandState
from sessions.floor.tables import Announcement, Hand, Message, Mute, Question, QuestionVote
from sessions.floor.word_events import AnnouncementRecord, MessageRecord, MuteRecord, QuestionRecord
from sessions.floor.word_records import announcement_record, message_record, mute_record, question_record
from sessions.floor.words import announcements_for
from sessions.readers import can_moderate, can_watch
from sessions.tables import ProgrammeSession

router = convention_router("floor", "/programme/{session_id}/floor")

QUESTIONS = 500
MESSAGES = 100
Name = dict[str, Any]


class QuestionEntry(QuestionRecord):
    """A question with its texts. `name` is who asked it under theirs; `votes` are those of now, `voted` is whether
    yours is among them, and `mine` whether you asked it."""

    text: str
    answer: str
    name: Name | None
    votes: int
    voted: bool
    mine: bool


class MessageEntry(MessageRecord):
    """A line of chat with its text. `reports` are for moderators: how many people reported it."""

    text: str
    name: Name | None
    reports: int | None
    mine: bool


class AnnouncementEntry(AnnouncementRecord):
    """An announcement with its text by language."""

    text: dict[str, str]


class Floor(BaseModel):
    """All of it. For moderators also what waits, is held or hidden; mutes are for them, and your own for you."""

    offer: FloorOffer
    moderates: bool
    announcements: list[AnnouncementEntry]
    questions: list[QuestionEntry]
    messages: list[MessageEntry]
    mutes: list[MuteRecord]
    polls: list[PollEntry]
    hands: list[HandRecord]
    contest: ContestEntry | None
    reactions: dict[str, int]


@router.get("")
def get_floor(session_id: UUID, desk: DeskDep) -> Floor:
    """What has been asked, said, announced and voted; the newest 100 lines of chat, and questions as they are read."""
    with desk.reading() as db:
        session = watchable(db, desk, session_id)
        return floor_of(db, session, desk.actor.person_id, staff=desk.actor.may(May.RUN_PROGRAMME))


def watchable(db: Session, desk: Desk, session_id: UUID) -> ProgrammeSession:
    """The session, for a visitor who may watch it.

    Raises:
        NotFound, NotAllowed.
    """
    session = db.get(ProgrammeSession, session_id)
    if session is None:
        raise NotFound
    if not can_watch(db, session_id, desk.actor.person_id, staff=desk.actor.may(May.RUN_PROGRAMME)):
        raise NotAllowed
    return session


def floor_of(db: Session, session: ProgrammeSession, person_id: UUID | None, *, staff: bool) -> Floor:
    """The floor as far as the reader's session of the database has it.

    Args:
        person_id, staff: the reader.
    """
    behind = can_moderate(db, session.id, person_id, staff=staff)
    mutes = select(Mute).where(Mute.session_id == session.id, col(Mute.lifted).is_(False)).order_by(col(Mute.id))
    hands = select(Hand).where(Hand.session_id == session.id, Hand.state != HandState.LOWERED.value)
    news = db.exec(announcements_for(session.convention_id, session.id))
    return Floor(
        offer=rules_of(session).offer(),
        moderates=behind,
        announcements=[announcement_entry(row) for row in news],
        questions=questions(db, session.id, person_id),
        messages=messages(db, session.id, person_id, limit=MESSAGES, behind=behind),
        mutes=[mute_record(row) for row in db.exec(mutes)],
        polls=sessions.floor.results.polls(db, session.id, person_id, staff=staff),
        hands=[hand_record(row) for row in db.exec(hands.order_by(col(Hand.at), col(Hand.id)))],
        contest=sessions.floor.results.contest(db, session.id, person_id, staff=staff),
        reactions=reactions_of(db, session.id),
    )


def questions(db: Session, session_id: UUID, person_id: UUID | None) -> list[QuestionEntry]:
    """A session's questions as they are read: the pinned one, then those that most want answered; 500 at most."""
    query = select(Question).where(Question.session_id == session_id)
    order = (col(Question.pinned).desc(), col(Question.votes).desc(), col(Question.at), col(Question.id))
    rows = db.exec(query.order_by(*order).limit(QUESTIONS)).all()
    texts = floor_texts.questions(db, rows)
    given = select(QuestionVote.question_id).where(
        col(QuestionVote.question_id).in_([row.id for row in rows]), QuestionVote.person_id == person_id
    )
    voted = set(db.exec(given)) if person_id else set()
    return [
        QuestionEntry(
            **question_record(row).model_dump(),
            **{name: texts[str(row.id)][name] for name in ("text", "answer", "name", "votes")},
            voted=row.id in voted,
            mine=person_id is not None and row.person_id == person_id,
        )
        for row in rows
    ]


def messages(
    db: Session,
    session_id: UUID,
    person_id: UUID | None,
    *,
    limit: int,
    before: UUID | None = None,
    behind: bool = False,
) -> list[MessageEntry]:
    """The newest lines of chat, or the newest before one of them, in the order in which they were written.

    Args:
        behind: the reader moderates the session.
    """
    query = select(Message).where(Message.session_id == session_id)
    if before is not None:
        query = query.where(col(Message.id) < before)
    rows = db.exec(query.order_by(col(Message.id).desc()).limit(limit)).all()[::-1]
    texts = floor_texts.messages(db, rows)
    return [
        MessageEntry(
            **message_record(row).model_dump(),
            **{name: texts[str(row.id)][name] for name in ("text", "name")},
            reports=row.reports if behind else None,
            mine=person_id is not None and row.person_id == person_id,
        )
        for row in rows
    ]


def announcement_entry(row: Announcement) -> AnnouncementEntry:
    """An announcement as it is shown."""
    return AnnouncementEntry(**announcement_record(row).model_dump(), text=row.text)
