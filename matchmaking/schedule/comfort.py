"""Comfort: the same meetings at better times. Fewer idle gaps first, then fewer bad local hours, the worst of all."""

from collections.abc import Callable, Sequence
from math import log
from random import Random

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Mask, Placement
from matchmaking.schedule.reasons import wished
from matchmaking.schedule.settling import Person, Settling
from matchmaking.schedule.timetable import bits

GAP = 40.0  # an idle gap, in points of discomfort
SHARPNESS = 1e-4  # of equal sums the more even is better: what a point of discomfort costs more than the one below it
WORK, WORK_A_MEETING = 2_000_000, 1_500  # at most, of some 8 microseconds each
JOIN = 0.6  # of moves, those that close up the day of somebody who waits
RESEAT = 0.1  # of moves, those that change only who of a party sits there
HOT, COLD = 12.0, 0.05  # temperatures, in points of discomfort
THOUGHT, DEED = 1, 4  # the work of a move: only reckoned, or tried on the board
COOLING, TURN = 50, 2_000  # moves of one temperature, and work between two reports

Report = Callable[[int, int], None]
Stop = Callable[[], bool]


def settle_comfort(board: Board, *, seed: int, effort: float, report: Report, stop: Stop) -> None:
    """Improve comfort on a board by annealing; what is placed, and its weight, stays. A seed gives one schedule.

    Where rules are "weighted", meetings are given up in the end that cost more than they weigh; but none that must be,
    and nobody gets less than they wished for that.

    `effort` multiplies the work that is done; every few milliseconds `report` is told how much is done of all, and
    `stop` asked. When stopped, the board is as good as it ever was.
    """
    rules = board.problem.rules
    weighted = rules.judged == "weighted"
    price_of_gap, price = rules.prices
    settling = Settling(board, price_of_gap / price if weighted and price > 0 else GAP, SHARPNESS)
    annealing = _Annealing(settling, Random(seed))  # nosec B311
    work, done = int(effort * min(WORK, WORK_A_MEETING * len(settling.movable))), 0
    best, saved = settling.energy, dict(board.placed)
    while done < work and not stop():
        pause = done + TURN
        while done < min(pause, work):
            annealing.heat = HOT * (COLD / HOT) ** (done / work)
            done += sum(annealing.step() for _ in range(COOLING))
        report(min(done, work), work)
        if settling.energy < best - 1e-6:
            best, saved = settling.energy, dict(board.placed)
    _restore(board, saved)
    if weighted:
        _give_up(board, price_of_gap, price)


def _restore(board: Board, saved: dict[int, Placement]) -> None:
    changed = [c for c, placement in saved.items() if board.placed[c] != placement]
    for c in changed:
        board.take_away(c)
    board.put_all((c, saved[c]) for c in changed)


def _give_up(board: Board, price_of_gap: float, price: float) -> None:
    """Take away whatever costs more than it weighs, at these prices of a gap and of a point of discomfort."""
    given_up = True
    while given_up:
        given_up = False
        settling = Settling(board, price_of_gap, 0.0, price)
        for c in settling.movable:
            candidate = board.problem.candidates[c]
            needed = any(board.counts[p] <= wished(board.problem.parties[p]) for p in candidate.parties)
            if not candidate.must and not needed and settling.saved_by_dropping(c) > candidate.weight:
                settling.drop(c)
                given_up = True


class _Annealing:
    """Tries moves; those that make it worse the more seldom the colder it is."""

    def __init__(self, settling: Settling, random: Random) -> None:
        self.settling, self.draw = settling, random.random
        self.heat = HOT
        self.slots: dict[Mask, tuple[int, ...]] = {}

    def step(self) -> int:
        """Try one move. Returns how much work that was."""
        settling, waiting = self.settling, self.settling.waiting.items
        most = -self.heat * log(1.0 - self.draw())
        if settling.shared and self.draw() < RESEAT:
            c, at = settling.shared[int(self.draw() * len(settling.shared))]
            people = settling.problem.parties[settling.problem.candidates[c].parties[at]].seats
            settling.reseat(c, at, int(self.draw() * len(people)), most)
            return DEED
        if waiting and self.draw() < JOIN:
            found = self._join(settling.people[self._pick(waiting)])
            if found is None:
                return THOUGHT
            c, target = found
        else:
            c = self._pick(settling.movable)
            target = self._pick(self._slots(settling.allowed[c]))
        moves = settling.chain(c, target)
        if moves is None:
            return THOUGHT
        if settling.change(moves) > most:
            return THOUGHT
        settling.take(moves, most)
        return DEED

    def _join(self, person: Person) -> tuple[int, int] | None:
        """One of somebody's meetings, and the free slot next to another of theirs."""
        settling = self.settling
        held = list(person.agenda)
        anchor, moved = self._pick(held), self._pick(held)
        idle = person.free & ~person.held & settling.day_of[anchor]
        before, after = idle & (1 << anchor) - 1, idle >> anchor
        if after and (not before or self.draw() < 0.5):
            target = anchor + (after & -after).bit_length() - 1
        elif before:
            target = before.bit_length() - 1
        else:
            return None
        c = person.agenda[moved]
        return (c, target) if settling.allowed[c] >> target & 1 and c in settling.board.placed else None

    def _slots(self, mask: Mask) -> tuple[int, ...]:
        found = self.slots.get(mask)
        if found is None:
            found = self.slots[mask] = tuple(bits(mask))
        return found

    def _pick(self, items: Sequence[int]) -> int:
        return items[int(self.draw() * len(items))]
