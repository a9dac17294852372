"""The published business-to-business instances: their MiniZinc data read, and an answer to one verified.

Bofill, Coll, Garcia, Giraldez-Cru, Pesant, Suy, Villaret: "Constraint Solving Approaches to the Business-to-Business
Meeting Scheduling Problem", JAIR 74 (2022) 263-301. Every meeting is held; breaks are minimised, the idle stretches
between a party's first and its last meeting.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

MORNING, AFTERNOON, EITHER = 1, 2, 3
FAIR = 2  # the most breaks of a party may be so many more than the fewest


class Unreadable(ValueError):
    """Not the data of such an instance."""


@dataclass(frozen=True)
class Instance:
    """Parties, meetings and slots by index from 0; `open_slots` are those a meeting may be in, ascending."""

    parties: int
    tables: int
    slots: int
    meetings: tuple[tuple[int, int], ...]
    open_slots: tuple[tuple[int, ...], ...]
    before: tuple[tuple[int, int], ...] = ()  # the first meeting of each pair is in an earlier slot than the second

    @cached_property
    def meetings_of(self) -> tuple[tuple[int, ...], ...]:
        """The meetings of each party."""
        return tuple(tuple(m for m, pair in enumerate(self.meetings) if p in pair) for p in range(self.parties))


def parse(text: str) -> Instance:
    """An instance from its text.

    Raises:
        Unreadable: something is missing or does not fit together.
    """
    try:
        slots, morning = _number(text, "nTotalSlots"), _number(text, "nMorningSlots")
        rows = [[int(n) for n in re.findall(r"\d+", row)] for row in _value(text, "requested").split("|")]
        requested = [row for row in rows if row]
        closed = _sets(text, "forbidden")
        fixed = [int(n) for n in re.findall(r"\d+", _value(text, "fixed"))]
        sessions = {
            MORNING: set(range(1, morning + 1)),
            AFTERNOON: set(range(morning + 1, slots + 1)),
            EITHER: set(range(1, slots + 1)),
        }
        parties, meetings = _number(text, "nBusiness"), _number(text, "nMeetings")
        if not len(requested) == len(fixed) == meetings or len(closed) != parties:
            raise Unreadable("Its rows are not as many as it says.")
        return Instance(
            parties,
            _number(text, "nTables"),
            slots,
            tuple((a - 1, b - 1) for a, b, _ in requested),
            tuple(
                tuple(s - 1 for s in sorted(sessions[session] - closed[a - 1] - closed[b - 1]) if at in (0, s))
                for (a, b, session), at in zip(requested, fixed, strict=True)
            ),
            tuple((first - 1, m) for m, firsts in enumerate(_sets(text, "precedences")) for first in sorted(firsts)),
        )
    except (ValueError, KeyError, IndexError) as error:
        raise Unreadable(str(error)) from error


def _value(text: str, name: str) -> str:
    for statement in text.split(";"):
        said, _, value = statement.partition("=")
        if said.strip() == name:
            return value.strip()
    raise Unreadable(f"It says nothing of {name}.")


def _number(text: str, name: str) -> int:
    return int(_value(text, name))


def _sets(text: str, name: str) -> list[set[int]]:
    """The sets of a list; 0 stands for nothing."""
    return [{int(n) for n in re.findall(r"\d+", one)} - {0} for one in re.findall(r"\{([^{}]*)\}", _value(text, name))]


def breaks(used: Sequence[int]) -> int:
    """The idle stretches between the first and the last of these slots."""
    ordered = sorted(used)
    return sum(later - earlier > 1 for earlier, later in pairwise(ordered))


def total_breaks(instance: Instance, answer: Sequence[int]) -> int:
    """The breaks of all parties, if meeting m is in slot `answer[m]`."""
    return sum(breaks([answer[m] for m in of]) for of in instance.meetings_of)


def faults(instance: Instance, answer: Sequence[int]) -> Iterator[str]:
    """What an answer, a slot for each meeting, does against the rules; nothing if it may be so."""
    if len(answer) != len(instance.meetings):
        yield f"{len(answer)} of {len(instance.meetings)} meetings are held"
        return
    for m, slot in enumerate(answer):
        if slot not in instance.open_slots[m]:
            yield f"meeting {m} may not be in slot {slot}"
    for slot, held in Counter(answer).items():
        if held > instance.tables:
            yield f"{held} meetings in slot {slot}"
    for party, of in enumerate(instance.meetings_of):
        if len({answer[m] for m in of}) < len(of):
            yield f"party {party} is in two meetings at once"
    for first, then in instance.before:
        if answer[first] >= answer[then]:
            yield f"meeting {first} is not before {then}"
    counted = [breaks([answer[m] for m in of]) for of in instance.meetings_of]
    if counted and max(counted) - min(counted) > FAIR:
        yield f"some have {max(counted)} breaks, others {min(counted)}"
