"""States of a programme session: one enum, one table of transitions, one guard.

    draft ──▶ published ──▶ scheduled ──▶ live ◀──▶ paused
                                            │          │
                                            └──▶ ended ◀┘ ──▶ replay

A draft is the planners' alone. Published is announced, its time may still change; scheduled will begin by itself.
What was taken back by mistake can be taken up again: announced sessions return to drafts, cancelled ones are restored
as drafts, and an end that came too early is undone by going live again.
"""

from enum import StrEnum

from sessions.errors import WrongState


class SessionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"
    REPLAY = "replay"
    CANCELLED = "cancelled"


_S = SessionState

TRANSITIONS: dict[SessionState, frozenset[SessionState]] = {
    _S.DRAFT: frozenset({_S.PUBLISHED, _S.SCHEDULED, _S.CANCELLED}),
    _S.PUBLISHED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.PUBLISHED, _S.LIVE, _S.CANCELLED}),
    _S.LIVE: frozenset({_S.PAUSED, _S.ENDED}),
    _S.PAUSED: frozenset({_S.LIVE, _S.ENDED}),
    _S.ENDED: frozenset({_S.LIVE, _S.REPLAY}),
    _S.REPLAY: frozenset({_S.ENDED}),
    _S.CANCELLED: frozenset({_S.DRAFT}),
}

PLANNED = frozenset({_S.DRAFT, _S.PUBLISHED, _S.SCHEDULED})  # has not begun
RUNNING = frozenset({_S.LIVE, _S.PAUSED})  # has begun and is not over: who is there is counted


def move_session(current: str, target: SessionState) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in TRANSITIONS[SessionState(current)]:
        raise WrongState(subject="session", state=current, wanted=target.value)
    return target.value
