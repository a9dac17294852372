"""The linear relaxation of a schedule: each candidate in each slot from 0 to 1, within everybody's capacity.

What cannot be said linearly (who of several people sits where, an interpreter's rests, the way between halls) is left
out or said loosely, so the relaxation allows every schedule that the rules allow, and more. What is pinned is part of
every schedule: its weight is apart, and its people's time is gone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaking.schedule.interpreters import Interpreters
from matchmaking.schedule.languages import Tongues, shared
from matchmaking.schedule.problem import Candidate, Mask, Problem, Seat
from matchmaking.schedule.timetable import Timetable, bits, common, union

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Maximise weight over columns (a candidate in a slot), at most one a candidate, within rows.

    `owner`, `slot`, `weight`: of each column, in order of owner. Entry i says that column `column[i]` is in row
    `row[i]`, each with the factor 1; a row holds at most `capacity`. `pinned`: the weight of what is fixed.
    """

    owner: Ints
    slot: Ints
    weight: Floats
    row: Ints
    column: Ints
    capacity: Floats
    pinned: int

    def bound(self, prices: Floats) -> float:
        """What no schedule's weight exceeds, proved by these prices of the rows (below 0 counts as 0), whatever they
        are: all capacity at its price, and for each candidate the most by which its weight exceeds its prices."""
        prices = np.maximum(prices, 0.0)
        cost = np.bincount(self.column, prices[self.row], minlength=len(self.owner))
        worth = np.maximum(self.weight - cost, 0.0)
        best = np.maximum.reduceat(worth, _starts(self.owner)).sum() if len(worth) else 0.0
        return self.pinned + float(self.capacity @ prices) + float(best)


def _starts(owner: Ints) -> Ints:
    """Where each candidate's columns begin."""
    return np.flatnonzero(np.diff(owner, prepend=-1))


def relax(problem: Problem) -> Relaxation:
    """The relaxation of a problem."""
    return _Builder(problem).build()


