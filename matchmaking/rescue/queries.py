"""Reading the rescue desk: what the session shows of its proposals."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, or_, select

from matchmaking.rescue.events import StandbyRecord
from matchmaking.rescue.records import standby_record
from matchmaking.rescue.tables import Standby


def proposals(db: Session, convention_id: UUID, parties: Collection[UUID] | None) -> list[StandbyRecord]:
    """The proposals to these parties; all of them with None."""
    query = select(Standby).where(Standby.convention_id == convention_id)
    if parties is not None:
        query = query.where(or_(col(Standby.one_id).in_(parties), col(Standby.other_id).in_(parties)))
    return [standby_record(row) for row in db.exec(query)]


def open_proposals(db: Session, convention_id: UUID) -> list[StandbyRecord]:
    """Those that wait for an answer, the oldest first."""
    query = select(Standby).where(Standby.convention_id == convention_id, col(Standby.open_key).is_not(None))
    return [standby_record(row) for row in db.exec(query.order_by(col(Standby.id)))]


def find_proposal(db: Session, convention_id: UUID, standby_id: UUID) -> StandbyRecord | None:
    """One proposal."""
    row = db.exec(select(Standby).where(Standby.convention_id == convention_id, Standby.id == standby_id)).one_or_none()
    return standby_record(row) if row is not None else None
