"""Country and city -> IANA time zone. A country of several clocks without a known city is not guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from server.imports.findings import Problem, Reading, look, note, offer
from server.imports.lexicon import Lexicon
from server.imports.text import bare_key, is_damaged
from server.imports.vocabulary import words

_LOCALES = ("ko", "en", "zh", "zh_Hant", "ja", "ru", "es", "pt", "tr", "vi", "th", "id", "mn", "ar", "de", "fr")
_MORE = re.compile(r"[(,/].*")
_CITY_WORD = re.compile(r"(?:특별시|광역시|시|市|\bcity)$", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    country: str
    zone: str


@lru_cache(maxsize=4096)
def read_zone(country: str | None, city: str, days: tuple[date, ...]) -> Reading[str | None]:
    """The zone of a city in a country, on the days of a convention.

    Zones that keep the same time on those days are one clock, so Malaysia needs no city and the USA does.
    """
    if country is None:
        return _without_country(city)
    places = _find(city, country)
    clocks = clocks_of(country, days)
    if places:
        return Reading(places[0].zone)
    if len(clocks) == 1:
        return Reading(clocks[0], _elsewhere(city))
    if not clocks:
        return Reading(None, (look("zone_unknown", "No time zone is known for this country."),))
    if not city:
        reason = "The country has several time zones and no city is given."
        return Reading(None, (look("zone_ambiguous", reason, clocks[0], clocks),))
    if is_damaged(city):
        lost = _within(_cities().with_letters_lost(city), country)
        problem = look("city_damaged", "Letters of the city were lost.", *offer(_zones(lost) or clocks))
        return Reading(None, (problem,))
    similar = _within(_cities().similar(city), country)
    reason = "The city is not known and its country has several time zones."
    return Reading(None, (look("city_unknown", reason, *offer(_zones(similar) or clocks)),))


@lru_cache(maxsize=1024)
def read_zone_name(text: str) -> Reading[str | None]:
    """A zone written as its IANA name. Offsets such as GMT+9 are refused: they keep no summer time."""
    name = next((zone for zone in _country_of() if zone.casefold() == text.replace(" ", "_").casefold()), None)
    if name:
        return Reading(name)
    return Reading(None, (look("zone_unreadable", "No IANA time zone such as Asia/Seoul."),))


def clocks_of(country: str, days: Sequence[date]) -> tuple[str, ...]:
    """One zone, its main one, for each different clock a country keeps on these days; the main clock first."""
    clocks: dict[tuple[timedelta | None, ...], str] = {}
    noons = [datetime.combine(day + timedelta(days=step), time(12), UTC) for day in days for step in (-1, 0, 1)]
    for zone in zones_of(country):
        clocks.setdefault(tuple(noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons), zone)
    return tuple(clocks.values())


def zones_of(country: str) -> tuple[str, ...]:
    """All zones of a country, the main ones (those of data/cities.json, in its order) first."""
    main = words("cities").get(country, {})
    return tuple(dict.fromkeys([*main, *(zone for zone, home in _country_of().items() if home == country)]))


def country_of(zone: str) -> str | None:
    return _country_of().get(zone)


@cache
def _country_of() -> dict[str, str]:
    """zone.tab of the tz database: zone -> country."""
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {zone: country for country, _, zone, *_ in rows}


@cache
def _cities() -> Lexicon[Place]:
    return Lexicon(_names(), bare_key)


def _names() -> Iterator[tuple[str, Place]]:
    """City names: data/cities.json, the exemplar cities of CLDR in many languages, and the zones' own."""
    for country, zones in words("cities").items():
        for zone, names in zones.items():
            yield from ((name, Place(country, zone)) for name in names)
    aliases = get_global("zone_aliases")
    for locale in _LOCALES:
        for alias, names in Locale.parse(locale).time_zones.items():
            zone = str(aliases.get(alias, alias))
            if "city" in names and zone in _country_of():
                yield names["city"], Place(_country_of()[zone], zone)
    for zone, country in _country_of().items():
        yield zone.rpartition("/")[2].replace("_", " "), Place(country, zone)


def _find(city: str, country: str | None = None) -> list[Place]:
    """Where a city of this name is: as written, else without what follows a comma or parenthesis, or "City"."""
    for spelling in (city, _MORE.sub("", city), _CITY_WORD.sub("", _MORE.sub("", city).strip())):
        if found := _within(_cities().find(spelling), country):
            return found
    return []


def _within(places: list[Place], country: str | None) -> list[Place]:
    return [place for place in places if country in (None, place.country)]


def _without_country(city: str) -> Reading[str | None]:
    """No zone without a country, which has its own finding; a city may tell what was meant."""
    places = _find(city) or (_cities().with_letters_lost(city) if is_damaged(city) else [])
    if not places:
        return Reading(None)
    return Reading(
        None, (look("zone_without_country", "The city is known, its country is not.", *offer(_zones(places))),)
    )


def _elsewhere(city: str) -> tuple[Problem, ...]:
    """A city known in other countries alone is worth a word, where the zone does not hang on it."""
    others = sorted({place.country for place in _find(city)})
    if not others:
        return ()
    return (note("city_elsewhere", f"The city is known in {', '.join(others)}, not in this country."),)


def _zones(places: list[Place]) -> list[str]:
    return [place.zone for place in places]
