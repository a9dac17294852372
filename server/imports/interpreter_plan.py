"""Taking a sheet of interpreters. What was changed by hand since stays while the sheet says what it said before; who is
not listed any more stays, too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col, delete

from matchmaking.availability import Said
from matchmaking.calendar import Rules, rules_of
from matchmaking.interpreting import roster
from matchmaking.interpreting.events import InterpreterAdded
from matchmaking.parties import set_availability
from matchmaking.tables import Availability, Interpreter, LanguagePair
from server.accounts.permissions import RoleName
from server.accounts.tables import Person
from server.conventions.commands import add_role, lock_host
from server.conventions.tables import Convention
from server.errors import ImportOutdated
from server.ids import new_id
from server.imports.changes import Hours, ImportRecord, Updated
from server.imports.drafts import digest, said_of
from server.imports.findings import Finding, Severity, look, note, stop
from server.imports.header import Header
from server.imports.hours import HoursLoad
from server.imports.known import PERSON, SEAT
from server.imports.plan import Plan, note_sheet
from server.imports.records import Edition, Staged, StagedInterpreter
from server.imports.text import script_language
from server.work import Work

MOST = 1_000
_KIND = "interpreters"
_LONGEST_PHONE = 40
_INTERPRETER: Any = Interpreter.__table__  # type: ignore[attr-defined]


class Seen(NamedTuple):
    """An interpreter as known: their name, and what a sheet said last."""

    name: Mapping[str, str]
    email: str | None
    listed: Mapping[str, str]


class Basis(NamedTuple):
    """What a plan rests on: the host's people by mail, who sits for a party, and who interprets."""

    host_id: UUID
    people: Mapping[str, tuple[UUID, str]]
    seated: frozenset[UUID]
    interpreters: Mapping[UUID, Seen]
    rules: Rules


@dataclass(frozen=True, slots=True)
class Arrival:
    """An interpreter of the file who is new here, or of whom it says something else: in these `fields`."""

    person_id: UUID
    record: StagedInterpreter
    said: Said
    digests: Mapping[str, str]
    fields: Sequence[str] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpreterPlan(Plan):
    """All that taking the sheet writes, and what it rests on."""

    basis: Basis
    new: Sequence[Arrival]
    changed: Sequence[Arrival]

    def write(self, work: Work) -> None:
        """Write them, unless what they rest on has changed."""
        lock_host(work, self.basis.host_id)
        if read_basis(work.db, work.convention_id) != self.basis:
            raise ImportOutdated
        if not self.record.changes_something:
            return
        for one in self.new:
            _enrol(work, self.basis.host_id, one)
        _set_hours(work, self.basis.rules, self.new)
        for one in self.changed:
            _change(work, one)
        note_sheet(work, self.record)


def plan_interpreters(
    db: Session, staged: Staged[StagedInterpreter], convention_id: UUID, _edition: Edition, _now: datetime
) -> InterpreterPlan:
    """What taking a sheet of interpreters would change, from one state of the database."""
    planner = _Planner(read_basis(db, convention_id), staged.header)
    stops = staged.stops
    if len(staged.records) > MOST:
        problem = stop("too_many_interpreters", f"A sheet has at most {MOST:,} interpreters.")
        stops = (*stops, staged.header.finding(staged.records[MOST].row, "person", "", problem))
    record = ImportRecord(kind=_KIND, rows=len(staged.records))
    if not stops:
        planner.plan(staged.records, record)
    findings = sorted(dict.fromkeys((*staged.findings, *planner.findings, *stops)), key=lambda finding: finding.row)
    record.needs_look = sorted({one.row for one in findings if one.severity is Severity.LOOK})
    named = {one.row: one.name or one.email or "" for one in staged.records}
    return InterpreterPlan(
        findings=tuple(findings),
        stops=stops,
        record=record,
        names={**dict.fromkeys(record.needs_look, ""), **named},
        basis=planner.basis,
        new=planner.new,
        changed=planner.changed,
    )


def read_basis(db: Session, convention_id: UUID) -> Basis:
    """What a plan rests on, as it is now."""
    connection = db.connection()
    host_id = db.get_one(Convention, convention_id).host_id
    people = select(PERSON.c.id, PERSON.c.email, PERSON.c.name).where(PERSON.c.host_id == host_id)
    seats = select(SEAT.c.person_id).where(SEAT.c.convention_id == convention_id, SEAT.c.active)
    known = select(PERSON.c.id, PERSON.c.name, PERSON.c.email, _INTERPRETER.c.listed)
    known = known.join(PERSON, PERSON.c.id == _INTERPRETER.c.person_id)
    found = connection.execute(known.where(_INTERPRETER.c.convention_id == convention_id)).all()
    return Basis(
        host_id,
        {row.email: (row.id, _shown(row.name)) for row in connection.execute(people) if row.email},
        frozenset(connection.execute(seats).scalars()),
        {row.id: Seen(row.name or {}, row.email, row.listed) for row in found},
        rules_of(db, convention_id),
    )


