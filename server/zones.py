"""IANA time zones: which names there are."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """Every zone a person or convention may have."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Is it the name of a zone?"""
    return name in zones()
