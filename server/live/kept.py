"""Answers that many want at about the same time: asked for once, and kept for a moment."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Asking = Callable[[], Coroutine[Any, Any, Value]]


class Kept(Generic[Key, Value]):
    """Keeps each answer for `seconds` after it was asked for. Whoever comes while one is under way waits for it.

    What goes wrong is told to all who wait, and kept for nobody else.
    """

    def __init__(self, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._asked: dict[Key, tuple[float, asyncio.Task[Value]]] = {}

    async def get(
        self,
        key: Key,
        ask: Callable[[], Coroutine[Any, Any, Value]],
        good: Callable[[Value], bool] = lambda value: True,
    ) -> Value:
        """The answer. One that is kept is taken only if it is still `good`."""
        loop = asyncio.get_running_loop()
        known = self._asked.get(key)
        if known is not None and known[1].done() and (known[0] <= loop.time() or not good(known[1].result())):
            known = None
        if known is None:
            known = self._asked[key] = (loop.time() + self._seconds, loop.create_task(ask()))
            loop.call_later(self._seconds, self._forget, key, known)
            known[1].add_done_callback(lambda task, known=known: self._failed(key, known))  # type: ignore[misc]
        # One who leaves while waiting must not take the answer from the others.
        return await asyncio.shield(known[1])

    def clear(self) -> None:
        """Forget everything; who waits already is answered all the same."""
        self._asked.clear()

    def _forget(self, key: Key, known: tuple[float, "asyncio.Task[Value]"]) -> None:
        if self._asked.get(key) is known and known[1].done():
            del self._asked[key]

    def _failed(self, key: Key, known: tuple[float, "asyncio.Task[Value]"]) -> None:
        if (known[1].cancelled() or known[1].exception() is not None) and self._asked.get(key) is known:
            del self._asked[key]
