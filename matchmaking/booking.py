"""Taking people's time: who of two parties is free, and the rows that occupy them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, delete, select
from sqlmodel import Session

from matchmaking.calendar import Rules, Stretch
from matchmaking.errors import SlotTaken
from matchmaking.outlook import candidates, taken_since
from matchmaking.people import FIND_CELLS, FIND_PEOPLE, Pair, around, there
from matchmaking.ports import Work
from matchmaking.slots import PersonTime, cells, choose
from matchmaking.statements import Insertion, Statement, given
from matchmaking.tables import Occupancy, Slot

_O: Any = Occupancy.__table__  # type: ignore[attr-defined]

# A cell already taken is left out, which the row count shows: no error spoils the transaction. "WHERE true" tells
# SQLite's parser that ON CONFLICT is not a join's ON.
_OCCUPY = Insertion(
    "INSERT INTO occupancy (resource_id, cell, holder_id)"
    " {given}, step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n + 1 < (SELECT max(length) FROM given))"
    " SELECT given.person, given.first_cell + step.n, given.holder FROM given JOIN step ON step.n < given.length"
    " WHERE true ON CONFLICT DO NOTHING",
    given(person=Uuid(), holder=Uuid(), first_cell=Integer(), length=Integer()),
)
_HELD = Statement(select(_O.c.cell).where(_O.c.holder_id == bindparam("holder")).limit(1))
_RELEASE = Statement(delete(_O).where(_O.c.holder_id == bindparam("holder")))


def choose_people(work: Work, pair: Pair, slot: Stretch, rules: Rules) -> Pair:
    """Who of each party should meet in that slot.

    Raises:
        SlotTaken: one of the parties has nobody there and free.
    """
    span = cells(slot.starts_at, slot.ends_at, rules.buffer_minutes)
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, languages, stretches, row in there(candidates(work, pair, slot)):
        since = taken_since(work, person)
        busy = not work.blind_to_occupancy and (row.clash or not since.isdisjoint(span))
        taken = frozenset(span) if busy else frozenset[int]()
        people[party].append(PersonTime(person, stretches, taken, languages, row.load + len(since)))
    chosen = choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    if chosen is None:
        raise SlotTaken(slot=slot.id)
    return chosen


def occupy(work: Work, holder_id: UUID, people: Pair, start: datetime, end: datetime, rules: Rules) -> None:
    """Take both people's time for a request or meeting.

    Raises:
        SlotTaken: somebody holds a part of it already. It may be raised only when the batch stores its rows.
    """
    span = cells(start, end, rules.buffer_minutes)
    # In one order, whoever asks whom: two processes that take the same people must not wait for each other.
    rows = [
        {"person": person, "holder": holder_id, "first_cell": span.start, "length": len(span)}
        for person in sorted(people)
    ]
    work.store(_OCCUPY, *rows, clash=SlotTaken(), count=len(rows) * len(span))
    for person in people:
        taken_since(work, person).update(span)


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
    where = around(pair, start, end, rules.buffer_minutes)
    taken: defaultdict[UUID, set[int]] = defaultdict(set)
    for row in chain.from_iterable(FIND_CELLS.rows(db, where)):
        taken[row.resource_id].add(row.cell)
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, languages, stretches, _ in there(chain.from_iterable(FIND_PEOPLE.rows(db, where))):
        busy = frozenset(taken[person])
        people[party].append(PersonTime(person, stretches, busy, languages, len(busy)))
    return [
        slot
        for slot in slots
        if choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    ]
