"""Looking back: what happened, and how many watched, from the event log."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import select

from server.api.door import StaffDep, convention_router
from server.database import reading
from server.eventlog.tables import EventRow
from sessions.events import AudienceSampled

router = convention_router("history")

_EVENT = EventRow.__table__  # type: ignore[attr-defined]
SAMPLES = 20_000


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
def get_history(desk: StaffDep, before: int | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Past:
    """What happened, the newest first. The audience's samples are left out: they have a series of their own."""
    query = select(_EVENT.c.seq, _EVENT.c.type, _EVENT.c.at, _EVENT.c.data).where(
        _EVENT.c.convention_id == desk.convention_id, _EVENT.c.type != AudienceSampled.type
    )
    if before is not None:
        query = query.where(_EVENT.c.seq < before)
    with reading(desk.parts.engine) as db:
        rows = db.connection().execute(query.order_by(_EVENT.c.seq.desc()).limit(limit + 1)).all()
    items = [PastEvent(seq=row.seq, event=row.type, at=row.at, data=json.loads(row.data)) for row in rows[:limit]]
    return Past(items=items, next=items[-1].seq if len(rows) > limit else None)


@router.get("/programme/audience-series")
def get_audience_series(desk: StaffDep, since: AwareDatetime | None = None) -> list[Series]:
    """The samples of every session's audience, a minute apart while it was live: the newest 20,000 at most."""
    query = select(_EVENT.c.data).where(
        _EVENT.c.convention_id == desk.convention_id, _EVENT.c.type == AudienceSampled.type
    )
    if since is not None:
        query = query.where(_EVENT.c.at >= since)
    found: dict[UUID, list[tuple[datetime, int]]] = {}
    with reading(desk.parts.engine) as db:
        newest = db.connection().execute(query.order_by(_EVENT.c.seq.desc()).limit(SAMPLES)).scalars().all()
    for data in reversed(newest):
        audience = AudienceSampled.model_validate_json(data).audience
        found.setdefault(audience.id, []).append((audience.sampled_at, audience.concurrent))
    return [Series(session=session, samples=samples) for session, samples in found.items()]
