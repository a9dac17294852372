"""Hours and dates as people write them, cut into tokens; the words stand in data/hours.json."""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cache

from server.imports.vocabulary import words

_LONGEST = 200


class Kind(Enum):
    DATE = auto()  # value: (month, day), or (year, month, day)
    DAY = auto()  # value: (day,)
    WEEKDAYS = auto()  # value: weekdays, Monday is 0
    CLOCK = auto()  # value: Clock
    NUMBER = auto()  # value: (number,): an hour or a day, as its neighbours tell
    HALF = auto()  # value: ("am",) or ("pm",)
    PERIOD = auto()  # value: (opens, closes), minutes since midnight
    ALL_DAY = auto()
    AFTER = auto()
    BEFORE = auto()
    ABSENT = auto()
    TO = auto()
    JOIN = auto()


@dataclass(frozen=True)
class Clock:
    """A time of day: minutes since midnight as written; `half` is "am", "pm" or "".

    `exact` when it can be read one way only: 09:00, 18, 2pm, but not 9 or 1:30.
    """

    minute: int
    half: str = ""
    exact: bool = False


@dataclass(frozen=True)
class Token:
    kind: Kind
    value: tuple[int | str, ...] = ()
    clock: Clock = Clock(0)


class UnknownWords(ValueError):
    """Words that say nothing about time; its text is where they begin."""


