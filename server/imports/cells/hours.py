"""When somebody can meet, as they wrote it -> intervals of local wall time, dates, and days of absence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from server.imports.cells.clockranges import MIDNIGHT, Interval, TwoWays, after, before, between, merged
from server.imports.cells.clockwords import Clock, Kind, Token, UnknownWords, minutes, tokens
from server.imports.findings import Reading, look
from server.imports.text import key
from server.imports.vocabulary import answers, words

ALL_DAY = ((0, MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class Hours:
    """Wall-time hours of a person.

    `intervals`: (opens, closes) in minutes since local midnight, sorted, apart; `closes` may exceed 1440, over
    midnight into the next day. `dates`: the dates they hold on, None for every date. `absent`: dates without any.
    `kind`: "stated"; "all_day" (whenever the convention is open; one interval of the whole day); "unknown" (blank: not
    none, no intervals); "unreadable" (needs a look; no intervals).
    """

    intervals: tuple[Interval, ...] = ()
    dates: tuple[date, ...] | None = None
    absent: tuple[date, ...] = ()
    kind: Literal["stated", "all_day", "unknown", "unreadable"] = "unknown"

    def __str__(self) -> str:
        """The form of a proposal, which reads back as the same hours: "2020-11-09 12:00-18:00; absent 2020-11-10"."""
        dates = ", ".join(map(str, self.dates or ()))
        spans = "all day" if self.kind == "all_day" else ", ".join(written(span) for span in self.intervals)
        absent = "absent " + ", ".join(map(str, self.absent)) if self.absent else ""
        return "; ".join(filter(None, [f"{dates} {spans}".strip(), absent]))


@lru_cache(maxsize=4096)
def read_hours(text: str, days: tuple[date, ...]) -> Reading[Hours]:
    """The hours of a cell; `days` are the convention's dates, from which a date without a year takes its own."""
    if not text or (key(text) or text) in answers("unknown"):
        return Reading(Hours())
    try:
        return Reading(_Sentence(tokens(text, days), days).hours())
    except UnknownWords as unknown:
        problem = look("hours_unreadable", f"The hours cannot be read from here on: {unknown}")
    except _Unclear as unclear:
        problem = look(unclear.code, str(unclear), unclear.proposal)
    return Reading(Hours(kind="unreadable"), (problem,))


def written(span: Interval) -> str:
    """(540, 1080) -> 09:00-18:00"""
    opens, closes = span
    closes -= MIDNIGHT if closes > MIDNIGHT else 0
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


class _Unclear(ValueError):
    def __init__(self, code: str, reason: str, proposal: str | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.proposal = proposal


@dataclass
class _Group:
    """Dates and the hours that were written for them."""

    dates: list[date] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)


