"""What a reader of the sheet must be told: notes, things that need a look, and what stops the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Severity(StrEnum):
    """NOTE: imported as it is. LOOK: a party is imported, but gets no slots until confirmed; a wish or an
    interpreter is left out until the cell is mended, unless the reason says what counts. STOP: refuses the file."""

    NOTE = "note"
    LOOK = "look"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value, before it is known where the value stands.

    `proposal` is the value we would take, in the form a mended cell would have ("CN", "09:00-18:00",
    "America/New_York"); `choices` are all values that fit when there are several.
    """

    severity: Severity
    code: str
    reason: str
    proposal: str | None = None
    choices: tuple[str, ...] = ()


class Reading(NamedTuple, Generic[T_co]):
    """One cell, understood as far as possible."""

    value: T_co
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at its place: `row` as the spreadsheet counts (1 = first), `column` by its title.

    `field` is our name of the column (see data/columns.json), "" where no column is meant.
    """

    row: int
    column: str
    field: str
    value: str
    severity: Severity
    code: str
    reason: str
    proposal: str | None = None
    choices: tuple[str, ...] = ()


def note(code: str, reason: str, proposal: str | None = None) -> Problem:
    return Problem(Severity.NOTE, code, reason, proposal)


def look(code: str, reason: str, proposal: str | None = None, choices: tuple[str, ...] = ()) -> Problem:
    return Problem(Severity.LOOK, code, reason, proposal, choices)


def stop(code: str, reason: str, proposal: str | None = None) -> Problem:
    return Problem(Severity.STOP, code, reason, proposal)


def offer(values: Iterable[str]) -> tuple[str | None, tuple[str, ...]]:
    """A proposal and its choices: the first of the values, and all of them if there are several."""
    each = tuple(dict.fromkeys(values))
    return (each[0] if each else None, each if len(each) > 1 else ())
