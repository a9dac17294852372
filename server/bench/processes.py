"""Peers of a bench in processes of their own: started, told what to do, measured from outside, and ended."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Command = dict[str, Any]


class Peer:
    """A Python module that answers one JSON object a line for each that it is sent, and ends with its input.

    Raises RuntimeError when it has died instead of answering.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._name = f"{module} {' '.join(arguments)}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @cached_property
    def hello(self) -> Command:
        """What it says once it has started. Until this is asked for, several peers can start at a time."""
        return self.answer()

    def tell(self, do: str, **more: Any) -> None:
        """Send a command; the answer is fetched by `answer`, so that several peers can work at a time."""
        assert self.hello is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Command:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended with status {self._process.wait()}")
        answer: Command = json.loads(line)
        return answer

    def ask(self, do: str, **more: Any) -> Command:
        self.tell(do, **more)
        return self.answer()

    def cpu(self) -> float:
        """Seconds of CPU that all threads have used."""
        return cpu_of(self._process.pid)

    def memory(self) -> int:
        """Bytes of memory that are the process's own and no file's."""
        for line in Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Anonymous:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the kernel does not tell")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def cpu_of(pid: int) -> float:
    """Seconds of CPU that all threads of a process have used, from the scheduler's own nanoseconds."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def reply(**answer: Any) -> None:
    """The peer's side: say hello, or answer a command."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def obey(commands: dict[str, Callable[..., Coroutine[Any, Any, Command]]]) -> None:
    """The peer's side on an event loop: carry out commands from stdin until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        reply(**await commands[command.pop("do")](**command))
