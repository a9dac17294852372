"""Questions from the floor: asked by name or without, wanted by others too, moderated and answered.

Who asked without a name is kept in the row, for the bound of open questions, mutes and erasure, and told to nobody.
"""

from typing import Any
from uuid import UUID

from sqlmodel import col, func, or_, select

from sessions.errors import NotAllowed, NotFound, NotOffered, TooMany
from sessions.events import Gone, Record, topics_of_backstage, topics_of_person
from sessions.floor.mutes import check_may_write
from sessions.floor.readers import moderated, moderated_by, moderates, rules_of, spoken_in, topics_of_floor, watched
from sessions.floor.rules import FloorRules, Naming
from sessions.floor.states import ASKED, QuestionState, move, require
from sessions.floor.tables import Question, QuestionVote
from sessions.floor.word_events import (
    QuestionAnswered,
    QuestionAsked,
    QuestionHidden,
    QuestionOpened,
    QuestionPinned,
    QuestionRecord,
    QuestionRemoved,
    QuestionReworded,
    QuestionUnpinned,
)
from sessions.floor.word_records import question_record
from sessions.floor.wordlist import holds
from sessions.ports import Work

WAITING = 10  # of one person in a session, pending or open
LIVE, TEXT = "live", "text"  # how a question is answered


class VotesRecord(Record):
    """How many want a question answered besides who asked it, and whether one is among them."""

    question: UUID
    votes: int
    voted: bool


def ask(work: Work, session_id: UUID, *, text: str, anonymous: bool | None = None) -> QuestionRecord:
    """Ask. A moderator sees it first if the session's rules say so, or if it holds one of their words.

    Args:
        anonymous: None for what the rules allow: by name if they leave it open.

    Raises:
        NotFound, NotAllowed, WrongState (the floor is closed), NotOffered, Muted, TooMany.
    """
    session, person = spoken_in(work, session_id)
    rules, free = rules_of(session), moderates(work, session_id)
    nameless = _nameless(rules, anonymous)
    if not free:
        check_may_write(work, session_id, person)
        _check_count(work, session_id, person)
    waits = not free and (rules.moderated or holds(text, rules.words))
    question = Question(
        id=work.new_id(),
        session_id=session.id,
        convention_id=work.convention_id,
        person_id=person,
        anonymous=nameless,
        text=text,
        state=(QuestionState.PENDING if waits else QuestionState.OPEN).value,
        at=work.now,
    )
    return _tell(work, question, QuestionAsked)


def reword(work: Work, session_id: UUID, question_id: UUID, *, text: str) -> QuestionRecord:
    """Put one's own question in other words, as long as no moderator has looked at it.

    Raises:
        NotFound, NotAllowed, WrongState, Muted.
    """
    question = _own(work, session_id, question_id)
    if question.person_id is not None and not moderates(work, session_id):
        check_may_write(work, session_id, question.person_id)
    question.text = text
    question.version += 1
    return _tell(work, question, QuestionReworded)


def withdraw(work: Work, session_id: UUID, question_id: UUID) -> QuestionRecord:
    """Take one's own question back, as long as no moderator has looked at it: nothing of it is left.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    question = _own(work, session_id, question_id)
    work.db.delete(question)
    work.record(QuestionRemoved(question=Gone(id=question.id)), _behind(question))
    return question_record(question)


def vote(work: Work, session_id: UUID, question_id: UUID, *, wanted: bool = True) -> VotesRecord:
    """Want a question answered, too; or no longer. Once each: repeating it changes nothing.

    It tells nobody anything by itself: the figures go out with the audience's, once a second.

    Raises:
        NotFound, NotAllowed, WrongState (the floor is closed, or the question is not open).
    """
    question = _seen(work, session_id, question_id)
    _, person = spoken_in(work, session_id)
    require(question.state, QuestionState.OPEN)
    given = work.db.get(QuestionVote, (question.id, person))
    if wanted and given is None:
        work.db.add(QuestionVote(question_id=question.id, person_id=person))
        question.votes += 1
    elif given is not None and not wanted:
        work.db.delete(given)
        question.votes -= 1
    work.db.add(question)
    return VotesRecord(question=question.id, votes=question.votes, voted=wanted)


def approve(work: Work, session_id: UUID, question_id: UUID) -> QuestionRecord:
    """Let a question stand that waits, or that was hidden: then it is as open or answered as it was.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    question = _load(work, session_id, question_id)
    if question.state == QuestionState.ANSWERED:
        require(question.state, QuestionState.PENDING)
    target = QuestionState.ANSWERED if question.answered else QuestionState.OPEN
    return _moved(work, question, target, QuestionOpened)


