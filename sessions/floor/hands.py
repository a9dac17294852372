"""Hands: who would like to speak, who is asked on stage, and who is there.

A person has one hand in a session, so what stands is a row each. Guests who have a seat on stage are called without
having raised theirs. Who is concerned is told on their own topic, moderators on theirs; the audience sees the stage.
"""

from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from sessions.errors import NoSeat, NotAllowed, NotFound, NotOffered, TooMany, WrongState
from sessions.events import Gone, topics_of_backstage, topics_of_person
from sessions.floor.events import HandInvited, HandLowered, HandOnStage, HandRaised, HandRecord
from sessions.floor.readers import moderated, rules_of, watched
from sessions.floor.records import hand_record
from sessions.floor.states import HandState, move
from sessions.floor.tables import Hand
from sessions.ports import Work
from sessions.states import RUNNING
from sessions.tables import Registration

HANDS = 500  # up at once in one session: more are of no use to those who moderate it


def raise_hand(work: Work, session_id: UUID) -> HandRecord:
    """One's own, while the session is running.

    Raises:
        NotFound, NotAllowed, NotOffered, TooMany, WrongState (also: it is up already).
    """
    session, person = watched(work, session_id), work.actor.person_id
    if person is None:
        raise NotAllowed
    if session.state not in RUNNING:
        raise WrongState(subject="session", state=session.state)
    if not rules_of(session).hands:
        raise NotOffered
    up = (
        select(func.count())
        .select_from(Hand)
        .where(Hand.session_id == session_id, Hand.state != HandState.LOWERED.value)
    )
    if work.db.exec(up).one() >= HANDS:
        raise TooMany(most=HANDS)
    hand = _of(work, session_id, person) or _new(work, session_id, person)
    return _move(work, hand, HandState.RAISED)


def lower_hand(work: Work, session_id: UUID) -> HandRecord:
    """One's own: asked no more, the invitation turned down, or off the stage.

    Raises:
        NotFound, NotAllowed, WrongState (it is not up).
    """
    watched(work, session_id)
    person = work.actor.person_id
    hand = _of(work, session_id, person) if person else None
    if hand is None:
        raise WrongState(subject="hand", state=HandState.LOWERED.value)
    return _move(work, hand, HandState.LOWERED)


def call(work: Work, session_id: UUID, person_id: UUID) -> HandRecord:
    """Ask somebody on stage who has a seat there, whether they raised a hand or not.

    Raises:
        NotFound, NotAllowed, NoSeat, WrongState.
    """
    moderated(work, session_id)
    seat = select(Registration.id).where(
        Registration.session_id == session_id,
        Registration.person_id == person_id,
        Registration.seat == "on_stage",
        Registration.state == "registered",
    )
    if work.db.exec(seat).first() is None:
        raise NoSeat
    hand = _of(work, session_id, person_id) or _new(work, session_id, person_id)
    return _move(work, hand, HandState.INVITED)


def invite(work: Work, session_id: UUID, hand_id: UUID) -> HandRecord:
    """Ask on stage whose hand is up.

    Raises:
        NotFound, NotAllowed, WrongState.
    """
    hand = _load(work, session_id, hand_id)
    if hand.state == HandState.LOWERED:  # only those with a seat on stage are called unasked
        raise WrongState(subject="hand", state=hand.state)
    return _move(work, hand, HandState.INVITED)


def decline(work: Work, session_id: UUID, hand_id: UUID) -> HandRecord:
    """Not now, or the invitation is taken back.

    Raises:
        NotFound, NotAllowed, WrongState (also: they are on stage).
    """
    hand = _load(work, session_id, hand_id)
    if hand.state == HandState.ON_STAGE:
        raise WrongState(subject="hand", state=hand.state)
    return _move(work, hand, HandState.LOWERED)


def bring_on_stage(work: Work, session_id: UUID, hand_id: UUID) -> HandRecord:
    """They are on stage now.

    Raises:
        NotFound, NotAllowed, WrongState (also: they have not been invited).
    """
    return _move(work, _load(work, session_id, hand_id), HandState.ON_STAGE)


def take_off(work: Work, session_id: UUID, hand_id: UUID) -> HandRecord:
    """They have spoken.

    Raises:
        NotFound, NotAllowed, WrongState (also: they are not on stage).
    """
    hand = _load(work, session_id, hand_id)
    if hand.state != HandState.ON_STAGE:
        raise WrongState(subject="hand", state=hand.state)
    return _move(work, hand, HandState.LOWERED)


def _of(work: Work, session_id: UUID, person_id: UUID) -> Hand | None:
    return work.db.exec(select(Hand).where(Hand.session_id == session_id, Hand.person_id == person_id)).first()


def _new(work: Work, session_id: UUID, person_id: UUID) -> Hand:
    return Hand(
        id=work.new_id(),
        session_id=session_id,
        convention_id=work.convention_id,
        person_id=person_id,
        state=HandState.LOWERED.value,
        at=work.now,
        version=0,
    )


def _load(work: Work, session_id: UUID, hand_id: UUID) -> Hand:
    moderated(work, session_id)
    hand = work.db.exec(select(Hand).where(col(Hand.id) == hand_id, Hand.session_id == session_id)).first()
    if hand is None:
        raise NotFound
    return hand


_FACTS: dict[HandState, Any] = {
    HandState.RAISED: HandRaised,
    HandState.INVITED: HandInvited,
    HandState.ON_STAGE: HandOnStage,
}


def _move(work: Work, hand: Hand, target: HandState) -> HandRecord:
    """Change its state, and tell its owner and the moderators. The order in which hands went up stays."""
    if hand.state == HandState.LOWERED:
        hand.at = work.now
    hand.state = move(hand.state, target)
    hand.version += 1
    work.db.add(hand)
    record = hand_record(hand)
    fact = HandLowered(hand=Gone(id=hand.id)) if target == HandState.LOWERED else _FACTS[target](hand=record)
    work.record(fact, [*topics_of_backstage(hand.session_id), topics_of_person(hand.person_id)])
    return record
