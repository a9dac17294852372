"""Who sits for two parties, when they are there and how busy they are: the statements, and how to read their rows."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Date, Integer, String, Uuid, and_, cast, func, select

from matchmaking.slots import Interval, cells, expand, merge
from matchmaking.statements import Question, given
from matchmaking.tables import Availability, Occupancy, Representative

Pair = tuple[UUID, UUID]

_R: Any = Representative.__table__  # type: ignore[attr-defined]
_A: Any = Availability.__table__  # type: ignore[attr-defined]
_O: Any = Occupancy.__table__  # type: ignore[attr-defined]

# A party, and where to look for its people: local dates, the cells whose meetings are their load, those of a slot.
_G = given(
    party=Uuid(),
    first_date=Date(),
    last_date=Date(),
    from_cell=Integer(),
    to_cell=Integer(),
    slot_from=Integer(),
    slot_to=Integer(),
)
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
        _A.c.local_date.between(_G.c.first_date, _G.c.last_date),
        _A.c.mode != "absent",
    )
    .scalar_subquery()
)
_SITS = and_(_R.c.participation_id == _G.c.party, _R.c.active)
_PEOPLE = select(
    _R.c.participation_id,
    _R.c.person_id,
    _R.c.position,
    cast(_R.c.languages, String).label("languages"),
    _R.c.interpreter,
    _DAYS.label("days"),
).select_from(_G.join(_R, _SITS))


def _cells_taken(start: Any, end: Any) -> Any:
    taken = select(func.count()).where(_O.c.resource_id == _R.c.person_id, _O.c.cell >= start, _O.c.cell < end)
    return taken.scalar_subquery()


FIND_PEOPLE = Question(_PEOPLE, _G)
FIND_CANDIDATES = Question(
    _PEOPLE.add_columns(
        _cells_taken(_G.c.from_cell, _G.c.to_cell).label("load"),
        _cells_taken(_G.c.slot_from, _G.c.slot_to).label("clash"),
    ),
    _G,
)
FIND_CELLS = Question(
    select(_O.c.resource_id, _O.c.cell).select_from(
        _G.join(_R, _SITS).join(
            _O,
            (_O.c.resource_id == _R.c.person_id) & (_O.c.cell >= _G.c.from_cell) & (_O.c.cell < _G.c.to_cell),
        )
    ),
    _G,
)


class There(NamedTuple):
    """A person of a party, what they speak, when they are there, and the row that says so."""

    party: UUID
    person: UUID
    languages: frozenset[str]
    stretches: tuple[Interval, ...]
    row: Any


def around(parties: Iterable[UUID], start: datetime, end: datetime, buffer_minutes: int) -> list[dict[str, Any]]:
    """Where to look for the people of each of these parties, for slots between two instants."""
    near, slot = cells(start - timedelta(hours=12), end + timedelta(hours=12)), cells(start, end, buffer_minutes)
    where = {
        # A local date can begin 14 hours before and end 12 hours after the UTC date of that name, and hours may pass
        # midnight: one date more on each side covers them all.
        "first_date": start.date() - timedelta(days=2),
        "last_date": end.date() + timedelta(days=1),
        "from_cell": near.start,
        "to_cell": near.stop,
        "slot_from": slot.start,
        "slot_to": slot.stop,
    }
    return [{"party": party, **where} for party in parties]


def there(rows: Iterable[Any]) -> list[There]:
    """The people of these rows, the leads first."""
    return [
        There(row.participation_id, row.person_id, spoken(row.languages), _stretches(row.days or ""), row)
        for row in sorted(rows, key=lambda row: row.position)
    ]


@lru_cache(4096)
def spoken(languages: str) -> frozenset[str]:
    """The languages of a JSON text."""
    return frozenset(json.loads(languages))


@lru_cache(4096)
def _stretches(days: str) -> tuple[Interval, ...]:
    """When somebody is there who has these days."""
    stretches: list[Interval] = []
    for day in days.splitlines():
        local_date, zone, hours = day.split(" ", 2)
        stretches += expand(date.fromisoformat(local_date), json.loads(hours), zone)
    return tuple(merge(stretches))
