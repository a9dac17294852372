"""Planning pages: the programme with its tracks, rooms and speakers, and all that belongs to one session."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from server.accounts.permissions import May
from server.api.clashes import ClashOut, list_clashes
from server.api.door import Desk, Needs
from server.api.registration import list_places
from server.conventions.tables import Convention
from server.errors import NotFound
from server.web.office import shell
from server.web.rendering import render
from sessions.entries import Programme, ProgrammeEntry, entry, programme
from sessions.floor.readers import rules_of
from sessions.floor.rules import Naming
from sessions.programme import AudienceKind, Kind, RunBy
from sessions.tables import ProgrammeSession

router = APIRouter(prefix="/c/{slug}/plan", include_in_schema=False, default_response_class=HTMLResponse)

Planning = Annotated[Desk, Depends(Needs(May.PLAN_PROGRAMME))]

CHOICES: dict[str, Any] = {
    "kinds": tuple(Kind),
    "audiences": tuple(AudienceKind),
    "ways_to_run": tuple(RunBy),
    "namings": tuple(Naming),
}


@router.get("")
def plan_page(request: Request, desk: Planning) -> HTMLResponse:
    """The whole programme, drafts too, and the tracks, rooms and speakers that sessions name."""
    with desk.reading() as db:
        around, found = shell(db, desk), programme(db, desk.convention_id)
    convention: Convention = around["convention"]
    return render(
        request,
        "plan.html",
        **around,
        **CHOICES,
        programme=found,
        days=list(by_day(found.sessions, convention.zone)),
        clashes=_clashing(list_clashes(desk)),
        wall=wall,
        sessions_of=_sessions_by(found),
        opens=first_wall(convention),
    )


@router.get("/{session_id}")
def session_page(request: Request, session_id: UUID, desk: Planning) -> HTMLResponse:
    """One session: its texts and times, who is in it, how it is watched, what belongs to it, who has a place."""
    with desk.reading() as db:
        around, found = shell(db, desk), programme(db, desk.convention_id)
        row, session = db.get(ProgrammeSession, session_id), entry(db, desk.convention_id, session_id)
    if row is None or session is None:
        raise NotFound
    return render(
        request,
        "plan_session.html",
        **around,
        **CHOICES,
        programme=found,
        session=session,
        places=list_places(session_id, desk),
        rules=rules_of(row),
        wall=wall,
    )


def by_day(sessions: Iterable[ProgrammeEntry], zone: str) -> Iterable[tuple[date, list[ProgrammeEntry]]]:
    """Sessions by their day on the convention's calendar; they come in the order of their beginning."""

    def day(session: ProgrammeEntry) -> date:
        return session.starts_at.astimezone(ZoneInfo(zone)).date()

    return ((date_, list(some)) for date_, some in groupby(sessions, day))


def wall(instant: datetime, zone: str) -> str:
    """An instant as a field for a local time holds it, to the minute."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def first_wall(convention: Convention) -> str:
    """A sensible beginning for a new session: ten in the morning of the first day."""
    return f"{convention.first_day.isoformat()}T10:00"


def _clashing(clashes: list[ClashOut]) -> dict[UUID, str]:
    """Sessions that need what another has at the same time, with what that is first: speaker or room."""
    return {id: clash.what.partition(":")[0] for clash in reversed(clashes) for id in (clash.one, clash.other)}


def _sessions_by(found: Programme) -> dict[str, int]:
    """How many sessions name each track, room and speaker: "track:opening", "room:hall", "speaker:ID"."""
    counts: dict[str, int] = {}
    for session in found.sessions:
        named = {f"speaker:{part.speaker}" for part in session.parts}
        names = {f"track:{session.track}", f"room:{session.room}", *named}
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return counts
