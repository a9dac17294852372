"""The pages of a host, for its owners: conventions, owners, venues and what can be taken there."""

from fastapi import APIRouter, Request
from sqlmodel import col, select
from starlette.responses import HTMLResponse

from server.accounts.tables import Person
from server.api import host, venues
from server.api.host import Owning
from server.web.rendering import render

router = APIRouter(prefix="/host", include_in_schema=False, default_response_class=HTMLResponse)


@router.get("")
def host_page(request: Request, desk: Owning) -> HTMLResponse:
    """What the host is and has."""
    with desk.reading() as db:
        zone = db.exec(select(Person.zone).where(col(Person.id) == desk.visitor.person_id)).one()
    return render(
        request,
        "host.html",
        visitor=desk.visitor,
        owner=True,
        zone=zone,
        host=host.get_host(desk),
        series=host.list_series(desk),
        conventions=host.list_conventions(desk),
        owners=host.list_owners(desk),
        venues=venues.list_venues(desk),
        resources=venues.list_resources(desk),
    )
