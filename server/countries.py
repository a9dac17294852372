"""Which country somebody watches from: what they told us, else what the operator lets us guess it by.

A guess is made once a connection and only counted: neither the address nor the language is kept. Without a database of
addresses and without leave to go by the browser's language nobody is guessed about.
"""

from functools import cache
from ipaddress import ip_address
from typing import Any, Self

import maxminddb
from babel.core import get_global

from server.settings import Settings
from sessions.audience import UNKNOWN

LONGEST = 200  # characters of Accept-Language that are looked at
KINDS = ("Country", "City", "Enterprise")  # databases that know countries, by the end of their type


class NoCountries(Exception):
    """The database of addresses cannot be used; the message says which file and why."""


class Countries:
    """Looks countries up, until the block is left. The database is mapped into memory, so all processes share it.

    Raises, when made:
        NoCountries: there is no such file, or it is none of addresses' countries.
    """

    def __init__(self, settings: Settings) -> None:
        self._by_language = settings.country_by_language
        self._database = _opened(settings.geoip_file) if settings.geoip_file else None

    def country_of(self, told: str | None, address: str, accept_language: str) -> str | None:
        """The country (ISO 3166-1 alpha-2) by the profile, else by the network address, else by the preferred language.

        Args:
            told: the country that is known already.
            address: the client's; behind a proxy that is trusted, what the proxy says.
            accept_language: the header as it was sent.
        """
        if told is not None:
            return told
        found = self._of_address(address) if self._database is not None else None
        if found is None and self._by_language:
            return region_of(accept_language)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give the database's memory back."""
        if self._database is not None:
            self._database.close()

    def _of_address(self, address: str) -> str | None:
        try:
            record: Any = self._database.get(ip_address(address)) if self._database else None
        except (ValueError, maxminddb.InvalidDatabaseError):  # no address at all, or one of the other kind
            return None
        country = record.get("country") if isinstance(record, dict) else None
        code = country.get("iso_code") if isinstance(country, dict) else None
        return code if code in _territories() else None


def region_of(accept_language: str) -> str | None:
    """The region of the language that is preferred to all others (RFC 9110, 12.5.4): KR of `ko-KR`.

    Of one without a region none is guessed, nor from languages that are liked less.
    """
    ranges = []
    for part in accept_language[:LONGEST].split(","):
        tag, _, weight = part.partition(";q=")
        ranges.append((_weight(weight), tag.strip()))
    tag = max(ranges, key=lambda one: one[0])[1]
    return next((code for code in tag.upper().split("-")[1:] if code in _territories()), None)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _opened(path: str) -> maxminddb.Reader:
    name = f"MADANG_GEOIP_FILE: {path}"
    try:
        database = maxminddb.open_database(path)
    except OSError as error:
        raise NoCountries(f"{name} cannot be read: {error.strerror}.") from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise NoCountries(f"{name} is no MaxMind DB file.") from None
    kind = database.metadata().database_type
    if not kind.endswith(KINDS) and not any(f"{one}-" in kind for one in KINDS):
        database.close()
        raise NoCountries(f"{name} is a database of {kind}, which knows no countries.")
    return database


@cache
def _territories() -> frozenset[str]:
    """Codes of territories with a time zone of their own: no regions such as 419, no scripts, not the unknown one."""
    return frozenset(code for code in get_global("territory_zones") if len(code) == 2) - {UNKNOWN}
