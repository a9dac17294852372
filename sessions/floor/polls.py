"""Polls: a moderator asks, everybody answers once, and the results are counted as the votes come.

A vote is one row, whose key is the poll and the person: whoever votes twice, however fast, has one vote. What the
rows add up to is kept beside them in the same transaction; when a voter is erased, their row goes, and what was counted
stays. A vote is final, and tells nobody anything by itself: the figures of open polls go out with the audience's, once
a second.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Uuid, bindparam, text
from sqlmodel import Session, col, func, select, update

from sessions.errors import BadPoll, BadVote, NotAllowed, NotFound, TooMany, VotedAlready, WrongState
from sessions.events import Fact, Gone, Record, topics_of_backstage
from sessions.floor.events import (
    PollChanged,
    PollClosed,
    PollHidden,
    PollMade,
    PollOpened,
    PollRecord,
    PollRemoved,
    PollShown,
)
from sessions.floor.queries import tallies_by_poll
from sessions.floor.readers import moderated, rules_of, tell, watched
from sessions.floor.records import choices_of, poll_record
from sessions.floor.states import PollState, move, require
from sessions.floor.tables import Poll
from sessions.ports import Work
from sessions.programme import checked_text
from sessions.states import SessionState
from sessions.tables import ProgrammeSession

POLLS = 100  # of one session
OPTIONS = 20
STEPS = 10  # of the longest scale
WORD_LENGTH = 40

_VOTE = text(
    "INSERT INTO poll_vote (poll_id, person_id, choice) VALUES (:poll_id, :person_id, :choice)"
    " ON CONFLICT (poll_id, person_id) DO NOTHING"
).bindparams(
    bindparam("poll_id", type_=Uuid()), bindparam("person_id", type_=Uuid()), bindparam("choice", type_=JSON())
)
_COUNT = text(
    "INSERT INTO poll_tally (poll_id, choice, votes) VALUES (:poll_id, :choice, 1)"
    " ON CONFLICT (poll_id, choice) DO UPDATE SET votes = poll_tally.votes + 1"
).bindparams(bindparam("poll_id", type_=Uuid()))


class PollKind(StrEnum):
    """What is asked for: one option, several (up to `most`), a step of a scale from 1 to `most`, or a word."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    WORD = "word"


class Voted(Record):
    """The answer to a vote: it counts. What was chosen is not repeated."""

    poll: UUID


def make(
    work: Work,
    session_id: UUID,
    *,
    kind: PollKind,
    question: Mapping[str, str],
    options: Sequence[Mapping[str, str]] = (),
    most: int | None = None,
    shown: bool = True,
) -> PollRecord:
    """Draft a poll: only moderators see it.

    Args:
        question, options: texts by language, with their "original"; scales and words have no options.
        most: how many options one may choose of several, all of them if left out; where a scale ends.
        shown: whether everybody sees how it stands.

    Raises:
        NotFound, NotAllowed, TooMany, BadTitle, BadPoll.
    """
    session = moderated(work, session_id)
    if work.db.exec(select(func.count()).select_from(Poll).where(Poll.session_id == session_id)).one() >= POLLS:
        raise TooMany(most=POLLS)
    poll = Poll(
        id=work.new_id(),
        session_id=session.id,
        convention_id=work.convention_id,
        kind=kind.value,
        question=checked_text(question),
        options=[checked_text(option) for option in options],
        most=_most(kind, len(options), most),
        state=PollState.DRAFT.value,
        shown=shown,
        at=work.now,
    )
    return _tell_moderators(work, poll, PollMade)


def change(work: Work, /, session_id: UUID, poll_id: UUID, **changed: Any) -> PollRecord:
    """Set what is given of a draft, and keep the rest.

    Args:
        changed: kind, question, options, most, shown; as `make` takes them.

    Raises:
        NotFound, NotAllowed, WrongState (it has been opened), BadTitle, BadPoll.
    """
    poll = _load(work, session_id, poll_id)
    require(poll.state, PollState.DRAFT)
    kind, options = PollKind(changed.get("kind", poll.kind)), changed.get("options", poll.options)
    same = kind == poll.kind and len(options) == len(poll.options)
    poll.most = _most(kind, len(options), changed.get("most", poll.most if same else None))
    poll.kind, poll.options = kind.value, [checked_text(option) for option in options]
    poll.question = checked_text(changed.get("question", poll.question))
    poll.shown = changed.get("shown", poll.shown)
    poll.version += 1
    return _tell_moderators(work, poll, PollChanged)


def copy(work: Work, session_id: UUID, poll_id: UUID) -> PollRecord:
    """A draft of the same poll: a closed one stays closed, but its question can be asked again.

    Raises:
        NotFound, NotAllowed, TooMany.
    """
    poll = _load(work, session_id, poll_id)
    most = poll.most if poll.kind in (PollKind.MULTIPLE, PollKind.SCALE) else None
    same: dict[str, Any] = {"question": poll.question, "options": poll.options, "most": most, "shown": poll.shown}
    return make(work, session_id, kind=PollKind(poll.kind), **same)


def remove(work: Work, session_id: UUID, poll_id: UUID) -> PollRecord:
    """Throw a draft away.

    Raises:
        NotFound, NotAllowed, WrongState (it has been opened).
    """
    poll = _load(work, session_id, poll_id)
    require(poll.state, PollState.DRAFT)
    work.db.delete(poll)
    work.record(PollRemoved(poll=Gone(id=poll.id)), topics_of_backstage(session_id))
    return poll_record(poll, {})


