"""An interpreter's page: what they interpret, for whom, between which languages, and how to get there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col, select
from starlette.responses import HTMLResponse

from matchmaking.calendar import rules_of
from matchmaking.interpreting.agenda import Entry, agenda
from matchmaking.interpreting.events import BlockRecord
from matchmaking.interpreting.queries import block_records
from matchmaking.states import MeetingState
from matchmaking.tables import Participation
from server.accounts.permissions import May
from server.api.door import Desk, Needs
from server.errors import NotFound
from server.web.office import shell
from server.web.rendering import render
from server.web.timetable import day_shift

router = APIRouter(prefix="/c/{slug}", include_in_schema=False, default_response_class=HTMLResponse)

Joining = Annotated[Desk, Depends(Needs(May.JOIN))]


@router.get("/interpreting")
def agenda_page(request: Request, desk: Joining) -> HTMLResponse:
    """The visitor's own agenda, in their zone, from now on."""
    person, now = desk.actor.person_id, desk.parts.clock.now()
    if person is None:
        raise NotFound
    zone = desk.actor.zone
    with desk.reading() as db:
        early = timedelta(minutes=rules_of(db, desk.convention_id).policies.join_early_minutes)
        entries = agenda(db, desk.convention_id, person, since=now)
        blocks = [block for block in block_records(db, desk.convention_id, person=person) if block.ends_at > now]
        return render(
            request,
            "interpreting.html",
            **shell(db, desk),
            zone=zone,
            days=_days(entries, zone),
            blocks=blocks,
            parties=_names(db, blocks),
            present=_present(entries, person),
            open={entry.meeting.id for entry in entries if _can_join(entry, now, early)},
            shift=day_shift,
        )


def _days(entries: Sequence[Entry], zone: str) -> list[tuple[date, list[Entry]]]:
    """The entries, given in the order of time, by the days of a zone."""
    by_day = groupby(entries, key=lambda entry: entry.meeting.starts_at.astimezone(ZoneInfo(zone)).date())
    return [(day, list(found)) for day, found in by_day]


def _present(entries: Sequence[Entry], person: UUID) -> set[UUID]:
    """The meetings at which somebody is right now."""
    seats = ((entry.meeting.id, seat) for entry in entries for seat in entry.meeting.attendees)
    return {meeting_id for meeting_id, seat in seats if seat.person == person and seat.present}


def _can_join(entry: Entry, now: datetime, early: timedelta) -> bool:
    return entry.meeting.state != MeetingState.ENDED and entry.meeting.starts_at - early <= now < entry.meeting.ends_at


def _names(db: Session, blocks: Sequence[BlockRecord]) -> dict[UUID, Mapping[str, Any]]:
    found = select(Participation.id, Participation.name).where(col(Participation.id).in_({one.party for one in blocks}))
    return dict(db.exec(found).all())
