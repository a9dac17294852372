"""An event loop whose time jumps to the next timer as soon as nothing else is to be done."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Sleeping costs nothing here, and equal programs run equally. Only for tests without sockets or threads."""

    def __init__(self) -> None:
        super().__init__()
        self._virtual_now = 0.0

    def time(self) -> float:
        return self._virtual_now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._virtual_now = max(self._virtual_now, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def run(test: Callable[[], Coroutine[Any, Any, T]], timeout: float = 3600.0) -> T:
    """Run a test's coroutine; TimeoutError if it needs more than `timeout` virtual seconds."""

    async def limited() -> T:
        async with asyncio.timeout(timeout):
            return await test()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(limited())
