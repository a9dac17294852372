"""YouTube's streams: how they go and how many watch, by the Data API's `videos.list`.

https://developers.google.com/youtube/v3/docs/videos/list: at most 50 videos a call, each call one unit of the day's
quota, which begins anew at midnight Pacific time. The key goes in a header, since addresses are written down in places.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import httpx
import structlog
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from server.integrations.allowance import DailyAllowance
from server.integrations.asking import Between, NotAnswered, Page, Sleep, between, fetch, patiently
from server.integrations.breaker import Breaker
from sessions.channels import Reading, StreamState, Trouble
from sessions.providers import video_id

log = structlog.get_logger()

AT_ONCE = 50
SECONDS = 8.0  # for one answer
MOST_BYTES = 1024 * 1024
MOST_VIEWERS = 2_000_000_000
ZONE = "America/Los_Angeles"
USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
LOOK_AGAIN = 60.0  # seconds, when there is nothing to ask with

Said = Reading | Trouble


class _Snippet(BaseModel):
    liveBroadcastContent: str = "none"


class _Details(BaseModel):
    """`concurrentViewers` is a string of digits; it is missing if nobody watches, or if its owner hides it."""

    actualStartTime: AwareDatetime | None = None
    actualEndTime: AwareDatetime | None = None
    concurrentViewers: Annotated[int, Field(ge=0, le=MOST_VIEWERS)] | None = None


class _Video(BaseModel):
    id: str
    snippet: _Snippet = _Snippet()
    liveStreamingDetails: _Details | None = None

    def reading(self) -> Reading:
        details, broadcast = self.liveStreamingDetails, self.snippet.liveBroadcastContent
        if details is None:  # it was uploaded, and never is live
            return Reading(StreamState.UNKNOWN)
        begun, over = details.actualStartTime, details.actualEndTime
        if over is not None or broadcast == "completed":
            return Reading(StreamState.ENDED, None, begun, over)
        if begun is not None:
            state = StreamState.LIVE if broadcast == "live" else StreamState.UNKNOWN
            return Reading(state, details.concurrentViewers, begun)
        return Reading(StreamState.UPCOMING)


class YouTube:
    """Reads streams with one key. Whatever goes wrong is told as the trouble of those streams, never raised."""

    def __init__(
        self,
        key: str,
        base_url: str,
        daily_units: int,
        real_now: Callable[[], datetime],
        *,
        seconds: float = SECONDS,
        sleep: Sleep = asyncio.sleep,
        between: Between = between,
    ) -> None:
        self._http = httpx.AsyncClient(timeout=seconds, headers={"x-goog-api-key": key})
        self._seconds = seconds
        self._address = base_url.rstrip("/") + "/youtube/v3/videos"
        self._allowance = DailyAllowance(daily_units, ZONE, real_now)
        self._breaker = Breaker(real_now)
        self._patiently = partial(patiently, sleep=sleep, between=between)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    def pause(self, count: int) -> float:
        """Seconds until so many streams may be read again, so that the day's quota lasts."""
        return self._allowance.pace(max(1, -(-count // AT_ONCE))) or LOOK_AGAIN

    async def read(self, streams: Mapping[str, str | None]) -> dict[str, Said]:
        """What YouTube says of the videos at these addresses. What they were before is of no matter here."""
        addresses = {url: video_id(url) for url in streams}
        ids = sorted({found for found in addresses.values() if found})
        batches = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
        said: dict[str, Said] = {}
        for answers in await asyncio.gather(*map(self._batch, batches)):
            said |= answers
        return {url: said[found] if found else Reading(StreamState.UNKNOWN) for url, found in addresses.items()}

    async def _batch(self, ids: Sequence[str]) -> dict[str, Said]:
        if not self._breaker.admits():
            return dict.fromkeys(ids, Trouble.RESTING)
        try:
            answers = _readings(ids, await self._patiently(partial(self._ask, ids)))
        except NotAnswered as failed:
            if failed.trouble is not Trouble.QUOTA:
                self._breaker.failed()
            log.warning("youtube did not answer", trouble=failed.trouble.value, videos=len(ids))
            return dict.fromkeys(ids, failed.trouble)
        self._breaker.succeeded()
        return answers

    async def _ask(self, ids: Sequence[str]) -> Page:
        """
        Raises:
            NotAnswered.
        """
        if not self._allowance.spend():
            raise NotAnswered(Trouble.QUOTA)
        asked = {
            "part": "snippet,liveStreamingDetails",
            "id": ",".join(ids),
            "fields": "items(id,snippet/liveBroadcastContent,liveStreamingDetails)",
        }
        page = await fetch(self._http, self._address, params=asked, most=MOST_BYTES, seconds=self._seconds)
        if page.status == 200:
            return page
        reason = _reason(page.body)
        if reason in USED_UP:
            self._allowance.is_used_up()
            raise NotAnswered(Trouble.QUOTA)
        raise NotAnswered(Trouble.FAILING if reason in TOO_FAST else Trouble.REFUSED)


def _readings(ids: Sequence[str], page: Page) -> dict[str, Said]:
    """
    Raises:
        NotAnswered: this is no list of videos.
    """
    found = _json(page.body)
    items = found.get("items", []) if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise NotAnswered(Trouble.UNREADABLE)
    said: dict[str, Said] = dict.fromkeys(ids, Reading(StreamState.GONE))
    for item in items:
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str) and name in said:
            said[name] = _said(item)
    return said


def _said(item: dict[str, Any]) -> Said:
    try:
        return _Video.model_validate(item).reading()
    except ValidationError:
        return Trouble.UNREADABLE


def _reason(body: bytes) -> str:
    """Why it was refused (https://developers.google.com/youtube/v3/docs/errors); empty if it does not say."""
    try:
        return str(_json(body)["error"]["errors"][0]["reason"])
    except (NotAnswered, LookupError, TypeError):
        return ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnswered(Trouble.UNREADABLE) from None
