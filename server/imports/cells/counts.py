"""Small whole numbers: how many attend, how often somebody has come."""

import re

from server.imports.findings import Reading, look, note
from server.imports.text import key
from server.imports.vocabulary import answers

MOST_ATTENDEES = 20

_NUMBER = re.compile(r"(\d{1,4})(?:\.0)?\s*(?:명|인|회|번|차례|차|people|persons?|pax|attendees|times?|visits?)?", re.I)


def read_attendees(text: str) -> Reading[int | None]:
    if not text:
        return Reading(None)
    match = _NUMBER.fullmatch(text)
    if match and 1 <= int(match[1]) <= MOST_ATTENDEES:
        return Reading(int(match[1]))
    return Reading(None, (look("attendees_unreadable", f"No number of attendees from 1 to {MOST_ATTENDEES}."),))


def read_visits(text: str) -> Reading[int | None]:
    """How often somebody has come before; `처음` (the first time) is 0, blank is unknown."""
    if not text or (key(text) or text) in answers("unknown"):
        return Reading(None)
    if key(text) in answers("first_visit"):
        return Reading(0)
    if match := _NUMBER.fullmatch(text):
        return Reading(int(match[1]))
    return Reading(None, (note("visits_unreadable", "No number of visits."),))
