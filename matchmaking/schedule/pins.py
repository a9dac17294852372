"""What is pinned stands before all else, or there can be no schedule."""

from collections.abc import Sequence

from matchmaking.schedule.board import Board, Obstacle

TRIES = 10_000  # arrangements of people and interpreters, looked at at most
_WHY: dict[Obstacle, str] = {
    "hours": "somebody is not there then",
    "most": "a party would have more meetings than it may",
    "taken": "a party is in another pinned meeting then",
    "interpreter": "no interpreter is free then",
    "table": "no table or line is free then",
}


class Impossible(Exception):
    """What is pinned cannot all stand.

    `reasons`: one a meeting that cannot, with its time in UTC and its parties' ids.
    """

    code = "impossible"
    advice = "Unpin or move one of the meetings that are named."

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


def pin(board: Board) -> None:
    """Hold all that is pinned.

    Raises:
        Impossible: it cannot all be held.
    """
    pinned = [c for c, candidate in enumerate(board.problem.candidates) if candidate.fixed is not None]
    if not all(_place(board, c) for c in pinned):
        for c in [c for c in pinned if c in board.placed]:
            board.take_away(c)
        left = [TRIES]
        if not _arrange(board, pinned, left):
            raise Impossible(_reasons(board, pinned))


def _place(board: Board, candidate: int) -> bool:
    return board.place(candidate, board.problem.candidates[candidate].fixed or 0)


def _arrange(board: Board, pinned: Sequence[int], left: list[int]) -> bool:
    """Hold these, whoever sits and interprets: every way is tried, as far as `left` goes."""
    if not pinned:
        return True
    for placement in list(board.ways(pinned[0], board.problem.candidates[pinned[0]].fixed or 0)):
        left[0] -= 1
        board.put(pinned[0], placement)
        if _arrange(board, pinned[1:], left):
            return True
        board.take_away(pinned[0])
        if left[0] <= 0:
            break
    return False


def _reasons(board: Board, pinned: Sequence[int]) -> list[str]:
    reasons = []
    for c in pinned:
        if not _place(board, c):
            candidate = board.problem.candidates[c]
            slot = candidate.fixed or 0
            why = _WHY[board.obstacle(c, slot) or "taken"]
            parties = ", ".join(str(board.problem.parties[party].id) for party in candidate.parties)
            reasons.append(f"{board.problem.slots[slot].starts_at:%Y-%m-%d %H:%M} {parties}: {why}")
    return reasons
