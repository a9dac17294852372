"""Live repair: when something happens to a schedule that stands, the smallest change that makes the best of it.

Nothing is solved anew. What lost its time is put elsewhere, freed times go to wishes that had none, and a meeting that
stands is moved only where that makes room for another, by the shortest chain of such moves. No meeting that stands is
ever given up for another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Mask, Placement, Problem
from matchmaking.schedule.timetable import bits

Why = Literal[
    "lost_time",  # somebody is not there then any more: it has another time, or none
    "lost_person",  # at the same time, with somebody else of the party
    "lost_interpreter",  # at the same time, with another interpreter, or waiting for one
    "makes_room",  # nothing is wrong with it, but where it was another can be
    "refills",  # a wish that had no time has one
]
_STEPS = 150  # chains looked at in one repair, at most: a few milliseconds


@dataclass(frozen=True, slots=True)
class Upset:
    """What stands after something has happened.

    `problem` says what is there now, as if it had never been otherwise; `standing` is who met whom before, as far as
    they still mean to. Candidates that are not to be moved are `fixed`. `touched`: the parties whose times
    were freed, or who have a new wish.
    """

    problem: Problem
    standing: Mapping[int, Placement]
    touched: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A candidate that is held otherwise than before; `before` is None if it was not, `after` if it is not any more."""

    candidate: int
    before: Placement | None
    after: Placement | None
    why: Why


@dataclass(frozen=True, slots=True)
class Repair:
    """What to change, in the order of time. `weight` is that of all that stands then; `moved` counts the meetings that
    have another time though nothing had happened to them."""

    changes: tuple[Change, ...]
    weight: int
    moved: int


def cancelled(problem: Problem, standing: Mapping[int, Placement], candidate: int) -> Upset:
    """A meeting was called off: the two do not meet any more, and have its time free."""
    gone = replace(problem.candidates[candidate], slots=0, fixed=None)
    candidates = (*problem.candidates[:candidate], gone, *problem.candidates[candidate + 1 :])
    return Upset(
        replace(problem, candidates=candidates),
        {c: placement for c, placement in standing.items() if c != candidate},
        frozenset(gone.parties),
    )


def away(
    problem: Problem, standing: Mapping[int, Placement], party: int, slots: Mask, seats: Collection[int] | None = None
) -> Upset:
    """A party, or some of its people, is not there in these slots."""
    parties = list(problem.parties)
    parties[party] = replace(
        parties[party],
        seats=tuple(
            replace(seat, free=seat.free & ~slots) if seats is None or k in seats else seat
            for k, seat in enumerate(parties[party].seats)
        ),
    )
    return Upset(replace(problem, parties=tuple(parties)), standing)


def ill(problem: Problem, standing: Mapping[int, Placement], helper: int, slots: Mask) -> Upset:
    """An interpreter is not there in these slots."""
    helpers = list(problem.helpers)
    helpers[helper] = replace(helpers[helper], free=helpers[helper].free & ~slots)
    return Upset(replace(problem, helpers=tuple(helpers)), standing)


def wished(problem: Problem, standing: Mapping[int, Placement], candidate: int) -> Upset:
    """Two who had no time wish to meet."""
    return Upset(problem, standing, frozenset(problem.candidates[candidate].parties))


def repair(upset: Upset, *, most_moves: int = 2, price: int = 0) -> Repair:
    """The best that can be made of it.

    Args:
        most_moves: at most so many meetings that stand are moved to make room for one.
        price: what moving such a meeting costs, in units of weight: the one that gets room must weigh more, or have
            stood itself. At the weight of what one side alone must have, 0.09 are moved an event.
    """
    return _Repairing(upset, most_moves, price).run()


