"""Idle gaps: where somebody waits between two meetings of one day."""

from collections.abc import Sequence

from matchmaking.schedule.problem import Mask
from matchmaking.schedule.timetable import Timetable, bits


def gaps(held: Mask, free: Mask, times: Timetable) -> int:
    """The gaps of somebody who meets in the slots `held` and is there and free in `free`.

    A gap lies between two meetings that follow each other on one day, if at least one slot between them is free and
    clashes with neither. Hours in which they are away, or in a meeting that stands already, are no waiting.
    """
    return sum(gaps_of_day(held & day, free & day, times.reach) for day in times.days if held & day)


def gaps_of_day(held: Mask, free: Mask, reach: Sequence[Mask]) -> int:
    """As `gaps`, of slots of one day. `reach[s]`: s itself and all that clash with it."""
    found, idle, before = 0, free & ~held, -1
    for slot in bits(held):
        if before >= 0:
            between = (1 << slot) - (2 << before)
            found += bool(idle & between & ~reach[before] & ~reach[slot])
        before = slot
    return found
