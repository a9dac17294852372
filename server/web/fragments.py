"""Parts of pages that are rendered here and fetched again when something has changed."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from server.api import parties
from server.api.door import DeskDep
from server.api.parties import Managing
from server.web.looks import looks
from server.web.rendering import render

router = APIRouter(prefix="/c/{slug}", include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/looks")
def needing_a_look(request: Request, desk: Managing) -> HTMLResponse:
    """The parties that the organiser has to confirm."""
    return render(request, "fragments/looks.html", slug=desk.house.slug, looks=looks(desk))


@router.get("/free-slots")
def free_slots(request: Request, desk: DeskDep, party: UUID | None = None, by: UUID | None = None) -> HTMLResponse:
    """The slots in which the visitor's party and another are both free."""
    free = None if party is None else parties.list_slots(party, desk, by)
    return render(request, "fragments/free_slots.html", slug=desk.house.slug, free=free, by=by)
