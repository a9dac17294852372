"""Taking people's time: who of two parties is free, and the rows that occupy them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, String, Uuid, bindparam, cast, delete, exists, func, select
from sqlmodel import Session

from matchmaking.calendar import Rules, Stretch
from matchmaking.errors import SlotTaken
from matchmaking.interpreting.need import Speaker
from matchmaking.outlook import candidates, taken_since
from matchmaking.people import FIND_CELLS, FIND_PEOPLE, Pair, around, spoken, there
from matchmaking.ports import Work
from matchmaking.slots import PersonTime, cells, choose
from matchmaking.statements import Insertion, Statement, given
from matchmaking.tables import Occupancy, Representative, Slot

_O: Any = Occupancy.__table__  # type: ignore[attr-defined]
_R: Any = Representative.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500  # holders asked about by one statement

# A cell already taken is left out, which the row count shows: no error spoils the transaction. "WHERE true" tells
# SQLite's parser that ON CONFLICT is not a join's ON.
_OCCUPY = Insertion(
    "INSERT INTO occupancy (resource_id, cell, holder_id)"
    " {given}, step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n + 1 < (SELECT max(length) FROM given))"
    " SELECT given.person, given.first_cell + step.n, given.holder FROM given JOIN step ON step.n < given.length"
    " WHERE true ON CONFLICT DO NOTHING",
    given(person=Uuid(), holder=Uuid(), first_cell=Integer(), length=Integer()),
)
_RELEASE = Statement(delete(_O).where(_O.c.holder_id == bindparam("holder")))
_GIVE_UP = Statement(delete(_O).where(_O.c.holder_id == bindparam("holder"), _O.c.resource_id == bindparam("resource")))


def _said(column: Any, person: str) -> Any:
    seat = _R.c.convention_id == bindparam("convention"), _R.c.person_id == bindparam(person)
    return select(column).where(*seat).scalar_subquery()


# Whether a request holds anybody's time, and what its two people speak: one row, which is there whatever is not.
_HELD = Statement(
    select(
        exists().where(_O.c.holder_id == bindparam("holder")).label("held"),
        *(_said(cast(_R.c.languages, String), person).label(f"{person}_speaks") for person in ("one", "other")),
        *(_said(_R.c.interpreter, person).label(f"{person}_said") for person in ("one", "other")),
    )
)


class Seats(NamedTuple):
    """Who of each of two parties meets, and what they speak."""

    people: Pair
    speakers: tuple[Speaker, Speaker]


def choose_people(work: Work, pair: Pair, slot: Stretch, rules: Rules) -> Pair:
    """Who of each party should meet in that slot; see `choose_seats`."""
    return choose_seats(work, pair, slot, rules).people


def choose_seats(work: Work, pair: Pair, slot: Stretch, rules: Rules) -> Seats:
    """Who of each party should meet in that slot.

    Raises:
        SlotTaken: one of the parties has nobody there and free.
    """
    speakers: dict[UUID, Speaker] = {}
    span = cells(slot.starts_at, slot.ends_at, rules.buffer_minutes)
    people: dict[UUID, list[PersonTime]] = {pair[0]: [], pair[1]: []}
    for party, person, languages, stretches, row in there(candidates(work, pair, slot)):
        since = taken_since(work, person)
        busy = not work.blind_to_occupancy and (row.clash or not since.isdisjoint(span))
        taken = frozenset(span) if busy else frozenset[int]()
        speakers[person] = Speaker(languages, row.interpreter)
        people[party].append(PersonTime(person, stretches, taken, languages, row.load + len(since)))
    chosen = choose(people[pair[0]], people[pair[1]], slot.starts_at, slot.ends_at, rules.buffer_minutes)
    if chosen is None:
        raise SlotTaken(slot=slot.id)
    return Seats(chosen, (speakers[chosen[0]], speakers[chosen[1]]))


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


def occupy_if_free(work: Work, holder_id: UUID, resource_id: UUID, span: range) -> bool:
    """Take these cells of one person or thing, or none of them."""
    row = {"person": resource_id, "holder": holder_id, "first_cell": span.start, "length": len(span)}
    taken = _OCCUPY.run_many(work.db, [row]).rowcount
    if taken != len(span):
        give_up(work, holder_id, resource_id)
    return bool(taken == len(span))


def occupy_many(work: Work, wanted: Sequence[tuple[UUID, UUID, range]]) -> set[UUID]:
    """Take the cells of many people and things, each for a holder; the holders that did not get all they wanted, and
    hold nothing now.

    Args:
        wanted: (holder, resource, cells).
    """
    # In one order, as in `occupy`.
    rows = [
        {"person": resource, "holder": holder, "first_cell": span.start, "length": len(span)}
        for holder, resource, span in sorted(wanted, key=lambda one: (one[1], one[2].start))
    ]
    if not rows or _OCCUPY.run_many(work.db, rows).rowcount == sum(len(span) for _, _, span in wanted):
        return set()
    needed: Counter[UUID] = Counter()
    for holder, _, span in wanted:
        needed[holder] += len(span)
    holders, got = sorted(needed), dict[UUID, int]()
    for first in range(0, len(holders), _AT_ONCE):
        mine = _O.c.holder_id.in_(holders[first : first + _AT_ONCE])
        counted = select(_O.c.holder_id, func.count()).where(mine).group_by(_O.c.holder_id)
        got.update((row[0], row[1]) for row in work.db.connection().execute(counted))
    lost = {holder for holder in holders if got.get(holder, 0) != needed[holder]}
    for holder in lost:
        release(work, holder)
    return lost


def release(work: Work, holder_id: UUID) -> None:
    """Give back what a request or meeting held."""
    _RELEASE.run(work.db, {"holder": holder_id})


def give_up(work: Work, holder_id: UUID, resource_id: UUID) -> None:
    """Give back what a meeting held of one person or thing."""
    _GIVE_UP.run(work.db, {"holder": holder_id, "resource": resource_id})


def held(work: Work, holder_id: UUID, people: Pair) -> tuple[bool, tuple[Speaker, Speaker]]:
    """Whether a request holds its two people's time, whatever the policy was when it began, and what they speak."""
    values = {"convention": work.convention_id, "holder": holder_id, "one": people[0], "other": people[1]}
    (row,) = _HELD.rows(work.db, values)
    one = Speaker(spoken(row.one_speaks or "[]"), row.one_said)
    return bool(row.held), (one, Speaker(spoken(row.other_speaks or "[]"), row.other_said))


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