@dataclass
class _Repairing:
    """One repair under way. `lost`: what stood and cannot as it did; `done`: what was put on the
    board since (None), and taken away (how it was held)."""

    upset: Upset
    most_moves: int
    price: int
    board: Board = field(init=False)
    lost: list[int] = field(default_factory=list)
    done: list[tuple[int, Placement | None]] = field(default_factory=list)
    steps: int = _STEPS

    def run(self) -> Repair:
        problem, standing = self.upset.problem, self.upset.standing
        self.board = Board(problem)
        for c, placement in standing.items():
            if self._still_stands(c, placement):
                self.board.put(c, placement)
            else:
                self.lost.append(c)
        self.lost.sort(key=self._rank)
        for c in self.lost:
            self.board.place(c, standing[c].slot)
        touched = {*self.upset.touched, *(p for c in self.lost for p in problem.candidates[c].parties)}
        for c in self.lost:
            if c not in self.board.placed:
                self._find_time(c)
        self._refill(touched)
        return self._told()

    def _still_stands(self, c: int, placement: Placement) -> bool:
        """Whether those who are to meet are there, and their interpreter is."""
        problem, slot = self.upset.problem, placement.slot
        one = problem.candidates[c]
        seats = (problem.parties[p].seats[k] for p, k in zip(one.parties, placement.seats, strict=True))
        if (one.fixed != slot and not one.slots >> slot & 1) or not all(seat.free >> slot & 1 for seat in seats):
            return False
        return placement.helper is None or bool(problem.helpers[placement.helper].free >> slot & 1)

    def _rank(self, c: int) -> tuple[bool, int, int]:
        one = self.upset.problem.candidates[c]
        return not one.must, -one.weight, c

    def _refill(self, touched: set[int]) -> None:
        """Give freed times to wishes that had none, the weightiest first; a chain may free others' times in turn."""
        tried: set[int] = set()
        while waiting := [
            c
            for p in touched
            for c in self.board.offered[p]
            if c not in tried and c not in self.board.placed and c not in self.upset.standing
        ]:
            c = min(waiting, key=self._rank)
            tried.add(c)
            touched.update(self._find_time(c))

    def _find_time(self, c: int) -> set[int]:
        """Hold a candidate by the fewest moves of others. Returns the parties of those that were moved."""
        for moves in range(self.most_moves + 1):
            if moves and self._worth(c) <= self.price * moves:
                break
            mark = len(self.done)
            if self._hold(c, moves, frozenset()):
                moved = {d for d, _ in self.done[mark:] if d != c}
                return {p for d in moved for p in self.upset.problem.candidates[d].parties}
        return set()

    def _worth(self, c: int) -> int:
        """What a candidate weighs; one that stood, as much more as it costs to move another."""
        weight = self.upset.problem.candidates[c].weight
        return weight + self.price if c in self.upset.standing else weight

    # Chains

    def _hold(self, c: int, moves: int, settled: frozenset[int]) -> bool:
        """Hold a candidate, moving at most so many others, none of them `settled`; the board is as before if not."""
        if self._hold_as_is(c):
            return True
        if moves <= 0:
            return False
        for slot, blockers in self._blocked(c, moves, settled):
            if self.steps <= 0:
                return False
            self.steps -= 1
            if self._make_room(c, slot, blockers, moves - len(blockers), settled):
                return True
        return False

    def _hold_as_is(self, c: int) -> bool:
        options = self.board.options(c)
        pending: Placement | None = None
        for slot in self._ordered(c, options):
            placement = self.board.fit(c, slot)
            if placement is not None and not placement.pending:
                self._put(c, placement)
                return True
            pending = pending or placement
        if pending is not None:
            self._put(c, pending)
        return pending is not None

    def _ordered(self, c: int, options: Mask) -> Sequence[int]:
        """The slots in which the fewest other wishes of these parties could be, then the most comfortable, first."""
        slots = list(bits(options))
        if len(slots) < 2:
            return slots
        board, parties = self.board, self.upset.problem.candidates[c].parties
        others = [board.options(d) for p in parties for d in board.offered[p] if d != c and d not in board.placed]
        comfort = [self.upset.problem.parties[p].discomfort for p in parties]

        def key(slot: int) -> tuple[int, int, int]:
            wanted = sum(mask >> slot & 1 for mask in others)
            return wanted, sum(cost[slot] for cost in comfort if slot < len(cost)), slot

        return sorted(slots, key=key)

    def _blocked(self, c: int, moves: int, settled: frozenset[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Slots in which others are in the way, and these others: those first of whom there are the fewest."""
        one = self.upset.problem.candidates[c]
        slots = one.slots if one.fixed is None else 1 << one.fixed
        found: list[tuple[int, tuple[int, ...]]] = []
        for slot in bits(slots & ~self.board.options(c)):
            for blockers in self._in_the_way(one.parties, slot):
                if len(blockers) <= moves and not any(self._stays(d, moves - len(blockers), settled) for d in blockers):
                    found.append((slot, blockers))
        found.sort(key=lambda chain: len(chain[1]))
        yield from found

    def _in_the_way(self, parties: Sequence[int], slot: int) -> list[tuple[int, ...]]:
        """The sets of meetings, any one of which would have to go for all of these to have somebody free then."""
        sets: list[tuple[int, ...]] = [()]
        for party in parties:
            if self.board.open[party] >> slot & 1:
                continue
            groups = list(self._groups(party, slot))
            sets = [(*before, *(d for d in group if d not in before)) for before in sets for group in groups]
        return sets

    def _groups(self, party: int, slot: int) -> Iterator[tuple[int, ...]]:
        reach = self.board.times.reach[slot]
        for k, seat in enumerate(self.upset.problem.parties[party].seats):
            if seat.free >> slot & 1:
                agenda = self.board.agenda(party, k)
                group = tuple(agenda[t] for t in bits(reach) if t in agenda)
                if group:
                    yield group

    def _stays(self, d: int, moves: int, settled: frozenset[int]) -> bool:
        """Whether a meeting cannot be moved: pinned, moved already, or without any other time."""
        one = self.upset.problem.candidates[d]
        if d in settled or one.fixed is not None:
            return True
        if moves:
            return False
        slot = self.board.placed[d].slot
        mask = one.slots & ~(1 << slot)
        for party in one.parties:
            # A party at its limit is open nowhere, and will be once this meeting has gone.
            mask &= self.board.open[party] or ~0
        return not mask

    def _make_room(self, c: int, slot: int, blockers: tuple[int, ...], moves: int, settled: frozenset[int]) -> bool:
        mark = len(self.done)
        for d in blockers:
            self._take_away(d)
        placement = self.board.fit(c, slot)
        if placement is not None:
            self._put(c, placement)
            settled = settled | {c, *blockers}
            if all(self._hold(d, moves, settled) for d in blockers):
                return True
        self._undo(mark)
        return False

    def _put(self, c: int, placement: Placement) -> None:
        self.board.put(c, placement)
        self.done.append((c, None))

    def _take_away(self, c: int) -> None:
        self.done.append((c, self.board.take_away(c)))

    def _undo(self, mark: int) -> None:
        """Put the board back to where it was when so much had been done."""
        while len(self.done) > mark:
            c, placement = self.done.pop()
            if placement is None:
                self.board.take_away(c)
            else:
                self.board.put(c, placement)

    # What came of it

    def _told(self) -> Repair:
        before, after = self.upset.standing, self.board.placed
        changes = [
            Change(c, before.get(c), after.get(c), self._why(c, before.get(c), after.get(c)))
            for c in {*before, *after}
            if before.get(c) != after.get(c)
        ]
        changes.sort(key=lambda change: ((change.after or change.before or _NOWHERE).slot, change.candidate))
        moved = sum(change.why == "makes_room" for change in changes)
        return Repair(tuple(changes), self.board.weight, moved)

    def _why(self, c: int, before: Placement | None, after: Placement | None) -> Why:
        if before is None:
            return "refills"
        if c not in self.lost:
            return "makes_room"
        if after is None or after.slot != before.slot:
            return "lost_time"
        return "lost_person" if after.seats != before.seats else "lost_interpreter"


_NOWHERE = Placement(-1, ())
