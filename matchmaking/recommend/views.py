"""Who has looked at whose profile, counted."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text
from sqlmodel.sql.sqltypes import UTCDateTime

from matchmaking.ports import Work
from matchmaking.statements import Statement

# A party that has gone meanwhile is counted for nobody.
_COUNT = Statement(
    text(
        "INSERT INTO party_view (convention_id, by_id, about_id, times, last_at)"
        " SELECT :convention_id, seen_by.id, seen.id, :times, :last_at"
        " FROM participation AS seen_by, participation AS seen"
        " WHERE seen_by.id = :by_id AND seen.id = :about_id"
        " AND seen_by.convention_id = :convention_id AND seen.convention_id = :convention_id"
        " ON CONFLICT (convention_id, by_id, about_id)"
        " DO UPDATE SET times = party_view.times + excluded.times, last_at = excluded.last_at"
    ).bindparams(
        bindparam("convention_id", type_=Uuid()),
        bindparam("by_id", type_=Uuid()),
        bindparam("about_id", type_=Uuid()),
        bindparam("times", type_=Integer()),
        bindparam("last_at", type_=UTCDateTime()),
    )
)


class View(NamedTuple):
    """A party has looked at another's profile, so many times until `last_at`."""

    by: UUID
    about: UUID
    times: int
    last_at: datetime


def count_views(work: Work, views: Iterable[View]) -> None:
    """Add views to those that are counted; it is no fact, and told to nobody."""
    for view in views:
        _COUNT.run(
            work.db,
            {
                "convention_id": work.convention_id,
                "by_id": view.by,
                "about_id": view.about,
                "times": view.times,
                "last_at": view.last_at,
            },
        )
