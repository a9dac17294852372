"""Asking outside systems over HTTP: bounded in time and size, and again when it may help."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

import httpx

from sessions.channels import Trouble

Answer = TypeVar("Answer")
Sleep = Callable[[float], Awaitable[object]]
Between = Callable[[float, float], float]

AGAIN = frozenset({Trouble.TIMEOUT, Trouble.UNREACHABLE, Trouble.FAILING})
ATTEMPTS = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0  # seconds, at most

between: Between = SystemRandom().uniform


class NotAnswered(Exception):
    """An outside system did not say what it was asked. It holds no address: those may carry secrets."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Page:
    """What was answered: its status, its bytes, and the address they came from in the end."""

    status: int
    body: bytes
    url: str


async def fetch(
    http: httpx.AsyncClient, url: str, *, params: Mapping[str, str] | None = None, most: int, seconds: float
) -> Page:
    """GET an address: at most so many bytes, in so many seconds all in all.

    Raises:
        NotAnswered: nothing came in time, it was too much, or the system says that it is in trouble itself.
    """
    body = bytearray()
    try:
        async with (
            asyncio.timeout(seconds),
            http.stream("GET", url, params=params, headers={"accept-encoding": "identity"}) as answer,
        ):
            # Unpacking is what would make a few bytes many.
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise NotAnswered(Trouble.UNREADABLE)
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > most:
                    raise NotAnswered(Trouble.UNREADABLE)
    except (TimeoutError, httpx.TimeoutException):
        raise NotAnswered(Trouble.TIMEOUT) from None
    except httpx.TooManyRedirects:
        raise NotAnswered(Trouble.UNREADABLE) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):  # the last: names that can be no host's
        raise NotAnswered(Trouble.UNREACHABLE) from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise NotAnswered(Trouble.FAILING)
    return Page(answer.status_code, bytes(body), str(answer.url))


async def patiently(
    ask: Callable[[], Awaitable[Answer]], *, sleep: Sleep = asyncio.sleep, between: Between = between
) -> Answer:
    """Ask up to ATTEMPTS times, with pauses of random length whose bound doubles (full jitter).

    Raises:
        NotAnswered: as the last attempt did; at once, if asking again cannot help.
    """
    for attempt in range(ATTEMPTS - 1):
        try:
            return await ask()
        except NotAnswered as failed:
            if failed.trouble not in AGAIN:
                raise
        await sleep(between(0.0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)))
    return await ask()
