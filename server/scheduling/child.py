"""The other end of a search: the process in which a schedule is made.

It ends when nobody listens any more, whatever becomes of the server that started it.
"""

import os
import pickle
import sys
import threading
from importlib import import_module
from typing import Any, BinaryIO

from matchmaking.drafts.events import ProgressRecord
from matchmaking.schedule.board import Board
from matchmaking.schedule.floor import least_discomfort
from matchmaking.schedule.problem import Schedule
from matchmaking.schedule.quality import judge
from server.child import OUT_OF_MEMORY, limit
from server.clock import real_seconds
from server.scheduling.task import STOP, Found, Line, Task, as_rows, quality_record

PROGRESS_EVERY = 0.5  # seconds
FOUND_EVERY = 3.0
JUDGING_SHARE = 20  # at most a twentieth of the time goes into judging what is not final


def serve() -> None:
    """Make one schedule: the task comes on standard input, perhaps the wish to stop follows; lines are said on standard
    output."""
    lines = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a solver prints is no line
    calls = sys.stdin.buffer
    # What arrives here was pickled by the process that started this one, and by nobody else.
    seconds, megabytes = pickle.load(calls)  # nosec B301
    limit(seconds, megabytes)
    task: Task = pickle.load(calls)  # nosec B301
    stopping = threading.Event()
    threading.Thread(target=_listen, args=(calls, stopping), daemon=True).start()
    try:
        _search(task, Telling(task, lines), stopping)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    lines.flush()
    os._exit(0)


def _listen(calls: BinaryIO, stopping: threading.Event) -> None:
    while line := calls.readline():
        if line == STOP:
            stopping.set()
    os._exit(0)  # whoever wanted the schedule is gone


class Telling:
    """Says how far a search is, neither too often nor more than once."""

    def __init__(self, task: Task, lines: BinaryIO) -> None:
        self._task = task
        self._lines = lines
        self._told_at = 0.0
        self._found_at = 0.0
        self._judging = 0.0
        self._best = -1

    def report(self, progress: Any) -> None:
        """What the engine calls again and again."""
        now = real_seconds()
        if now - self._told_at >= PROGRESS_EVERY:
            self._told_at = now
            self.say(
                Line(
                    progress=ProgressRecord(
                        stage=progress.stage,
                        done=progress.done,
                        of=progress.of,
                        meetings=progress.meetings,
                        weight=progress.weight,
                        bound=progress.bound,
                    )
                )
            )
        pause = max(FOUND_EVERY, JUDGING_SHARE * self._judging)
        if progress.weight > self._best and now - self._found_at >= pause:
            self.found(progress.schedule(), progress.bound)

    def found(self, schedule: Schedule, bound: float | None, *, last: bool = False) -> None:
        """A schedule stands, better than those before, or the last."""
        began = real_seconds()
        problem = self._task.problem
        quality = judge(problem, schedule, bound or 0, least_discomfort(problem, schedule) if last else 0)
        unserved = [(one.party, one.wished, one.got, one.reason) for one in quality.unserved] if last else []
        self._best = quality.weight
        self._found_at = real_seconds()
        self._judging = self._found_at - began
        record = quality_record(quality, bounded=bound is not None)
        self.say(Line(found=Found(placed=as_rows(schedule), quality=record, unserved=unserved, last=last)))

    def say(self, line: Line) -> None:
        """One line, at once."""
        self._lines.write(line.model_dump_json().encode() + b"\n")
        self._lines.flush()


def _search(task: Task, telling: Telling, stopping: threading.Event) -> None:
    before = _start(task)
    if before.placed:
        telling.found(before.schedule(), None)
    solver = import_module(task.solver)
    try:
        solved = solver.solve(
            task.problem, seed=task.seed, effort=task.effort, report=telling.report, stop=stopping.is_set
        )
    except solver.Impossible as impossible:
        telling.say(Line(impossible=list(impossible.reasons)))
        return
    better = Board.of(task.problem, solved.schedule).weight >= before.weight
    telling.found(solved.schedule if better else before.schedule(), solved.bound, last=True)


def _start(task: Task) -> Board:
    """What an earlier search had found, as far as it still can stand: what weighs most first."""
    board = Board(task.problem)
    candidates = task.problem.candidates
    for c in sorted(task.start, key=lambda c: (candidates[c].fixed is None, -candidates[c].weight, c)):
        board.place(c, task.start[c])
    return board
