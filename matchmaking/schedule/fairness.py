"""Among schedules of the same weight the fairer one: whoever got least of what they wished comes first."""

from collections.abc import Callable

from matchmaking.schedule.board import Board
from matchmaking.schedule.chains import Chains

Report = Callable[[int, int], None]
Stop = Callable[[], bool]
SCALE = 1_000  # a unit of weight, in units of fairness: what all of a meeting's parties' needs stay below
NEED, SHORT = 200, 50  # for the whole of its wishes a party lacks; for a meeting below the least it wants
TURN = 50
REACH = 60


class _Needs:
    """How much each party needs one more meeting, by what it has of what it could have."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.wished = [0] * len(board.problem.parties)
        for p, party in enumerate(board.problem.parties):
            could = sum(1 for c in board.offered[p] if board.hours(c)) + sum(party.booked)
            self.wished[p] = could if party.most is None else min(could, party.most)

    def unserved(self, party: int, has: int) -> float:
        """How badly off a party is that has so many meetings: the worst-served count most."""
        wished, least = self.wished[party], self.board.problem.parties[party].least
        lacking = max(0, wished - has) / wished if wished else 0.0
        return NEED * lacking * lacking + SHORT * max(0, min(least, wished) - has)

    def worth(self, candidate: int) -> int:
        """What setting a candidate is worth, or what giving it up costs, weight before all else."""
        board = self.board
        up = candidate not in board.placed
        needed = 0.0
        for party in board.problem.candidates[candidate].parties:
            has = board.counts[party]
            needed += self.unserved(party, has - (not up)) - self.unserved(party, has + up)
        return board.problem.candidates[candidate].weight * SCALE + min(SCALE - 1, round(needed))

    def change(self) -> float:
        """How much worse off the parties are for what has changed since the trial began."""
        board = self.board
        moved: dict[int, int] = {}
        for c, was in board.trial.items():
            for party in board.problem.candidates[c].parties:
                moved[party] = moved.get(party, 0) + (c in board.placed) - (was is not None)
        return sum(
            self.unserved(party, board.counts[party]) - self.unserved(party, board.counts[party] - by)
            for party, by in moved.items()
        )


def share_out(board: Board, report: Report, stop: Stop) -> None:
    """Give meetings to those who got least, where that costs no weight and leaves nobody worse off than they were."""
    needs = _Needs(board)
    chains = Chains(board, needs.worth, reach=REACH)
    waiting = [c for c in range(len(board.problem.candidates)) if c not in board.placed and chains.hours[c]]
    waiting.sort(key=needs.worth, reverse=True)
    for done, c in enumerate(waiting):
        if done % TURN == 0:
            report(done, len(waiting))
            if stop():
                return
        if c in board.placed:
            continue
        weight = board.weight
        board.begin_trial()
        chains.insert(c, spare=needs.worth(c))
        board.end_trial(keep=board.weight >= weight and not _lost_must(board) and needs.change() < 0)


def _lost_must(board: Board) -> bool:
    candidates = board.problem.candidates
    return any(candidates[c].must and was is not None and c not in board.placed for c, was in board.trial.items())
