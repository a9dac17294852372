"""A small problem: six parties, each of whom wishes to meet the other side."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from matchmaking.schedule.problem import Candidate, Party, Problem, Seat, SlotTime
from server.scheduling.task import Task

START = datetime(2020, 11, 9, tzinfo=UTC)
SLOTS = tuple(
    SlotTime(UUID(int=s + 1), START + timedelta(minutes=35 * s), START + timedelta(minutes=35 * s + 30), 0)
    for s in range(6)
)
PARTIES = tuple(Party(UUID(int=100 + p), (Seat(UUID(int=200 + p), 0b111111),)) for p in range(6))
PAIRS = tuple(Candidate((one, other), 2 + one, 0b111111) for one in range(3) for other in range(3, 6))
PROBLEM = Problem(SLOTS, PARTIES, PAIRS)


def task(seed: int = 1, solver: str = "tests.scheduling.moody") -> Task:
    """The problem, for a solver in one of its moods."""
    return Task(PROBLEM, seed, 1.0, {}, solver)
