"""What somebody said of their hours -> when they are there on each local date. Pure functions over values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from matchmaking.calendar import Rules

HoursKind = Literal["stated", "all_day", "unknown"]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of their hours.

    `kind`: "stated" (these hours), "all_day" (whenever awake), "unknown" (nothing said: usual hours are assumed).
    `hours`: (opens, closes) in minutes after local midnight; closes may exceed 1440. `dates`: the only ones on which
    they are there, None for all. `absent`: those on which they are not.
    """

    kind: HoursKind = "unknown"
    hours: tuple[tuple[int, int], ...] = ()
    dates: tuple[date, ...] | None = None
    absent: tuple[date, ...] = ()


class LocalDay(NamedTuple):
    """One local date of somebody, as a row of `Availability` has it."""

    local_date: date
    mode: str
    hours: list[list[int]]
    source: str


def local_days(said: Said, rules: Rules) -> Iterable[LocalDay]:
    """Every local date that touches the convention, with the hours that hold on it."""
    policies = rules.policies
    usual = {
        "stated": [list(pair) for pair in said.hours],
        "all_day": [[policies.waking_opens, policies.waking_closes]],
        "unknown": [[policies.usual_opens, policies.usual_closes]],
    }[said.kind]
    source = "assumed" if said.kind == "unknown" else said.kind
    for day in rules.local_dates:
        there = (said.dates is None or day in said.dates) and day not in said.absent
        yield LocalDay(day, "online" if there else "absent", usual if there else [], source)
