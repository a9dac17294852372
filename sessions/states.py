"""States of a programme session: one enum, one table of transitions, one guard."""

from enum import StrEnum

from sessions.errors import WrongState


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


TRANSITIONS: dict[SessionState, frozenset[SessionState]] = {
    SessionState.SCHEDULED: frozenset({SessionState.LIVE, SessionState.CANCELLED}),
    SessionState.LIVE: frozenset({SessionState.ENDED}),
    SessionState.ENDED: frozenset(),
    SessionState.CANCELLED: frozenset(),
}


def move_session(current: str, target: SessionState) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in TRANSITIONS[SessionState(current)]:
        raise WrongState(subject="session", state=current, wanted=target.value)
    return target.value
