"""Who comes and who goes: a crowd is written down by a few statements, whatever its size.

A stay is somebody's time in a session through one server process, in convention time. It begins when they come or the
session goes live, whichever is later, and ends when they go, when the session ends, or when their process is found to
be gone. Time in which the session was paused counts as any other: they were there, and waited.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Uuid, bindparam, case, literal, text
from sqlmodel import col, delete, select, update
from sqlmodel.sql.sqltypes import UTCDateTime

from sessions.ports import Work
from sessions.tables import Presence, Stay

# The rows of one JSON text, which costs the drivers a fraction of what arrays and loops would.
_GIVEN = {
    "postgresql": (
        "SELECT * FROM json_to_recordset(CAST(:given AS JSON))"
        " AS made (stay UUID, person UUID, country VARCHAR, guest BOOLEAN, at TIMESTAMP WITH TIME ZONE)"
    ),
    "sqlite": (
        "SELECT json_extract(value, '$.stay') AS stay, json_extract(value, '$.person') AS person,"
        " json_extract(value, '$.country') AS country, json_extract(value, '$.guest') AS guest,"
        " substr(json_extract(value, '$.at'), 1, 26) AS at FROM json_each(:given)"
    ),
}
_ADD_VIEWERS = (
    "INSERT INTO viewer (session_id, person_id, country, guest, newcomer, first_seen_at)"
    " SELECT :session_id, given.person, given.country, given.guest, NOT EXISTS ("
    "SELECT 1 FROM viewer AS earlier JOIN programme_session ON programme_session.id = earlier.session_id"
    " WHERE earlier.person_id = given.person AND programme_session.convention_id = :convention_id"
    "), given.at FROM ({given}) AS given WHERE true"
    " ON CONFLICT (session_id, person_id) DO NOTHING"
)
_OPEN_STAYS = (
    "INSERT INTO stay (id, session_id, person_id, convention_id, process, joined_at)"
    " SELECT given.stay, :session_id, given.person, :convention_id, :process, given.at"
    " FROM ({given}) AS given WHERE true ON CONFLICT (id) DO NOTHING"
)
_CLOSE_STAYS = (
    "UPDATE stay SET left_at = given.at FROM ({given}) AS given WHERE stay.id = given.stay AND stay.left_at IS NULL"
)


class Came(NamedTuple):
    """Somebody began to watch. `stay` is the id of their stay, new with each; `at` convention time."""

    session: UUID
    stay: UUID
    person: UUID
    country: str | None
    guest: bool
    at: datetime


class Went(NamedTuple):
    """A stay has ended. `at` is convention time."""

    session: UUID
    stay: UUID
    at: datetime


def enter(work: Work, process: str, session_id: UUID, came: Sequence[Came]) -> int:
    """Write down who came to a session; how many of them it had never seen.

    Who has watched no session of the convention before is a newcomer. Repeating it changes nothing.
    """
    if not came:
        return 0
    rows = [
        {"stay": c.stay.hex, "person": c.person.hex, "country": c.country, "guest": c.guest, "at": _written(c.at)}
        for c in came
    ]
    about = {"session_id": session_id, "convention_id": work.convention_id}
    added = _run(work, _ADD_VIEWERS, rows, **about)
    _run(work, _OPEN_STAYS, rows, **about, process=process)
    return added


def leave(work: Work, went: Sequence[Went]) -> None:
    """Write down who went. Stays that have ended already, such as with their session, stay as they are."""
    if not went:
        return
    rows = [{"stay": one.stay.hex, "at": _written(one.at)} for one in went]
    _run(work, _CLOSE_STAYS, rows)


def close_stays(work: Work, session_id: UUID) -> None:
    """The session is over, and with it all stays."""
    _close(work, work.now, Stay.session_id == session_id)


def close_lost(work: Work, session_ids: Collection[UUID], real_now: datetime) -> None:
    """End the stays of processes that were killed: when what they had handed in last expired."""
    lost = work.db.exec(
        select(Presence).where(
            col(Presence.session_id).in_(session_ids),
            col(Presence.expires_at) <= real_now,
            col(Presence.concurrent) > 0,
        )
    )
    for presence in lost.all():
        until = work.now - (real_now - presence.expires_at)
        _close(work, until, Stay.session_id == presence.session_id, Stay.process == presence.process)
        presence.concurrent, presence.countries = 0, {}
        work.db.add(presence)


def forget_presences(work: Work, session_id: UUID) -> None:
    """Let each process say anew who is there, as if it had not before: who it counts gets a new stay."""
    work.db.exec(delete(Presence).where(col(Presence.session_id) == session_id))


def _close(work: Work, at: datetime, *which: Any) -> None:
    """Who came after their process was heard last was there for no time that is known."""
    last = case((col(Stay.joined_at) > at, Stay.joined_at), else_=literal(at, UTCDateTime()))
    open_ones = (*which, Stay.convention_id == work.convention_id, col(Stay.left_at).is_(None))
    work.db.exec(update(Stay).where(*open_ones).values(left_at=last))


def _run(work: Work, sql: str, rows: Sequence[dict[str, Any]], **values: Any) -> int:
    connection = work.db.connection()
    ids = [bindparam(name, type_=Uuid()) for name in ("session_id", "convention_id") if f":{name}" in sql]
    statement = text(sql.format(given=_GIVEN[connection.dialect.name])).bindparams(*ids)
    return connection.execute(statement, {**values, "given": to_json(rows).decode()}).rowcount


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(" ", "microseconds")
