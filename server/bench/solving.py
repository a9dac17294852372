"""Solvers in processes of their own, which can be killed: what they answer, and what it cost."""

import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import IO, Any, Literal

PATIENCE = 10  # by the clock, so many times the seconds of CPU: they share the machine with each other, and with others
End = Literal["answered", "killed", "failed"]
Arguments = Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a process: its answer (a JSON value), seconds by the clock and of CPU, and the most
    megabytes it held. `why`: the last line it said on stderr, if it failed."""

    end: End
    answer: Any
    wall: float
    cpu: float
    peak: float
    why: str = ""

    def told(self) -> dict[str, Any]:
        """All of it, as a bench tells it; the fields of an answer that is an object among them."""
        costs = {"cpu_s": round(self.cpu, 2), "wall_s": round(self.wall, 2), "peak_mb": round(self.peak)}
        why = {"why": self.why} if self.why else {}
        return {"end": self.end, **costs, **why, **(self.answer if isinstance(self.answer, dict) else {})}


def solve_alone(arguments: Arguments, seconds: float) -> Run:
    """The run of one Python module with arguments; killed when it has used so many seconds of CPU."""
    return race({"": arguments}, seconds)[""]


def race(entrants: Mapping[str, Arguments], seconds: float) -> dict[str, Run]:
    """Runs several at a time, each with so many seconds of CPU, and kills the rest when the first has answered."""
    with ExitStack() as stack:
        running = {name: _Running(stack, arguments, seconds) for name, arguments in entrants.items()}
        runs: dict[str, Run] = {}
        deadline = time.monotonic() + PATIENCE * seconds
        while len(runs) < len(running):
            over = any(run.end == "answered" for run in runs.values()) or time.monotonic() >= deadline
            waiting = {name: one for name, one in running.items() if name not in runs}
            for name in list(waiting) if over else _ended(waiting, deadline - time.monotonic()):
                runs[name] = waiting[name].finish(kill=over)
    return {name: runs[name] for name in entrants}


def answer(value: object) -> None:
    """The solver's side: its answer, and what it held."""
    sys.stdout.write(json.dumps({"answer": value, "peak": _peak("self")}))
    sys.stdout.flush()


def _peak(process: int | str) -> float:
    """The most megabytes that a process has held: that of its own program, not of the one that started it."""
    status = Path(f"/proc/{process}/status").read_text()
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


class _Running:
    """A process that was started and not yet waited for."""

    def __init__(self, stack: ExitStack, arguments: Arguments, seconds: float) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._out = stack.enter_context((folder / "out").open("w+b"))
        self._err = stack.enter_context((folder / "err").open("w+b"))
        self._begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            process_group=0,  # some solvers start programs, which are to end with them
        )
        stack.callback(self._kill)
        resource.prlimit(self._process.pid, resource.RLIMIT_CPU, (ceil(seconds), ceil(seconds) + 1))
        self.handle = os.pidfd_open(self._process.pid)
        stack.callback(os.close, self.handle)

    def finish(self, *, kill: bool) -> Run:
        """Its run. With `kill` it is ended, unless it has just ended by itself."""
        killed = kill and not _ended({"": self}, 0)
        peak = _peak(self._process.pid) if killed else 0.0
        if killed:
            os.killpg(self._process.pid, signal.SIGKILL)
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        wall, cpu = time.monotonic() - self._begun, used.ru_utime + used.ru_stime
        if killed or -self._process.returncode in (signal.SIGXCPU, signal.SIGKILL):
            return Run("killed", None, wall, cpu, peak)
        if self._process.returncode:
            lines = self._said(self._err).strip().splitlines() or [f"status {self._process.returncode}"]
            return Run("failed", None, wall, cpu, peak, why=lines[-1])
        said = json.loads(self._said(self._out))
        return Run("answered", said["answer"], wall, cpu, said["peak"])

    def _said(self, file: IO[bytes]) -> str:
        file.seek(0)
        return file.read().decode(errors="replace")

    def _kill(self) -> None:
        """If it was not waited for, as when the bench itself is interrupted."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _ended(running: Mapping[str, _Running], seconds: float) -> list[str]:
    """The names of those that have ended, waiting for the first so many seconds."""
    poll = select.poll()
    names = {}
    for name, one in running.items():
        poll.register(one.handle, select.POLLIN)
        names[one.handle] = name
    return [names[handle] for handle, _ in poll.poll(max(0, round(seconds * 1000)))]
