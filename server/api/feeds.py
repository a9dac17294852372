"""Calendar feeds: secret addresses for calendar programs, which sign in nowhere."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

import server.programme_files.feeds as commands
from server.api.door import DeskDep, Input, PartsDep, convention_router
from server.api.programme import Code
from server.api.programme_files import CALENDAR
from server.api.public import UNCHANGED, unless_known
from server.errors import NotFound
from server.parts import Parts
from server.programme_files.feeds import FeedRecord, OpenedFeed
from server.scope import reading_as

router = APIRouter(tags=["feeds"])
_own = convention_router("feeds", "/programme/feeds")

Secret = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]

_KEPT = "private, max-age=300"


class FeedInput(Input):
    """Which calendar: a track's, or without one the asker's own sessions and meetings."""

    track: Annotated[Code, StringConstraints(min_length=1)] | None = None


@_own.get("")
def list_feeds(desk: DeskDep) -> list[FeedRecord]:
    """Your calendar feeds here. Their addresses are not told again."""
    assert desk.actor.person_id is not None
    with desk.reading() as db:
        return commands.list_feeds(db, desk.convention_id, desk.actor.person_id)


@_own.post("", status_code=201, response_model=OpenedFeed)
async def open_feed(body: FeedInput, desk: DeskDep) -> Response:
    """Make a secret address of your own calendar, or of a track's: /feeds/SECRET.ics. It is told once; making it again
    makes the one before worthless."""
    now = desk.parts.clock.real_now()
    return await desk.run(partial(commands.open_feed, track=body.track, real_now=now), body, 201, repeats=True)


@_own.delete("/{feed_id}", response_model=FeedRecord)
async def close_feed(feed_id: UUID, desk: DeskDep) -> Response:
    """Let the address lead nowhere."""
    return await desk.run(partial(commands.close_feed, feed_id=feed_id))


@router.get(
    "/feeds/{secret}.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}, **UNCHANGED},
)
async def get_feed(secret: Secret, request: Request, parts: PartsDep) -> Response:
    """A calendar by its secret address, as its owner may see it now."""
    return unless_known(request, await run_in_threadpool(_written, parts, secret), CALENDAR, _KEPT)


def _written(parts: Parts, secret: str) -> bytes:
    feed = commands.find_feed(parts.engine, secret)
    if feed is None:
        raise NotFound
    with reading_as(parts.engine, feed.scope) as db:
        return commands.write_feed(db, feed, parts.settings.base_url)


router.include_router(_own)
