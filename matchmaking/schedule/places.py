"""Where meetings take place while a schedule is made: tables in halls, and lines for meetings online."""

from collections.abc import Sequence

from matchmaking.schedule.problem import Problem, Seat
from matchmaking.schedule.timetable import Timetable, bits


class Places:
    """How many tables and lines are taken in each slot. A place is a hall's index, or None for online."""

    def __init__(self, problem: Problem, times: Timetable) -> None:
        slots = len(problem.slots)
        self.times = times
        lines = problem.rules.lines
        self._there: dict[int | None, Sequence[int]] = {h: hall.tables for h, hall in enumerate(problem.halls)}
        if lines is not None:
            self._there[None] = [lines] * slots
        self._used: dict[int | None, list[int]] = {place: [0] * slots for place in self._there}
        self.change = times.within(problem.rules.change_minutes) if problem.halls else [0] * slots
        self.endless = not self._there

    def free(self, place: int | None, slot: int) -> bool:
        """Whether one more meeting has room there, also while others go on that began before or begin meanwhile."""
        if place not in self._there:
            return True
        used, there = self._used[place], self._there[place]
        if self.times.apart:
            return used[slot] < there[slot]
        later = self.times.reach[slot] >> (slot + 1) << (slot + 1)
        begin = [slot, *(t for t in bits(later) if used[t])]
        return all(sum(used[t] for t in bits(self.times.crowd[at])) < there[at] for at in begin)

    def take(self, place: int | None, slot: int) -> None:
        """A meeting takes place there."""
        if place in self._used:
            self._used[place][slot] += 1

    def release(self, place: int | None, slot: int) -> None:
        """It does not after all."""
        if place in self._used:
            self._used[place][slot] -= 1


def place_of(seats: Sequence[Seat], slot: int) -> int | None:
    """The hall in which these meet: the one where all of them are then, or None: online."""
    halls = (hall for hall, there in seats[0].halls.items() if there >> slot & 1)
    return next((hall for hall in halls if all(seat.halls.get(hall, 0) >> slot & 1 for seat in seats[1:])), None)
