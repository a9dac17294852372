"""Who interprets at the convention: added, changed, withdrawn. What they were to interpret follows at once."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from matchmaking.errors import NotAllowed, NotFound
from matchmaking.interpreting.blocks import give_back_all
from matchmaking.interpreting.events import (
    Gone,
    InterpreterAdded,
    InterpreterChanged,
    InterpreterRecord,
    InterpreterWithdrawn,
)
from matchmaking.interpreting.finding import interpreters_of
from matchmaking.interpreting.need import LanguagePair
from matchmaking.interpreting.review import review
from matchmaking.parties import Day, set_availability, set_days
from matchmaking.ports import Work
from matchmaking.tables import Availability, Interpreter, Participation
from matchmaking.tables import LanguagePair as PairRow


def enrol(
    work: Work,
    person_id: UUID,
    *,
    zone: str,
    pairs: Collection[LanguagePair],
    daily_minutes: int | None = None,
    party: UUID | None = None,
) -> InterpreterRecord:
    """Let somebody interpret; who does already is changed. They keep the calendar's usual hours until they say theirs.

    Args:
        pairs: (from, into), each direction one; whoever is to interpret a meeting works in both.
        party: who brings them, and whose alone they are.

    Raises:
        NotAllowed, NotFound (no such party).
    """
    _check_staff(work, party)
    row = work.db.get(Interpreter, (work.convention_id, person_id))
    known = row is not None and row.active
    row = row or Interpreter(convention_id=work.convention_id, person_id=person_id, zone=zone)
    row.zone, row.daily_minutes, row.participation_id, row.active = zone, daily_minutes, party, True
    work.db.add(row)
    work.db.flush()
    _set_pairs(work, person_id, pairs)
    hours = select(Availability.person_id).where(
        Availability.convention_id == work.convention_id, Availability.person_id == person_id
    )
    if work.db.exec(hours).first() is None:
        set_availability(work, person_id, zone, kind="unknown")
    return _told(work, row, InterpreterChanged if known else InterpreterAdded)


def change(work: Work, /, person_id: UUID, **changed: Any) -> InterpreterRecord:
    """Change an interpreter. Meetings to come that they can no longer take go to others, or wait for somebody.

    Args:
        changed: any of zone, daily_minutes, party, pairs, and `active`: False withdraws them.

    Raises:
        NotAllowed, NotFound.
    """
    _check_staff(work, changed.get("party"))
    row = load(work.db, work.convention_id, person_id)
    if "pairs" in changed:
        _set_pairs(work, person_id, changed.pop("pairs"))
    if "party" in changed:
        row.participation_id = changed.pop("party")
    for name, value in changed.items():
        setattr(row, name, value)
    return _changed(work, row)


def set_hours(work: Work, person_id: UUID, zone: str | None, days: Iterable[Day]) -> InterpreterRecord:
    """Set when an interpreter is there; of meetings at other times as in `change`.

    Raises:
        NotAllowed, NotFound, BadCalendar.
    """
    _check_staff(work, None)
    row = load(work.db, work.convention_id, person_id)
    row.zone = zone or row.zone
    set_days(work, person_id, row.zone, days)
    return _changed(work, row)


def stand_down(work: Work, person_id: UUID) -> None:
    """Somebody who is leaving interprets nothing any more; nothing happens if they never did."""
    row = work.db.get(Interpreter, (work.convention_id, person_id))
    if row is not None and row.active:
        row.active = False
        _changed(work, row)


def _changed(work: Work, row: Interpreter) -> InterpreterRecord:
    """Tell it, and see to what they were to interpret."""
    work.db.add(row)
    work.db.flush()
    record = _told(work, row, InterpreterChanged)
    if not row.active:
        give_back_all(work, row.person_id)
    review(work, row.person_id)
    return record


def load(db: Session, convention_id: UUID, person_id: UUID) -> Interpreter:
    """An interpreter, active or not.

    Raises:
        NotFound
    """
    row = db.get(Interpreter, (convention_id, person_id))
    if row is None:
        raise NotFound
    return row


def record_of(row: Interpreter, pairs: Collection[LanguagePair]) -> InterpreterRecord:
    """An interpreter as readers see them."""
    return InterpreterRecord(
        id=row.person_id,
        party=row.participation_id,
        zone=row.zone,
        daily_minutes=row.daily_minutes,
        active=row.active,
        pairs=tuple(sorted(pairs)),
    )


def records(db: Session, convention_id: UUID) -> list[InterpreterRecord]:
    """All interpreters of a convention, in the order of their ids."""
    return [record_of(row, pairs) for _, (row, pairs) in sorted(interpreters_of(db, convention_id).items())]


def _check_staff(work: Work, party: UUID | None) -> None:
    if not work.actor.staff:
        raise NotAllowed
    if party is not None:
        found = work.db.get(Participation, party)
        if found is None or found.convention_id != work.convention_id:
            raise NotFound


def _set_pairs(work: Work, person_id: UUID, pairs: Collection[LanguagePair]) -> None:
    mine = col(PairRow.convention_id) == work.convention_id, col(PairRow.person_id) == person_id
    work.db.exec(delete(PairRow).where(*mine))
    for source, target in sorted(set(pairs)):
        work.db.add(PairRow(convention_id=work.convention_id, person_id=person_id, source=source, target=target))
    work.db.flush()


def _told(work: Work, row: Interpreter, fact: type[InterpreterAdded] | type[InterpreterChanged]) -> InterpreterRecord:
    """Tell the organiser, whose state has those who are there for new meetings."""
    _, pairs = interpreters_of(work.db, work.convention_id)[row.person_id]
    record = record_of(row, pairs)
    told = fact(interpreter=record) if row.active else InterpreterWithdrawn(interpreter=Gone(id=row.person_id))
    work.record(told, ["organiser"])
    return record
