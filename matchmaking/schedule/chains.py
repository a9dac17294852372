"""Making room: a meeting that finds no free slot is set all the same, by a chain of others that move on.

A meeting takes the time of another, which takes that of a third, until one finds a free slot. A chain that goes to and
fro between two slots is a Kempe chain. The shortest is found, and at most a given number of meetings are looked at, so
it costs about the same in a convention of any size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Mask, Placement
from matchmaking.schedule.timetable import bits

HARDER = 5  # a meeting that may need an interpreter or a place is as hard to look at as so many that need none
TRIES = 10  # chains that turn out not to hold, before no more are looked for
USERS = 6  # of an interpreter, a table or a line that is wanted, looked at at most
LOSERS = 4  # meetings that could be given up, tried at most


@dataclass(frozen=True, slots=True)
class _Link:
    """A candidate in search of a slot since `before` came to `slot`, and needed the time of the party `via` (-1: its
    interpreter, table or line)."""

    candidate: int
    before: "_Link | None" = None
    slot: int = -1
    via: int = -1


class Chains:
    """Sets meetings by chains on a board. `worth` is what a candidate is worth to the search; `given_up` are those that
    were given up, for whoever makes use of it. Of a chain at most `reach` meetings are looked at."""

    def __init__(self, board: Board, worth: Callable[[int], int], *, reach: int = 150) -> None:
        self.board = board
        self.worth = worth
        self.reach = reach if board.simple else reach // HARDER
        self.hours = [board.hours(c) for c in range(len(board.problem.candidates))]
        self.given_up: list[int] = []

    def insert(self, candidate: int, *, spare: int = 0) -> bool:
        """Set a candidate, moving others. One of less worth than `spare` may be given up for it; it is then the last
        of `given_up`. Returns whether it was set; if not, the board is as it was."""
        seen = {candidate}
        queue = [_Link(candidate)]
        tries = TRIES
        for link in queue:
            for slot in bits(self._free(link)):
                if self.board.missing(link.candidate, slot) is None:
                    if self._follow(link, slot):
                        return True
                    tries -= 1
            if tries < 0:
                break
            if len(seen) <= self.reach:
                queue += self._next(link, seen)
        losers = [(worth, n) for n, link in enumerate(queue) if n and (worth := self.worth(link.candidate)) < spare]
        for _, n in nsmallest(LOSERS, losers):
            link = queue[n]
            if link.before is not None and self._follow(link.before, link.slot, link.candidate):
                self.given_up.append(link.candidate)
                return True
        return False

    def _open(self, link: _Link, party: int) -> Mask:
        """The slots in which a party of a candidate is open for it, once those before it in the chain have moved on."""
        before, opened = link.before, self.board.open[party]
        if before is None:
            return opened
        if link.via < 0:
            return opened | 1 << self.board.placed[link.candidate].slot
        if party != link.via or before.before is None or party == before.via:
            return opened
        return opened | 1 << self.board.placed[before.candidate].slot

    def _free(self, link: _Link) -> Mask:
        mask = self.hours[link.candidate]
        for party in self.board.problem.candidates[link.candidate].parties:
            mask &= self._open(link, party)
        return mask

    def _next(self, link: _Link, seen: set[int]) -> Iterator[_Link]:
        """The meetings that alone are in the way of a candidate in some slot."""
        board, hours = self.board, self.hours[link.candidate]
        parties = board.problem.candidates[link.candidate].parties
        opened = [self._open(link, party) for party in parties]
        for place, party in enumerate(parties):
            mask = hours & ~opened[place]
            for other, others in enumerate(opened):
                if other != place:
                    mask &= others
            for slot in bits(mask):
                for group in board.rivals(party, slot):
                    if len(group) == 1 and group[0] not in seen and self._replaces(link.candidate, slot, group[0]):
                        seen.add(group[0])
                        yield _Link(group[0], link, slot, party)
        if link.before is not None:
            return  # few would find one more interpreter, or place, free
        for slot in bits(self._free(link)):
            users = [c for c in board.users(link.candidate, slot) if c not in seen]
            for c in nsmallest(USERS, users, key=self._ease):
                seen.add(c)
                yield _Link(c, link, slot)

    def _replaces(self, candidate: int, slot: int, rival: int) -> bool:
        """Whether there is an interpreter and a place for one of them if the other goes."""
        missing = self.board.missing(candidate, slot)
        return missing is None or rival in self.board.users(candidate, slot)

    def _ease(self, candidate: int) -> tuple[bool, int]:
        return not self.board.options(candidate), self.worth(candidate)

    def _follow(self, link: _Link, slot: int, loser: int | None = None) -> bool:
        """Move everybody on along the chain that ends with `link` in `slot`, whose place `loser` gives up."""
        moves: list[tuple[int, int]] = []
        end: _Link | None = link
        while end is not None:
            moves.append((end.candidate, slot))
            slot, end = end.slot, end.before
        board = self.board
        leaving = [c for c, _ in moves[:-1]] + ([] if loser is None else [loser])
        stood: list[tuple[int, Placement]] = [(c, board.take_away(c)) for c in leaving]
        for done, (c, to) in enumerate(reversed(moves)):
            if not board.place(c, to):
                for moved, _ in moves[len(moves) - done :]:
                    board.take_away(moved)
                board.put_all(stood)
                return False
        return True
