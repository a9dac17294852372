"""HLS streams (RFC 8216): whether they go on, by their playlists. How many watch nobody says.

A playlist's address is the organiser's, so it may lead anywhere: only public hosts are asked, a little at a time.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from server.integrations.asking import NotAnswered, Page, fetch
from server.integrations.breaker import Breaker
from server.integrations.public_hosts import PublicHosts
from sessions.channels import Reading, StreamState, Trouble

log = structlog.get_logger()

SECONDS = 5.0  # for one playlist, redirects and all
MOST_BYTES = 1024 * 1024
MOST_REDIRECTS = 3
AT_ONCE = 20

FOUND_BEFORE = frozenset({StreamState.LIVE, StreamState.ENDED, StreamState.GONE})


class Hls:
    """Reads playlists, each once: they are read every few seconds anyway. Whatever goes wrong is told as the trouble of
    that stream, never raised.

    Each host has a breaker of its own. `loopback` allows streams of this very machine, for development and tests.
    """

    def __init__(self, real_now: Callable[[], datetime], *, loopback: bool = False, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._http = httpx.AsyncClient(
            transport=PublicHosts(loopback=loopback),
            timeout=seconds,
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            trust_env=False,
        )
        self._real_now = real_now
        self._breakers: dict[str, Breaker] = {}
        self._hands = asyncio.Semaphore(AT_ONCE)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def pause(self, _count: int) -> float:
        """Seconds until they may be read again: at once, playlists are made to be read every few seconds."""
        return 0.0

    async def read(self, streams: Mapping[str, str | None]) -> dict[str, Reading | Trouble]:
        """What the playlists at these addresses say; what is not there has ended or is yet to come, depending on what
        it was before."""
        hosts = {url: _host(url) for url in streams}
        self._breakers = {
            host: self._breakers.get(host) or Breaker(self._real_now) for host in dict.fromkeys(hosts.values())
        }
        said = await asyncio.gather(
            *(self._one(url, before, self._breakers[hosts[url]]) for url, before in streams.items())
        )
        return dict(zip(streams, said, strict=True))

    async def _one(self, url: str, before: str | None, breaker: Breaker) -> Reading | Trouble:
        async with self._hands:
            if not breaker.admits():
                return Trouble.RESTING
            try:
                reading = await self._read(url, before)
            except NotAnswered as failed:
                breaker.failed()
                log.warning("a playlist was not read", trouble=failed.trouble.value)
                return failed.trouble
            breaker.succeeded()
            return reading

    async def _read(self, url: str, before: str | None) -> Reading:
        """
        Raises:
            NotAnswered.
        """
        page = await self._page(url)
        lines = _lines(page)
        variant = _first_variant(lines)
        if variant is not None:
            page = await self._page(_below(page.url, variant))
            lines = _lines(page)
        if lines is None:
            return Reading(StreamState.GONE if before in FOUND_BEFORE else StreamState.UPCOMING)
        if _first_variant(lines) is not None:  # a variant leads to segments, never to variants (RFC 8216, 4.3.4)
            raise NotAnswered(Trouble.UNREADABLE)
        if "#EXT-X-ENDLIST" in lines:
            return Reading(StreamState.ENDED)
        return Reading(StreamState.LIVE if _has_segments(lines) else StreamState.UPCOMING)

    async def _page(self, url: str) -> Page:
        return await fetch(self._http, url, most=MOST_BYTES, seconds=self._seconds)


def _host(url: str) -> str:
    """Whose breaker an address has; all that are none share one."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _below(url: str, variant: str) -> str:
    """Where a playlist says that a variant is.

    Raises:
        NotAnswered: that is no address.
    """
    try:
        return urljoin(url, variant)
    except ValueError:
        raise NotAnswered(Trouble.UNREADABLE) from None


def _lines(page: Page) -> list[str] | None:
    """A playlist's lines; None if there is none yet or any more.

    Raises:
        NotAnswered: it is not for us, or no playlist (RFC 8216, 4.3.1.1: which begins so).
    """
    if page.status in (404, 410):
        return None
    if page.status != 200:
        raise NotAnswered(Trouble.REFUSED)
    try:
        lines = [line.strip() for line in page.body.decode().splitlines()]
    except UnicodeDecodeError:
        raise NotAnswered(Trouble.UNREADABLE) from None
    if lines[:1] != ["#EXTM3U"]:
        raise NotAnswered(Trouble.UNREADABLE)
    return lines


def _first_variant(lines: Iterable[str] | None) -> str | None:
    """The first variant that a master playlist names; None if it is another kind of playlist."""
    named = False
    for line in lines or ():
        if line.startswith("#EXT-X-STREAM-INF"):
            named = True
        elif named and line and not line.startswith("#"):
            return line
    return None


def _has_segments(lines: Iterable[str]) -> bool:
    return any(line.startswith("#EXTINF") for line in lines)
