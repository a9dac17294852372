"""Answers that come from another thread to those who wait for them on the event loop."""

import asyncio
from typing import TypeVar

T = TypeVar("T")


def deliver(future: "asyncio.Future[T]", answer: T | Exception) -> None:
    """Tell whoever waits the answer, or raise it there. Who has gone away is told nothing."""
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