def tokens(text: str, days: Collection[date]) -> list[Token]:
    """The tokens of a cell, words without a meaning for hours left out. Raises UnknownWords.

    `days` decides what "11.10" is: the 10th of November if the convention has it, else ten past eleven.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    if len(plain) > _LONGEST:
        raise UnknownWords(plain[:_LONGEST])
    found: list[Token] = []
    at = 0
    while at < len(plain):
        token, end = _token(plain, at, days)
        if token is not None:
            found.append(token)
        at = end
    return found


def minutes(clock: str) -> int:
    """09:30 -> 570"""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _token(text: str, at: int, days: Collection[date]) -> tuple[Token | None, int]:
    if text[at].isspace():
        return None, at + 1
    if match := _phrases().match(text, at):
        return _meanings()[match[0]], match.end()
    for pattern, make in _PATTERNS:
        if (match := pattern.match(text, at)) and (token := make(match, days)) is not None:
            return token, match.end()
    if match := _noise().match(text, at):
        return None, match.end()
    raise UnknownWords(text[at:])


def _date(match: re.Match[str], _days: Collection[date]) -> Token:
    return Token(Kind.DATE, tuple(int(part) for part in match.groups() if part))


def _dotted_date(match: re.Match[str], days: Collection[date]) -> Token | None:
    month, day = int(match[1]), int(match[2])
    known = any((one.month, one.day) == (month, day) for one in days)
    return Token(Kind.DATE, (month, day)) if known else None


def _named_date(match: re.Match[str], _days: Collection[date]) -> Token:
    return Token(Kind.DATE, (words("hours")["months"][match["month"]], int(match["day"])))


def _weekday_range(match: re.Match[str], _days: Collection[date]) -> Token:
    first, last = "월화수목금토일".index(match[1]), "월화수목금토일".index(match[2])
    return Token(Kind.WEEKDAYS, tuple(day % 7 for day in range(first, last + (7 if last < first else 0) + 1)))


def _clock(match: re.Match[str], _days: Collection[date]) -> Token | None:
    parts = match.groupdict()
    hour, minute = int(parts["hour"]), int(parts.get("minute") or (30 if parts.get("past") else 0))
    if hour > 24 or minute > 59 or hour * 60 + minute > 24 * 60:
        return None
    half = (parts.get("half") or "").replace(".", "").replace(" ", "")
    exact = bool(half) or hour > 12 or hour == 0 or parts["hour"].startswith("0")
    return Token(Kind.CLOCK, clock=Clock(hour * 60 + minute, half if hour <= 12 else "", exact))


def _number(match: re.Match[str], _days: Collection[date]) -> Token | None:
    return Token(Kind.NUMBER, (int(match[0]),)) if int(match[0]) <= 31 else None


_MONTH = "|".join(sorted(words("hours")["months"], key=len, reverse=True))
_HALF = r"(?P<half>[ap]\.?\s?m\b\.?)"
_PATTERNS: list[tuple[re.Pattern[str], Callable[[re.Match[str], Collection[date]], Token | None]]] = [
    (re.compile(r"(\d{4})\s*년\s*(\d{1,2})\s*월\s*(\d{1,2})\s*일"), _date),
    (re.compile(r"(\d{4})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})(?!\d)"), _date),
    (re.compile(r"(\d{1,2})\s*월\s*(\d{1,2})\s*일?(?!\d)"), _date),
    (re.compile(r"(\d{1,2})\s?/\s?(\d{1,2})(?![\d:시])"), _date),
    (re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?(?!\d)"), _dotted_date),
    (re.compile(rf"(?P<month>{_MONTH})\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"), _named_date),
    (re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<month>{_MONTH})\b\.?"), _named_date),
    (re.compile(r"(\d{1,2})\s*일"), lambda match, _: Token(Kind.DAY, (int(match[1]),))),
    (re.compile(r"(\d{1,2})(?:st|nd|rd|th)\b"), lambda match, _: Token(Kind.DAY, (int(match[1]),))),
    (re.compile(r"([월화수목금토일])\s*[~-]\s*([월화수목금토일])(?:요일)?"), _weekday_range),
    (re.compile(rf"(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?\s*{_HALF}"), _clock),
    (re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::00)?(?!\d)"), _clock),
    (re.compile(r"(?P<hour>\d{1,2})\s*[시点點時时](?:\s*(?P<minute>\d{1,2})\s*분|\s*(?P<past>반|半))?"), _clock),
    (re.compile(r"(?P<hour>\d{1,2})\s*h(?:\s*(?P<minute>\d{2}))?(?![a-z])"), _clock),
    (re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?!\d)"), _clock),
    (re.compile(r"\d{1,2}(?!\d)"), _number),
]


@cache
def _meanings() -> dict[str, Token]:
    data = words("hours")
    meanings = {word: Token(Kind.ALL_DAY) for word in data["all_day"]}
    for period in data["periods"].values():
        span = (minutes(period["hours"][0]), minutes(period["hours"][1]))
        meanings |= {word: Token(Kind.PERIOD, span) for word in period["words"]}
    meanings |= {word: Token(Kind.HALF, ("am",)) for word in data["morning"]["words"]}
    meanings |= {word: Token(Kind.HALF, ("pm",)) for word in data["afternoon"]["words"]}
    meanings |= {word: Token(Kind.CLOCK, clock=Clock(minutes(at), "", True)) for word, at in data["clock"].items()}
    for index, names in enumerate(data["weekdays"]):
        meanings |= {word: Token(Kind.WEEKDAYS, (index,)) for word in names}
    meanings |= {word: Token(Kind.WEEKDAYS, (0, 1, 2, 3, 4)) for word in data["working_days"]}
    for name in ("after", "before", "absent", "to", "join"):
        meanings |= {word: Token(Kind[name.upper()]) for word in data[name]}
    return meanings


@cache
def _phrases() -> re.Pattern[str]:
    return _alternatives(_meanings())


@cache
def _noise() -> re.Pattern[str]:
    return _alternatives(words("hours")["noise"])


def _alternatives(phrases: Collection[str]) -> re.Pattern[str]:
    """Any of the phrases, the longest first; Latin words only whole."""
    return re.compile("|".join(map(_alternative, sorted(phrases, key=len, reverse=True))))


def _alternative(phrase: str) -> str:
    """The phrase as a pattern. It begins with its first letter, by which most alternatives are passed over at once."""
    first, rest = phrase[0], re.escape(phrase[1:])
    if first.isascii() and first.isalpha():
        return rf"{first}(?<![a-z]{first}){rest}(?![a-z])"
    return re.escape(first) + rest