@dataclass(slots=True)
class _Planner:
    """Finds who the file means, and what is new of them."""

    basis: Basis
    header: Header
    findings: list[Finding] = field(default_factory=list)
    new: list[Arrival] = field(default_factory=list)
    changed: list[Arrival] = field(default_factory=list)

    def plan(self, records: Sequence[StagedInterpreter], record: ImportRecord) -> None:
        """Compare them all."""
        met = set()
        for one in records:
            person_id, name = self._who(one)
            if person_id in self.basis.seated:
                problem = look("seated_elsewhere", f"{name} sits for a party here; the row is left out.")
                self.findings.append(self.header.finding(one.row, "email", one.email or "", problem))
                continue
            if person_id is not None and one.name and name and name != one.name:
                problem = note("kept", f"Not taken: the person is known as {name}.")
                self.findings.append(self.header.finding(one.row, "person", one.name, problem))
            met.add(person_id)
            self._take(one, person_id, record)
        record.kept = [one for one, seen in self.basis.interpreters.items() if seen.listed and one not in met]

    def _who(self, record: StagedInterpreter) -> tuple[UUID | None, str]:
        """By the mail address; without one an interpreter without one, by name."""
        if record.email is not None:
            return self.basis.people.get(record.email, (None, ""))
        for one, seen in self.basis.interpreters.items():
            if seen.email is None and record.name in seen.name.values():
                return one, record.name or ""
        return None, ""

    def _take(self, one: StagedInterpreter, person_id: UUID | None, record: ImportRecord) -> None:
        said = said_of(one.hours, one.absent_dates)
        digests = {
            "pairs": digest(one.pairs),
            "zone": digest(one.zone),
            "daily": digest(one.daily),
            "hours": digest(str(said)),
        }
        known = self.basis.interpreters.get(person_id) if person_id else None
        if person_id is None or known is None:
            self.new.append(Arrival(person_id or new_id(), one, said, digests, unknown=person_id is None))
            record.created.append(one.row)
            return
        fields = [name for name, value in digests.items() if known.listed.get(name) != value]
        if fields:
            self.changed.append(Arrival(person_id, one, said, digests, fields))
            record.updated.append(Updated(row=one.row, party=None, fields=fields))
        else:
            record.unchanged += 1


def _enrol(work: Work, host_id: UUID, one: Arrival) -> None:
    """Somebody who interprets here from now on, and may have been unknown to the host."""
    record = one.record
    if one.unknown:
        work.db.add(
            Person(
                id=one.person_id,
                host_id=host_id,
                name=_named(record.name) if record.name else None,
                email=record.email,
                phone=record.phone[:_LONGEST_PHONE] if record.phone else None,
                zone=record.zone,
                created_at=work.now,
            )
        )
        work.db.flush()
    add_role(work, one.person_id, RoleName.INTERPRETER)
    row = Interpreter(
        convention_id=work.convention_id,
        person_id=one.person_id,
        zone=record.zone,
        daily_minutes=record.daily,
        listed=dict(one.digests),
    )
    work.db.add(row)
    for source, target in record.pairs:
        work.db.add(
            LanguagePair(convention_id=work.convention_id, person_id=one.person_id, source=source, target=target)
        )
    work.record(InterpreterAdded(interpreter=roster.record_of(row, record.pairs)), ["organiser"])


def _set_hours(work: Work, rules: Rules, new: Sequence[Arrival]) -> None:
    """The hours of all new ones, who may have had some in another role."""
    if not new:
        return
    work.db.flush()
    mine = (
        col(Availability.convention_id) == work.convention_id,
        col(Availability.person_id).in_([one.person_id for one in new]),
    )
    work.db.exec(delete(Availability).where(*mine))
    connection = work.db.connection()
    hours = [Hours(one.person_id, one.record.zone, one.said) for one in new]
    HoursLoad(connection.dialect, hours, rules).run(connection, work.convention_id)


def _change(work: Work, one: Arrival) -> None:
    """Set what the file says otherwise; meetings that they can no longer take go to others, or wait for somebody."""
    record = one.record
    values = {"pairs": record.pairs, "zone": record.zone, "daily_minutes": record.daily}
    named = {"daily_minutes": "daily"}
    if {"hours", "zone"} & set(one.fields):
        set_availability(
            work,
            one.person_id,
            record.zone,
            kind=one.said.kind,
            hours=one.said.hours,
            dates=one.said.dates,
            absent=one.said.absent,
        )
    work.db.get_one(Interpreter, (work.convention_id, one.person_id)).listed = dict(one.digests)
    roster.change(work, one.person_id, **{k: v for k, v in values.items() if named.get(k, k) in one.fields})


def _named(name: str) -> dict[str, str]:
    language = script_language(name)
    return {language: name, "original": language}


def _shown(names: Mapping[str, str] | None) -> str:
    return (names or {}).get((names or {}).get("original", ""), "")
