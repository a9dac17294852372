"""What a process that makes a schedule is given, and what it says: one JSON object a line."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from matchmaking.drafts.events import ProgressRecord, QualityRecord
from matchmaking.schedule.problem import Placement, Problem, Quality, Reason, Schedule

STOP = b"stop\n"
Row = tuple[int, int, tuple[int, ...], int | None, int | None, bool]


@dataclass(frozen=True, slots=True)
class Task:
    """A problem, and slots of candidates to begin from. `solver` is the module that has `solve` and `Impossible`: the
    server, which makes no schedule itself, need not load it."""

    problem: Problem
    seed: int
    effort: float
    start: Mapping[int, int]
    solver: str = "matchmaking.schedule.solve"


class Found(BaseModel):
    """A schedule with its quality: (candidate, slot, seats, interpreter, hall, pending) of each meeting; `unserved` are
    parties (index, wished, got, reason). `last`: the search is over."""

    placed: list[Row]
    quality: QualityRecord
    unserved: list[tuple[int, int, int, Reason]] = []
    last: bool = False

    def schedule(self) -> Schedule:
        """The same as the problem's own value."""
        rows = ((row[0], Placement(*row[1:])) for row in self.placed)
        return Schedule(dict(rows))


class Line(BaseModel):
    """One line: how far the search is, what it has found, or why there can be no schedule."""

    progress: ProgressRecord | None = None
    found: Found | None = None
    impossible: list[str] | None = None


def as_rows(schedule: Schedule) -> list[Row]:
    """A schedule's meetings as a line has them."""
    return [(c, p.slot, p.seats, p.helper, p.hall, p.pending) for c, p in sorted(schedule.placed.items())]


def quality_record(quality: Quality, *, bounded: bool = True) -> QualityRecord:
    """A judgement without the list of parties, which `DraftParty` has.

    Args:
        bounded: a bound is known.
    """
    figures = {name: getattr(quality, name) for name in QualityRecord.model_fields if name != "unserved"}
    unknown = {} if bounded else {"bound": None, "gap_percent": None}
    return QualityRecord(**figures | unknown, unserved=len(quality.unserved))
