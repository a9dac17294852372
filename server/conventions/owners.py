"""Who owns a host. Which host it is, the command's actor says."""

from uuid import UUID

from pydantic import BaseModel
from sqlmodel import col, select

from server.accounts.permissions import RoleName
from server.accounts.tables import HostRole
from server.conventions.commands import add_owner, add_person, rights_changed
from server.errors import LastOne, NotFound
from server.work import Work


class OwnerRecord(BaseModel):
    """Who is, or was, an owner."""

    person: UUID


def add_owner_by_address(work: Work, email: str, zone: str, name: dict[str, object] | None = None) -> OwnerRecord:
    """Make somebody an owner of the actor's host; harmless if they are."""
    if work.actor.host_id is None:
        raise NotFound
    person_id = add_person(work, work.actor.host_id, email, zone, name)
    add_owner(work, work.actor.host_id, person_id)
    return OwnerRecord(person=person_id)


def remove_owner(work: Work, person_id: UUID) -> OwnerRecord:
    """Somebody owns the actor's host no more. It keeps an owner.

    Raises:
        NotFound: they do not.
        LastOne: nobody would own it.
    """
    rows = select(HostRole).where(HostRole.host_id == work.actor.host_id, HostRole.role == RoleName.OWNER)
    owners = work.db.exec(rows.order_by(col(HostRole.person_id)).with_for_update()).all()
    mine = next((owner for owner in owners if owner.person_id == person_id), None)
    if mine is None:
        raise NotFound
    if len(owners) == 1:
        raise LastOne
    work.db.delete(mine)
    rights_changed(work, person_id)
    return OwnerRecord(person=person_id)
