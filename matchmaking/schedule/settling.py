"""What a schedule costs its people in gaps and hours, and what it would cost if some of its meetings changed places.

A meeting moves to another slot, whatever stands in its way there moves back to the slot it came from, and so on: a
Kempe chain, after which everybody has as many meetings as before. What that gains is reckoned from masks; only chains
that are taken touch the board.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matchmaking.schedule.board import Board
from matchmaking.schedule.gaps import gaps_of_day
from matchmaking.schedule.problem import Mask, Placement
from matchmaking.schedule.timetable import bits

LONGEST = 12  # meetings in a chain
Chain = dict[int, int]


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who sits for a party.

    `price[s]`: what a meeting in slot s costs. `agenda`: slot -> candidate, as the board has it, and `held` its slots.
    `waits`: their idle gaps. `plain`: where a meeting is, and when, is no matter of more than their time.
    """

    index: int
    free: Mask
    held: Mask
    agenda: dict[int, int]
    price: Sequence[float]
    plain: bool
    waits: int = 0


class Settling:
    """A board, and what it costs.

    `energy`: of all gaps and hours. `movable`: what is placed and not fixed; `shared`: those of them that are of a
    party of several people, and which of its parties that is. `sitting[c]`: who sits in a meeting, and `allowed[c]`:
    the slots in which it may be with them. `waiting`: whoever has gaps.
    """

    def __init__(self, board: Board, gap: float, sharpness: float = 0.0, point: float = 1.0) -> None:
        """`gap` and `point` are the prices of a gap and of a point of discomfort; each further point costs `sharpness`
        more, so that of equal sums the more even is better."""
        self.board, self.gap = board, gap
        self.problem, self.times = board.problem, board.times
        self.day_of = [self.times.days[day] for day in self.times.day]
        self.alone = [mask == 1 << s for s, mask in enumerate(self.times.reach)]
        self.capped = [party.most_a_day is not None for party in self.problem.parties]
        self._fixed = {c for c in board.placed if self.problem.candidates[c].fixed is not None}
        self._known: dict[tuple[Mask, Mask], int] = {}
        self._parties = self._seat_people(sharpness, point)
        self.people = [person for party in self._parties for person in party]
        self.sitting: dict[int, list[Person]] = {}
        self.allowed: dict[int, Mask] = {}
        for c in board.placed:
            self._sit(c)
        self.movable = sorted(c for c in board.placed if c not in self._fixed and self.allowed[c])
        self.shared = [
            (c, at)
            for c in self.movable
            for at, party in enumerate(self.problem.candidates[c].parties)
            if len(self._parties[party]) > 1
        ]
        self.waiting = Pool()
        self.energy = 0.0
        for person in self.people:
            self._recount(person)
            self.energy += self.gap * person.waits + sum(person.price[slot] for slot in person.agenda)

    def _seat_people(self, sharpness: float, point: float) -> list[list[Person]]:
        prices: dict[tuple[int, ...], list[float]] = {}
        parties: list[list[Person]] = []
        sits_for = Counter(seat.person for party in self.problem.parties for seat in party.seats)
        count = 0
        for p, party in enumerate(self.problem.parties):
            costs = party.discomfort or (0,) * len(self.problem.slots)
            price = prices.setdefault(costs, [point * (cost + sharpness * cost * cost) for cost in costs])
            people = []
            for s, seat in enumerate(party.seats):
                agenda = self.board.agenda(p, s)
                plain = self.problem.rules.lines is None and not seat.halls and seat.daily is None
                plain = plain and sits_for[seat.person] == 1
                people.append(Person(count, seat.free, sum(1 << t for t in agenda), agenda, price, plain))
                count += 1
            parties.append(people)
        return parties

    def _sit(self, c: int) -> None:
        candidate = self.problem.candidates[c]
        seats = self.board.placed[c].seats
        self.sitting[c] = [self._parties[p][seat] for p, seat in zip(candidate.parties, seats, strict=True)]
        allowed = candidate.slots
        for person in self.sitting[c]:
            allowed &= person.free
        self.allowed[c] = allowed

    def _recount(self, person: Person) -> None:
        person.waits = sum(self._gaps(person.free & day, person.held & day) for day in self.times.days)
        self.waiting.note(person.index, person.waits > 0)

    def _gaps(self, free: Mask, held: Mask) -> int:
        key = (free, held)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = gaps_of_day(held, free, self.times.reach)
        return found

    def chain(self, c: int, target: int) -> Chain | None:
        """Where each meeting goes if `c` goes to `target`; None if that is too long a story, or cannot be."""
        source = self.board.placed[c].slot
        if source == target:
            return None
        if not (self.alone[source] and self.alone[target]):
            return {c: target} if self._clear(c, source, target) else None
        moves, queue = {c: target}, [c]
        for one in queue:
            to = moves[one]
            if not self.allowed[one] >> to & 1:
                return None
            for person in self.sitting[one]:
                other = person.agenda.get(to)
                if other is not None and other not in moves:
                    if other in self._fixed or len(moves) == LONGEST:
                        return None
                    moves[other] = source if to == target else target
                    queue.append(other)
        return moves

    def _clear(self, c: int, source: int, target: int) -> bool:
        reach = self.times.reach[target]
        return bool(self.allowed[c] >> target & 1) and not any(
            (person.held ^ 1 << source) & reach for person in self.sitting[c]
        )

    def change(self, moves: Chain) -> float:
        """By how much `energy` would grow."""
        placed, grown = self.board.placed, 0.0
        flips: dict[int, Mask] = {}
        for c, to in moves.items():
            source = placed[c].slot
            flip = 1 << source | 1 << to
            days = self.day_of[source] | self.day_of[to]
            for person in self.sitting[c]:
                grown += person.price[to] - person.price[source]
                flips[person.index] = flips.get(person.index, 0) ^ flip
        same = self.day_of[source] == self.day_of[to]
        for index, flip in flips.items():
            if flip:
                person = self.people[index]
                grown += self.gap * self._more_waits(
                    person, flip, (days,) if same else (self.day_of[source], self.day_of[to])
                )
        return grown

    def _more_waits(self, person: Person, flip: Mask, days: tuple[Mask, ...]) -> int:
        free, held = person.free, person.held
        after = held ^ flip
        return sum(self._gaps(free & day, after & day) - self._gaps(free & day, held & day) for day in days)

    def take(self, moves: Chain, most: float) -> bool:
        """Make the moves if they can be made, and `energy` grows by `most` at most. Returns whether they were made."""
        old = {c: self.board.take_away(c) for c in moves}
        touched = {person.index: person for c in moves for person in self.sitting[c]}
        for c, to in moves.items():
            placement = self._placement(c, old[c], to)
            if placement is None:
                break
            self.board.put(c, placement)
        else:
            if self._settle(moves, old, touched, most):
                return True
        self._restore(old)
        return False

    def reseat(self, c: int, at: int, seat: int, most: float) -> bool:
        """Let another of a party's people sit in a meeting, and who sat there in theirs of that slot, if that makes no
        other difference and `energy` grows by `most` at most. Returns whether they do."""
        placed, party = self.board.placed, self.problem.candidates[c].parties[at]
        slot, sat = placed[c].slot, placed[c].seats[at]
        one, other = self._parties[party][sat], self._parties[party][seat]
        seats = self.problem.parties[party].seats
        rival = other.agenda.get(slot)
        if not (one.plain and other.plain and other.free >> slot & 1 and seats[sat].languages == seats[seat].languages):
            return False
        if sat == seat or rival in self._fixed or (rival is None and other.held & self.times.reach[slot]):
            return False
        changed = {c: self._with_seat(c, at, seat)}
        if rival is not None:
            changed[rival] = self._with_seat(rival, self.problem.candidates[rival].parties.index(party), sat)
        old = {moved: self.board.take_away(moved) for moved in changed}
        self.board.put_all(changed.items())
        if self._settle(dict.fromkeys(changed, slot), old, {one.index: one, other.index: other}, most):
            return True
        self._restore(old)
        return False

    def _with_seat(self, c: int, at: int, seat: int) -> Placement:
        placement = self.board.placed[c]
        return replace(placement, seats=(*placement.seats[:at], seat, *placement.seats[at + 1 :]))

    def _placement(self, c: int, old: Placement, to: int) -> Placement | None:
        """How a meeting is held in another slot: by the same people if it is a matter of time only."""
        if old.helper is None and not old.pending and all(person.plain for person in self.sitting[c]):
            open_then = self.board.options(c) >> to & 1
            return Placement(to, old.seats) if open_then else None
        found = self.board.fit(c, to)
        return None if found is None or found.pending > old.pending else found

    def _settle(self, moves: Chain, old: dict[int, Placement], touched: dict[int, Person], most: float) -> bool:
        """Reckon the energy after a move, which people other than before may sit in. Returns whether it may be so."""
        placed = self.board.placed
        if any(placed[c].seats != placement.seats for c, placement in old.items()):
            for c in moves:
                self._sit(c)
                touched |= {person.index: person for person in self.sitting[c]}
        grown = 0.0
        held = {index: sum(1 << t for t in person.agenda) for index, person in touched.items()}
        for index, person in touched.items():
            grown += self.gap * self._more_waits(person, person.held ^ held[index], tuple(self.times.days))
            gone, come = person.held & ~held[index], held[index] & ~person.held
            grown += sum(person.price[t] for t in bits(come)) - sum(person.price[t] for t in bits(gone))
        if grown > most:
            return False
        for index, person in touched.items():
            person.held = held[index]
            self._recount(person)
        self.energy += grown
        return True

    def saved_by_dropping(self, c: int) -> float:
        """By how much `energy` would shrink without a meeting."""
        slot = self.board.placed[c].slot
        day = (self.day_of[slot],)
        return sum(
            person.price[slot] - self.gap * self._more_waits(person, 1 << slot, day) for person in self.sitting[c]
        )

    def drop(self, c: int) -> None:
        """Hold a meeting no more."""
        self.energy -= self.saved_by_dropping(c)
        slot = self.board.take_away(c).slot
        for person in self.sitting.pop(c):
            person.held ^= 1 << slot
            self._recount(person)

    def _restore(self, old: dict[int, Placement]) -> None:
        for c in old:
            if c in self.board.placed:
                self.board.take_away(c)
        for c, placement in old.items():
            self.board.put(c, placement)
            self._sit(c)


class Pool:
    """A set of numbers of which one can be drawn."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self._at: dict[int, int] = {}

    def note(self, item: int, inside: bool) -> None:
        """Put a number in, or take it out."""
        if inside == (item in self._at):
            return
        if inside:
            self._at[item] = len(self.items)
            self.items.append(item)
            return
        at, last = self._at.pop(item), self.items.pop()
        if last != item:
            self.items[at] = last
            self._at[last] = at
