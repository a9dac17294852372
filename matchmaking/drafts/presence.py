"""Who is there and free in which of the slots to come, as bitmasks over the slots (see `schedule.problem`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from matchmaking.calendar import Rules
from matchmaking.schedule.curve import Curve, waking_slots
from matchmaking.schedule.problem import Mask, SlotTime
from matchmaking.slots import Interval, cells, expand, merge
from matchmaking.tables import Availability, Occupancy, Slot

ON_SITE = "on_site"
_AT_ONCE = 500  # resources asked about by one statement
Hours = tuple[tuple[date, tuple[tuple[int, int], ...], str], ...]  # local date, hours, zone


class Site(NamedTuple):
    """A venue at which people meet at tables: what it is called, in any language, and its tables' ids."""

    id: UUID
    names: frozenset[str]
    tables: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """The slots to come, and of which of them a 5-minute cell is part, the buffers after them included."""

    slots: tuple[SlotTime, ...]
    of_cell: Mapping[int, Mask]
    days: int

    @property
    def everything(self) -> Mask:
        """All slots."""
        return (1 << len(self.slots)) - 1

    def reach(self, slot: int | None) -> Mask:
        """A slot and all that clash with it; none for None."""
        return 0 if slot is None else 1 << slot | self.slots[slot].clash

    @property
    def span(self) -> range:
        """From the first cell to the last."""
        return range(min(self.of_cell, default=0), max(self.of_cell, default=-1) + 1)


@dataclass(slots=True)
class Presence:
    """When somebody is there: in which slots, in which halls (by index), at most how often a day."""

    there: Mask = 0
    halls: dict[int, Mask] = field(default_factory=dict)
    daily: int | None = None


def offered_slots(db: Session, convention_id: UUID, rules: Rules, now: datetime) -> Offered:
    """The slots that have not begun, in order."""
    query = select(Slot).where(Slot.convention_id == convention_id, Slot.starts_at > now)
    return offer(db.exec(query.order_by(col(Slot.starts_at))).all(), rules)


def offer(rows: Sequence[Slot], rules: Rules) -> Offered:
    """Slots in order as a problem has them. Two clash if one begins before the buffer after the other is over."""
    of_cell: defaultdict[int, Mask] = defaultdict(int)
    spans = [cells(row.starts_at, row.ends_at, rules.buffer_minutes) for row in rows]
    for s, span in enumerate(spans):
        for cell in span:
            of_cell[cell] |= 1 << s
    slots = []
    for s, row in enumerate(rows):
        clash = 0
        for cell in spans[s]:
            clash |= of_cell[cell]
        day = (row.starts_at.astimezone(ZoneInfo(rules.zone)).date() - rules.first_day).days
        slots.append(SlotTime(row.id, row.starts_at, row.ends_at, max(day, 0), clash & ~(1 << s)))
    return Offered(tuple(slots), of_cell, max((slot.day for slot in slots), default=-1) + 1)


def presences(
    db: Session,
    convention_id: UUID,
    people: Collection[UUID],
    offered: Offered,
    curve: Curve,
    sites: Sequence[Site],
) -> dict[UUID, Presence]:
    """When these people are there. Whose hours are only assumed is not asked outside of waking hours."""
    query = select(Availability).where(Availability.convention_id == convention_id, Availability.mode != "absent")
    if len(people) <= _AT_ONCE:
        query = query.where(col(Availability.person_id).in_(people))
    days: defaultdict[UUID, list[Availability]] = defaultdict(list)
    for row in db.exec(query.order_by(col(Availability.person_id), col(Availability.local_date))):
        days[row.person_id].append(row)
    masks, wanted = _Masks(offered, curve), frozenset(people)
    return {person: _presence(rows, masks, sites) for person, rows in days.items() if person in wanted}


class _Masks:
    """Hours as masks: most people keep one of a few usual weeks, and what one means is worked out once."""

    def __init__(self, offered: Offered, curve: Curve) -> None:
        self._offered = offered
        self.of = lru_cache(4096)(self._of)
        self.waking = lru_cache(512)(lambda zone: waking_slots(offered.slots, zone, curve))

    def _of(self, hours: Hours) -> Mask:
        stretches: list[Interval] = []
        for day, opened, zone in hours:
            stretches += expand(day, opened, zone)
        mask = 0
        for start, end in merge(stretches):
            for s, slot in enumerate(self._offered.slots):
                mask |= (start <= slot.starts_at and slot.ends_at <= end) << s
        return mask


def _presence(rows: Sequence[Availability], masks: _Masks, sites: Sequence[Site]) -> Presence:
    found = Presence(there=masks.of(_hours(rows)))
    if any(row.source == "assumed" for row in rows):
        found.there &= masks.waking(rows[0].zone)
    for hall, site in enumerate(sites):
        if on_site := [row for row in rows if row.mode == ON_SITE and _is_at(row.place, site, sites)]:
            found.halls[hall] = masks.of(_hours(on_site)) & found.there
    found.daily = min((row.maximum for row in rows if row.maximum is not None), default=None)
    return found


def _hours(rows: Iterable[Availability]) -> Hours:
    return tuple((row.local_date, tuple((opens, closes) for opens, closes in row.hours), row.zone) for row in rows)


def _is_at(place: str | None, site: Site, sites: Sequence[Site]) -> bool:
    """Whether a place somebody named is that site; who named none is at the only one there is."""
    return place.strip().casefold() in site.names if place else len(sites) == 1


def taken(db: Session, resources: Sequence[UUID], offered: Offered) -> dict[UUID, dict[UUID, Mask]]:
    """Of these people, tables and blocks: the slots in which each is taken, by holder, by anything of the host."""
    span = offered.span
    found: defaultdict[UUID, dict[UUID, Mask]] = defaultdict(dict)
    for first in range(0, len(resources), _AT_ONCE):
        query = select(Occupancy.resource_id, Occupancy.cell, Occupancy.holder_id).where(
            col(Occupancy.resource_id).in_(resources[first : first + _AT_ONCE]),
            col(Occupancy.cell).between(span.start, span.stop),
        )
        for resource, cell, holder in db.exec(query):
            mask = offered.of_cell.get(cell, 0)
            found[resource][holder] = found[resource].get(holder, 0) | mask
    return found


def union(masks: Iterable[Mask]) -> Mask:
    """All slots that are in any of them."""
    whole = 0
    for mask in masks:
        whole |= mask
    return whole
