"""Wall time, cells and free slots, as pure functions over values.

Instants are aware UTC datetimes, half-open intervals are (start, end) pairs of them, wall times of day are minutes
after local midnight. Time zone rules are those of PEP 495: `fold` 0 is the first of two equal wall times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from matchmaking.errors import AmbiguousTime, BadCalendar, NonexistentTime

CELL_SECONDS = 300
CELL_MINUTES = 5
DAY_MINUTES = 1440

Interval = tuple[datetime, datetime]


def to_instant(local: datetime, zone: str, fold: int | None = None) -> datetime:
    """The instant at which clocks in `zone` show the naive wall time `local`.

    Raises:
        NonexistentTime: the clocks skip it.
        AmbiguousTime: they show it twice and `fold` does not say which.
    """
    tz = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=tz, fold=f).astimezone(UTC) for f in (0, 1))
    if first.astimezone(tz).replace(tzinfo=None) != local:
        raise NonexistentTime(wall=local.isoformat(), zone=zone)
    if first != second and fold is None:
        raise AmbiguousTime(wall=local.isoformat(), zone=zone)
    return second if fold else first


def wall(instant: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at `instant`, aware in that zone."""
    return instant.astimezone(ZoneInfo(zone))


def expand(day: date, hours: Iterable[Sequence[int]], zone: str) -> list[Interval]:
    """The stretches of real time in which clocks in `zone` show one of the hours of local date `day`.

    `hours` are [opens, closes] minutes; closes beyond 1440 reach into the next date. So an hour that clocks repeat
    is there twice, and one that they skip is not there at all.
    """
    midnight = datetime.combine(day, time(), UTC)
    tz = ZoneInfo(zone)
    # No clock is 16 hours from UTC, and none is changed twice within these few days.
    earliest, latest = midnight - timedelta(hours=16), midnight + timedelta(hours=48 + 16)
    before, after = _offset(earliest, tz), _offset(latest, tz)
    change = latest if before == after else _change_of_clocks(earliest, latest, tz)
    stretches: list[Interval] = []
    for opens, closes in hours:
        start, end = midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)
        stretches += [(start - before, min(end - before, change)), (max(start - after, change), end - after)]
    return [(start, end) for start, end in stretches if start < end]


def _offset(instant: datetime, tz: ZoneInfo) -> timedelta:
    return instant.astimezone(tz).utcoffset() or timedelta()


def _change_of_clocks(earliest: datetime, latest: datetime, tz: ZoneInfo) -> datetime:
    """The instant, to the second, from which the offset is no longer that of `earliest`."""
    before = _offset(earliest, tz)
    while latest - earliest > timedelta(seconds=1):
        middle = (earliest + (latest - earliest) / 2).replace(microsecond=0)
        earliest, latest = (middle, latest) if _offset(middle, tz) == before else (earliest, middle)
    return latest


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time as disjoint intervals in order; touching ones become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@lru_cache(4096)
def cells(start: datetime, end: datetime, buffer_minutes: int = 0) -> range:
    """The 5-minute UTC cells (Unix time // 300) that a stretch and the buffer after it occupy."""
    last = end + timedelta(minutes=buffer_minutes)
    return range(int(start.timestamp()) // CELL_SECONDS, -(-int(last.timestamp()) // CELL_SECONDS))


@dataclass(frozen=True, slots=True)
class Block:
    """Hours of the meeting calendar, daily, in the convention's wall time. `closes` may pass midnight."""

    name: str
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A slot that the calendar offers."""

    starts_at: datetime
    ends_at: datetime
    block: str


def lay_out(days: Iterable[date], blocks: Sequence[Block], zone: str, length: int, buffer: int) -> list[OfferedSlot]:
    """The calendar's slots in order: from each block's opening on, one every `length` + `buffer` minutes of real time.

    Stepping in real time gives each slot its true length on days when clocks change.

    Raises:
        BadCalendar: lengths or blocks off the 5-minute grid, empty, or overlapping.
    """
    if length <= 0 or buffer < 0 or length % CELL_MINUTES or buffer % CELL_MINUTES:
        raise BadCalendar("Slots and buffers are whole multiples of 5 minutes.", slot=length, buffer=buffer)
    offered: list[OfferedSlot] = []
    for day in days:
        for block in blocks:
            offered += _slots_of_block(day, block, zone, length, buffer)
    offered.sort(key=lambda slot: slot.starts_at)
    for one, following in pairwise(offered):
        if following.starts_at < one.ends_at:
            raise BadCalendar("Two blocks overlap.", blocks=[one.block, following.block])
    if not offered:
        raise BadCalendar("No slot fits into these days and blocks.")
    return offered


def _slots_of_block(day: date, block: Block, zone: str, length: int, buffer: int) -> list[OfferedSlot]:
    if not 0 <= block.opens < block.closes <= 2 * DAY_MINUTES or block.opens % CELL_MINUTES:
        raise BadCalendar(f"Block {block.name} does not open before it closes.", block=block.name)
    slots: list[OfferedSlot] = []
    for start, end in merge(expand(day, [(block.opens, block.closes)], zone)):
        while start + timedelta(minutes=length) <= end:
            slots.append(OfferedSlot(start, start + timedelta(minutes=length), block.name))
            start += timedelta(minutes=length + buffer)
    return slots


class PersonTime(NamedTuple):
    """When one person is there, and the cells in which they are taken."""

    person_id: UUID
    there: tuple[Interval, ...]
    taken: frozenset[int]
    languages: frozenset[str] = frozenset()
    load: int = 0

    def free(self, start: datetime, end: datetime, buffer_minutes: int) -> bool:
        """There from start to end, and not taken then or in the buffer."""
        return any(a <= start and end <= b for a, b in self.there) and (
            not self.taken or self.taken.isdisjoint(cells(start, end, buffer_minutes))
        )


def choose(
    seekers: Sequence[PersonTime], offerers: Sequence[PersonTime], start: datetime, end: datetime, buffer_minutes: int
) -> tuple[UUID, UUID] | None:
    """The person of each side who should meet then, or None if either side has nobody free.

    First choice is a pair that shares a language; then whoever has the fewest meetings; then the order given
    (the lead first). A side's order among equals never depends on anything but the arguments.
    """
    ours = [p for p in seekers if p.free(start, end, buffer_minutes)]
    theirs = [p for p in offerers if p.free(start, end, buffer_minutes)]
    if not ours or not theirs:
        return None
    best = min(
        ((a, b) for a in ours for b in theirs if a.person_id != b.person_id),
        key=lambda pair: (not pair[0].languages & pair[1].languages, pair[0].load + pair[1].load),
        default=None,
    )
    return (best[0].person_id, best[1].person_id) if best else None


def day_shift(instant: datetime, zone: str, home_zone: str) -> int:
    """How many calendar days `zone` is ahead (+1) or behind (-1) of `home_zone` at that instant."""
    return (wall(instant, zone).date() - wall(instant, home_zone).date()).days
