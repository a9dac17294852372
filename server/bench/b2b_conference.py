"""An instance in which all meetings must fit, by the conference-scheduler library and by us.

`python -m server.bench.b2b_conference theirs|ours FILE`
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from matchmaking.schedule.problem import Candidate, Party, Problem, Rules, Seat, SlotTime
from matchmaking.schedule.solve import Progress, solve
from server.bench.b2b import Instance, parse
from server.bench.solving import answer

BEGINS = datetime(2026, 11, 9, 9, tzinfo=UTC)
MEETING, LAPSE = timedelta(minutes=25), timedelta(minutes=30)


def theirs(instance: Instance) -> int:
    """A talk for each meeting, a venue for each table; talks with a party in common are never at once."""
    from conference_scheduler import scheduler
    from conference_scheduler.resources import Event, Slot

    slots = [
        Slot(f"table {table}", BEGINS + LAPSE * n, 25, 2, "day")
        for n in range(instance.slots)
        for table in range(instance.tables)
    ]
    events = [Event(str(m), 25, 2) for m in range(len(instance.meetings))]
    for m, event in enumerate(events):
        shares = {other for party in instance.meetings[m] for other in instance.meetings_of[party]} - {m}
        closed = set(range(instance.slots)) - set(instance.open_slots[m])
        event.add_unavailability(*(events[other] for other in sorted(shares)))
        event.add_unavailability(*(slot for n, slot in enumerate(slots) if n // instance.tables in closed))
    return len(scheduler.solution(events, slots))


def ours(instance: Instance) -> int:
    """The same as our problem, until all meetings have found their place."""
    every = (1 << instance.slots) - 1
    problem = Problem(
        slots=tuple(
            SlotTime(UUID(int=n), BEGINS + LAPSE * n, BEGINS + LAPSE * n + MEETING, 0) for n in range(instance.slots)
        ),
        parties=tuple(Party(UUID(int=p), (Seat(UUID(int=p), every),)) for p in range(instance.parties)),
        candidates=tuple(
            Candidate(pair, 1, sum(1 << slot for slot in open_))
            for pair, open_ in zip(instance.meetings, instance.open_slots, strict=True)
        ),
        rules=Rules(lines=instance.tables),
    )
    held = 0

    def note(progress: Progress) -> None:
        nonlocal held
        held = progress.meetings

    return len(solve(problem, report=note, stop=lambda: held == len(instance.meetings)).schedule.placed)


def main(side: str, path: str) -> None:
    sides: dict[str, Callable[[Instance], int]] = {"theirs": theirs, "ours": ours}
    instance = parse(Path(path).read_text())
    begun = _cpu()
    held = sides[side](instance)
    answer({"held": held, "of": len(instance.meetings), "cpu_s": _cpu() - begun})


def _cpu() -> float:
    """Seconds of CPU, those of the programs that a solver has started included."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(*sys.argv[1:])
