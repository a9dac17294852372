"""A solver whose behaviour is its seed: what a search can meet with."""

import os
import signal
import time
from collections.abc import Callable

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Problem, Schedule
from matchmaking.schedule.solve import Impossible, Progress, Solved
from matchmaking.schedule.timetable import bits

__all__ = ["Impossible", "solve"]

PATIENT, DEAF, HUNGRY, CONTRARY, FAULTY, MORTAL, MUTE = range(1, 8)


def solve(
    problem: Problem, *, seed: int, effort: float, report: Callable[[Progress], None], stop: Callable[[], bool]
) -> Solved:
    """Fills simply and says so again and again; then does as its seed says."""
    schedule = filled(problem)
    if seed == HUNGRY:
        bytearray(1 << 40)
    if seed == CONTRARY:
        raise Impossible(("these two are never there at once",))
    if seed == FAULTY:
        raise ZeroDivisionError
    if seed == MORTAL:
        os.kill(os.getpid(), signal.SIGKILL)
    while seed in (PATIENT, DEAF, MUTE) and (seed == DEAF or not stop()):
        if seed != MUTE:
            report(Progress("improving", 1, 2, len(schedule.placed), len(schedule.placed), None, lambda: schedule))
        time.sleep(0.01)
    return Solved(schedule, 1000.0)


def filled(problem: Problem) -> Schedule:
    """Each candidate in the first slot that it fits in."""
    board = Board(problem)
    for c in range(len(problem.candidates)):
        next((slot for slot in bits(board.options(c)) if board.place(c, slot)), None)
    return board.schedule()