def open_poll(work: Work, session_id: UUID, poll_id: UUID) -> PollRecord:
    """Let everybody vote who may watch the session: also before it begins and after its end.

    Raises:
        NotFound, NotAllowed, WrongState (also of a session that is a draft or called off).
    """
    poll = _load(work, session_id, poll_id)
    session = work.db.get_one(ProgrammeSession, session_id)
    if session.state in (SessionState.DRAFT, SessionState.CANCELLED):
        raise WrongState(subject="session", state=session.state)
    poll.state = move(poll.state, PollState.OPEN)
    return _tell(work, poll, PollOpened)


def close(work: Work, session_id: UUID, poll_id: UUID) -> PollRecord:
    """End the voting; the results are final.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    poll = _load(work, session_id, poll_id)
    poll.state = move(poll.state, PollState.CLOSED)
    return _tell(work, poll, PollClosed)


def show(work: Work, session_id: UUID, poll_id: UUID, *, shown: bool = True) -> PollRecord:
    """Let everybody see the results, or moderators alone.

    Raises:
        NotFound, NotAllowed, WrongState (it is so already).
    """
    poll = _load(work, session_id, poll_id)
    if poll.state == PollState.DRAFT or poll.shown == shown:
        raise WrongState(subject="poll", state=poll.state, shown=poll.shown)
    poll.shown = shown
    return _tell(work, poll, PollShown if shown else PollHidden)


def vote(work: Work, session_id: UUID, poll_id: UUID, choice: Sequence[str]) -> Voted:
    """Vote, once and for all.

    Args:
        choice: the places of the chosen options ("0" is the first), a step of the scale ("1" is the first), or a word.

    Raises:
        NotFound, NotAllowed, WrongState (it is not open), BadVote, VotedAlready.
    """
    session, person = watched(work, session_id), work.actor.person_id
    if person is None:
        raise NotAllowed
    poll = _found(work.db, session_id, poll_id)
    if poll is None or poll.state == PollState.DRAFT:
        raise NotFound
    require(poll.state, PollState.OPEN)
    chosen = _checked(poll, choice, rules_of(session).words)
    connection = work.db.connection()
    values = {"poll_id": poll.id, "person_id": person, "choice": chosen}
    if connection.execute(_VOTE, values).rowcount != 1:
        raise VotedAlready
    connection.execute(_COUNT, [{"poll_id": poll.id, "choice": one} for one in chosen])
    work.db.exec(update(Poll).where(col(Poll.id) == poll.id).values(voters=Poll.voters + 1))
    return Voted(poll=poll.id)


def _found(db: Session, session_id: UUID, poll_id: UUID) -> Poll | None:
    poll = db.get(Poll, poll_id)
    return poll if poll is not None and poll.session_id == session_id else None


def _load(work: Work, session_id: UUID, poll_id: UUID) -> Poll:
    """The poll, for those who moderate its session."""
    moderated(work, session_id)
    poll = _found(work.db, session_id, poll_id)
    if poll is None:
        raise NotFound
    return poll


def _most(kind: PollKind, options: int, most: int | None) -> int:
    """How many may be chosen, or where the scale ends.

    Raises:
        BadPoll: the parts do not make a poll of this kind.
    """
    chooses = kind in (PollKind.SINGLE, PollKind.MULTIPLE)
    if not (2 <= options <= OPTIONS if chooses else options == 0):
        raise BadPoll(kind=kind.value, options=options)
    least, end, usual = {
        PollKind.SINGLE: (1, 1, 1),
        PollKind.MULTIPLE: (1, options, options),
        PollKind.SCALE: (2, STEPS, 5),
        PollKind.WORD: (1, 1, 1),
    }[kind]
    if most is not None and not least <= most <= end:
        raise BadPoll(kind=kind.value, most=most)
    return usual if most is None else most


def _checked(poll: Poll, choice: Sequence[str], refused: Sequence[str]) -> list[str]:
    """What was chosen, as it is kept: each option once, in their order; a word as `plain` has it.

    Raises:
        BadVote: the poll has no such choice, or it is too many, or a word that is not wanted here.
    """
    if poll.kind == PollKind.WORD:
        word = plain(choice[0]) if len(choice) == 1 else ""
        one = word.isprintable() and not any(character.isspace() for character in word)
        if not (1 <= len(word) <= WORD_LENGTH and one) or word in {plain(each) for each in refused}:
            raise BadVote(kind=poll.kind)
        return [word]
    chosen = [known for known in choices_of(poll) if known in choice]
    limit = poll.most if poll.kind == PollKind.MULTIPLE else 1
    if not 1 <= len(chosen) <= limit or len(chosen) != len(choice):
        raise BadVote(kind=poll.kind, most=limit)
    return chosen


def plain(word: str) -> str:
    """A word as it is counted: however it is typed, it is one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold()).strip()


def _tell_moderators(work: Work, poll: Poll, fact: type[PollMade] | type[PollChanged]) -> PollRecord:
    work.db.add(poll)
    work.db.flush()
    record = poll_record(poll, {}, behind=True)
    work.record(fact(poll=record), topics_of_backstage(poll.session_id))
    return record


def _tell(work: Work, poll: Poll, fact: type[Any]) -> PollRecord:
    """Tell everybody what became of a poll; who moderates it is told its results in any case."""
    poll.version += 1
    tally = tallies_by_poll(work.db, [poll.id])[poll.id]
    record = poll_record(poll, tally, behind=True)
    public: Fact = fact(poll=poll_record(poll, tally))
    tell(work, poll.session_id, public, fact(poll=record))
    return record
