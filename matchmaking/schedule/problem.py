"""What is to be scheduled, and what came of it, as values: indices instead of rows, bitmasks instead of times.

Slots are numbered in order of time. A mask is an int whose bit s stands for slot s. Everything that a schedule must
obey stands here; how one is found is the business of the other modules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Mask = int
Reason = Literal[
    "nobody_wishes",  # nobody (else) wishes to meet it, or all who do were banned
    "no_hours",  # it is there in no slot at all
    "no_shared_hours",  # never there when one of those it should meet is
    "interpreters_busy",  # there would be times, but no interpreter for its languages is free at one
    "no_interpreter",  # nobody interprets between its languages
    "tables_full",  # there would be times, but no table or line is free at one
    "at_its_most",  # it, or those it should meet, have as many meetings as they want
    "others_first",  # its times went to meetings that weigh more
]


@dataclass(frozen=True, slots=True)
class SlotTime:
    """A slot. `day` counts the convention's local days; `clash` are the other slots that nobody can attend with it,
    since they, or the buffers after them, overlap (0 in a calendar whose slots stand apart)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    day: int
    clash: Mask = 0


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who sits for a party, and for no other: when they are there and free, what they speak.

    `halls`: hall index -> the slots in which they are on site there; in all others they are online.
    `daily`: at most so many meetings on one of the convention's days, None for any number; `booked` are those that
    stand already, a number a day. Whose languages nobody told is taken to share one with everybody. Who is on site in a
    hall can take a call there; but those who are all on site in one hall meet there, at a table, and not online.
    """

    person: UUID
    free: Mask
    languages: frozenset[str] = frozenset()
    halls: Mapping[int, Mask] = field(default_factory=dict)
    daily: int | None = None
    booked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """A party. It meets in parallel as often as it has free people.

    `least` is wished for and `most` is a rule, of all meetings, those that stand already (`booked`, a number a day)
    included; `most_a_day` likewise. `discomfort`: what a meeting in each slot costs it, 0 (midday) to 100 (night).
    """

    id: UUID
    seats: tuple[Seat, ...]
    least: int = 0
    most: int | None = None
    most_a_day: int | None = None
    booked: tuple[int, ...] = ()
    discomfort: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Parties (indices, two or more) that could meet, how much that is worth (0 or more), and in which slots it may be.

    `fixed`: it stands in that slot, whatever it costs others (pinned), also if `slots` is without it. `must`: the
    organiser wants it before all else.
    """

    parties: tuple[int, ...]
    weight: int
    slots: Mask
    fixed: int | None = None
    must: bool = False


@dataclass(frozen=True, slots=True)
class Helper:
    """An interpreter: when free, between which languages (each direction a pair), at most how many minutes a day.

    They can interpret a meeting if a language can be chosen for each who sits there so that any two have the same, or
    ones that they interpret both ways; they are needed where no language is common to all.
    `blocks`: party index -> slots reserved for that party: there they serve nobody else, whatever `free` says, and not
    outside `free` either. `only_for`: the party that brought them. `booked`: minutes that stand already, a number a
    day; `busy`: the slots of meetings that stand already, which are part of their work without a break, of other
    parties than any here.
    """

    person: UUID
    free: Mask
    pairs: frozenset[tuple[str, str]]
    daily_minutes: int | None = None
    blocks: Mapping[int, Mask] = field(default_factory=dict)
    only_for: int | None = None
    booked: tuple[int, ...] = ()
    busy: Mask = 0


@dataclass(frozen=True, slots=True)
class Hall:
    """Where people meet on site: how many tables are free in each slot. All tables of a hall are alike, and meetings in
    slots that clash need one each."""

    id: UUID
    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What every schedule obeys, and in which order it is judged.

    `without_interpreter`: a meeting without a common language is held all the same, "pending" until somebody is found;
    else it is not set at all. Interpreters rest `break_minutes` once they have worked `stretch_minutes` without a rest
    of that length: meetings between which they have less come to at most `stretch_minutes` of meeting time, or are one
    alone. They need `handover_minutes` between two meetings that have no party in common. A person who changes between
    online and a hall, or between halls, needs `change_minutes`, from the end of the one to the start of the other.
    `lines`: meetings online at once, None for any number. `judged`: "lexicographic" never gives up wishes for comfort;
    "weighted" may, at the `prices` of an idle gap and of a point of discomfort, in units of weight.
    """

    without_interpreter: bool = True
    stretch_minutes: int = 90
    break_minutes: int = 15
    handover_minutes: int = 0
    change_minutes: int = 10
    lines: int | None = None
    judged: Literal["lexicographic", "weighted"] = "lexicographic"
    prices: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Problem:
    """All that is to be scheduled."""

    slots: tuple[SlotTime, ...]
    parties: tuple[Party, ...]
    candidates: tuple[Candidate, ...]
    helpers: tuple[Helper, ...] = ()
    halls: tuple[Hall, ...] = ()
    rules: Rules = Rules()


@dataclass(frozen=True, slots=True)
class Placement:
    """A meeting that is set: its slot, the seat (index) of each of its parties, who interprets (index of a helper),
    and the hall (index) or None for online. `pending`: it has no common language and no interpreter yet."""

    slot: int
    seats: tuple[int, ...]
    helper: int | None = None
    hall: int | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which candidates (indices) meet, and how."""

    placed: Mapping[int, Placement]


@dataclass(frozen=True, slots=True)
class Unserved:
    """A party that got less than it wished, and why: of several reasons the one that stands in the way of most."""

    party: int
    wished: int
    got: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a schedule is.

    `bound`: no schedule at all weighs more (proved by the dual of a linear relaxation, reckoned anew from its prices);
    `gap_percent` is how far `weight` is below it. `left_out`: candidates that no slot could hold (no shared hours, or
    banned by a rule), which are in neither. `idle_gaps`: stretches of empty slots between two meetings of a person on
    one day. `discomfort` is summed over parties and meetings, `worst_discomfort` the worst single one;
    `discomfort_bound`: the same meetings cost no less, whenever they are held (proved; 0 if not reckoned).
    `share_of_worst`: meetings got by meetings wished, of the party for which that is least (of those that could have
    any).
    """

    meetings: int
    weight: int
    bound: float
    gap_percent: float
    left_out: int
    pending: int
    idle_gaps: int
    discomfort: int
    worst_discomfort: int
    share_of_worst: float
    interpreter_minutes: int
    unserved: tuple[Unserved, ...]
    discomfort_bound: int = 0
