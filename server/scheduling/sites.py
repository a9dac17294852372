"""The host's venues as places where a convention's meetings can be."""

from collections import defaultdict
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.drafts.presence import Site
from server.conventions.tables import Convention, Resource, Venue

AT_TABLES = ("table", "room")  # kinds of resources at which two parties meet


def sites_of(db: Session, convention_id: UUID) -> list[Site]:
    """Venues of the convention's host that have tables or rooms, in the order of their ids."""
    host = select(Convention.host_id).where(Convention.id == convention_id)
    tables: defaultdict[UUID, list[UUID]] = defaultdict(list)
    kinds = select(Resource).where(Resource.host_id == host.scalar_subquery(), col(Resource.kind).in_(AT_TABLES))
    for resource in db.exec(kinds.order_by(col(Resource.id))):
        if resource.venue_id is not None:
            tables[resource.venue_id].append(resource.id)
    venues = db.exec(select(Venue).where(col(Venue.id).in_(list(tables))).order_by(col(Venue.id)))
    return [Site(one.id, _names(one), tuple(tables[one.id])) for one in venues]


def _names(venue: Venue) -> frozenset[str]:
    texts = (text for language, text in venue.name.items() if language != "original")
    return frozenset(text.strip().casefold() for text in texts)
