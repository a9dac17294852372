"""A host's venues and resources, for its owners."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints
from sqlmodel import col, select

from server.api.door import DeskRoute, Input
from server.api.fields import Name, Text, Zone
from server.api.host import Owning
from server.conventions import venues as commands
from server.conventions.tables import Resource, Venue
from server.conventions.venues import ResourceRecord, VenueRecord, resource_record, venue_record

router = APIRouter(prefix="/api/v1/host", tags=["host"], route_class=DeskRoute)

Address = Annotated[str, StringConstraints(max_length=300)]
Kind = Literal["room", "table", "video_account"]
Places = Annotated[int, Field(ge=1, le=100_000)]


class NewVenue(Input):
    """A venue to be."""

    name: Name
    zone: Zone
    address: Address = ""


class VenueChange(Input):
    """What is to change; what is left out stays."""

    name: Name | None = None
    zone: Zone | None = None
    address: Address | None = None


class NewResource(Input):
    """A room, a table, or an account of a video service."""

    kind: Kind
    name: Text
    venue_id: UUID | None = None
    places: Places | None = None


class ResourceChange(Input):
    """What is to change; what is left out stays."""

    name: Text | None = None
    venue_id: UUID | None = None
    places: Places | None = None


@router.get("/venues")
def list_venues(desk: Owning) -> list[VenueRecord]:
    """The host's venues."""
    with desk.reading() as db:
        return [venue_record(venue) for venue in db.exec(select(Venue).order_by(col(Venue.id)))]


@router.post("/venues", status_code=201, response_model=VenueRecord)
async def add_venue(body: NewVenue, desk: Owning) -> Response:
    """Add a venue."""
    return await desk.run(partial(commands.add_venue, **body.model_dump()), body, 201)


@router.patch("/venues/{venue_id}", response_model=VenueRecord)
async def change_venue(venue_id: UUID, body: VenueChange, desk: Owning) -> Response:
    """Rename a venue, or correct what is known of it."""
    changes = body.model_dump(exclude_none=True)
    return await desk.run(partial(commands.change_venue, venue_id=venue_id, **changes), body)


@router.delete("/venues/{venue_id}", status_code=204)
async def remove_venue(venue_id: UUID, desk: Owning) -> Response:
    """Remove a venue that holds nothing."""
    return await desk.run(partial(commands.remove_venue, venue_id=venue_id), status=204)


@router.get("/resources")
def list_resources(desk: Owning) -> list[ResourceRecord]:
    """What of the host's can be taken."""
    with desk.reading() as db:
        return [resource_record(one) for one in db.exec(select(Resource).order_by(col(Resource.id)))]


@router.post("/resources", status_code=201, response_model=ResourceRecord)
async def add_resource(body: NewResource, desk: Owning) -> Response:
    """Add a room, a table, or an account of a video service."""
    return await desk.run(partial(commands.add_resource, **body.model_dump()), body, 201)


@router.patch("/resources/{resource_id}", response_model=ResourceRecord)
async def change_resource(resource_id: UUID, body: ResourceChange, desk: Owning) -> Response:
    """Rename a resource, move it to another venue, or correct what is known of it."""
    changes = body.model_dump(exclude_none=True)
    return await desk.run(partial(commands.change_resource, resource_id=resource_id, **changes), body)


@router.delete("/resources/{resource_id}", status_code=204)
async def remove_resource(resource_id: UUID, desk: Owning) -> Response:
    """Remove a resource that nobody has taken."""
    return await desk.run(partial(commands.remove_resource, resource_id=resource_id), status=204)
