"""What stands beside the sessions of a programme: its tracks, rooms and speakers have one version together."""

from sessions.errors import NotAllowed
from sessions.events import ListingChanged, ListingRecord
from sessions.ports import Work
from sessions.tables import Listing

READERS = ("organiser", "programme", "public")


def check_planner(work: Work) -> None:
    """Refuse who does not work for the convention.

    Raises:
        NotAllowed.
    """
    if not work.actor.staff:
        raise NotAllowed


def list_anew(work: Work) -> None:
    """Tracks, rooms or speakers are others: whoever reads the programme fetches them again."""
    row = work.db.get(Listing, work.convention_id)
    if row is None:
        row = Listing(convention_id=work.convention_id)
    else:
        row.version += 1
    work.db.add(row)
    work.db.flush()
    work.record(ListingChanged(listing=ListingRecord(id=row.convention_id, version=row.version)), READERS)
