"""Looking back: what happened, and how many watched, from the event log."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlmodel import Session, col, select

import sessions.floor.events
import sessions.floor.word_events
from server.api.door import convention_router
from server.api.fields import Instant
from server.api.figures import Seeing
from server.eventlog.tables import EventRow
from sessions.events import AudienceSampled, Fact

router = convention_router("history")

SAMPLES = 20_000
# The facts of sessions' floors, as they are named; announcements are news to all.
ON_THE_FLOOR = sorted(
    fact.type
    for fact in Fact.__subclasses__()
    if fact.__module__.startswith(sessions.floor.__name__) and not fact.type.startswith("announcement.")
)
# A number of the log fits the databases' whole numbers.
Before = Annotated[int | None, Query(ge=0, lt=2**31)]


class PastEvent(BaseModel):
    """An event as the live stream gave it."""

    seq: int
    event: str
    at: datetime
    data: dict[str, Any]


class Past(BaseModel):
    """Events from the newest on. `next` is the cursor of the next page; null at the end."""

    items: list[PastEvent]
    next: int | None


class Series(BaseModel):
    """A session's audience over time: (when it was counted, how many were watching), in order."""

    session: UUID
    samples: list[tuple[datetime, int]]


@router.get("/history")
def get_history(
    desk: Seeing, before: Before = None, limit: Annotated[int, Query(ge=1, le=200)] = 50, floor: bool = True
) -> Past:
    """What happened, the newest first. The audience's samples are left out: they have a series of their own; and, if
    `floor` is false, what the audience says and does: that stands before the moderators of each session."""
    query = select(EventRow.seq, EventRow.type, EventRow.at, EventRow.data).where(
        EventRow.convention_id == desk.convention_id, EventRow.type != AudienceSampled.type
    )
    if before is not None:
        query = query.where(EventRow.seq < before)
    if not floor:
        query = query.where(col(EventRow.type).not_in(ON_THE_FLOOR))
    with desk.reading() as db:
        rows = db.exec(query.order_by(col(EventRow.seq).desc()).limit(limit + 1)).all()
    items = [PastEvent(seq=seq, event=kind, at=at, data=json.loads(data)) for seq, kind, at, data in rows[:limit]]
    return Past(items=items, next=items[-1].seq if len(rows) > limit else None)


@router.get("/programme/audience-series")
def get_audience_series(desk: Seeing, since: Instant | None = None) -> list[Series]:
    """The samples of every session's audience, a minute apart while it was live: the newest 20,000 at most."""
    with desk.reading() as db:
        return audience_series(db, desk.convention_id, since=since)


def audience_series(
    db: Session, convention_id: UUID, *, since: datetime | None = None, session_id: UUID | None = None
) -> list[Series]:
    """The samples of every session's audience since then, or of one session's alone."""
    query = select(EventRow.data).where(EventRow.convention_id == convention_id, EventRow.type == AudienceSampled.type)
    if since is not None:
        query = query.where(EventRow.at >= since)
    if session_id is not None:
        query = query.where(col(EventRow.data).contains(str(session_id)))
    found: dict[UUID, list[tuple[datetime, int]]] = {}
    for data in reversed(db.exec(query.order_by(col(EventRow.seq).desc()).limit(SAMPLES)).all()):
        audience = AudienceSampled.model_validate_json(data).audience
        found.setdefault(audience.id, []).append((audience.sampled_at, audience.concurrent))
    return [Series(session=session, samples=samples) for session, samples in found.items()]
