"""Taking people's time: who is there, who is free, and the rows that occupy them.

This is the hot path of a convention. Its statements are few, return plain columns and stand all in this file.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, or_, select, text
from sqlmodel import Session

from matchmaking.calendar import Rules
from matchmaking.errors import SlotTaken
from matchmaking.ports import Work
from matchmaking.slots import PersonTime, cells, choose, expand, merge
from matchmaking.tables import Availability, Occupancy, Representative, Slot

_R: Any = Representative.__table__  # type: ignore[attr-defined]
_A: Any = Availability.__table__  # type: ignore[attr-defined]
_O: Any = Occupancy.__table__  # type: ignore[attr-defined]

_PEOPLE = (
    select(
        _R.c.participation_id,
        _R.c.person_id,
        _R.c.languages,
        _A.c.local_date,
        _A.c.zone,
        _A.c.hours,
        _A.c.mode,
    )
    .join(
        _A,
        (_A.c.convention_id == _R.c.convention_id)
        & (_A.c.person_id == _R.c.person_id)
        & (_A.c.local_date >= bindparam("first"))
        & (_A.c.local_date <= bindparam("last")),
    )
    .where(
        _R.c.convention_id == bindparam("convention"),
        or_(_R.c.participation_id == bindparam("one"), _R.c.participation_id == bindparam("other")),
        _R.c.active,
    )
    .order_by(_R.c.participation_id, _R.c.position)
)
_TAKEN = (
    select(_O.c.resource_id, _O.c.cell)
    .join(_R, _R.c.person_id == _O.c.resource_id)
    .where(
        _R.c.convention_id == bindparam("convention"),
        or_(_R.c.participation_id == bindparam("one"), _R.c.participation_id == bindparam("other")),
        _O.c.cell >= bindparam("from_cell"),
        _O.c.cell < bindparam("to_cell"),
    )
)
# One statement for all people and cells of a booking. A cell already taken is left out, which the row count shows:
# no error spoils the transaction. "WHERE true" tells SQLite's parser that ON CONFLICT is not a join's ON.
_OCCUPY = text(
    "WITH RECURSIVE span(cell) AS ("
    "SELECT CAST(:from_cell AS INTEGER) UNION ALL SELECT cell + 1 FROM span WHERE cell + 1 < :to_cell),"
    " people(person) AS (SELECT :one UNION ALL SELECT :other)"
    " INSERT INTO occupancy (resource_id, cell, holder_id)"
    " SELECT person, cell, :holder FROM span CROSS JOIN people WHERE true"
    " ON CONFLICT DO NOTHING"
).bindparams(bindparam("one", type_=Uuid()), bindparam("other", type_=Uuid()), bindparam("holder", type_=Uuid()))
_RELEASE = delete(Occupancy).where(_O.c.holder_id == bindparam("holder"))

Pair = tuple[UUID, UUID]


def people_of(
    db: Session, convention_id: UUID, pair: Pair, start: datetime, end: datetime, *, blind: bool = False
) -> dict[UUID, list[PersonTime]]:
    """The people of two parties with their hours and taken cells around a stretch of time, the leads first."""
    connection = db.connection()
    parties = {"convention": convention_id, "one": pair[0], "other": pair[1]}
    # A local date can begin 14 hours before and end 12 hours after the UTC date of that name, and hours may pass
    # midnight: one date more on each side covers them all.
    first, last = start.date() - timedelta(days=2), end.date() + timedelta(days=1)
    hours: dict[tuple[UUID, UUID], list[Any]] = {}
    languages: dict[UUID, frozenset[str]] = {}
    for row in connection.execute(_PEOPLE, {**parties, "first": first, "last": last}):
        stretches = hours.setdefault((row.participation_id, row.person_id), [])
        languages[row.person_id] = frozenset(row.languages)
        if row.mode != "absent":
            stretches += expand(row.local_date, row.hours, row.zone)
    taken: defaultdict[UUID, set[int]] = defaultdict(set)
    if not blind:
        span = cells(start - timedelta(hours=12), end + timedelta(hours=12))
        where = {**parties, "from_cell": span.start, "to_cell": span.stop}
        for row in connection.execute(_TAKEN, where):
            taken[row.resource_id].add(row.cell)
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for (party, person), stretches in hours.items():
        there = tuple(merge(stretches))
        busy = frozenset(taken[person])
        people[party].append(PersonTime(person, there, busy, languages[person], len(busy)))
    return people


def choose_people(work: Work, pair: Pair, slot: Slot, rules: Rules) -> Pair:
    """Who of each party should meet in that slot.

    Raises:
        SlotTaken: one of the parties has nobody there and free.
    """
    people = people_of(work.db, work.convention_id, pair, slot.starts_at, slot.ends_at, blind=work.blind_to_occupancy)
    chosen = choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    if chosen is None:
        raise SlotTaken(slot=slot.id)
    return chosen


def occupy(work: Work, holder_id: UUID, people: Pair, start: datetime, end: datetime, rules: Rules) -> None:
    """Take both people's time for a request or meeting.

    Raises:
        SlotTaken: somebody holds a part of it already.
    """
    span = cells(start, end, rules.buffer_minutes)
    values = {
        "one": people[0],
        "other": people[1],
        "holder": holder_id,
        "from_cell": span.start,
        "to_cell": span.stop,
    }
    if work.db.connection().execute(_OCCUPY, values).rowcount != 2 * len(span):
        raise SlotTaken


def release(work: Work, holder_id: UUID) -> None:
    """Give back what a request or meeting held."""
    work.db.connection().execute(_RELEASE, {"holder": holder_id})


def busy_cells(db: Session, people: Iterable[UUID], span: range) -> dict[UUID, frozenset[int]]:
    """The cells of the span in which these people are taken, by anything of the host."""
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    query = select(_O.c.resource_id, _O.c.cell).where(
        _O.c.resource_id.in_(list(people)), _O.c.cell >= span.start, _O.c.cell < span.stop
    )
    for row in db.connection().execute(query):
        found[row.resource_id].add(row.cell)
    return {person: frozenset(taken) for person, taken in found.items()}


def free_slots(db: Session, convention_id: UUID, pair: Pair, slots: Sequence[Slot], rules: Rules) -> list[Slot]:
    """Those of the slots in which somebody of each party is there and free."""
    if not slots:
        return []
    start, end = min(s.starts_at for s in slots), max(s.ends_at for s in slots)
    people = people_of(db, convention_id, pair, start, end)
    return [
        slot
        for slot in slots
        if choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    ]