def hide(work: Work, session_id: UUID, question_id: UUID) -> QuestionRecord:
    """Put a question away; `approve` brings it back.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    return put_away(work, _load(work, session_id, question_id))


def put_away(work: Work, question: Question) -> QuestionRecord:
    """Hide a question, whoever asks for that.

    Raises:
        WrongState.
    """
    question.pinned = False
    return _moved(work, question, QuestionState.HIDDEN, QuestionHidden)


def answer(work: Work, session_id: UUID, question_id: UUID, *, text: str = "") -> QuestionRecord:
    """It was answered live, or here by a text. A second time corrects the first.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    question = _load(work, session_id, question_id)
    question.answered, question.answer = (TEXT, text) if text else (LIVE, "")
    question.answered_by = work.actor.person_id
    return _moved(work, question, QuestionState.ANSWERED, QuestionAnswered)


def reopen(work: Work, session_id: UUID, question_id: UUID) -> QuestionRecord:
    """It was not answered after all.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    question = _load(work, session_id, question_id)
    require(question.state, QuestionState.ANSWERED)
    question.answered, question.answer, question.answered_by = "", "", None
    return _moved(work, question, QuestionState.OPEN, QuestionOpened)


def pin(work: Work, session_id: UUID, question_id: UUID, *, pinned: bool = True) -> QuestionRecord:
    """Put a question above all others, in place of the one that was there; or back among them.

    Raises:
        NotFound, NotAllowed, WrongState (not everybody sees it).
    """
    question = _load(work, session_id, question_id)
    if question.state not in ASKED:
        require(question.state, QuestionState.OPEN)
    if question.pinned == pinned:
        return question_record(question)
    if pinned:
        above = select(Question).where(Question.session_id == session_id, col(Question.pinned).is_(True))
        for other in work.db.exec(above).all():
            _set_pinned(work, other, False)
    return _set_pinned(work, question, pinned)


def _set_pinned(work: Work, question: Question, pinned: bool) -> QuestionRecord:
    question.pinned = pinned
    question.version += 1
    return _tell(work, question, QuestionPinned if pinned else QuestionUnpinned)


def _moved(work: Work, question: Question, target: QuestionState, fact: type[Any]) -> QuestionRecord:
    before = question.state
    question.state = move(before, target)
    question.version += 1
    return _tell(work, question, fact, before)


def _tell(work: Work, question: Question, fact: type[Any], before: str = "") -> QuestionRecord:
    """Tell what became of a question: asker and moderators, and everybody if they see it, or saw it `before`."""
    work.db.add(question)
    work.db.flush()
    record = question_record(question)
    everybody = topics_of_floor(question.session_id)
    if question.state in ASKED:
        work.record(fact(question=record), [*everybody, *_behind(question)])
        return record
    work.record(fact(question=record), _behind(question))
    if before in ASKED:
        work.record(QuestionRemoved(question=Gone(id=question.id)), everybody)
    return record


def _behind(question: Question) -> list[str]:
    asker = [topics_of_person(question.person_id)] if question.person_id else []
    return [*topics_of_backstage(question.session_id), *asker]


def _nameless(rules: FloorRules, anonymous: bool | None) -> bool:
    """Whether it is asked without a name.

    Raises:
        NotOffered: there are no questions here, or not this way.
    """
    if rules.questions == Naming.OFF:
        raise NotOffered(what="questions")
    if rules.questions == Naming.EITHER:
        return bool(anonymous)
    nameless = rules.questions == Naming.ANONYMOUS
    if anonymous is not None and anonymous != nameless:
        raise NotOffered(what="anonymous" if anonymous else "named")
    return nameless


def _check_count(work: Work, session_id: UUID, person_id: UUID) -> None:
    waiting = select(func.count(col(Question.id))).where(
        Question.session_id == session_id,
        Question.person_id == person_id,
        col(Question.state).in_((QuestionState.PENDING.value, QuestionState.OPEN.value)),
    )
    if work.db.exec(waiting).one() >= WAITING:
        raise TooMany(most=WAITING)


def _load(work: Work, session_id: UUID, question_id: UUID) -> Question:
    """The question, for those who moderate its session."""
    moderated(work, session_id)
    question = work.db.get(Question, question_id)
    if question is None or question.session_id != session_id:
        raise NotFound
    return question


def _seen(work: Work, session_id: UUID, question_id: UUID) -> Question:
    """The question, for those who see it. One query, so that what they do not see is not there by the same answer."""
    query = select(Question).where(Question.id == question_id, Question.session_id == session_id)
    if not work.actor.staff:
        person = work.actor.person_id
        query = query.where(
            or_(
                col(Question.state).in_(sorted(ASKED)),
                col(Question.person_id) == person,
                col(Question.session_id).in_(moderated_by(person)),
            )
        )
    question = work.db.exec(query).first()
    if question is None:
        raise NotFound
    return question


def _own(work: Work, session_id: UUID, question_id: UUID) -> Question:
    """The question, for who asked it, as long as it is pending."""
    question = _seen(work, session_id, question_id)
    watched(work, session_id)
    if question.person_id is None or question.person_id != work.actor.person_id:
        raise NotAllowed
    require(question.state, QuestionState.PENDING)
    return question
