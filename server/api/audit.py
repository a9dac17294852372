"""The audit trail of a host, for its owners: read a page at a time, or taken away as a sheet."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from pydantic_core import to_json

from server.api.door import origin_of
from server.api.fields import Instant
from server.api.host import HostDesk, Owning
from server.audit.looks import ACTION as LOOK
from server.audit.queries import MOST, Cursor, Wanted, entries
from server.audit.tables import AuditEntry
from server.batch import Order
from server.errors import Unreadable
from server.exports import csv_lines
from server.work import HOUSE, Work

router = APIRouter(prefix="/api/v1/host", tags=["host"])

Word = Annotated[str, Query(max_length=48, pattern=r"^[a-z_.]+$")]
Moment = Annotated[Instant, Query(ge=datetime.fromisoformat("2000-01-01T00:00:00Z"))]
COLUMNS = (
    "at",
    "actor",
    "action",
    "subject",
    "subject_id",
    "about",
    "convention",
    "address",
    "request_id",
    "old",
    "new",
)


class Entry(BaseModel):
    """Who did what to what, when and from where. `actor` is null for the convention itself.

    `about` is whose data it was. `old` and `new` are null when the person they are about has been erased.
    """

    id: UUID
    at: datetime
    actor: UUID | None
    login: UUID | None
    action: str
    subject: str
    subject_id: str
    about: UUID | None
    convention: UUID | None
    address: str | None
    request_id: str | None
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class EntryPage(BaseModel):
    """Entries, newest first. `next` is the cursor of the next page; null at the end."""

    items: list[Entry]
    next: str | None


def wanted_entries(
    actor: UUID | None = None,
    about: UUID | None = None,
    convention: UUID | None = None,
    action: Word | None = None,
    subject: Word | None = None,
    subject_id: Annotated[str, Query(max_length=120)] | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Wanted:
    """What is asked for: by whom, about whom, in which convention, what, to what, from when on, before when."""
    return Wanted(actor, about, convention, action, subject, subject_id, since, until)


Asked = Annotated[Wanted, Depends(wanted_entries)]


@router.get("/audit")
def list_entries(
    desk: Owning,
    wanted: Asked,
    after: Annotated[str, Query(max_length=80)] | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EntryPage:
    """The audit trail, newest first."""
    try:
        place = Cursor.parse(after) if after else None
    except ValueError:
        raise Unreadable("This is no cursor of ours.", field="after") from None
    with desk.reading() as db:
        found = entries(db, wanted, place, limit + 1)
    more = str(Cursor.of(found[limit - 1])) if len(found) > limit else None
    shown = found[:limit]
    telling = (entry for entry in shown if entry.action != LOOK and (entry.old or entry.new))
    desk.saw_personal_data("audit", (entry.about_id for entry in telling))
    return EntryPage(items=[_shown(entry) for entry in shown], next=more)


@router.get(
    "/audit.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_entries(desk: Owning, wanted: Asked) -> StreamingResponse:
    """The same as a sheet, which is itself entered into the trail."""
    entered = partial(_note_export, host_id=desk.visitor.host_id)
    await desk.parts.writer.run(Order(HOUSE, entered, desk.actor, origin_of(desk.request)))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    lines = csv_lines(COLUMNS, _rows(desk, wanted))
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _note_export(work: Work, host_id: UUID) -> None:
    work.note("audit.exported", "host", host_id)


def _rows(desk: HostDesk, wanted: Wanted) -> Iterator[list[str]]:
    """Every entry as cells; each stretch from a session of its own, so that a slow reader holds none open."""
    place: Cursor | None = None
    while True:
        with desk.reading() as db:
            found = entries(db, wanted, place, MOST)
        for entry in found:
            shown = _shown(entry)
            yield [_cell(getattr(shown, name)) for name in COLUMNS]
        if len(found) < MOST:
            return
        place = Cursor.of(found[-1])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return to_json(value).decode() if isinstance(value, dict) else str(value)


def _shown(entry: AuditEntry) -> Entry:
    same = entry.model_dump(include=set(Entry.model_fields))
    return Entry(
        **same, actor=entry.actor_id, login=entry.login_id, about=entry.about_id, convention=entry.convention_id
    )
