"""Making a schedule weigh more, meeting by meeting: what found no slot is set by chains; what keeps others out for less
gives way; and now and then one is forced in to see whether the others find room again."""

from collections.abc import Callable, Sequence
from random import Random

from matchmaking.schedule.board import Board
from matchmaking.schedule.chains import Chains
from matchmaking.schedule.timetable import bits

Report = Callable[[int, int], None]
Stop = Callable[[], bool]
TURN = 50  # meetings between two reports
FAR, NEAR = 200, 60  # how many meetings a chain may look at: to set one for good, or to repair what a trial broke


def ranked(board: Board) -> list[int]:
    """What each candidate is worth: its weight, and for those that must be more than all weight together."""
    candidates = board.problem.candidates
    all_else = 1 + sum(candidate.weight for candidate in candidates)
    return [candidate.weight + all_else * candidate.must for candidate in candidates]


def fill(board: Board, wishes: Sequence[tuple[int, int]]) -> None:
    """Place candidates in slots, in the given order, as far as they still fit."""
    for c, slot in wishes:
        if c not in board.placed:
            board.place(c, slot)


def fill_greedily(board: Board, worth: Sequence[int]) -> None:
    """Place all that fits: what is worth most first, each in the slot that fewest others want."""
    demand = [[0] * len(board.problem.slots) for _ in board.problem.parties]
    waiting = [c for c in range(len(worth)) if c not in board.placed]
    for c in waiting:
        for party in board.problem.candidates[c].parties:
            for slot in bits(board.options(c)):
                demand[party][slot] += 1
    for c in sorted(waiting, key=lambda c: -worth[c]):
        parties = board.problem.candidates[c].parties
        slots = sorted(bits(board.options(c)), key=lambda s: sum(demand[party][s] for party in parties))
        any(board.place(c, slot) for slot in slots)


def insert_all(board: Board, worth: Sequence[int], among: Sequence[int], report: Report, stop: Stop) -> None:
    """Set by chains whatever can be of these, until nothing more can: the worthiest first, those of less worth giving
    way."""
    chains = Chains(board, worth.__getitem__, reach=FAR)
    before = -1
    while before < (before := sum(map(worth.__getitem__, board.placed))):
        waiting = sorted((c for c in among if c not in board.placed), key=lambda c: -worth[c])
        for done, c in enumerate(waiting):
            if done % TURN == 0:
                report(done, len(waiting))
                if stop():
                    return
            _settle(chains, [c], worth)


def _settle(chains: Chains, loose: list[int], worth: Sequence[int]) -> None:
    """Set these, and then those that were given up for them, and so on."""
    while loose:
        c = loose.pop()
        if c not in chains.board.placed and chains.insert(c, spare=worth[c]):
            loose += chains.given_up
            chains.given_up.clear()


def find_interpreters(board: Board) -> None:
    """Move meetings that have no interpreter to slots in which there is one."""
    for c in [c for c, placement in board.placed.items() if placement.pending and not board.is_pinned(c)]:
        before = board.take_away(c)
        fits = (board.fit(c, slot) for slot in bits(board.options(c)))
        board.put(c, next((fit for fit in fits if fit is not None and not fit.pending), before))


class Trials:
    """Forces one in that did not fit, lets those whose time it took find another, and keeps it if nothing is lost."""

    def __init__(self, board: Board, worth: Sequence[int], random: Random) -> None:
        self.board, self.worth, self.random = board, worth, random
        self.chains = Chains(board, worth.__getitem__, reach=NEAR)

    def run(self, among: Sequence[int], rounds: int, enough: Callable[[], bool], report: Report, stop: Stop) -> None:
        """Try these, and those that had to stay out for them, so many times, or until it is enough."""
        waiting = [c for c in among if c not in self.board.placed and self.chains.hours[c]]
        for done in range(rounds if waiting else 0):
            if done % TURN == 0:
                report(done, rounds)
                if stop() or enough():
                    return
            at = self.random.randrange(len(waiting))
            if waiting[at] in self.board.placed:
                waiting[at] = waiting[-1]
                waiting.pop()
            else:
                waiting += self._force(waiting[at])
            if not waiting:
                return

    def _force(self, candidate: int) -> list[int]:
        """Force one in. Returns those that had to stay out for it, if it was kept."""
        board = self.board
        slot = self.random.choice(list(bits(self.chains.hours[candidate])))
        board.begin_trial()
        loose: list[int] = []
        for party in board.problem.candidates[candidate].parties:
            if not board.open[party] >> slot & 1 and (groups := board.rivals(party, slot)):
                for c in self.random.choice(groups):
                    board.take_away(c)
                    loose.append(c)
        if users := board.users(candidate, slot):
            loose.append(self.random.choice(users))
            board.take_away(loose[-1])
        if board.place(candidate, slot):
            _settle(self.chains, sorted(loose, key=self.worth.__getitem__), self.worth)
        change = sum(self.worth[c] * ((c in board.placed) - (was is not None)) for c, was in board.trial.items())
        out = [c for c, was in board.trial.items() if was is not None and c not in board.placed]
        kept = candidate in board.placed and change >= 0
        board.end_trial(keep=kept)
        return out if kept else []
