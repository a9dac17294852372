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

_PEOPLE = Statement(
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
_CELLS = Statement(_TAKEN)
_LOAD = Statement(
    _TAKEN.with_only_columns(
        _O.c.resource_id,
        func.count().label("load"),
        func.sum(case((_O.c.cell.between(bindparam("first"), bindparam("last")), 1), else_=0)).label("clash"),
    ).group_by(_O.c.resource_id)
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
    """A person of a party, and when they are there."""

    party: UUID
    person: UUID
    languages: frozenset[str]
    stretches: tuple[Interval, ...]


def _people_there(db: Session, pair: Pair, start: datetime, end: datetime) -> list[_There]:
    """The people of two parties with their hours around a stretch of time, the leads first."""
    # A local date can begin 14 hours before and end 12 hours after the UTC date of that name, and hours may pass
    # midnight: one date more on each side covers them all.
    first, last = start.date() - timedelta(days=2), end.date() + timedelta(days=1)
    found = _PEOPLE.rows(db, {"one": pair[0], "other": pair[1], "first": first, "last": last})
    hours: dict[tuple[UUID, UUID], list[Interval]] = {}
    languages: dict[UUID, frozenset[str]] = {}
    for row in found:
        stretches = hours.setdefault((row.participation_id, row.person_id), [])
        languages[row.person_id] = frozenset(row.languages)
        if row.mode != "absent":
            stretches += expand(row.local_date, row.hours, row.zone)
    return [_There(*who, languages[who[1]], tuple(merge(stretches))) for who, stretches in hours.items()]


def _around(pair: Pair, start: datetime, end: datetime) -> dict[str, Any]:
    """The cells half a day before and after: somebody's meetings in them are their load."""
    span = cells(start - timedelta(hours=12), end + timedelta(hours=12))
    return {"one": pair[0], "other": pair[1], "from_cell": span.start, "to_cell": span.stop}


def choose_people(work: Work, pair: Pair, slot: Stretch, rules: Rules) -> Pair:
    """Who of each party should meet in that slot.

    Raises:
        SlotTaken: one of the parties has nobody there and free.
    """
    start, end = slot.starts_at, slot.ends_at
    span = cells(start, end, rules.buffer_minutes)
    where = {**_around(pair, start, end), "first": span[0], "last": span[-1]}
    loads = {} if work.blind_to_occupancy else {row.resource_id: row for row in _LOAD.rows(work.db, where)}
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, languages, stretches in _people_there(work.db, pair, start, end):
        load = loads.get(person)
        taken = frozenset(span) if load and load.clash else frozenset[int]()
        people[party].append(PersonTime(person, stretches, taken, languages, load.load if load else 0))
    chosen = choose(people[pair[0]], people[pair[1]], start, end, rules.buffer_minutes)
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
    if _OCCUPY.run(work.db, values) != 2 * len(span):
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
    taken: defaultdict[UUID, set[int]] = defaultdict(set)
    for row in _CELLS.rows(db, _around(pair, start, end)):
        taken[row.resource_id].add(row.cell)
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, languages, stretches in _people_there(db, pair, start, end):
        busy = frozenset(taken[person])
        people[party].append(PersonTime(person, stretches, busy, languages, len(busy)))
    return [
        slot
        for slot in slots
        if choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    ]
