"""Remarks: "통역 필요", "2명 참석", "11/12 불참" stand among free text and mean something."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from server.imports.cells.counts import read_attendees
from server.imports.cells.hours import Hours, read_hours
from server.imports.cells.interpreter import InterpreterNeed
from server.imports.findings import Problem, Reading, look
from server.imports.vocabulary import words

_ATTENDEES = re.compile(
    r"(?:총\s*+)?(\d{1,4}\s*+(?:명|인|people|persons|pax|attendees))\s*+(?:참석|참가|참여|동석|attend(?:ing)?)?(?:\s*+예정)?"
)
# Bounded, since a remark may be thousands of letters long and there may be 50,000 of them. No word of absence begins
# with one of these letters, so none has to be given back.
_DATES = r"[\d년월일.,/~&\s및와()화수목금토-]{1,60}+"
_LONGEST = 500
# Other words of absence ("주차 불가") mean somebody's only with a date beside them.
_ABSENT_ALONE = ("불참", "absent")


@dataclass(frozen=True)
class Notes:
    """What was understood of the first 500 letters of a remark; the remark itself is kept whole elsewhere."""

    absent: tuple[date, ...] = ()
    attendees: int | None = None
    interpreter: InterpreterNeed = InterpreterNeed.UNKNOWN


@lru_cache(maxsize=4096)
def read_notes(text: str, days: tuple[date, ...]) -> Reading[Notes]:
    rest = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
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
        has_date = any(char.isdigit() for char in phrase)
        hours, found = read_hours(phrase.strip(" ,;."), days) if has_date else (Hours(), ())
        absent += hours.absent
        if not hours.absent and (has_date or any(word in phrase for word in _ABSENT_ALONE)):
            reason = found[0].reason if found else "It is not said on which days they are absent."
            problems.append(look("absence_unreadable", reason))
    return Reading(Notes(tuple(sorted(set(absent))), attendees, interpreter), tuple(problems))


@cache
def _said(answer: str) -> re.Pattern[str]:
    return _any_of(words("answers")[answer])


@cache
def _absences() -> re.Pattern[str]:
    """An absence word with the dates before it, or behind it."""
    word = _any_of(words("hours")["absent"]).pattern
    return re.compile(rf"{_DATES}(?:{word})|(?:{word})\s*(?:on\s)?{_DATES}|(?:{word})")


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(phrase.casefold()) for phrase in sorted(phrases, key=len, reverse=True)))