class _Builder:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.times = Timetable(problem.slots)
        self.interpreters = Interpreters(problem, self.times)
        self.pinned = [candidate for candidate in problem.candidates if candidate.fixed is not None]
        self.there = [self._all_slots & union(seat.free for seat in party.seats) for party in problem.parties]
        self.covered: dict[Tongues, Mask] = {}
        self.rows: list[Ints] = []
        self.columns: list[Ints] = []
        self.capacities: list[Floats] = []

    def build(self) -> Relaxation:
        candidates = self.problem.candidates
        possible = self._unpacked([self._possible(candidate) for candidate in candidates])
        self.owner, self.slot = (index.astype(np.int32) for index in np.nonzero(possible))
        self._hold_parties()
        self._hold_limits()
        if not self.problem.rules.without_interpreter:
            self._hold_interpreters()
        self._hold_places()
        weights = np.array([candidate.weight for candidate in candidates], dtype=np.float64)
        pinned = sum(candidate.weight for candidate in self.pinned)
        return Relaxation(self.owner, self.slot, weights[self.owner], *self._tight(), pinned)

    # What is possible at all

    def _possible(self, candidate: Candidate) -> Mask:
        """The slots in which a candidate could be held if it were the only one. What is pinned has no columns."""
        if candidate.fixed is not None:
            return 0
        mask = candidate.slots
        for party in candidate.parties:
            mask &= self.there[party]
        return mask if self.problem.rules.without_interpreter else mask & self._understood(candidate.parties, True)

    def _understood(self, parties: tuple[int, ...], interpreted: bool) -> Mask:
        """The slots in which some people of these parties understand each other, by themselves or `interpreted`."""
        understood = 0
        for seats in product(*(self.problem.parties[party].seats for party in parties)):
            tongues = tuple(seat.languages for seat in seats)
            mask = common(seat.free for seat in seats)
            if not shared(tongues):
                mask = mask & self._cover(tongues) if interpreted else 0
            understood |= mask
        return understood

    def _cover(self, tongues: Tongues) -> Mask:
        if tongues not in self.covered:
            self.covered[tongues] = union(self.problem.helpers[h].free for h in self.interpreters.suits(tongues))
        return self.covered[tongues]

    def _unpacked(self, masks: list[Mask]) -> NDArray[np.bool_]:
        """Masks as rows of truths, one a slot."""
        slots = len(self.problem.slots)
        width = slots // 8 + 1
        packed = b"".join((mask & self._all_slots).to_bytes(width, "little") for mask in masks)
        table = np.frombuffer(packed, dtype=np.uint8).reshape(len(masks), width)
        return np.unpackbits(table, axis=1, bitorder="little")[:, :slots].astype(bool)

    # Rows

    def _hold(self, column: Ints, row: Ints, capacity: Floats) -> None:
        """Rows of one kind, numbered from 0: the row that each column is in, and what each row holds."""
        self.columns.append(column)
        self.rows.append(row + sum(len(one) for one in self.capacities))
        self.capacities.append(np.maximum(capacity, 0.0))

    def _tight(self) -> tuple[Ints, Ints, Floats]:
        """The entries of all rows that could hold too much, which are few, numbered anew."""
        row, column = np.concatenate(self.rows), np.concatenate(self.columns)
        capacity = np.concatenate(self.capacities)
        kept = np.bincount(row, minlength=len(capacity)) > capacity
        number = np.cumsum(kept, dtype=np.int32) - 1
        entries = kept[row]
        return number[row[entries]], column[entries], capacity[kept]

    def _parties(self) -> tuple[Ints, Ints]:
        """Each column with each of its parties."""
        sizes = np.array([len(candidate.parties) for candidate in self.problem.candidates], dtype=np.int32)
        column = np.repeat(np.arange(len(self.owner), dtype=np.int32), sizes[self.owner])
        flat = np.array([p for c in self.problem.candidates for p in c.parties], dtype=np.int32)
        first = np.repeat((np.cumsum(sizes) - sizes)[self.owner], sizes[self.owner])
        turn = np.arange(len(column), dtype=np.int32) - np.repeat(
            np.cumsum(sizes[self.owner]) - sizes[self.owner], sizes[self.owner]
        )
        return column, flat[first + turn]

    def _crowded(self, column: Ints) -> tuple[Ints, Ints]:
        """Which of these entries (their indices), and the slots at whose start their meetings are going on."""
        slot = self.slot[column]
        if self.times.apart:
            return np.arange(len(column)), slot
        crowds = [
            [t for t, crowd in enumerate(self.times.crowd) if crowd >> s & 1] for s in range(len(self.times.slots))
        ]
        sizes = np.array([len(one) for one in crowds], dtype=np.int32)
        entry = np.repeat(np.arange(len(column)), sizes[slot])
        return entry, np.array([t for s in slot.tolist() for t in crowds[s]], dtype=np.int32)

    def _hold_parties(self) -> None:
        """In a slot, with the earlier ones that clash with it, a party has no more meetings than people."""
        slots, times = len(self.problem.slots), self.times
        capacity = np.zeros((len(self.problem.parties), slots))
        for p, party in enumerate(self.problem.parties):
            for seat in party.seats:
                capacity[p] += [bool(seat.free & crowd) for crowd in times.crowd]
        for candidate in self.pinned:
            going = [bool(crowd >> (candidate.fixed or 0) & 1) for crowd in times.crowd]
            for party_index in candidate.parties:
                capacity[party_index] -= going
        column, of = self._parties()
        entry, crowd = self._crowded(column)
        self._hold(column[entry], of[entry] * slots + crowd, capacity.ravel())

    def _hold_limits(self) -> None:
        """A party has as many meetings, of a day and at all, as it and its people want."""
        days = max(len(self.times.days), 1)
        total = np.full(len(self.problem.parties), np.inf)
        daily = np.full((len(self.problem.parties), days), np.inf)
        for p, party in enumerate(self.problem.parties):
            booked = np.array([*party.booked, *[0] * days][:days])
            if party.most is not None:
                total[p] = party.most - sum(party.booked)
            if party.most_a_day is not None:
                daily[p] = party.most_a_day - booked
            daily[p] = np.minimum(daily[p], sum((_left(seat, days) for seat in party.seats), np.zeros(days)))
        for candidate in self.pinned:
            total[list(candidate.parties)] -= 1
            daily[list(candidate.parties), self.times.day[candidate.fixed or 0]] -= 1
        column, of = self._parties()
        day = np.array(self.times.day, dtype=np.int32)[self.slot[column]]
        self._hold(column, of, total)
        self._hold(column, of * days + day, daily.ravel())

    def _hold_interpreters(self) -> None:
        """Of meetings that only some interpreters can make understood, there are no more at once, on end and on a day
        than these can serve."""
        needed = self._unpacked([self._needy(candidate) for candidate in self.problem.candidates])[
            self.owner, self.slot
        ]
        able = [self._able(candidate) for candidate in self.problem.candidates]
        windows = [*self.times.crowd, *self._stretches(), *self.times.days]
        for group in sorted({one for one in able if one}, key=sorted):
            within = np.array([one <= group for one in able], dtype=bool)
            columns = np.flatnonzero(needed & within[self.owner])
            for window in windows:
                inside = np.array([bool(window >> s & 1) for s in range(len(self.times.slots))])[self.slot[columns]]
                column = columns[inside]
                most = sum(self.interpreters.most(h, window) for h in group)
                if len(column) > most:
                    self._hold(column, np.zeros(len(column), dtype=np.int32), np.array([float(most)]))

    def _stretches(self) -> list[Mask]:
        """From each slot on, the slots that no interpreter can all work in: the shortest such run of each."""
        rules, times = self.problem.rules, self.times
        found = []
        for first in range(len(times.slots)) if rules.break_minutes > 0 else ():
            worked, last = times.minutes[first], first
            for s in range(first + 1, len(times.slots)):
                if times.reach[last] >> s & 1:
                    continue
                if times.rest(last, s) >= rules.break_minutes:
                    break
                worked, last = worked + times.minutes[s], s
                if worked > rules.stretch_minutes:
                    found.append((2 << last) - (1 << first))
                    break
        return found

    def _needy(self, candidate: Candidate) -> Mask:
        """The slots in which nobody who could sit in it understands the others without help."""
        return 0 if candidate.fixed is not None else ~self._understood(candidate.parties, False)

    def _able(self, candidate: Candidate) -> frozenset[int]:
        """The interpreters who could serve some people of these parties."""
        groups = product(*(self.problem.parties[party].seats for party in candidate.parties))
        tongues = {tuple(seat.languages for seat in seats) for seats in groups}
        return frozenset(h for one in tongues if not shared(one) for h in self.interpreters.suits(one))

    def _hold_places(self) -> None:
        """Meetings that can only be in one hall, or only online, are no more at once than tables, or lines."""
        slots = len(self.problem.slots)
        for hall, one in enumerate(self.problem.halls):
            sure = [self._sure(candidate, hall) for candidate in self.problem.candidates]
            self._hold_at_once(sure, [max(one.tables[t] for t in bits(crowd)) for crowd in self.times.crowd])
        if self.problem.rules.lines is not None:
            self._hold_at_once([self._online(c) for c in self.problem.candidates], [self.problem.rules.lines] * slots)

    def _sure(self, candidate: Candidate, hall: int) -> Mask:
        """The slots in which a candidate can be nowhere but in this hall."""
        return common(self._in_hall(party, hall, common) for party in candidate.parties)

    def _hold_at_once(self, masks: list[Mask], capacity: list[int]) -> None:
        column = np.flatnonzero(self._unpacked(masks)[self.owner, self.slot])
        entry, crowd = self._crowded(column)
        self._hold(column[entry], crowd, np.array(capacity, dtype=np.float64))

    def _in_hall(self, party: int, hall: int, of: Callable[[Iterable[Mask]], Mask]) -> Mask:
        return of(seat.halls.get(hall, 0) for seat in self.problem.parties[party].seats)

    def _online(self, candidate: Candidate) -> Mask:
        """The slots in which no hall has somebody of each party."""
        together = union(
            common(self._in_hall(party, hall, union) for party in candidate.parties)
            for hall in range(len(self.problem.halls))
        )
        return self._all_slots & ~together

    @property
    def _all_slots(self) -> Mask:
        return (1 << len(self.problem.slots)) - 1


def _left(seat: Seat, days: int) -> Floats:
    """How many meetings somebody can still have on each day."""
    if seat.daily is None:
        return np.full(days, np.inf)
    return np.maximum(seat.daily - np.array([*seat.booked, *[0] * days][:days], dtype=np.float64), 0.0)
