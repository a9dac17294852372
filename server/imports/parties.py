"""Taking a sheet of exhibitors or buyers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, delete
from sqlmodel import Session

from matchmaking.events import PartiesImported
from matchmaking.parties import directory
from matchmaking.tables import Availability
from server.accounts.known import accounts_of
from server.accounts.readdressing import readdress
from server.audit.trail import Note, plain
from server.conventions.commands import lock_host
from server.errors import ImportOutdated
from server.imports.bulk import Clash, Load, load
from server.imports.changes import Changes, ImportRecord, write_updates
from server.imports.drafts import Draft, buyer_drafts, exhibitor_drafts
from server.imports.findings import Finding
from server.imports.header import PartyKind
from server.imports.hours import HoursLoad
from server.imports.known import (
    FINDING,
    IMPORTED,
    ORGANISATION,
    PARTY,
    PERSON,
    SEAT,
    Basis,
    Known,
    basis,
    booked,
    read_known,
)
from server.imports.people import what_is_kept
from server.imports.plan import Plan, note_sheet
from server.imports.planning import Planner
from server.imports.records import Edition, Staged
from server.imports.resolving import Place, Resolver
from server.work import Work

_DRAFTS: dict[PartyKind, Callable[[Any, Edition], tuple[list[Draft], list[Finding]]]] = {
    "exhibitors": exhibitor_drafts,
    "buyers": buyer_drafts,
}
_HOURS = Availability.__table__  # type: ignore[attr-defined]
_WHO = frozenset({"name", "email", "phone"})
_SILENT = frozenset({"version", "found_by"})  # of what is noted
# Each after what it refers to.
_ORDER = (ORGANISATION, PERSON, PARTY, SEAT, IMPORTED, FINDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPlan(Plan):
    """All that taking the sheet writes, and what it rests on. `described` are people who get another name, address or
    phone, as they have no account."""

    host_id: UUID
    basis: Basis
    leaving: frozenset[UUID]
    booked: frozenset[UUID]
    described: frozenset[UUID]
    changes: Changes
    added: tuple[Note, ...]
    loads: tuple[Load, ...]
    hours: HoursLoad | None

    @property
    def writes(self) -> bool:
        """Whether there is anything to write at all."""
        changes = self.changes
        return bool(self.loads or changes.findings_gone or changes.hours_gone or any(changes.updates.values()))

    def write(self, work: Work) -> None:
        """Write it all, unless what it rests on has changed."""
        lock_host(work, self.host_id)
        if basis(work.db, work.convention_id, self.host_id) != self.basis:
            raise ImportOutdated
        if self.leaving and booked(work.db, work.convention_id) & self.leaving != self.booked & self.leaving:
            raise ImportOutdated
        if self.described and accounts_of(work.db, self.host_id, work.convention_id) & self.described:
            raise ImportOutdated  # one of them has signed in since
        if self.writes:
            _write(work, self)
            _note(work, self)
        if self.record.changes_something:
            work.record(PartiesImported(directory=directory(work.db, work.convention_id)), ["organiser"])


def plan_parties(
    kind: PartyKind, db: Session, staged: Staged[Any], convention_id: UUID, edition: Edition, now: datetime
) -> PartyPlan:
    """What taking a sheet of exhibitors or buyers would change, from one state of the database."""
    drafts, cut = _DRAFTS[kind](staged, edition)
    known = read_known(db, convention_id, kind)
    resolver = Resolver(known, staged.header)
    places = resolver.places(drafts)
    stops = (*staged.stops, *resolver.stops)
    planner = Planner(known, kind, convention_id, edition, now)
    rows = len(staged.records)
    record = ImportRecord(kind=kind, rows=rows) if stops else planner.plan(drafts, places, rows)
    found = (*staged.findings, *cut, *resolver.stops, *what_is_kept(known, staged.header, drafts, places))
    changes = planner.changes
    added = _added(changes)
    dialect = db.connection().dialect
    return PartyPlan(
        host_id=known.host_id,
        basis=known.basis,
        leaving=_leaving(places, known),
        booked=known.booked,
        described=_described(changes) - known.accounts,
        findings=tuple(sorted(found, key=lambda finding: finding.row)),
        stops=stops,
        record=record,
        names={draft.row: draft.name for draft in drafts},
        changes=changes,
        added=added,
        loads=tuple(load(dialect, table, new) for table in _ORDER if (new := changes.inserts.pop(table, None))),
        hours=HoursLoad(dialect, changes.hours, known.basis.rules) if changes.hours else None,
    )


def _added(changes: Changes) -> tuple[Note, ...]:
    """An entry for the audit trail for each new seat, with who sits there if they are new as well."""
    people = {row["id"]: row for row in changes.inserts.get(PERSON, ())}
    notes = []
    for seat in changes.inserts.get(SEAT, ()):
        person = people.get(seat["person_id"], {})
        told = {name: person.get(name) for name in ("name", "position", "email", "phone", "country")}
        new = {name: plain(value) for name, value in (seat | told).items() if value is not None}
        subject = f"{seat['convention_id']}/{seat['person_id']}"
        notes.append(Note("representative.added", SEAT.name, subject, seat["person_id"], None, new))
    return tuple(notes)


def _described(changes: Changes) -> frozenset[UUID]:
    updates = changes.updates.get(PERSON, ())
    return frozenset(key["id"] for key, values, _ in updates if not _WHO.isdisjoint(values))


def _leaving(places: Sequence[Place], known: Known) -> frozenset[UUID]:
    """Those who lose a seat, which they may only while they are not booked."""
    leaving = {person for place in places for person in place.leaving}
    for place in places:
        seats = (known.seats.get(person) for person in place.people if person)
        leaving |= {seat.person_id for seat in seats if seat and seat.participation_id != place.party}
    return frozenset(leaving)


def _write(work: Work, plan: PartyPlan) -> None:
    connection = work.db.connection()
    changes = plan.changes
    _delete(connection, FINDING, [{"id": one} for one in changes.findings_gone])
    _delete(
        connection,
        _HOURS,
        [{"convention_id": work.convention_id, "person_id": one} for one in changes.hours_gone],
    )
    for table, updates in changes.updates.items():
        write_updates(connection, table, updates)
    moved = changes.updates.get(PERSON, ())
    readdress(work.db, {key["id"]: old["email"] for key, _, old in moved if old.get("email")})
    try:
        for each in plan.loads:
            each.run(connection)
        if plan.hours is not None:
            plan.hours.run(connection, work.convention_id)
    except Clash:  # another convention of the host has made the same organisation or person in the meantime
        raise ImportOutdated from None
    work.memo.clear()


def _note(work: Work, plan: PartyPlan) -> None:
    """Enter the sheet into the audit trail, who came by it, and each value that it changed."""
    note_sheet(work, plan.record)
    work.enter(plan.added)
    for table in (ORGANISATION, PERSON, PARTY, SEAT):
        for key, values, old in plan.changes.updates.get(table, ()):
            about = key.get("person_id") or (key["id"] if table is PERSON else None)
            before = {name: plain(value) for name, value in old.items() if name not in _SILENT}
            after = {name: plain(value) for name, value in values.items() if name not in _SILENT}
            subject = "/".join(map(str, key.values()))
            if after:
                work.note(f"{table.name}.changed", table.name, subject, about=about, old=before, new=after)


def _delete(connection: Connection, table: Table, keys: Sequence[Mapping[str, Any]]) -> None:
    if keys:
        connection.execute(delete(table).where(*(table.c[name] == bindparam(name) for name in keys[0])), keys)
