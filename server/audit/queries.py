"""Reading the audit trail, newest first, a stretch at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from server.audit.tables import AuditEntry

MOST = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; None asks for all. `about` is whose data it was, `actor` who did it."""

    actor: UUID | None = None
    about: UUID | None = None
    convention: UUID | None = None
    action: str | None = None
    subject: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """An entry, by its place in the order: what comes next is older, or as old with a smaller id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """A cursor as it was given.

        Raises:
            ValueError: it was not.
        """
        at, _, hexadecimal = text.partition("-")
        return cls(datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), UUID(hexadecimal))

    @classmethod
    def of(cls, entry: AuditEntry) -> "Cursor":
        """The place of an entry."""
        return cls(entry.at, entry.id)


def entries(db: Session, wanted: Wanted, after: Cursor | None, limit: int = MOST) -> list[AuditEntry]:
    """The next entries after a place, newest first. Whose trail it is, the session's scope says."""
    same = {
        "actor_id": wanted.actor,
        "about_id": wanted.about,
        "convention_id": wanted.convention,
        "action": wanted.action,
        "subject": wanted.subject,
        "subject_id": wanted.subject_id,
    }
    query = select(AuditEntry).where(*(getattr(AuditEntry, name) == value for name, value in same.items() if value))
    if wanted.since is not None:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(AuditEntry.at) < wanted.until)
    if after is not None:
        at, place = col(AuditEntry.at), col(AuditEntry.id)
        query = query.where(or_(at < after.at, and_(at == after.at, place < after.id)))
    return list(db.exec(query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(limit)))
