"""States of a draft: one enum, one table of transitions, one guard.

    queued ──▶ running ──▶ finished ──▶ published
       │          ├──────▶ cancelled ──▶ published     (with the best that had been found)
       │          └──────▶ failed
       └────────────────▶ cancelled

Publishing is not undone: from then on its meetings are meetings, which are moved and called off like all others.
"""

from enum import StrEnum

from matchmaking.errors import WrongState


class DraftState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    PUBLISHED = "published"


_S = DraftState
TRANSITIONS: dict[DraftState, frozenset[DraftState]] = {
    _S.QUEUED: frozenset({_S.RUNNING, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.FINISHED, _S.CANCELLED, _S.FAILED}),
    _S.FINISHED: frozenset({_S.PUBLISHED}),
    _S.CANCELLED: frozenset({_S.PUBLISHED}),
    _S.FAILED: frozenset(),
    _S.PUBLISHED: frozenset(),
}
OPEN = frozenset({_S.QUEUED, _S.RUNNING})
EDITABLE = frozenset({_S.FINISHED, _S.CANCELLED})


def move_draft(current: str, target: DraftState) -> str:
    """The new state's name.

    Raises:
        WrongState: the table has no such transition.
    """
    if target not in TRANSITIONS[DraftState(current)]:
        raise WrongState(subject="draft", state=current, wanted=target.value)
    return target.value
