"""The board on which a schedule is made: what stands, what would fit, what is in the way. Nothing here chooses.

Every change keeps the hard rules if it goes through `place`; `put` sets a meeting exactly as told, and is for what
`place`, or another board of the same problem, has given.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from typing import Literal

from matchmaking.schedule.interpreters import Interpreters
from matchmaking.schedule.languages import shared
from matchmaking.schedule.places import Places, place_of
from matchmaking.schedule.problem import Mask, Party, Placement, Problem, Schedule, Seat
from matchmaking.schedule.timetable import Timetable, bits, union

Need = Literal["interpreter", "table", "change"]
Obstacle = Literal["hours", "most", "taken", "interpreter", "table"]
_WAYS = 64  # to hold a meeting in a slot, looked at at most


class Board:
    """A schedule in the making.

    `placed`: candidate -> how it is held. `open[p]`: the slots in which party p can take one more meeting, as far as
    its people and its limits go. `weight`: of all that is placed. `counts[p]`: meetings of p, standing ones included.
    `met[p]`: candidates of p that are placed. `offered[p]`: all candidates of p.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.times = Timetable(problem.slots)
        self.all_slots: Mask = (1 << len(problem.slots)) - 1
        self.interpreters = Interpreters(problem, self.times)
        self.places = Places(problem, self.times)
        self.placed: dict[int, Placement] = {}
        self.weight = 0
        self.counts = [sum(party.booked) for party in problem.parties]
        self.met: list[set[int]] = [set() for _ in problem.parties]
        self.offered: list[list[int]] = [[] for _ in problem.parties]
        for c, candidate in enumerate(problem.candidates):
            for party in candidate.parties:
                self.offered[party].append(c)
        self.trial: dict[int, Placement | None] = {}  # since the trial began: how each that was changed stood before
        self._trying = False
        self._helped: dict[tuple[int, int], int] = {}  # (interpreter, slot) -> candidate
        self._at: list[set[int]] = [set() for _ in problem.slots]
        self._cards: dict[tuple[int, tuple[int, ...]], Placement] = {}
        self._seat_people(problem.parties)
        self._alone = [self._is_alone(party) for party in problem.parties]
        self._plain = [self._is_plain(candidate.parties) for candidate in problem.candidates]
        self.simple = all(self._plain)  # nobody needs an interpreter, a table or a line
        self.open: list[Mask] = [0] * len(problem.parties)
        for party in range(len(problem.parties)):
            self._reopen(party)

    def _seat_people(self, parties: tuple[Party, ...]) -> None:
        days = len(self.times.days)
        self._first: list[int] = []
        self._seats: list[range] = []
        self._people: list[Seat] = []
        for party in parties:
            self._first.append(len(self._people))
            self._people += party.seats
            self._seats.append(range(self._first[-1], len(self._people)))
        self._there = [self.all_slots & union(seat.free for seat in party.seats) for party in parties]
        self._free: list[Mask] = [seat.free & self.all_slots for seat in self._people]
        self._held: list[dict[int, int]] = [{} for _ in self._people]
        self._blocked: list[Mask] = [0] * len(self._people)
        self._daily: list[list[int] | None] = [
            None if seat.daily is None else _padded(seat.booked, days) for seat in self._people
        ]
        self._party_daily = [None if p.most_a_day is None else _padded(p.booked, days) for p in parties]

    def _is_alone(self, party: Party) -> bool:
        """Whether one meeting at most can be in the way of another: one person, no limits, no slots that clash."""
        limited = party.most is not None or party.most_a_day is not None
        return self.times.apart and not limited and len(party.seats) == 1 and party.seats[0].daily is None

    def _is_plain(self, parties: tuple[int, ...]) -> bool:
        """Whether it makes no difference who sits in such a meeting: no interpreter, no hall, no line is needed."""
        seats = [seat for party in parties for seat in self.problem.parties[party].seats]
        spoken = {seat.languages for seat in seats if seat.languages}
        return (
            self.problem.rules.lines is None
            and (len(spoken) < 2 or bool(frozenset.intersection(*spoken)))
            and not any(seat.halls for seat in seats)
        )

    # What would fit

    def hours(self, candidate: int) -> Mask:
        """The slots in which somebody of each of its parties is there, and in which it may be: whatever else stands."""
        one = self.problem.candidates[candidate]
        mask = one.slots if one.fixed is None else 1 << one.fixed
        for party in one.parties:
            mask &= self._there[party]
        return mask

    def options(self, candidate: int) -> Mask:
        """The slots in which all parties of a candidate are open for it, if there is an interpreter and a table."""
        one = self.problem.candidates[candidate]
        mask = one.slots if one.fixed is None else 1 << one.fixed
        for party in one.parties:
            mask &= self.open[party]
        return mask

    def fit(self, candidate: int, slot: int) -> Placement | None:
        """How it could be held then: by whom, where, interpreted by whom. None if it cannot, as things stand."""
        if not self.options(candidate) >> slot & 1:
            return None
        if self._plain[candidate]:
            parties = self.problem.candidates[candidate].parties
            return self._card(slot, tuple(self._someone(party, slot) - self._first[party] for party in parties))
        best: Placement | None = None
        for found in islice(self.ways(candidate, slot), _WAYS):
            if best is None or _burden(found) < _burden(best):
                best = found
            if _burden(best) == (False, False):
                break
        return best

    def ways(self, candidate: int, slot: int) -> Iterator[Placement]:
        """All ways in which it could be held then, by whomever and interpreted by whomever."""
        if self.options(candidate) >> slot & 1:
            parties = self.problem.candidates[candidate].parties
            for people in product(*(self._available(party, slot) for party in parties)):
                yield from self._arrange(parties, people, slot)

    def _card(self, slot: int, seats: tuple[int, ...]) -> Placement:
        key = (slot, seats)
        if key not in self._cards:
            self._cards[key] = Placement(slot, seats)
        return self._cards[key]

    def _someone(self, party: int, slot: int) -> int:
        seats = self._seats[party]
        return seats[0] if len(seats) == 1 else next(self._available(party, slot))

    def _available(self, party: int, slot: int) -> Iterator[int]:
        """The people of a party who can take one more meeting then."""
        return (k for k in self._seats[party] if self._seat_open(k) >> slot & 1)

    def _arrange(self, parties: tuple[int, ...], people: tuple[int, ...], slot: int) -> Iterator[Placement]:
        seated = [self._people[k] for k in people]
        hall = place_of(seated, slot)
        if not self.places.free(hall, slot) or not all(self._can_change(k, slot, hall) for k in people):
            return
        seats = tuple(k - self._first[party] for k, party in zip(people, parties, strict=True))
        tongues = tuple(seat.languages for seat in seated)
        if shared(tongues):
            yield Placement(slot, seats, None, hall)
            return
        for helper in self.interpreters.found(parties, slot, tongues):
            yield Placement(slot, seats, helper, hall)
        if self.problem.rules.without_interpreter:
            yield Placement(slot, seats, None, hall, pending=True)

    def _can_change(self, k: int, slot: int, hall: int | None) -> bool:
        """Whether somebody has the time to get there from the meetings before, and to those after."""
        close = self.places.change[slot] & self._blocked[k]
        held = self._held[k]
        return not close or all(self.placed[held[t]].hall == hall for t in bits(close) if t in held)

    def obstacle(self, candidate: int, slot: int) -> Obstacle | None:
        """What keeps a candidate from being held then, the first of: somebody is never there, a party has as many
        meetings as it may, its people are in others, no interpreter, no table or line. None if it can be held."""
        if self.fit(candidate, slot) is not None:
            return None
        parties = self.problem.candidates[candidate].parties
        if not self.hours(candidate) >> slot & 1:
            return "hours"
        if any(self._limited(p) >> slot & 1 for p in parties):
            return "most"
        if not all(self.open[p] >> slot & 1 for p in parties):
            return "taken"
        people = product(*(self._available(p, slot) for p in parties))
        return "interpreter" if any(self._has_room(group, slot) for group in people) else "table"

    def _has_room(self, people: tuple[int, ...], slot: int) -> bool:
        hall = place_of([self._people[k] for k in people], slot)
        return self.places.free(hall, slot) and all(self._can_change(k, slot, hall) for k in people)

    def missing(self, candidate: int, slot: int) -> Need | None:
        """What a candidate would lack then even if its parties were open: an interpreter, a table or line, or the time
        to change to where it is."""
        if self._plain[candidate]:
            return None
        parties = self.problem.candidates[candidate].parties
        lacking: Need = "table"
        for people in islice(product(*map(self._there_then(slot), parties)), _WAYS):
            need = self._need(parties, people, slot)
            if need is None:
                return None
            lacking = need
        return lacking

    def _need(self, parties: tuple[int, ...], people: tuple[int, ...], slot: int) -> Need | None:
        seated = [self._people[k] for k in people]
        hall = place_of(seated, slot)
        if not self.places.free(hall, slot):
            return "table"
        if self.places.change[slot] and not all(self._can_change(k, slot, hall) for k in people):
            return "change"
        tongues = tuple(seat.languages for seat in seated)
        if self.problem.rules.without_interpreter or shared(tongues):
            return None
        found = next(self.interpreters.found(parties, slot, tongues), None)
        return "interpreter" if found is None else None

    def _there_then(self, slot: int) -> Callable[[int], list[int]]:
        return lambda party: [k for k in self._seats[party] if self._free[k] >> slot & 1]

    def users(self, candidate: int, slot: int) -> list[int]:
        """The meetings, none of them pinned, one of which might have to go for a candidate to have what it is missing
        then."""
        missing = self.missing(candidate, slot)
        parties = self.problem.candidates[candidate].parties
        people = next(product(*map(self._there_then(slot), parties)), None)
        if missing is None or people is None:
            return []
        seated = [self._people[k] for k in people]
        hall = place_of(seated, slot)
        if missing == "table":
            found = [c for c in self._at[slot] if self.placed[c].hall == hall]
        elif missing == "change":
            close = ((k, t) for k in people for t in bits(self.places.change[slot] & self._blocked[k]))
            found = [c for k, t in close if (c := self._held[k].get(t, -1)) >= 0 and self.placed[c].hall != hall]
            found = found if len(found) == 1 else []
        else:
            able = self.interpreters.suits(tuple(seat.languages for seat in seated))
            near = ((h, t) for h in able for t in self.interpreters.near(h, slot))
            found = [self._helped[at] for at in near if at in self._helped]
        return sorted(c for c in found if not self.is_pinned(c))

    def rivals(self, party: int, slot: int) -> list[tuple[int, ...]]:
        """The groups of meetings of a party, any one of which would have to go for it to be open then. Pinned ones
        never go. Empty if it is open already, or can never be."""
        if self.open[party] >> slot & 1:
            return []
        if self._alone[party]:
            rival = self._held[self._first[party]].get(slot)
            return [] if rival is None or self.is_pinned(rival) else [(rival,)]
        groups: list[tuple[int, ...]] = []
        limited = self._limited(party) >> slot & 1
        for k in self._seats[party]:
            if not self._free[k] >> slot & 1:
                continue
            group = tuple(
                self._held[k][t] for t in bits(self.times.reach[slot] & self._blocked[k]) if t in self._held[k]
            )
            if group:
                groups.append(group)
            else:
                groups += [(c,) for c in self._to_lessen(party, k, slot, bool(limited))]
        return [
            group for group in groups if not any(self.is_pinned(c) for c in group) and self._opens(party, group, slot)
        ]

    def _to_lessen(self, party: int, k: int, slot: int, limited: bool) -> list[int]:
        """Meetings whose going would bring a party, or one of its people, below a limit."""
        among = self.met[party] if limited else set(self._held[k].values())
        return sorted(among)

    def _opens(self, party: int, group: tuple[int, ...], slot: int) -> bool:
        gone = [(c, self.take_away(c)) for c in group]
        opened = self.open[party] >> slot & 1
        for c, placement in gone:
            self.put(c, placement)
        return bool(opened)

    def is_pinned(self, candidate: int) -> bool:
        """Whether it stands where it is, whatever comes."""
        return self.problem.candidates[candidate].fixed is not None

    # Changes

    def place(self, candidate: int, slot: int) -> bool:
        """Hold a candidate then, if that can be. Returns whether it is."""
        placement = self.fit(candidate, slot)
        if placement is None:
            return False
        self.put(candidate, placement)
        return True

    def put(self, candidate: int, placement: Placement) -> None:
        """Hold a candidate exactly like this. Whether the rules allow it is not looked at."""
        one, slot = self.problem.candidates[candidate], placement.slot
        day = self.times.day[slot]
        for party, seat in zip(one.parties, placement.seats, strict=True):
            k = self._first[party] + seat
            self._held[k][slot] = candidate
            self._blocked[k] |= self.times.reach[slot]
            self._count(self._daily[k], day, 1)
            self._count(self._party_daily[party], day, 1)
            self.counts[party] += 1
            self.met[party].add(candidate)
            self._reopen(party)
        if placement.helper is not None:
            self.interpreters.take(placement.helper, one.parties, slot)
            self._helped[placement.helper, slot] = candidate
        if not self.places.endless:
            self.places.take(placement.hall, slot)
        if self._trying:
            self.trial.setdefault(candidate, None)
        self._at[slot].add(candidate)
        self.placed[candidate] = placement
        self.weight += one.weight

    def take_away(self, candidate: int) -> Placement:
        """Do not hold it after all. Returns how it was held; KeyError if it was not."""
        placement = self.placed.pop(candidate)
        if self._trying:
            self.trial.setdefault(candidate, placement)
        one, slot = self.problem.candidates[candidate], placement.slot
        day = self.times.day[slot]
        for party, seat in zip(one.parties, placement.seats, strict=True):
            k = self._first[party] + seat
            del self._held[k][slot]
            self._unblock(k, slot)
            self._count(self._daily[k], day, -1)
            self._count(self._party_daily[party], day, -1)
            self.counts[party] -= 1
            self.met[party].remove(candidate)
            self._reopen(party)
        if placement.helper is not None:
            self.interpreters.release(placement.helper, slot)
            del self._helped[placement.helper, slot]
        if not self.places.endless:
            self.places.release(placement.hall, slot)
        self._at[slot].remove(candidate)
        self.weight -= one.weight
        return placement

    def begin_trial(self) -> None:
        """Remember in `trial` how what changes stood before, so that it can be brought back; one trial at a time."""
        self.trial, self._trying = {}, True

    def end_trial(self, *, keep: bool) -> None:
        """Keep all changes since the trial began, or take them all back."""
        self._trying = False
        if keep:
            return
        for c in self.trial:
            if c in self.placed:
                self.take_away(c)
        self.put_all((c, placement) for c, placement in self.trial.items() if placement is not None)

    @staticmethod
    def _count(daily: list[int] | None, day: int, by: int) -> None:
        if daily is not None:
            daily[day] += by

    def _unblock(self, k: int, slot: int) -> None:
        if self.times.apart:
            self._blocked[k] ^= 1 << slot
            return
        self._blocked[k] = 0
        for t in self._held[k]:
            self._blocked[k] |= self.times.reach[t]

    # What is open

    def _reopen(self, party: int) -> None:
        seats = self._seats[party]
        if len(seats) == 1 and self._daily[seats[0]] is None:
            mask = self._free[seats[0]] & ~self._blocked[seats[0]]
        else:
            mask = 0
            for k in seats:
                mask |= self._seat_open(k)
        limited = self._limited(party)
        self.open[party] = mask & ~limited if limited else mask

    def _seat_open(self, k: int) -> Mask:
        mask = self._free[k] & ~self._blocked[k]
        daily = self._daily[k]
        return mask if daily is None else mask & ~self._full(daily, self._people[k].daily or 0)

    def _limited(self, party: int) -> Mask:
        """The slots in which a party has as many meetings as it may, of that day or at all."""
        rule = self.problem.parties[party]
        if rule.most is not None and self.counts[party] >= rule.most:
            return self.all_slots
        daily = self._party_daily[party]
        return 0 if daily is None else self._full(daily, rule.most_a_day or 0)

    def _full(self, daily: list[int], most: int) -> Mask:
        mask = 0
        for day, slots in enumerate(self.times.days):
            if daily[day] >= most:
                mask |= slots
        return mask

    # What came of it

    def agenda(self, party: int, seat: int) -> dict[int, int]:
        """Slot -> candidate, of the meetings that somebody sits in; not to be changed."""
        return self._held[self._first[party] + seat]

    def schedule(self) -> Schedule:
        """What stands, as a value."""
        return Schedule(dict(self.placed))

    @classmethod
    def of(cls, problem: Problem, schedule: Schedule) -> "Board":
        """A board on which a schedule stands."""
        board = cls(problem)
        board.put_all(schedule.placed.items())
        return board

    def put_all(self, placements: Iterable[tuple[int, Placement]]) -> None:
        """Hold all of these exactly like this."""
        for candidate, placement in placements:
            self.put(candidate, placement)


def _burden(placement: Placement) -> tuple[bool, bool]:
    return placement.pending, placement.helper is not None


def _padded(booked: tuple[int, ...], days: int) -> list[int]:
    return [*booked, *[0] * (days - len(booked))]
