"""Synthetic conventions to be scheduled: countries with zones and languages, wishes of both sides, popular parties.

The same seed makes the same convention, whatever the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.core import get_global
from babel.languages import get_official_languages

from matchmaking.schedule.curve import Curve, costs, waking_slots
from matchmaking.schedule.problem import Candidate, Hall, Helper, Mask, Party, Problem, Rules, Seat, SlotTime

HOME = ZoneInfo("Asia/Seoul")
FIRST_DAY = datetime(2026, 11, 9, tzinfo=HOME)
SLOT, PAUSE = timedelta(minutes=30), timedelta(minutes=5)
WAKING = Curve(waking_opens=8 * 60, waking_closes=21 * 60)
# Where most buyers come from; the others follow by the alphabet.
NEAR = (
    "KR",
    "CN",
    "JP",
    "RU",
    "MN",
    "KZ",
    "UZ",
    "VN",
    "TH",
    "ID",
    "MY",
    "SG",
    "US",
    "AE",
    "SA",
    "TR",
    "IN",
    "DE",
    "FR",
)
MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "RU": "Europe/Moscow",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
NOT_COUNTRIES = {"001", "AQ", "UM", "ZZ"}
WISHES = ("must", "meet", "none")
BUYERS_WISH, EXHIBITORS_WISH = (25, 60, 15), (15, 55, 30)  # how often in a hundred
# What a meeting is worth by what either side wishes: what both want comes before what one wants very much.
WORTH = {
    ("must", "must"): 100,
    ("meet", "must"): 80,
    ("meet", "meet"): 60,
    ("must", "none"): 30,
    ("meet", "none"): 20,
}
INTERPRETED = ("zh", "ja", "ru", "vi", "ar", "es", "fr", "pt", "th", "tr")


@dataclass(frozen=True, slots=True)
class Size:
    """How many take part, from how many countries, how long, and how many pairs ask to meet."""

    name: str
    exhibitors: int
    buyers: int
    days: int
    countries: int
    abroad: float  # the share of exhibitors that are not at home
    hours: tuple[int, int]  # of the calendar, in the home zone
    requests: int
    contended: int
    crowding: int  # the greater, the more wish to meet the same few


SIZES = {
    size.name: size
    for size in (
        Size("s", 64, 85, 4, 19, 0.0, (9, 18), 380, 916, 12),
        Size("m", 300, 400, 5, 60, 0.3, (8, 19), 3_200, 6_400, 12),
        Size("l", 1_900, 4_000, 4, 160, 0.9, (2, 22), 40_005, 39_744, 24),
    )
}


@dataclass(frozen=True, slots=True)
class _Comer:
    """Somebody who takes part: where from, when they could and what they speak."""

    zone: str
    free: Mask
    languages: frozenset[str]
    hall: int | None


def convention(size: Size, *, contended: bool = False, resources: bool = False, seed: int = 0) -> Problem:
    """The problem of one convention.

    `contended`: everybody is free in half of their waking hours only. `resources`: two halls with few tables, a limit
    of lines, languages, and too few interpreters, without whom nobody meets who shares no language.
    """
    chance = Random(f"{size.name} {contended} {resources} {seed}")  # nosec B311
    slots = calendar(size)
    countries = _countries(size.countries)
    comers = [
        _comer(chance, slots, _country(chance, countries, size.abroad if n < size.exhibitors else 0.98), contended)
        for n in range(size.exhibitors + size.buyers)
    ]
    candidates = _candidates(chance, size, comers, size.contended if contended else size.requests)
    return Problem(
        slots=slots,
        parties=tuple(_party(n, comer, slots, resources) for n, comer in enumerate(comers)),
        candidates=candidates,
        helpers=_helpers(chance, slots, size) if resources else (),
        halls=_halls(slots, size) if resources else (),
        rules=Rules(without_interpreter=False, lines=len(candidates) * 7 // (5 * len(slots))) if resources else Rules(),
    )


def calendar(size: Size) -> tuple[SlotTime, ...]:
    """Slots of 25 minutes every half hour, on each day of the convention."""
    opens, closes = size.hours
    return tuple(
        SlotTime(_id("slot", day * 100 + n), starts_at := start.astimezone(UTC), starts_at + SLOT - PAUSE, day)
        for day in range(size.days)
        for n in range((closes - opens) * 2)
        for start in [FIRST_DAY + timedelta(days=day, hours=opens) + SLOT * n]
    )


def _id(kind: str, number: int) -> UUID:
    return UUID(int=(sum(kind.encode()) << 64) + number)


@cache
def _countries(many: int) -> tuple[str, ...]:
    others = sorted(set(get_global("territory_zones")) - {*NEAR, *NOT_COUNTRIES})
    return (*NEAR, *others)[:many]


def _country(chance: Random, countries: Sequence[str], abroad: float) -> str:
    """Home, or one of the others, the first ones more often."""
    if chance.random() >= abroad:
        return countries[0]
    return countries[1 + int((len(countries) - 1) * chance.random() ** 1.5)]


def _comer(chance: Random, slots: tuple[SlotTime, ...], country: str, contended: bool) -> _Comer:
    zone = MAIN_ZONES.get(country) or get_global("territory_zones")[country][-1]
    free = _waking(slots, zone)
    if contended:
        free &= sum(0b11 << s for s in range(0, len(slots), 2) if chance.random() < 0.5)
    spoken = {*get_official_languages(country, de_facto=True)[:1], *(["en"] if chance.random() < 0.7 else [])}
    there = chance.random() < (0.5 if country == "KR" else 0.3)
    return _Comer(zone, free, frozenset(spoken), chance.randrange(2) if there else None)


@cache
def _waking(slots: tuple[SlotTime, ...], zone: str) -> Mask:
    return waking_slots(slots, zone, WAKING)


@cache
def _costs(slots: tuple[SlotTime, ...], zone: str) -> tuple[int, ...]:
    return costs(slots, [(zone, (1 << len(slots)) - 1)], WAKING)


def _party(number: int, comer: _Comer, slots: tuple[SlotTime, ...], resources: bool) -> Party:
    seat = Seat(_id("person", number), comer.free)
    if resources:
        halls = {} if comer.hall is None else {comer.hall: comer.free}
        seat = Seat(seat.person, seat.free, comer.languages, halls)
    return Party(_id("party", number), (seat,), discomfort=_costs(slots, comer.zone))


def _candidates(chance: Random, size: Size, comers: Sequence[_Comer], many: int) -> tuple[Candidate, ...]:
    """Pairs in the order in which they asked. Some share no hour: nobody looks at clocks before asking."""
    exhibitors = _Popular(chance, range(size.exhibitors), size.crowding)
    buyers = _Popular(chance, range(size.exhibitors, len(comers)), size.crowding)
    wishes: dict[tuple[int, int], int] = {}
    while len(wishes) < many:
        pair = (exhibitors(), buyers())
        wish = sorted((_wish(chance, EXHIBITORS_WISH), _wish(chance, BUYERS_WISH)))
        if pair not in wishes and wish != ["none", "none"]:
            wishes[pair] = WORTH[wish[0], wish[1]]
    return tuple(Candidate(pair, worth, comers[pair[0]].free & comers[pair[1]].free) for pair, worth in wishes.items())


def _wish(chance: Random, often: tuple[int, int, int]) -> str:
    return chance.choices(WISHES, often)[0]


class _Popular:
    """Draws one of the parties, some of them several times as often as others."""

    def __init__(self, chance: Random, parties: range, crowding: int) -> None:
        self._random, self._parties = chance, chance.sample(parties, len(parties))
        self._shares = list(accumulate((n + len(parties) / crowding) ** -0.8 for n in range(len(parties))))

    def __call__(self) -> int:
        return self._random.choices(self._parties, cum_weights=self._shares)[0]


def _halls(slots: tuple[SlotTime, ...], size: Size) -> tuple[Hall, ...]:
    tables = 1 + size.exhibitors // 100
    return tuple(Hall(_id("hall", n), (tables,) * len(slots)) for n in range(2))


def _helpers(chance: Random, slots: tuple[SlotTime, ...], size: Size) -> tuple[Helper, ...]:
    """Interpreters at home who work eight hours a day, between Korean and English and one other language."""

    def helper(number: int) -> Helper:
        other, known = INTERPRETED[number % len(INTERPRETED)], chance.choice(("ko", "en"))
        pairs = frozenset({(other, known), (known, other), ("ko", "en"), ("en", "ko")})
        begins = chance.randrange(size.hours[0], size.hours[1] - 8)
        free = sum(
            1 << s for s, slot in enumerate(slots) if begins <= slot.starts_at.astimezone(HOME).hour < begins + 8
        )
        return Helper(_id("helper", number), free, pairs, daily_minutes=360)

    return tuple(helper(n) for n in range(max(4, (size.exhibitors + size.buyers) // 30)))
