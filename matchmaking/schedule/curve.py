"""How unwelcome a local hour is, 0 (midday) to 100 (night), and in which hours nobody is asked at all.

Hours are what clocks show where somebody is, found instant by instant: so days when clocks change, zones off the full
hour and dates beyond the date line need no rule of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from matchmaking.schedule.problem import Mask, SlotTime

DAY_MINUTES = 1440
STEP = timedelta(minutes=5)
NIGHT = 100


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve, by minutes after local midnight.

    Nothing from `easy_opens` to `easy_closes`; from there it grows with the square of the distance, so that one bad
    hour counts more than two middling ones, up to `edge` where waking hours begin and end; outside them it is night.
    """

    waking_opens: int = 7 * 60
    waking_closes: int = 23 * 60
    easy_opens: int = 10 * 60
    easy_closes: int = 17 * 60
    edge: int = 60


def is_night(minute: int, curve: Curve = Curve()) -> bool:
    """Whether that minute of the local day is outside waking hours."""
    return not curve.waking_opens <= minute % DAY_MINUTES < curve.waking_closes


def discomfort(minute: int, curve: Curve = Curve()) -> int:
    """Of one minute of the local day; minutes beyond 1440 are the next day's. Rises away from midday, never falls."""
    minute %= DAY_MINUTES
    if is_night(minute, curve):
        return NIGHT
    if minute < curve.easy_opens:
        far, widest = curve.easy_opens - minute, curve.easy_opens - curve.waking_opens
    elif minute > curve.easy_closes:
        far, widest = minute - curve.easy_closes, curve.waking_closes - curve.easy_closes
    else:
        return 0
    return round(curve.edge * far * far / (widest * widest))


@lru_cache(1 << 16)
def discomfort_of(start: datetime, end: datetime, zone: str, curve: Curve = Curve()) -> int:
    """Of a meeting from `start` to `end` (aware instants) for somebody in `zone`: its worst five minutes."""
    return max(discomfort(minute, curve) for minute in _minutes(start, end, zone))


def by_night(start: datetime, end: datetime, zone: str, curve: Curve = Curve()) -> bool:
    """Whether some of it lies outside the waking hours of `zone`. Whose hours are merely assumed is not asked then;
    who stated such hours is, at the cost of a night."""
    return any(is_night(minute, curve) for minute in _minutes(start, end, zone))


def waking_slots(slots: Sequence[SlotTime], zone: str, curve: Curve = Curve()) -> Mask:
    """The slots that lie wholly in the waking hours of `zone`."""
    return sum(1 << s for s, slot in enumerate(slots) if not by_night(slot.starts_at, slot.ends_at, zone, curve))


def costs(slots: Sequence[SlotTime], people: Sequence[tuple[str, Mask]], curve: Curve = Curve()) -> tuple[int, ...]:
    """What a meeting in each slot costs a party of `people`, each a zone and the slots in which they are there: what
    it costs the one whom it costs least of those there then; a night where nobody is."""
    return tuple(
        min(
            (discomfort_of(slot.starts_at, slot.ends_at, zone, curve) for zone, there in people if there >> s & 1),
            default=NIGHT,
        )
        for s, slot in enumerate(slots)
    )


@lru_cache(1 << 16)
def _minutes(start: datetime, end: datetime, zone: str) -> tuple[int, ...]:
    """What clocks in `zone` show every five minutes from `start` until before `end`, minutes after local midnight."""
    tz = ZoneInfo(zone)
    steps = max(-((start - end) // STEP), 1)
    walls = ((start + n * STEP).astimezone(tz) for n in range(steps))
    return tuple(wall.hour * 60 + wall.minute for wall in walls)
