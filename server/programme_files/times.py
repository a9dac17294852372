"""When a session is, as the cells of a sheet say it: dates and times in whatever columns and ways."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from matchmaking.errors import AmbiguousTime, NonexistentTime
from matchmaking.slots import to_instant
from server.imports.cells.hours import Hours, read_hours
from server.imports.findings import Finding, Problem, look, note, stop
from server.imports.records import Edition
from server.imports.rows import Row
from server.imports.text import key
from server.imports.vocabulary import answers

Span = tuple[date | None, int, int]  # the date, if it is said; minutes after its midnight, the second may pass the next
Instants = tuple[datetime, datetime]

_DAY = 24 * 60
_LONGEST = 24 * 60
_NEAR = timedelta(days=30)
_MISSING = note("time_missing", "When the session is, is not said yet; it is not imported.")


class Unreadable(Exception):
    """A session whose time cannot be told. `field` is the column to look at."""

    def __init__(self, field: str, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.field = field
        self.problem = problem


class Times:
    """Reads the times of rows from top to bottom: a row without a date has the one above it.

    `headings` are the dates that stand alone in a row, by its number.
    """

    def __init__(self, edition: Edition, headings: Mapping[int, date]) -> None:
        self._edition = edition
        self._headings = headings
        self._row = 0
        self._date: date | None = edition.days[0] if len(edition.days) == 1 else None

    def read(self, row: Row) -> tuple[Instants, list[Finding]]:
        """When a row's session begins and ends, and what must be told about its cells.

        Raises:
            Unreadable.
        """
        self._date = self._heading_above(row) or self._date
        beside: list[Finding] = []
        if row["date"]:
            self._date = read_date(row["date"], self._edition)
            if self._date is None:
                self._date = _day_beside(row["date"], self._edition)
                problem = look("date_outside", "This is no day of the convention; it was taken as it is.")
                beside = [row.finding("date", problem)]
        (day, opens, closes), findings = self._span(row)
        findings += beside
        self._date = day or self._date
        if self._date is None:
            raise Unreadable("date", stop("date_missing", "No date is said, here or in a row above."))
        return self._instants(row, self._date, opens, closes), findings

    def _heading_above(self, row: Row) -> date | None:
        """The date that stands alone in a row between the last session and this."""
        passed = [at for at in self._headings if self._row < at < row.number]
        self._row = row.number
        return self._headings[max(passed)] if passed else None

    def _span(self, row: Row) -> tuple[Span, list[Finding]]:
        starts, ends, field = row["starts"], row["ends"], "starts"
        if not starts:
            starts, ends, field = _two_times(row["time"])
        length = read_length(row["duration"])
        if starts and (ends or length):
            first, last = _exact(starts), _exact(ends)
            if first and last:
                return _joined(first, last), []
            if first and length:
                return (first[0], first[1], first[1] + length), []
        sentence = row["time"] if field == "time" else f"{starts} ~ {ends}" if ends else f"from {starts}"
        if not starts and not row["time"]:
            raise Unreadable("title", _MISSING)
        return self._sentence(row, field, sentence, length)

    def _sentence(self, row: Row, field: str, sentence: str, length: int | None) -> tuple[Span, list[Finding]]:
        hours, problems = read_hours(sentence, self._edition.days)
        if problems and problems[0].code == "hours_one_time" and length:
            hours, problems = read_hours(f"from {sentence}", self._edition.days)
        findings: list[Finding] = []
        if problems and problems[0].proposal and (likely := read_hours(problems[0].proposal, self._edition.days).value):
            reason = f"{problems[0].reason} {problems[0].proposal} was taken."
            findings = [row.finding(field, look(problems[0].code, reason, problems[0].proposal))]
            hours, problems = likely, ()
        if problems:
            raise Unreadable(field, stop(problems[0].code, problems[0].reason))
        if hours.kind in ("unknown", "all_day"):
            raise Unreadable(field, _MISSING)
        if len(hours.intervals) != 1 or len(hours.dates or ()) > 1 or (sentence.startswith("from ") and not length):
            raise Unreadable(field, stop("time_unreadable", "A session has one beginning and one end."))
        return _span_of(hours, length), findings

    def _instants(self, row: Row, day: date, opens: int, closes: int) -> Instants:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall time
        zone = self._edition.zone
        if not opens < closes <= opens + _LONGEST:
            raise Unreadable("time", stop("time_unreadable", "A session ends after it begins, and within a day."))
        try:
            starts_at = to_instant(midnight + timedelta(minutes=opens), zone)
            return starts_at, to_instant(midnight + timedelta(minutes=closes), zone)
        except (NonexistentTime, AmbiguousTime):
            reason = f"Clocks in {zone} are changed then: they skip this time, or show it twice."
            raise Unreadable("time", stop("time_unreadable", reason)) from None


def read_date(text: str, edition: Edition) -> date | None:
    """The day of the convention that a cell names: 2020-11-09, 11/9(월), 11월 9일, Day 1, 1일차."""
    word = key(text)
    for number, day in enumerate(edition.days, 1):
        if word in (f"day{number}", f"d{number}", f"{number}일차", f"제{number}일", f"{number}일째"):
            return day
    hours = read_hours(text, edition.days).value
    if hours.kind != "all_day":
        return None
    if hours.dates is None:
        return edition.days[0] if len(edition.days) == 1 else None
    return hours.dates[0] if len(hours.dates) == 1 else None


def read_length(text: str) -> int | None:
    """Minutes: 40, 40분, 40 min, 00:40, 1:30, 1시간 30분, 1h 30; None if nothing like it is said."""
    words = "".join(char if char.isascii() and (char.isdigit() or char == ":") else " " for char in text).split()
    if not words or len(words) > 2 or any(len(word) > 6 for word in words):
        return None
    hours, colon, minutes = words[0].partition(":")
    if colon:
        return int(hours or 0) * 60 + int(minutes.partition(":")[0] or 0) if len(words) == 1 else None
    first = int(hours)
    if any(sign in text.casefold() for sign in ("시간", "h", "時", "小时")):
        return first * 60 + (int(words[1]) if len(words) == 2 and words[1].isdigit() else 0)
    return first if len(words) == 1 and first else None


def _two_times(text: str) -> tuple[str, str, str]:
    """The two ends of "10:00-10:40" where each can be read one way only; else it is a sentence."""
    for sign in ("~", "-", "–", "—", "〜"):
        first, found, last = text.rpartition(sign)
        if found and _exact(first.strip()) and _exact(last.strip()):
            return first.strip(), last.strip(), "time"
    return text, "", "time"


def _exact(text: str) -> tuple[date | None, int] | None:
    """2020-11-09 10:00, or 10:00 alone: what can be read in one way only."""
    day, clock = None, text
    if len(text) > len("10:00:00"):
        try:
            day, clock = date.fromisoformat(text[:10]), text[10:].strip()
        except ValueError:
            return None
    if not (len(clock) in (5, 8) and clock[2] == ":" and clock.isascii()):
        return None
    try:
        at = time.fromisoformat(clock)
    except ValueError:
        return (day, _DAY) if clock == "24:00" else None
    return day, at.hour * 60 + at.minute


def _joined(first: tuple[date | None, int], last: tuple[date | None, int]) -> Span:
    """An end without a date that is not after the beginning is one of the next day."""
    (day, opens), (end, closes) = first, last
    if day and end:
        closes += (end - day).days * _DAY
    elif closes <= opens:
        closes += _DAY
    return day, opens, closes


def _span_of(hours: Hours, length: int | None) -> Span:
    ((opens, closes),) = hours.intervals
    return (hours.dates[0] if hours.dates else None), opens, opens + length if length else closes


def _day_beside(text: str, edition: Edition) -> date:
    """A date that is written out and no day of the convention, but near it: of a rehearsal, say.

    Raises:
        Unreadable.
    """
    if (key(text) or text) in answers("unknown"):
        raise Unreadable("date", _MISSING)
    first, last = edition.days[0], edition.days[-1]
    reason = f"This is no day of the convention, which is from {first} to {last}."
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unreadable("date", stop("date_outside", reason)) from None
    if not first - _NEAR <= day <= last + _NEAR:
        raise Unreadable("date", stop("date_outside", reason))
    return day
