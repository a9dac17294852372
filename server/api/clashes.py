"""What stands at the same time where only one thing can be. It is told, never forbidden."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from server.api.door import DeskDep, convention_router
from server.api.programme import Planning
from server.usecases.clashes import own_clashes
from sessions.clashes import Clash, clashes, sessions_with_what_they_take

router = convention_router("programme", "/programme/clashes")

Buffer = Annotated[int, Query(ge=0, le=240, description="Minutes that are needed between two of them.")]


class ClashOut(BaseModel):
    """Two things at the same time, the earlier first: they overlap from `starts_at` to `ends_at`. If only the time
    between them is too short, the latter is the earlier one.

    `what` tells of what there is only one: "speaker:ID", "room:CODE" or "person:ID".
    """

    what: str
    one: UUID
    other: UUID
    starts_at: datetime
    ends_at: datetime


def _out(found: list[Clash]) -> list[ClashOut]:
    return [
        ClashOut(what=one.what, one=one.one, other=one.other, starts_at=one.starts_at, ends_at=one.ends_at)
        for one in found
    ]


@router.get("")
def list_clashes(desk: Planning, buffer: Buffer = 0) -> list[ClashOut]:
    """Sessions, drafts too, that need the same speaker or room at the same time."""
    with desk.reading() as db:
        return _out(clashes(sessions_with_what_they_take(db, desk.convention_id), timedelta(minutes=buffer)))


@router.get("/mine")
def list_own_clashes(desk: DeskDep, buffer: Buffer = 0) -> list[ClashOut]:
    """Of the sessions you are in or have a place in, and your meetings, those at the same time."""
    person_id = desk.actor.person_id
    if person_id is None:
        return []
    with desk.reading() as db:
        return _out(own_clashes(db, desk.convention_id, person_id, timedelta(minutes=buffer)))
