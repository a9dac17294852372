"""Chat: lines to everybody in a session, one after another; moderators and the audience itself keep it decent.

The newest `SHOWN` lines stand in the session's snapshot. Whenever another comes, the oldest of them is past: a fact
says so, and the row, so that snapshots and events agree. What is past is read page by page.
"""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from sessions.errors import NotFound, NotOffered, TooSoon
from sessions.events import Gone, topics_of_backstage
from sessions.floor.mutes import check_may_write
from sessions.floor.readers import moderated, moderates, rules_of, spoken_in, topics_of_floor
from sessions.floor.states import MessageState, move
from sessions.floor.tables import Message, MessageReport
from sessions.floor.word_events import (
    MessageHeld,
    MessageHidden,
    MessagePosted,
    MessageRecord,
    MessageRemoved,
    MessageShown,
)
from sessions.floor.word_records import message_record
from sessions.floor.wordlist import holds
from sessions.ports import Work

SHOWN = 100


def post(work: Work, session_id: UUID, *, text: str) -> MessageRecord:
    """Write a line. What holds one of the session's words is held for a moderator.

    Raises:
        NotFound, NotAllowed, WrongState (the floor is closed), NotOffered, Muted, TooSoon.
    """
    session, person = spoken_in(work, session_id)
    rules, free = rules_of(session), moderates(work, session_id)
    if not rules.chat:
        raise NotOffered(what="chat")
    if not free:
        check_may_write(work, session_id, person)
        _check_pace(work, session_id, person, timedelta(seconds=rules.slow_seconds))
    held = not free and holds(text, rules.words)
    message = Message(
        id=work.new_id(),
        session_id=session.id,
        convention_id=work.convention_id,
        person_id=person,
        text=text,
        state=(MessageState.HELD if held else MessageState.SHOWN).value,
        at=work.now,
    )
    return _tell(work, message, MessagePosted)


def report(work: Work, session_id: UUID, message_id: UUID) -> MessageRecord:
    """Find that a line should not stand there. Once each; so many as the rules say hold it for a moderator.

    Raises:
        NotFound, NotAllowed, WrongState (the floor is closed).
    """
    stands = col(Message.state).in_((MessageState.SHOWN.value, MessageState.PAST.value))
    message = work.db.exec(
        select(Message).where(Message.id == message_id, Message.session_id == session_id, stands)
    ).first()
    if message is None:
        raise NotFound
    session, person = spoken_in(work, session_id)
    if work.db.get(MessageReport, (message.id, person)) is None:
        work.db.add(MessageReport(message_id=message.id, person_id=person))
        message.reports += 1
        work.db.add(message)
        if message.reports >= rules_of(session).reports_hold:
            return _moved(work, message, MessageState.HELD, MessageHeld)
    return message_record(message)


def show(work: Work, session_id: UUID, message_id: UUID) -> MessageRecord:
    """Let a line stand that was held or hidden. Who has reported it until now has been heard: others would have to.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    message = _load(work, session_id, message_id)
    message.reports = 0
    return _moved(work, message, MessageState.SHOWN, MessageShown)


def hide(work: Work, session_id: UUID, message_id: UUID) -> MessageRecord:
    """Put a line away; `show` brings it back.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    return put_away(work, _load(work, session_id, message_id))


def put_away(work: Work, message: Message) -> MessageRecord:
    """Hide a line, whoever asks for that.

    Raises:
        WrongState.
    """
    return _moved(work, message, MessageState.HIDDEN, MessageHidden)


def _moved(work: Work, message: Message, target: MessageState, fact: type[Any]) -> MessageRecord:
    before = message.state
    message.state = move(before, target)
    message.version += 1
    return _tell(work, message, fact, before)


def _tell(work: Work, message: Message, fact: type[Any], before: str = "") -> MessageRecord:
    """Tell what became of a line: the moderators, and everybody if they see it, or saw it `before`."""
    work.db.add(message)
    work.db.flush()
    record = message_record(message)
    everybody, moderators = topics_of_floor(message.session_id), topics_of_backstage(message.session_id)
    if message.state == MessageState.SHOWN:
        work.record(fact(message=record), [*everybody, *moderators])
        _make_room(work, message.session_id)
        return record
    work.record(fact(message=record), moderators)
    if before == MessageState.SHOWN:
        work.record(MessageRemoved(message=Gone(id=message.id)), everybody)
    return record


def _make_room(work: Work, session_id: UUID) -> None:
    """The oldest of the lines shown are past if there are too many."""
    shown = (Message.session_id == session_id, Message.state == MessageState.SHOWN.value)
    count = work.db.exec(select(func.count(col(Message.id))).where(*shown)).one()
    for message in _oldest(work, shown, count - SHOWN):
        message.state = move(message.state, MessageState.PAST)
        message.version += 1
        work.db.add(message)
        topics = [*topics_of_floor(session_id), *topics_of_backstage(session_id)]
        work.record(MessageRemoved(message=Gone(id=message.id)), topics)


def _oldest(work: Work, which: Sequence[Any], count: int) -> Sequence[Message]:
    if count <= 0:
        return []
    return work.db.exec(select(Message).where(*which).order_by(col(Message.at), col(Message.id)).limit(count)).all()


def _check_pace(work: Work, session_id: UUID, person_id: UUID, slow: timedelta) -> None:
    newest = select(func.max(Message.at)).where(Message.session_id == session_id, Message.person_id == person_id)
    last = work.db.exec(newest).one()
    if last is not None and last + slow > work.now:
        raise TooSoon(retry_after=ceil((last + slow - work.now).total_seconds()))


def _load(work: Work, session_id: UUID, message_id: UUID) -> Message:
    """The line, for those who moderate its session."""
    moderated(work, session_id)
    message = work.db.get(Message, message_id)
    if message is None or message.session_id != session_id:
        raise NotFound
    return message
