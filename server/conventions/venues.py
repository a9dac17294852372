"""A host's venues, and what can be taken there: rooms, tables, accounts of video services. Who the host is, the
command's actor says."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import select

from matchmaking.tables import Occupancy
from server.conventions.tables import Resource, Venue
from server.errors import InUse, NotFound
from server.ids import new_id
from server.work import Work


class VenueRecord(BaseModel):
    """A venue as it stands."""

    id: UUID
    name: dict[str, Any]
    zone: str
    address: str


class ResourceRecord(BaseModel):
    """A resource as it stands. `places` is how many people it holds, if that is known."""

    id: UUID
    venue_id: UUID | None
    kind: str
    name: str
    places: int | None


def add_venue(work: Work, **values: Any) -> VenueRecord:
    """A new venue of the host."""
    venue = Venue(id=new_id(), host_id=_host(work), created_at=work.now, **values)
    work.db.add(venue)
    work.db.flush()
    return venue_record(venue)


def change_venue(work: Work, venue_id: UUID, **changes: Any) -> VenueRecord:
    """Rename a venue, or correct what is known of it.

    Raises:
        NotFound.
    """
    venue = _venue(work, venue_id)
    venue.sqlmodel_update(changes)
    work.db.add(venue)
    work.db.flush()
    return venue_record(venue)


def remove_venue(work: Work, venue_id: UUID) -> None:
    """Remove a venue that holds nothing.

    Raises:
        NotFound; InUse: there are resources in it.
    """
    venue = _venue(work, venue_id)
    if work.db.exec(select(Resource.id).where(Resource.venue_id == venue_id)).first() is not None:
        raise InUse
    work.db.delete(venue)
    work.db.flush()


def add_resource(work: Work, **values: Any) -> ResourceRecord:
    """Something new that can be taken.

    Raises:
        NotFound: the host has no such venue.
    """
    if values.get("venue_id") is not None:
        _venue(work, values["venue_id"])
    resource = Resource(id=new_id(), host_id=_host(work), created_at=work.now, **values)
    work.db.add(resource)
    work.db.flush()
    return resource_record(resource)


def change_resource(work: Work, resource_id: UUID, **changes: Any) -> ResourceRecord:
    """Rename a resource, move it, or correct what is known of it.

    Raises:
        NotFound.
    """
    resource = _resource(work, resource_id)
    if changes.get("venue_id") is not None:
        _venue(work, changes["venue_id"])
    resource.sqlmodel_update(changes)
    work.db.add(resource)
    work.db.flush()
    return resource_record(resource)


def remove_resource(work: Work, resource_id: UUID) -> None:
    """Remove a resource that nobody has taken.

    Raises:
        NotFound; InUse: somebody has taken it at some time.
    """
    resource = _resource(work, resource_id)
    taken = select(Occupancy.cell).where(Occupancy.resource_id == resource_id).limit(1)
    if work.db.exec(taken).first() is not None:
        raise InUse
    work.db.delete(resource)
    work.db.flush()


def venue_record(venue: Venue) -> VenueRecord:
    """What is shown of a venue."""
    return VenueRecord(**venue.model_dump(include=set(VenueRecord.model_fields)))


def resource_record(resource: Resource) -> ResourceRecord:
    """What is shown of a resource."""
    return ResourceRecord(**resource.model_dump(include=set(ResourceRecord.model_fields)))


def _host(work: Work) -> UUID:
    if work.actor.host_id is None:
        raise NotFound
    return work.actor.host_id


def _venue(work: Work, venue_id: UUID) -> Venue:
    venue = work.db.get(Venue, venue_id)
    if venue is None or venue.host_id != _host(work):
        raise NotFound
    return venue


def _resource(work: Work, resource_id: UUID) -> Resource:
    resource = work.db.get(Resource, resource_id)
    if resource is None or resource.host_id != _host(work):
        raise NotFound
    return resource
