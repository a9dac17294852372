"""Who sits for two parties, when they are there and how busy they are: the statements, and how to read their rows."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, bindparam, cast, func, or_, select

from matchmaking.slots import Interval, cells, expand, merge
from matchmaking.statements import Statement
from matchmaking.tables import Availability, Occupancy, Representative

Pair = tuple[UUID, UUID]

_R: Any = Representative.__table__  # type: ignore[attr-defined]
_A: Any = Availability.__table__  # type: ignore[attr-defined]
_O: Any = Occupancy.__table__  # type: ignore[attr-defined]

_OF_THE_TWO = or_(_R.c.participation_id == bindparam("one"), _R.c.participation_id == bindparam("other"))
# A person's days as one text, "DATE ZONE HOURS" each: most people keep one of a few usual working weeks, and what a
# text means is worked out once.
_DAYS = (
    select(
        func.aggregate_strings(
            cast(_A.c.local_date, String).concat(" ").concat(_A.c.zone).concat(" ").concat(cast(_A.c.hours, String)),
            "\n",
        )
    )
    .where(
        _A.c.convention_id == _R.c.convention_id,
        _A.c.person_id == _R.c.person_id,
        _A.c.local_date >= bindparam("first"),
        _A.c.local_date <= bindparam("last"),
        _A.c.mode != "absent",
    )
    .scalar_subquery()
)
_PEOPLE = select(
    _R.c.participation_id,
    _R.c.person_id,
    _R.c.position,
    cast(_R.c.languages, String).label("languages"),
    _DAYS.label("days"),
).where(_OF_THE_TWO, _R.c.active)
_NEAR = (_O.c.cell >= bindparam("from_cell"), _O.c.cell < bindparam("to_cell"))
_LOAD = select(func.count()).where(_O.c.resource_id == _R.c.person_id, *_NEAR).scalar_subquery()
_CLASH = (
    select(func.count())
    .where(_O.c.resource_id == _R.c.person_id, _O.c.cell.between(bindparam("first_cell"), bindparam("last_cell")))
    .scalar_subquery()
)
FIND_PEOPLE = Statement(_PEOPLE)
FIND_CELLS = Statement(
    select(_O.c.resource_id, _O.c.cell).join(_R, _R.c.person_id == _O.c.resource_id).where(_OF_THE_TWO, *_NEAR)
)
FIND_CANDIDATES = Statement(_PEOPLE.add_columns(_LOAD.label("load"), _CLASH.label("clash")))


class There(NamedTuple):
    """A person of a party, what they speak, when they are there, and the row that says so."""

    party: UUID
    person: UUID
    languages: frozenset[str]
    stretches: tuple[Interval, ...]
    row: Any


def around(pair: Pair, start: datetime, end: datetime) -> dict[str, Any]:
    """Where to look for the people of two parties: local dates, and the cells whose meetings are their load."""
    span = cells(start - timedelta(hours=12), end + timedelta(hours=12))
    return {
        "one": pair[0],
        "other": pair[1],
        # A local date can begin 14 hours before and end 12 hours after the UTC date of that name, and hours may pass
        # midnight: one date more on each side covers them all.
        "first": start.date() - timedelta(days=2),
        "last": end.date() + timedelta(days=1),
        "from_cell": span.start,
        "to_cell": span.stop,
    }


def there(rows: Iterable[Any]) -> list[There]:
    """The people of these rows, the leads first."""
    return [
        There(row.participation_id, row.person_id, _spoken(row.languages), _stretches(row.days or ""), row)
        for row in sorted(rows, key=lambda row: row.position)
    ]


@lru_cache(4096)
def _spoken(languages: str) -> frozenset[str]:
    return frozenset(json.loads(languages))


@lru_cache(4096)
def _stretches(days: str) -> tuple[Interval, ...]:
    """When somebody is there who has these days."""
    stretches: list[Interval] = []
    for day in days.splitlines():
        local_date, zone, hours = day.split(" ", 2)
        stretches += expand(date.fromisoformat(local_date), json.loads(hours), zone)
    return tuple(merge(stretches))
