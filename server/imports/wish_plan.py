"""Taking a sheet of wishes. The organiser's sheet is the parties' own word at its time: what a party has said since
stays while the sheet says what it said before, and what the sheet says anew takes its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import Session

from matchmaking.calendar import rules_of
from matchmaking.events import PreferenceRecord, PreferenceSet, topics_for
from matchmaking.tables import Preference
from server.errors import ImportOutdated
from server.imports.bulk import Clash, Load, load
from server.imports.cells.wishes import BUYER, EXHIBITOR
from server.imports.changes import Changes, ImportRecord, Updated, write_updates
from server.imports.directory import Directory
from server.imports.drafts import digest
from server.imports.findings import Finding, Severity, look, note, stop
from server.imports.header import Header
from server.imports.known import IMPORTED
from server.imports.plan import Plan, note_sheet
from server.imports.records import Edition, Staged, StagedWish
from server.work import Work

_KIND = "wishes"
_WISH: Any = Preference.__table__  # type: ignore[attr-defined]


class Pair(NamedTuple):
    """Who wishes something, and of whom."""

    by: UUID
    about: UUID


class Said(NamedTuple):
    """A wish and what was noted with it."""

    wish: str
    note: str


class Basis(NamedTuple):
    """What a plan rests on: who there is by which names, every wish, and what the sheets said."""

    parties: Directory
    wishes: Mapping[Pair, Said]
    listed: Mapping[UUID, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishPlan(Plan):
    """All that taking the sheet writes, and what it rests on. `told` are the wishes that are not what they were."""

    basis: Basis
    changes: Changes
    loads: tuple[Load, ...]
    told: Sequence[tuple[Pair, Said]]

    def write(self, work: Work) -> None:
        """Write the wishes, unless what they rest on has changed."""
        connection = work.db.connection()
        if read_basis(work.db, work.convention_id) != self.basis:
            raise ImportOutdated
        if not (self.loads or any(self.changes.updates.values())):
            return
        for table, updates in self.changes.updates.items():
            write_updates(connection, table, updates)
        _insert(connection, self.loads)
        note_sheet(work, self.record)
        for pair, said in self.told:
            record = PreferenceRecord(id=f"{pair.by}:{pair.about}", by=pair.by, about=pair.about, wish=said.wish)
            work.record(PreferenceSet(preference=record), topics_for((pair.by,)))


def plan_wishes(
    db: Session, staged: Staged[StagedWish], convention_id: UUID, _edition: Edition, now: datetime
) -> WishPlan:
    """What taking a sheet of wishes would change, from one state of the database."""
    basis = read_basis(db, convention_id)
    planner = _Planner(basis, staged.header, convention_id, now, rules_of(db, convention_id).policies.wishes_per_party)
    planner.resolve(staged.records)
    stops = (*staged.stops, *planner.too_many())
    findings = sorted((*staged.findings, *planner.findings, *stops), key=lambda finding: finding.row)
    record = ImportRecord(kind=_KIND, rows=len(staged.records))
    if not stops:
        planner.plan(record)
    record.needs_look = sorted({one.row for one in findings if one.severity is Severity.LOOK})
    dialect = db.connection().dialect
    inserts = planner.changes.inserts
    return WishPlan(
        findings=tuple(findings),
        stops=stops,
        record=record,
        names={row: planner.names.get(row, "") for row in {*planner.names, *record.needs_look}},
        basis=basis,
        changes=planner.changes,
        loads=tuple(load(dialect, table, rows) for table in (_WISH, IMPORTED) if (rows := inserts.pop(table, None))),
        told=planner.told,
    )


def read_basis(db: Session, convention_id: UUID) -> Basis:
    """What a plan rests on, as it is now."""
    c, i = _WISH.c, IMPORTED.c
    wishes = select(c.by_id, c.about_id, c.wish, c.note).where(c.convention_id == convention_id)
    listed = select(i.participation_id, i.fields).where(i.convention_id == convention_id, i.kind == _KIND)
    found = db.connection().execute(wishes).all()
    return Basis(
        Directory(db, convention_id),
        {Pair(by, about): Said(wish, note) for by, about, wish, note in found},
        {row.participation_id: row.fields for row in db.connection().execute(listed)},
    )


def _insert(connection: Connection, loads: Sequence[Load]) -> None:
    try:
        for each in loads:
            each.run(connection)
    except Clash:
        raise ImportOutdated from None


@dataclass(slots=True)
class _Planner:
    """Gathers what a sheet changes. `said` is by pair what counts: its row, and the record."""

    basis: Basis
    header: Header
    convention_id: UUID
    now: datetime
    most: int
    findings: list[Finding] = field(default_factory=list)
    said: dict[Pair, StagedWish] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    told: list[tuple[Pair, Said]] = field(default_factory=list)

    def resolve(self, records: Sequence[StagedWish]) -> None:
        """Find whom each row means. Of two rows about the same pair the later counts."""
        for record in records:
            pair = self._pair(record)
            if pair is None:
                continue
            before = self.said.pop(pair, None)
            if before is not None:
                self.findings.append(self._again(before, record))
            self.said[pair] = record

    def too_many(self) -> Iterator[Finding]:
        """A finding for each party that would have more wishes than the convention lets it say."""
        pairs = dict.fromkeys([*self.basis.wishes, *self.said])
        counts: dict[UUID, int] = {}
        for pair in pairs:
            counts[pair.by] = counts.get(pair.by, 0) + 1
        first = {pair.by: record for pair, record in reversed(self.said.items()) if counts[pair.by] > self.most}
        for by, record in first.items():
            reason = f"{self.basis.parties.names[by]} would have {counts[by]:,} wishes; at most {self.most} are taken."
            yield self.header.finding(
                record.row, record.side, getattr(record, record.side), stop("too_many_wishes", reason)
            )

    def plan(self, record: ImportRecord) -> None:
        """What is new, other, or as before, with all that is to be written."""
        listed: dict[UUID, dict[str, str]] = {}
        for pair, staged in self.said.items():
            listed.setdefault(pair.by, {})[str(pair.about)] = digest((staged.wish, staged.notes))
        for pair, staged in self.said.items():
            self._take(pair, staged, listed[pair.by][str(pair.about)], record)
        record.gone = [by for by, fields in self.basis.listed.items() if fields.keys() - listed.get(by, {}).keys()]
        for by, fields in listed.items():
            self._remember(by, fields)

    def _take(self, pair: Pair, staged: StagedWish, mark: str, record: ImportRecord) -> None:
        known = self.basis.wishes.get(pair)
        new = Said(staged.wish, staged.notes or (known.note if known else ""))
        if self.basis.listed.get(pair.by, {}).get(str(pair.about)) == mark or known == new:
            record.unchanged += 1
            return
        key = {"convention_id": self.convention_id, "by_id": pair.by, "about_id": pair.about}
        values = {"wish": new.wish, "note": new.note, "at": self.now}
        if known is None:
            self.changes.inserts[_WISH].append({**key, **values})
            record.created.append(staged.row)
        else:
            self.changes.set(_WISH, key, values)
            fields = [
                name
                for name, old, now in (("wish", known.wish, new.wish), ("notes", known.note, new.note))
                if old != now
            ]
            record.updated.append(Updated(row=staged.row, party=pair.by, fields=fields))
        if known is None or known.wish != new.wish:
            self.told.append((pair, new))

    def _remember(self, by: UUID, fields: dict[str, str]) -> None:
        """What the sheet said last of each; a wish that it lists no longer is not forgotten, for it stays."""
        old = self.basis.listed.get(by)
        key = {"convention_id": self.convention_id, "kind": _KIND, "participation_id": by}
        if old is None:
            self.changes.inserts[IMPORTED].append({**key, "fields": fields, "people": [], "visits": None, "notes": ""})
        elif {**old, **fields} != old:
            self.changes.set(IMPORTED, key, {"fields": {**old, **fields}})

    def _pair(self, record: StagedWish) -> Pair | None:
        parties = self.basis.parties
        self.names[record.row] = f"{record.buyer} → {record.exhibitor}"
        found: dict[str, UUID | None] = {}
        for side, text in ((BUYER, record.buyer), (EXHIBITOR, record.exhibitor)):
            found[side], problems = parties.find(text, side)
            self.findings += [self.header.finding(record.row, side, text, problem) for problem in problems]
        buyer, exhibitor = found[BUYER], found[EXHIBITOR]
        if buyer is None or exhibitor is None:
            return None
        pair = Pair(buyer, exhibitor) if record.side == BUYER else Pair(exhibitor, buyer)
        if buyer == exhibitor:
            problem = look("wish_of_oneself", "Both are the same party. The row is left out.")
            self.findings.append(self.header.finding(record.row, EXHIBITOR, record.exhibitor, problem))
            return None
        self.names[record.row] = f"{parties.names[pair.by]} → {parties.names[pair.about]}"
        return pair

    def _again(self, before: StagedWish, record: StagedWish) -> Finding:
        if before.wish == record.wish:
            problem = note("wish_repeated", f"Row {record.row} says the same of the same pair.")
        else:
            word = record.wish.replace("_", " ")
            problem = look("wish_contradicted", f"Row {record.row} says {word} of the same pair; the later row counts.")
        return self.header.finding(before.row, "wish", before.written, problem)
