"""The programme's page: for who takes part, and, as far as it is public, for anybody."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import HTMLResponse, RedirectResponse, Response

from matchmaking.tables import Participation
from server.accounts.actors import Actor
from server.accounts.permissions import RoleName
from server.api.door import Desk, DeskDep, PublicDesk
from server.conventions.tables import Convention
from server.programme_files.feeds import list_feeds
from server.web.guests import Opened
from server.web.rendering import render
from server.web.timetable import NOTHING, Own, Wishes, own_of, timetable

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Choice = Annotated[str, Query(max_length=80)]


def wishes_of(track: Choice = "", kind: Choice = "", language: Choice = "", mine: bool = False) -> Wishes:
    """What the address asks for."""
    return Wishes(track, kind, language, mine)


Wished = Annotated[Wishes, Depends(wishes_of)]


@router.get("/c/{slug}/programme")
def programme_page(request: Request, desk: DeskDep, wishes: Wished) -> HTMLResponse:
    """The programme, for who takes part."""
    person = desk.actor.person_id
    with desk.reading() as db:
        own = own_of(db, desk.convention_id, person)
        feeds = list_feeds(db, desk.convention_id, person) if person else []
        return render(request, "programme.html", **shell(db, desk), **_shown(db, desk, own, wishes), feeds=feeds)


@router.get("/p/{slug}")
def public_page(request: Request, opened: Opened, wishes: Wished) -> Response:
    """What is public of it, for anybody. Who takes part is shown the whole of it."""
    if isinstance(opened, str):
        return RedirectResponse(f"/c/{opened}/programme", 303, {"Cache-Control": "no-store"})
    with opened.reading() as db:
        return render(request, "programme.html", **guest_shell(db, opened), **_shown(db, opened, NOTHING, wishes))


def _shown(db: Session, desk: Desk | PublicDesk, own: Own, wishes: Wishes) -> dict[str, Any]:
    convention = db.get_one(Convention, desk.convention_id)
    return timetable(db, convention, own, wishes, desk.parts.clock.real_now())


def shell(db: Session, desk: Desk) -> dict[str, Any]:
    """What the pages for the audience have in common: who reads them, in which zone, and where the others are."""
    here = f"/c/{desk.house.slug}"
    return {
        "visitor": desk.actor,
        "owner": RoleName.OWNER in desk.actor.roles,
        "convention": db.get_one(Convention, desk.convention_id),
        "now": desk.parts.clock.now(),
        "zone": reader_zone(db, desk.actor),
        "programme_at": f"{here}/programme",
        "watch_at": f"{here}/watch",
    }


def guest_shell(db: Session, desk: PublicDesk) -> dict[str, Any]:
    """The same for somebody we do not know: the page's scripts find their zone."""
    convention = db.get_one(Convention, desk.convention_id)
    return {
        "convention": convention,
        "now": desk.parts.clock.now(),
        "zone": convention.zone,
        "programme_at": f"/p/{convention.slug}",
        "watch_at": f"/p/{convention.slug}",
    }


def reader_zone(db: Session, actor: Actor) -> str:
    """The zone of the reader's party, if they sit for one that has one; else their own."""
    ids: list[UUID] = sorted(actor.parties)
    zones = db.exec(select(Participation.zone).where(col(Participation.id).in_(ids)).order_by(col(Participation.id)))
    return next(filter(None, zones), actor.zone)
