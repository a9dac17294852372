"""How slots lie to each other: which nobody can attend together, which are close, how long they are, on which day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import and_, or_

from matchmaking.schedule.problem import Mask, SlotTime


def bits(mask: Mask) -> Iterator[int]:
    """The slots in a mask, in order of time."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def union(masks: Iterable[Mask]) -> Mask:
    """The slots in any of these masks."""
    return reduce(or_, masks, 0)


def common(masks: Iterable[Mask]) -> Mask:
    """The slots in all of these masks, of which there is at least one."""
    return reduce(and_, masks)


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)


class Timetable:
    """The slots of a problem.

    `reach[s]`: s itself and all that clash with it, whichever of the two says so. `days`: the slots of each day.
    `minutes[s]`: how long a meeting in s takes. `crowd[s]`: s and the earlier ones that clash with it, all of which are
    going on when s starts, so that whoever is in one of them is in no other.
    """

    def __init__(self, slots: Sequence[SlotTime]) -> None:
        self.slots = slots
        self.minutes = [_minutes(slot.starts_at, slot.ends_at) for slot in slots]
        self.day = [slot.day for slot in slots]
        self.days: list[Mask] = [0] * (max(self.day, default=-1) + 1)
        self.reach: list[Mask] = [1 << s | slot.clash for s, slot in enumerate(slots)]
        for s, slot in enumerate(slots):
            self.days[slot.day] |= 1 << s
            for other in bits(slot.clash):
                self.reach[other] |= 1 << s
        self.crowd: list[Mask] = [mask & ((2 << s) - 1) for s, mask in enumerate(self.reach)]
        self.apart = all(mask == 1 << s for s, mask in enumerate(self.reach))

    def rest(self, first: int, second: int) -> int:
        """Minutes from the end of the earlier slot to the start of the later one; below 0 if they overlap."""
        if first > second:
            first, second = second, first
        return _minutes(self.slots[first].ends_at, self.slots[second].starts_at)

    def within(self, minutes: int) -> list[Mask]:
        """For each slot, the others that are less than so many minutes away from it (those that overlap included)."""
        close: list[Mask] = [0] * len(self.slots)
        for s in range(len(self.slots)) if minutes > 0 else ():
            for t in range(s + 1, len(self.slots)):
                if self.rest(s, t) < minutes:
                    close[s] |= 1 << t
                    close[t] |= 1 << s
        return close
