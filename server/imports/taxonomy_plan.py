"""Taking a taxonomy: a tree of terms, or nothing. Terms that the file does not list stay, for profiles name them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from matchmaking.recommend.tables import Category
from server.errors import ImportOutdated
from server.imports.changes import Changes, ImportRecord, Updated, write_changes
from server.imports.findings import Finding, Problem, offer, stop
from server.imports.header import Header
from server.imports.lexicon import Lexicon
from server.imports.plan import Plan, note_sheet
from server.imports.records import Edition, Staged, StagedCategory
from server.imports.text import code_key, key
from server.work import Work

_KIND = "taxonomy"
_SHOWN = 8
_CATEGORY: Any = Category.__table__  # type: ignore[attr-defined]


class Term(NamedTuple):
    """A term as its row has it."""

    code: str
    parent: str | None
    name: Mapping[str, str]
    synonyms: Mapping[str, Sequence[str]]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxonomyPlan(Plan):
    """All that taking the sheet writes, and the terms that it rests on, by code."""

    known: Mapping[str, Term]
    changes: Changes

    def write(self, work: Work) -> None:
        """Write the terms, unless they have changed since."""
        if read_terms(work.db, work.convention_id) != self.known:
            raise ImportOutdated
        if self.record.changes_something:
            write_changes(work.db.connection(), self.changes)
            note_sheet(work, self.record)


def plan_taxonomy(
    db: Session, staged: Staged[StagedCategory], convention_id: UUID, _edition: Edition, _now: datetime
) -> TaxonomyPlan:
    """What taking a taxonomy would change, from one state of the database."""
    known = read_terms(db, convention_id)
    tree = _Tree(known, staged.header, staged.records)
    stops = (*staged.stops, *tree.stops)
    record = ImportRecord(kind=_KIND, rows=len(staged.records))
    changes = Changes()
    if not stops:
        _compare(tree.terms(), known, convention_id, record, changes)
    findings = sorted((*staged.findings, *tree.stops), key=lambda finding: finding.row)
    return TaxonomyPlan(
        findings=tuple(findings),
        stops=stops,
        record=record,
        names={record.row: _title(record) for record in staged.records},
        known=known,
        changes=changes,
    )


def read_terms(db: Session, convention_id: UUID) -> dict[str, Term]:
    """The convention's terms by code."""
    c = _CATEGORY.c
    query = (
        select(*(c[name] for name in Term._fields)).where(c.convention_id == convention_id).order_by(c.position, c.code)
    )
    return {row.code: Term(*row) for row in db.connection().execute(query)}


def _compare(
    terms: Mapping[int, Term], known: Mapping[str, Term], convention_id: UUID, record: ImportRecord, changes: Changes
) -> None:
    for row, term in terms.items():
        old = known.get(term.code)
        if old is None:
            changes.inserts[_CATEGORY].append({"convention_id": convention_id, **term._asdict()})
            record.created.append(row)
        elif fields := [name for name in Term._fields if getattr(term, name) != getattr(old, name)]:
            values = {name: getattr(term, name) for name in fields}
            changes.set(_CATEGORY, {"convention_id": convention_id, "code": term.code}, values)
            record.updated.append(Updated(row=row, party=None, fields=fields))
        else:
            record.unchanged += 1


class _Tree:
    """Finds every term's parent, among the file's terms and those known. `stops`: why they make no tree."""

    def __init__(self, known: Mapping[str, Term], header: Header, records: Sequence[StagedCategory]) -> None:
        self._known = known
        self._header = header
        self._records = records
        self.stops: list[Finding] = []
        # A code that is known keeps its spelling.
        spelled = {code_key(code): code for code in known}
        self._codes = {**spelled, **{one.key: spelled.get(one.key, one.code) for one in records}}
        self._named = self._names()
        self._parents = {term.code: term.parent for term in known.values()}
        self._parents |= {self._codes[record.key]: self._parent(record) for record in records}
        self.stops += self._circles()

    def _names(self) -> dict[str, list[str]]:
        """The codes of the terms that have a name in some language, by its key."""
        texts = {code: set(term.name.values()) for code, term in self._known.items()}
        texts |= {self._codes[record.key]: set(record.names.values()) for record in self._records}
        named: dict[str, list[str]] = {}
        for code, names in texts.items():
            for name in set(map(key, names)):
                named.setdefault(name, []).append(code)
        return named

    def terms(self) -> dict[int, Term]:
        """The file's terms by row. What a cell leaves blank stays as it was."""
        found = {}
        for position, record in enumerate(self._records):
            code = self._codes[record.key]
            old = self._known.get(code)
            name = {**(old.name if old else {}), **record.names}
            said = {language: list(words) for language, words in record.synonyms.items()}
            synonyms = {**(old.synonyms if old else {}), **said}
            found[record.row] = Term(code, self._parents[code], name, synonyms, position)
        return found

    def _parent(self, record: StagedCategory) -> str | None:
        """The code of the term above: by its code, else by a name that only one term has."""
        if record.parent is None:
            return None
        code, name = self._codes.get(code_key(record.parent)), key(record.parent)
        if code is None and not name:
            return None  # a dash says that there is none
        named = self._named.get(name, [])
        if code is not None or len(named) == 1:
            return code or named[0]
        reason = "Several terms have this name; give a code." if named else "No term has this code or name."
        proposal, _ = offer(named or self._lexicon.similar(record.parent))
        self._stop(record, stop("parent_unknown", reason, proposal))
        return None

    @cached_property
    def _lexicon(self) -> Lexicon[str]:
        return Lexicon([(code, code) for code in self._codes.values()], key)

    def _circles(self) -> Iterator[Finding]:
        """A finding for each row of a circle of parents. Every term is passed once, however deep they stand."""
        rows = {self._codes[record.key]: record for record in self._records}
        passed: dict[str, int] = {}
        for number, first in enumerate(rows):
            way: list[str] = []
            at: str | None = first
            while at is not None and at not in passed:
                passed[at] = number
                way.append(at)
                at = self._parents.get(at)
            if at is not None and passed[at] == number:
                circle = way[way.index(at) :]
                shown = " → ".join([*circle[:_SHOWN], "…" if len(circle) > _SHOWN else at])
                problem = stop("parents_in_a_circle", f"The terms above it lead back to it: {shown}.")
                yield from (self._finding(rows[code], problem) for code in circle if code in rows)

    def _stop(self, record: StagedCategory, problem: Problem) -> None:
        self.stops.append(self._finding(record, problem))

    def _finding(self, record: StagedCategory, problem: Problem) -> Finding:
        return self._header.finding(record.row, "parent", record.parent or "", problem)


def _title(record: StagedCategory) -> str:
    return next(iter(record.names.values()), record.code)
