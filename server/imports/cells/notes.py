"""Remarks: "통역 필요", "2명 참석", "11/12 불참" stand among free text and mean something."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from server.imports.cells.counts import read_attendees
from server.imports.cells.hours import read_hours
from server.imports.cells.interpreter import InterpreterNeed
from server.imports.findings import Problem, Reading, look
from server.imports.vocabulary import words

_ATTENDEES = re.compile(
    r"(?:총\s*)?(\d{1,4}\s*(?:명|인|people|persons|pax|attendees))\s*(?:참석|참가|참여|동석|attend(?:ing)?)?(?:\s*예정)?"
)
_DATES = r"[\d년월일nov.,/~&\s及및와-]*\d[\d년월일/.\s()월화수목금토-]*"


@dataclass(frozen=True)
class Notes:
    """What was understood of a remark; the remark itself is kept whole elsewhere."""

    absent: tuple[date, ...] = ()
    attendees: int | None = None
    interpreter: InterpreterNeed = InterpreterNeed.UNKNOWN


@lru_cache(maxsize=4096)
def read_notes(text: str, days: tuple[date, ...]) -> Reading[Notes]:
    rest = unicodedata.normalize("NFKC", text).casefold()
    interpreter = InterpreterNeed.UNKNOWN
    if _said("interpreter_not_needed").search(rest):
        interpreter = InterpreterNeed.NOT_NEEDED
    elif _said("interpreter_needed").search(rest):
        interpreter = InterpreterNeed.NEEDED
    problems: list[Problem] = []
    attendees = None
    if match := _ATTENDEES.search(rest):
        attendees, found = read_attendees(match[1])
        problems += found
        rest = rest.replace(match[0], " ")
    absent: list[date] = []
    for phrase in _absences().findall(rest):
        hours, found = read_hours(phrase.strip(" ,;."), days)
        absent += hours.absent
        if found or not hours.absent:
            problems.append(
                look("absence_unreadable", f"It is not clear on which days they are absent: {phrase.strip()}")
            )
    return Reading(Notes(tuple(sorted(set(absent))), attendees, interpreter), tuple(problems))


@cache
def _said(answer: str) -> re.Pattern[str]:
    return _any_of(words("answers")[answer])


@cache
def _absences() -> re.Pattern[str]:
    """An absence word with the dates before it, or behind it; without dates, the word alone."""
    word = _any_of(words("hours")["absent"]).pattern
    return re.compile(rf"{_DATES}\s*(?:{word})|(?:{word})\s*(?:on\s)?{_DATES}|(?:{word})")


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(phrase.casefold()) for phrase in sorted(phrases, key=len, reverse=True)))
