"""Interpreters while a schedule is made: who of them can take a meeting, and what they have taken."""

from collections.abc import Iterator

from matchmaking.schedule.languages import Tongues, bridged
from matchmaking.schedule.problem import Helper, Mask, Problem
from matchmaking.schedule.timetable import Timetable, bits

_ALREADY: tuple[int, ...] = ()  # the parties of meetings that stand already, which are none of the problem's


class Interpreters:
    """`taken[h]`: slot -> the parties of the meeting that helper h interprets then, standing ones included."""

    def __init__(self, problem: Problem, times: Timetable) -> None:
        self.helpers = problem.helpers
        self.rules = problem.rules
        self.times = times
        self.taken: list[dict[int, tuple[int, ...]]] = [dict.fromkeys(bits(h.busy), _ALREADY) for h in self.helpers]
        self._work: list[Mask] = [helper.busy for helper in self.helpers]
        self._blocked: list[Mask] = [self._reach(helper.busy) for helper in self.helpers]
        self._spent = [[*helper.booked, *[0] * (len(times.days) - len(helper.booked))] for helper in self.helpers]
        far = times.within(max(self.rules.stretch_minutes, self.rules.handover_minutes, 1))
        self._tiring = [close | 1 << s for s, close in enumerate(far)]
        self._handover = times.within(self.rules.handover_minutes)
        self._rests = [self._plan(h) for h in range(len(self.helpers))]
        self._suits: dict[Tongues, tuple[int, ...]] = {}
        self._most: dict[tuple[Mask, int | None, tuple[int, ...]], int] = {}
        self._fresh: list[dict[int, bool]] = [{} for _ in self.helpers]  # what _rested said, until their work changes

    def _reach(self, work: Mask) -> Mask:
        blocked = 0
        for slot in bits(work):
            blocked |= self.times.reach[slot]
        return blocked

    def suits(self, tongues: Tongues) -> tuple[int, ...]:
        """Who can interpret between these, whenever: those first that are of least use elsewhere."""
        if tongues not in self._suits:
            able = [h for h, helper in enumerate(self.helpers) if bridged(tongues, helper.pairs)]
            able.sort(key=lambda h: (self.helpers[h].only_for is None, len(self.helpers[h].pairs), h))
            self._suits[tongues] = tuple(able)
        return self._suits[tongues]

    def found(self, parties: tuple[int, ...], slot: int, tongues: Tongues) -> Iterator[int]:
        """Who could interpret this meeting, the first the best: who is reserved for them, their own, all others."""
        able = [h for h in self.suits(tongues) if self.helpers[h].free >> slot & 1 and self.free(h, parties, slot)]
        able.sort(key=lambda h: (not self._reserved(h, parties, slot), self._rests[h] >> slot & 1))
        return iter(able)

    def _reserved(self, h: int, parties: tuple[int, ...], slot: int) -> bool:
        return any(self.helpers[h].blocks.get(party, 0) >> slot & 1 for party in parties)

    def _plan(self, h: int) -> Mask:
        """The slots in which somebody would rest who works whenever they can, the next at other times than the last:
        best for all together if they are all needed all the time."""
        rules, times = self.rules, self.times
        rests, worked, last = 0, 0, -1
        for s in bits(self.helpers[h].free):
            if last < 0 or times.rest(last, s) >= rules.break_minutes:
                turns = rules.stretch_minutes // max(1, times.minutes[s]) + 1
                worked = times.minutes[s] * (h % turns) if last < 0 else 0
            if worked + times.minutes[s] > rules.stretch_minutes:
                rests, worked = rests | 1 << s, 0
            else:
                worked += times.minutes[s]
            last = s
        return rests

    def free(self, h: int, parties: tuple[int, ...], slot: int) -> bool:
        """Whether they can take this meeting: there, not reserved for others, not tired, within the day's minutes."""
        helper = self.helpers[h]
        if not (helper.free & ~self._blocked[h]) >> slot & 1 or not _serves(helper, parties, slot):
            return False
        spent = self._spent[h][self.times.day[slot]] + self.times.minutes[slot]
        if helper.daily_minutes is not None and spent > helper.daily_minutes:
            return False
        close = self._handover[slot] & self._work[h]
        if close and any(not set(parties) & set(self.taken[h][t]) for t in bits(close)):
            return False
        fresh = self._fresh[h]
        if slot not in fresh:
            fresh[slot] = self._rested(h, slot)
        return fresh[slot]

    def _rested(self, h: int, slot: int) -> bool:
        """Whether the stretch of work that this slot would be part of is not too long, or nothing but this meeting."""
        if self.rules.break_minutes <= 0:
            return True
        minutes = self.times.minutes
        worked, alone, work = minutes[slot], True, self._work[h]
        here, before = slot, work & ((1 << slot) - 1)
        while before and self.times.rest(before.bit_length() - 1, here) < self.rules.break_minutes:
            here = before.bit_length() - 1
            before ^= 1 << here
            worked, alone = worked + minutes[here], False
        here, after = slot, work >> (slot + 1) << (slot + 1)
        while after and self.times.rest(here, (after & -after).bit_length() - 1) < self.rules.break_minutes:
            here = (after & -after).bit_length() - 1
            after ^= 1 << here
            worked, alone = worked + minutes[here], False
        return alone or worked <= self.rules.stretch_minutes

    def near(self, h: int, slot: int) -> Iterator[int]:
        """The slots of their work that could keep them from a meeting then: then, or so near that it tires them."""
        return bits(self._work[h] & self._tiring[slot])

    def most(self, h: int, window: Mask) -> int:
        """No more meetings than so many can one interpreter take in these slots, all of one day, whatever they are."""
        free = self.helpers[h].free & window & ~self._blocked[h]
        key = (free, self.helpers[h].daily_minutes, tuple(self._spent[h]))
        if key not in self._most:
            self._most[key] = self._most_of(h, list(bits(free)))
        return self._most[key]

    def _most_of(self, h: int, slots: list[int]) -> int:
        if not slots:
            return 0
        minutes, limit = self.times.minutes, self.helpers[h].daily_minutes
        day, short = self.times.day[slots[0]], min(minutes[s] for s in slots)
        left = len(slots) if limit is None else max(0, limit - self._spent[h][day]) // max(1, short)
        best = {(-1, 0): 0}  # the last meeting, minutes of the stretch it ends -> meetings up to it
        for s in slots:
            for (last, worked), count in list(best.items()):
                if last >= 0 and self.times.reach[last] >> s & 1:
                    continue
                resumed = last >= 0 and self.times.rest(last, s) < self.rules.break_minutes
                stretch = worked + minutes[s] if resumed else minutes[s]
                if not resumed or stretch <= self.rules.stretch_minutes:
                    best[s, stretch] = max(best.get((s, stretch), 0), count + 1)
        return min(left, max(best.values()))

    def take(self, h: int, parties: tuple[int, ...], slot: int) -> None:
        """They interpret a meeting of these parties then."""
        self.taken[h][slot] = parties
        self._fresh[h].clear()
        self._work[h] |= 1 << slot
        self._blocked[h] |= self.times.reach[slot]
        self._spent[h][self.times.day[slot]] += self.times.minutes[slot]

    def release(self, h: int, slot: int) -> None:
        """They do not interpret then after all."""
        del self.taken[h][slot]
        self._fresh[h].clear()
        self._work[h] ^= 1 << slot
        self._blocked[h] = self._reach(self._work[h])
        self._spent[h][self.times.day[slot]] -= self.times.minutes[slot]


def _serves(helper: Helper, parties: tuple[int, ...], slot: int) -> bool:
    if helper.only_for is not None and helper.only_for not in parties:
        return False
    return not any(mask >> slot & 1 for party, mask in helper.blocks.items() if party not in parties)
