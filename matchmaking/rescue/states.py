"""States of a meeting proposed on the spot: one enum, one table of transitions, one guard.

offered ──▶ held ──▶ agreed        (one side has accepted, and both sides' time is taken; then the other has, too)
   └──────────┴────▶ declined, expired, withdrawn (by the organiser), lapsed (somebody's time went elsewhere)
"""

from enum import StrEnum

from matchmaking.errors import WrongState


class StandbyState(StrEnum):
    OFFERED = "offered"
    HELD = "held"
    AGREED = "agreed"
    DECLINED = "declined"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


_S = StandbyState
_ENDS = frozenset({_S.DECLINED, _S.EXPIRED, _S.LAPSED, _S.WITHDRAWN})
TRANSITIONS: dict[StandbyState, frozenset[StandbyState]] = {
    _S.OFFERED: _ENDS | {_S.HELD},
    _S.HELD: _ENDS | {_S.AGREED},
    _S.AGREED: frozenset(),
    **dict.fromkeys(_ENDS, frozenset()),
}
OPEN = frozenset({StandbyState.OFFERED, StandbyState.HELD})


def move_standby(current: str, target: StandbyState) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in TRANSITIONS[StandbyState(current)]:
        raise WrongState(subject="standby", state=current, wanted=target.value)
    return target.value
