"""The pages. Each is read whole without scripts; what moves on them comes by the live stream."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from matchmaking.calendar import rules_of
from matchmaking.parties import directory
from matchmaking.tables import Participation
from server.accounts.doorkeeper import Visitor
from server.accounts.permissions import RoleName
from server.api import accounts, figures
from server.api.door import Desk, DeskDep, PartsDep, find_visitor
from server.conventions.tables import Convention
from server.scope import OwnScope, reading_as
from server.web.account import owns
from server.web.addresses import local_path
from server.web.figures import FROM_ELSEWHERE, grouped, shown_reported, titles
from server.web.looks import looks
from server.web.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


async def maybe_visitor(request: Request, parts: PartsDep) -> Visitor | None:
    """Who looks at the page, if they are signed in."""
    return await find_visitor(request, parts)


Back = Annotated[str, Query(max_length=2000)]
MaybeVisitor = Annotated[Visitor | None, Depends(maybe_visitor)]


@router.get("/sign-in")
def sign_in(request: Request, visitor: MaybeVisitor, parts: PartsDep, back: Back = "/") -> HTMLResponse:
    """The ways in that there are. The code behind `#` of a sign-in link never reaches the server by itself."""
    settings = parts.settings
    return render(
        request,
        "sign_in.html",
        visitor=visitor,
        back=local_path(back),
        mails=bool(settings.smtp_url),
        minutes=settings.mailed_link_seconds // 60,
        provider=settings.oidc_issuer and (settings.oidc_name or urlsplit(settings.oidc_issuer).hostname),
    )


@router.get("/")
def home(request: Request, visitor: MaybeVisitor, parts: PartsDep) -> Response:
    """What madang is; for who is signed in, their conventions, or the only one of them at once."""
    if visitor is None:
        return render(request, "welcome.html")
    me = accounts.me(visitor, parts)
    if len(me.places) == 1 and "lang" not in request.query_params:
        return RedirectResponse(f"/c/{me.places[0].slug}", 303, {"Cache-Control": "no-store"})
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        return render(request, "home.html", visitor=visitor, me=me, owner=owns(db))


@router.get("/c/{slug}")
def convention_page(request: Request, desk: DeskDep) -> HTMLResponse:
    """The organiser's live page; for everybody else, their own day."""
    with desk.reading() as db:
        if desk.actor.staff:
            return render(request, "organiser.html", **_organiser(db, desk))
        return render(request, "my_day.html", **_my_day(db, desk))


def _shell(db: Session, desk: Desk) -> dict[str, Any]:
    return {
        "visitor": desk.actor,
        "owner": RoleName.OWNER in desk.actor.roles,
        "convention": db.get_one(Convention, desk.convention_id),
        "now": desk.parts.clock.now(),
        "policies": rules_of(db, desk.convention_id).policies,
    }


def _organiser(db: Session, desk: Desk) -> dict[str, Any]:
    counted = figures.all_figures(db, desk.convention_id, desk.parts.clock.real_now())
    taking_part = directory(db, desk.convention_id)
    return {
        **_shell(db, desk),
        "groups": grouped({**counted, **taking_part.model_dump()}, figures.DEFINITIONS),
        "countries": counted["countries"],
        "country_definition": figures.DEFINITIONS["countries"],
        "outside_definition": figures.DEFINITIONS["outside"],
        "empty": not (taking_part.exhibitors or taking_part.buyers),
        "directory": taking_part,
        "looks": looks(desk),
        "reported": shown_reported(db, desk.convention_id),
        "reported_names": FROM_ELSEWHERE,
        "session_titles": titles(db, desk.convention_id),
    }


def _my_day(db: Session, desk: Desk) -> dict[str, Any]:
    mine = [db.get_one(Participation, party) for party in sorted(desk.actor.parties)]
    zones = [party.zone for party in mine if party.zone]
    return {**_shell(db, desk), "mine": mine, "zone": zones[0] if zones else desk.actor.zone}
