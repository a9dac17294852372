"""Leases: what only one of several processes should do, for a while. Their time is the database's own."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, literal
from sqlalchemy.dialects import postgresql, sqlite

from server.scheduler.tables import Lease
from server.work import Work

_L: Any = Lease.__table__  # type: ignore[attr-defined]
_STORED = "%Y-%m-%d %H:%M:%f000"  # how SQLite keeps instants: text, to the microsecond


class LeaseRecord(BaseModel):
    """Whether whoever asked has the lease now."""

    held: bool


def take(work: Work, name: str, holder: str, lifetime: timedelta) -> LeaseRecord:
    """Take a lease that is free, has run out, or is the holder's own already; it holds for `lifetime` from now."""
    connection = work.db.connection()
    if connection.dialect.name == "postgresql":
        statement: Any = postgresql.insert(_L)
        now: Any = func.clock_timestamp()
        until: Any = now + literal(lifetime)
    else:
        statement = sqlite.insert(_L)
        now = func.strftime(_STORED, "now")
        until = func.strftime(_STORED, "now", f"{lifetime.total_seconds()} seconds")
    new = statement.excluded
    taken = statement.values(name=name, holder=holder, expires_at=until).on_conflict_do_update(
        index_elements=[_L.c.name],
        set_={"holder": new.holder, "expires_at": new.expires_at},
        where=(_L.c.holder == new.holder) | (_L.c.expires_at <= now),
    )
    return LeaseRecord(held=connection.execute(taken.returning(_L.c.name)).first() is not None)
