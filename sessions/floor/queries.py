"""Reading the floor: its part of the topics' states, and the figures that are told while a session is live."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.floor.events import ContestRecord, PollRecord
from sessions.floor.reactions import reactions_of
from sessions.floor.records import (
    WORD,
    contest_record,
    contestant_record,
    hand_record,
    poll_record,
    results_of,
    score_record,
)
from sessions.floor.states import HandState, PollState
from sessions.floor.tables import Contest, Contestant, Hand, Poll, PollTally, Score
from sessions.floor.words import votes_of
from sessions.queries import State, collection

WORDS_SHOWN = 50  # of a poll for words: those said most often

Tally = dict[str, int]


def state_of_session(db: Session, convention_id: UUID, session_id: UUID) -> State:
    """The floor's part of the topic `session:ID`: what its audience may know."""
    return {
        "poll": collection(_polls(db, session_id)),
        "contest": collection(_contests(db, session_id)),
        "contestant": collection(map(contestant_record, contestants_of(db, session_id))),
    }


def state_of_backstage(db: Session, convention_id: UUID, session_id: UUID) -> State:
    """The floor's part of the topic `backstage:ID`: what stands before its moderators."""
    hands = select(Hand).where(Hand.session_id == session_id, Hand.state != HandState.LOWERED.value)
    scores = db.exec(select(Score).join(Contestant).where(Contestant.session_id == session_id))
    return {
        **state_of_session(db, convention_id, session_id),
        "poll": collection(_polls(db, session_id, behind=True)),
        "contest": collection(_contests(db, session_id, behind=True)),
        "hand": collection(map(hand_record, db.exec(hands))),
        "score": collection(score_record(row, session_id) for row in scores),
    }


def state_of_person(db: Session, convention_id: UUID, person_id: UUID) -> State:
    """The floor's part of the topic key `person:ID`: one's own hands and scores."""
    hands = select(Hand).where(
        Hand.convention_id == convention_id, Hand.person_id == person_id, Hand.state != HandState.LOWERED.value
    )
    scores = db.exec(
        select(Score, Contestant.session_id)
        .join(Contestant)
        .where(Score.convention_id == convention_id, Score.person_id == person_id)
    )
    return {
        "hand": collection(map(hand_record, db.exec(hands))),
        "score": collection(score_record(row, session_id) for row, session_id in scores),
    }


def _polls(db: Session, session_id: UUID, *, behind: bool = False) -> list[PollRecord]:
    query = select(Poll).where(Poll.session_id == session_id)
    if not behind:
        query = query.where(Poll.state != PollState.DRAFT.value)
    polls = db.exec(query).all()
    tallies = tallies_by_poll(db, [poll.id for poll in polls if poll.state == PollState.CLOSED and poll.kind != WORD])
    return [poll_record(poll, tallies[poll.id], behind=behind) for poll in polls]


def _contests(db: Session, session_id: UUID, *, behind: bool = False) -> list[ContestRecord]:
    contest = db.get(Contest, session_id)
    return [contest_record(contest, contestants_of(db, session_id), behind=behind)] if contest else []


def contestants_of(db: Session, session_id: UUID) -> list[Contestant]:
    """Who competes, in the order of their turns."""
    query = select(Contestant).where(Contestant.session_id == session_id)
    return list(db.exec(query.order_by(col(Contestant.position), col(Contestant.id))))


def tallies_by_poll(db: Session, polls: Collection[UUID]) -> defaultdict[UUID, Tally]:
    """Votes by choice of these polls, the most first; of each at most those that are shown of words."""
    found: defaultdict[UUID, Tally] = defaultdict(dict)
    for poll_id in polls:
        query = select(PollTally.choice, PollTally.votes).where(PollTally.poll_id == poll_id)
        said = query.order_by(col(PollTally.votes).desc(), col(PollTally.choice)).limit(WORDS_SHOWN)
        found[poll_id] = dict(db.exec(said).all())
    return found


def tallies_of(db: Session, session_id: UUID, *, behind: bool = False) -> dict[UUID, Tally]:
    """How the open polls of a session stand: {poll: {choice: votes}}; but for its moderators only what is shown."""
    running = select(Poll).where(Poll.session_id == session_id, Poll.state == PollState.OPEN.value)
    polls = db.exec(running if behind else running.where(col(Poll.shown).is_(True))).all()
    tallies = tallies_by_poll(db, [poll.id for poll in polls])
    return {poll.id: results_of(poll, tallies[poll.id]) for poll in polls}


def live_counts(db: Session, session_id: UUID, *, behind: bool = False) -> dict[str, Any]:
    """What is counted on a session's floor, as JSON: reactions, votes for open questions, and how open polls stand.

    Args:
        behind: for its moderators.
    """
    return {
        "reactions": reactions_of(db, session_id),
        "questions": {str(question_id): votes for question_id, votes in votes_of(db, session_id).items()},
        "polls": {str(poll_id): tally for poll_id, tally in tallies_of(db, session_id, behind=behind).items()},
    }