class _Sentence:
    """Reads tokens from left to right: dates, hours, absences, in any order and number."""

    def __init__(self, tokens: list[Token], days: tuple[date, ...]) -> None:
        self._tokens = tokens
        self._days = days
        self._at = 0
        self._groups = [_Group()]
        self._absent: list[date] = []
        self._doubt: tuple[str, str] | None = None

    def hours(self) -> Hours:
        while (kind := self._kind()) is not None:
            if kind is Kind.JOIN:
                self._at += 1
            elif kind in _DATED:
                self._read_dates()
            elif kind is Kind.ABSENT:
                self._at += 1
                if self._kind() not in _DATED:
                    raise _Unclear("absence_without_date", "It is not said on which days they are absent.")
                self._absent += self._date_list()
            else:
                self._groups[-1].intervals += self._read_interval()
        hours = self._result()
        if self._doubt:
            raise _Unclear(*self._doubt, str(hours))
        return hours

    def _kind(self, ahead: int = 0) -> Kind | None:
        at = self._at + ahead
        return self._tokens[at].kind if at < len(self._tokens) else None

    def _take(self, *kinds: Kind) -> Token | None:
        if self._kind() not in kinds:
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    # dates

    def _read_dates(self) -> None:
        dates = self._date_list()
        if self._take(Kind.ABSENT):
            self._absent += dates
        elif self._groups[-1].intervals:
            self._groups.append(_Group(dates))
        else:
            self._groups[-1].dates += dates

    def _date_list(self) -> list[date]:
        dates = self._date_span()
        while self._kind() is Kind.JOIN and self._is_date(1):
            self._at += 1
            dates += self._date_span()
        return dates

    def _is_date(self, ahead: int) -> bool:
        """A bare number goes on a list of dates only where it begins no hours: "11/9, 10 오후", not "11/9, 10-12"."""
        if self._kind(ahead) is Kind.NUMBER:
            return self._kind(ahead + 1) in (None, Kind.JOIN, Kind.HALF, Kind.PERIOD, Kind.ALL_DAY, Kind.ABSENT)
        return self._kind(ahead) in _DATED

    def _date_span(self) -> list[date]:
        first = self._dates_of(self._tokens[self._at])
        self._at += 1
        if not (first and self._kind() is Kind.TO and self._is_date(1)):
            return first
        last = self._dates_of(self._tokens[self._at + 1])
        self._at += 2
        return [day for day in self._days if first[0] <= day <= last[-1]] if last else first

    def _dates_of(self, token: Token) -> list[date]:
        if token.kind is Kind.WEEKDAYS:
            return [day for day in self._days if day.weekday() in token.value]
        numbers = [int(part) for part in token.value]
        found = [day for day in self._days if [day.year, day.month, day.day][-len(numbers) :] == numbers]
        if not found:
            swapped = [day for day in self._days if [day.day, day.month] == numbers]
            stated = "/".join(str(number) for number in numbers)
            if not swapped:
                raise _Unclear("date_outside", f"{stated} is no day of the convention.")
            self._doubt = (
                "date_outside",
                f"{stated} is no day of the convention; day and month may have changed places.",
            )
            return swapped
        return found

    # hours

    def _read_interval(self) -> list[Interval]:
        if self._take(Kind.ALL_DAY):
            return list(ALL_DAY)
        if token := self._take(Kind.PERIOD):
            return [(int(token.value[0]), int(token.value[1]))]
        if self._kind() is Kind.HALF and self._kind(1) not in _CLOCKS:
            return [self._half_days()]
        try:
            return [self._clocks()]
        except TwoWays as two:
            if two.proposal is None:
                raise _Unclear("hours_unreadable", "The hours end when they begin.") from two
            self._doubt = "hours_ambiguous", "The hours can be read in two ways."
            return [two.proposal]

    def _clocks(self) -> Interval:
        lead = self._take(Kind.AFTER, Kind.BEFORE, Kind.TO)
        first = self._clock()
        if lead and lead.kind is not Kind.AFTER:
            return before(first)
        link = self._take(Kind.TO, Kind.AFTER, Kind.BEFORE)
        if link and (self._kind() in _CLOCKS or (self._kind() is Kind.HALF and self._kind(1) in _CLOCKS)):
            last = self._clock()
            self._take(Kind.BEFORE)
            return between(first, last)
        if lead or (link and link.kind is not Kind.BEFORE):
            return after(first)
        if link:
            return before(first)
        raise _Unclear("hours_one_time", "One time alone does not say from when to when.")

    def _half_days(self) -> Interval:
        """오전, 오후, or 오전~오후."""
        first = _half_day(self._tokens[self._at])
        self._at += 1
        if self._kind() is Kind.TO and self._kind(1) is Kind.HALF:
            self._at += 2
            return first[0], _half_day(self._tokens[self._at - 1])[1]
        return first

    def _clock(self) -> Clock:
        before_it = self._take(Kind.HALF)
        token = self._take(Kind.CLOCK, Kind.NUMBER)
        if token is None:
            raise _Unclear("hours_unreadable", "A time of day is missing.")
        clock = token.clock
        if token.kind is Kind.NUMBER:
            hour = int(token.value[0])
            if hour > 24:
                raise _Unclear("hours_unreadable", f"{hour} is no hour of the day.")
            clock = Clock(hour * 60, exact=hour > 12 or hour == 0)
        behind = self._kind() is Kind.HALF and not clock.half and self._kind(1) not in _CLOCKS
        half = before_it or (self._take(Kind.HALF) if behind else None)
        if half and clock.minute < 13 * 60:
            return Clock(clock.minute, str(half.value[0]), exact=True)
        return clock

    # the whole

    def _result(self) -> Hours:
        groups = self._groups
        if len(groups) == 2 and not groups[0].dates and not groups[1].intervals:
            groups = [_Group(groups[1].dates, groups[0].intervals)]
        readings = {merged(group.intervals or ALL_DAY) for group in groups if group.dates or group.intervals}
        if not readings:
            return Hours(absent=_each(self._absent))
        if len(readings) > 1 or any(not group.dates for group in groups[1:]):
            raise _Unclear("hours_differ_by_day", "Different hours on different days are not read; give them apart.")
        intervals = readings.pop()
        dates = _each(day for group in groups for day in group.dates if day not in self._absent)
        every_day = not groups[0].dates or set(dates) == set(self._days)
        kind: Literal["stated", "all_day"] = "all_day" if intervals == ALL_DAY else "stated"
        return Hours(intervals, None if every_day else dates, _each(self._absent), kind)


_DATED = (Kind.DATE, Kind.DAY, Kind.WEEKDAYS)
_CLOCKS = (Kind.CLOCK, Kind.NUMBER)


def _half_day(token: Token) -> Interval:
    opens, closes = words("hours")["morning" if token.value[0] == "am" else "afternoon"]["hours"]
    return minutes(opens), minutes(closes)


def _each(dates: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(set(dates)))
