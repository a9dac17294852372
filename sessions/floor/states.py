"""States of what is on the floor: an enum each, one table of transitions, one guard.

    poll      draft ──▶ open ──▶ closed
    hand      lowered ◀──▶ raised ──▶ invited ──▶ on_stage     (lowered from any of them)
    contest   judging ◀──▶ judged
    question  pending ──▶ open ◀──▶ answered     (hidden from any of them, and back to open or answered)
    message   held ◀──▶ shown ──▶ past           (hidden from any of them, and back to shown)
    announcement  shown ──▶ taken_down

A closed poll stays closed, since its votes are final: whoever wants to ask again makes a copy. A message is past when
so many newer ones have been shown that it stands in no snapshot any more.
"""

from collections.abc import Mapping
from enum import StrEnum

from sessions.errors import WrongState


class PollState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class HandState(StrEnum):
    LOWERED = "lowered"
    RAISED = "raised"
    INVITED = "invited"
    ON_STAGE = "on_stage"


class ContestState(StrEnum):
    JUDGING = "judging"
    JUDGED = "judged"


class QuestionState(StrEnum):
    PENDING = "pending"
    OPEN = "open"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class MessageState(StrEnum):
    HELD = "held"
    SHOWN = "shown"
    HIDDEN = "hidden"
    PAST = "past"


class AnnouncementState(StrEnum):
    SHOWN = "shown"
    TAKEN_DOWN = "taken_down"


_P, _H, _C, _Q, _M, _A = PollState, HandState, ContestState, QuestionState, MessageState, AnnouncementState

ASKED = frozenset({_Q.OPEN, _Q.ANSWERED})  # questions that everybody sees

TRANSITIONS: Mapping[type[StrEnum], Mapping[str, frozenset[StrEnum]]] = {
    _P: {_P.DRAFT: frozenset({_P.OPEN}), _P.OPEN: frozenset({_P.CLOSED}), _P.CLOSED: frozenset()},
    _H: {
        _H.LOWERED: frozenset({_H.RAISED, _H.INVITED}),  # guests who are to be on stage need not raise a hand
        _H.RAISED: frozenset({_H.INVITED, _H.LOWERED}),
        _H.INVITED: frozenset({_H.ON_STAGE, _H.LOWERED}),
        _H.ON_STAGE: frozenset({_H.LOWERED}),
    },
    _C: {_C.JUDGING: frozenset({_C.JUDGED}), _C.JUDGED: frozenset({_C.JUDGING})},
    _Q: {
        _Q.PENDING: frozenset({_Q.OPEN, _Q.ANSWERED, _Q.HIDDEN}),
        _Q.OPEN: frozenset({_Q.ANSWERED, _Q.HIDDEN}),
        _Q.ANSWERED: frozenset({_Q.OPEN, _Q.ANSWERED, _Q.HIDDEN}),  # answered again: the answer is corrected
        _Q.HIDDEN: frozenset({_Q.OPEN, _Q.ANSWERED}),
    },
    _M: {
        _M.HELD: frozenset({_M.SHOWN, _M.HIDDEN}),
        _M.SHOWN: frozenset({_M.HELD, _M.HIDDEN, _M.PAST}),
        _M.HIDDEN: frozenset({_M.SHOWN}),
        _M.PAST: frozenset({_M.HELD, _M.HIDDEN}),
    },
    _A: {_A.SHOWN: frozenset({_A.TAKEN_DOWN}), _A.TAKEN_DOWN: frozenset()},
}


def move(current: str, target: StrEnum) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in TRANSITIONS[type(target)][current]:
        raise WrongState(subject=_subject(target), state=current, wanted=target.value)
    return target.value


def require(current: str, needed: StrEnum) -> None:
    """Let pass what is in that state.

    Raises:
        WrongState: it is in another.
    """
    if current != needed:
        raise WrongState(subject=_subject(needed), state=current, needed=needed.value)


def _subject(state: StrEnum) -> str:
    return type(state).__name__.removesuffix("State").lower()
