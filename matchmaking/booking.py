"""Taking people's time: who is there, who is free, and the rows that occupy them.

This is the hot path of a convention. Its statements are few, return plain columns and stand all in this file.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, delete, func, or_, select, text
from sqlmodel import Session

from matchmaking.calendar import Rules, Stretch
from matchmaking.errors import SlotTaken
from matchmaking.ports import Work
from matchmaking.slots import Interval, PersonTime, cells, choose, expand, merge
from matchmaking.statements import Statement
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
        or_(_R.c.participation_id == bindparam("one"), _R.c.participation_id == bindparam("other")),
        _R.c.active,
    )
    .order_by(_R.c.participation_id, _R.c.position)
)
_TAKEN = (
    select(_O.c.resource_id, _O.c.cell)
    .join(_R, _R.c.person_id == _O.c.resource_id)
    .where(
        or_(_R.c.participation_id == bindparam("one"), _R.c.participation_id == bindparam("other")),
        _O.c.cell >= bindparam("from_cell"),
        _O.c.cell < bindparam("to_cell"),
    )
)
_LOADS = (
    _TAKEN.with_only_columns(
        _O.c.resource_id,
        func.count().label("load"),
        func.count(case((_O.c.cell.between(bindparam("first_cell"), bindparam("last_cell")), 1))).label("clash"),
    )
    .group_by(_O.c.resource_id)
    .subquery("loads")
)
_FIND_PEOPLE = Statement(_PEOPLE)
_FIND_CELLS = Statement(_TAKEN)
_FIND_CANDIDATES = Statement(
    _PEOPLE.add_columns(
        func.coalesce(_LOADS.c.load, 0).label("load"), func.coalesce(_LOADS.c.clash, 0).label("clash")
    ).outerjoin(_LOADS, _LOADS.c.resource_id == _R.c.person_id)
)
# One statement for all people and cells of a booking. A cell already taken is left out, which the row count shows:
# no error spoils the transaction. "WHERE true" tells SQLite's parser that ON CONFLICT is not a join's ON, and INSERT
# comes first because SQLite's driver counts no rows of a statement that begins with WITH.
_OCCUPY = Statement(
    text(
        "INSERT INTO occupancy (resource_id, cell, holder_id)"
        " WITH RECURSIVE span(cell) AS ("
        "SELECT CAST(:from_cell AS INTEGER) UNION ALL SELECT cell + 1 FROM span WHERE cell + 1 < :to_cell),"
        " people(person) AS (SELECT :one UNION ALL SELECT :other)"
        " SELECT person, cell, :holder FROM span CROSS JOIN people WHERE true"
        " ON CONFLICT DO NOTHING"
    ).bindparams(bindparam("one", type_=Uuid()), bindparam("other", type_=Uuid()), bindparam("holder", type_=Uuid()))
)
_HELD = Statement(select(_O.c.cell).where(_O.c.holder_id == bindparam("holder")).limit(1))
_RELEASE = Statement(delete(_O).where(_O.c.holder_id == bindparam("holder")))

Pair = tuple[UUID, UUID]


class _There(NamedTuple):
    """A person of a party, when they are there, and the row that says so."""

    party: UUID
    person: UUID
    stretches: tuple[Interval, ...]
    row: Any


def _around(pair: Pair, start: datetime, end: datetime) -> dict[str, Any]:
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


def _there(rows: Iterable[Any]) -> list[_There]:
    """The people of rows of people and local dates, in their order (the leads first)."""
    hours: dict[tuple[UUID, UUID], tuple[list[Interval], Any]] = {}
    for row in rows:
        stretches, _ = hours.setdefault((row.participation_id, row.person_id), ([], row))
        if row.mode != "absent":
            stretches += expand(row.local_date, row.hours, row.zone)
    return [_There(*who, tuple(merge(stretches)), row) for who, (stretches, row) in hours.items()]


def choose_people(work: Work, pair: Pair, slot: Stretch, rules: Rules) -> Pair:
    """Who of each party should meet in that slot.

    Raises:
        SlotTaken: one of the parties has nobody there and free.
    """
    span = cells(slot.starts_at, slot.ends_at, rules.buffer_minutes)
    where = {**_around(pair, slot.starts_at, slot.ends_at), "first_cell": span[0], "last_cell": span[-1]}
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, stretches, row in _there(_FIND_CANDIDATES.rows(work.transaction, where)):
        load, clash = (0, 0) if work.blind_to_occupancy else (row.load, row.clash)
        busy = frozenset(span) if clash else frozenset[int]()
        people[party].append(PersonTime(person, stretches, busy, frozenset(row.languages), load))
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
    if work.act(_OCCUPY, values, undo=_RELEASE) != 2 * len(span):
        raise SlotTaken


def release(work: Work, holder_id: UUID) -> None:
    """Give back what a request or meeting held."""
    _RELEASE.run(work.db, {"holder": holder_id})


def holds(work: Work, holder_id: UUID) -> bool:
    """Whether a request or meeting holds anybody's time, whatever the policy was when it began."""
    return bool(_HELD.rows(work.db, {"holder": holder_id}))


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
    where = _around(pair, start, end)
    taken: defaultdict[UUID, set[int]] = defaultdict(set)
    for row in _FIND_CELLS.rows(db, where):
        taken[row.resource_id].add(row.cell)
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, stretches, row in _there(_FIND_PEOPLE.rows(db, where)):
        busy = frozenset(taken[person])
        people[party].append(PersonTime(person, stretches, busy, frozenset(row.languages), len(busy)))
    return [
        slot
        for slot in slots
        if choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    ]
