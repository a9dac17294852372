"""Small whole numbers: how many attend, how often somebody has come."""

import re

from server.imports.findings import Reading, look, note
from server.imports.text import key
from server.imports.vocabulary import answers

MOST_ATTENDEES = 20

_NUMBER = re.compile(r"(\d{1,4})(?:\.0)?\s*(?:명|인|회|번|차례|차|people|persons?|pax|attendees|times?|visits?)?", re.I)


_LENGTH = re.compile(
    r"(?:(?:최대|하루|1일|max\.?|up to)\s*+){0,2}(\d{1,4}(?:\.\d{1,2})?)?\s*+(시간|hours?|hrs?|h|분|minutes?|mins?|m)?"
    r"(?:\s*+(\d{1,2})\s*+(?:분|minutes?|mins?|m))?(?:\s*+(?:/\s*+)?(?:일|day|a day|per day))?",
    re.IGNORECASE,
)
_HOURS = ("시", "h", "H")
_HOURS_A_DAY = 24


def read_attendees(text: str) -> Reading[int | None]:
    if not text:
        return Reading(None)
    match = _NUMBER.fullmatch(text)
    if match and 1 <= int(match[1]) <= MOST_ATTENDEES:
        return Reading(int(match[1]))
    return Reading(None, (look("attendees_unreadable", f"No number of attendees from 1 to {MOST_ATTENDEES}."),))


def read_daily(text: str) -> Reading[int | None]:
    """How many minutes a day somebody works at most; blank is any number. A bare number is hours up to 24, minutes
    above."""
    if not text or (key(text) or text) in answers("unlimited") | answers("unknown"):
        return Reading(None)
    match = _LENGTH.fullmatch(text)
    if match and (match[1] or match[3]):
        amount, unit = float(match[1] or 0), match[2] or ""
        hours = unit[:1] in _HOURS if unit else amount <= _HOURS_A_DAY
        minutes = round(amount * 60 if hours else amount) + int(match[3] or 0)
        if 0 < minutes <= _HOURS_A_DAY * 60:
            return Reading(minutes)
    return Reading(None, (look("daily_unreadable", "No length of a day's work, such as 6 hours or 360 minutes."),))


def read_visits(text: str) -> Reading[int | None]:
    """How often somebody has come before; `처음` (the first time) is 0, blank is unknown."""
    if not text or (key(text) or text) in answers("unknown"):
        return Reading(None)
    if key(text) in answers("first_visit"):
        return Reading(0)
    if match := _NUMBER.fullmatch(text):
        return Reading(int(match[1]))
    return Reading(None, (note("visits_unreadable", "No number of visits."),))
