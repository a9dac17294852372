"""One import, from the bytes of a file to the report: read, planned, and told. Writing it is the command `take`."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Engine, select
from sqlmodel import Session

from server.conventions.tables import Convention
from server.database import reading
from server.imports.changes import ImportRecord
from server.imports.errors import REFUSALS, NotASheet, SheetTooHeavy
from server.imports.findings import Severity
from server.imports.header import Kind
from server.imports.known import PARTY, PERSON
from server.imports.plan import Plan
from server.imports.records import Edition
from server.imports.report import marked_sheet
from server.imports.sheets import STAGED, stage
from server.imports.taking import AnyStaged, make_plan
from server.killable import Unfinished, run_killable

Tell = Callable[[str], None]

# 50,000 rows take some 5 s, 0.4 GB, and 25 MB to be told.
_SECONDS = 120
_MEGABYTES = 1024
_TOLD_MEGABYTES = 128


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file to import. `mapping`: {column title: field}, for titles that are not known; `sheet`: which, if not the
    likeliest."""

    kind: Kind
    name: str
    data: bytes
    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read, and what taking it would change now."""

    file: SheetFile
    edition: Edition
    staged: AnyStaged
    plan: Plan

    def marked(self) -> bytes:
        """XLSX of the file's rows with the cells of its findings marked."""
        return marked_sheet(replace(self.staged, findings=self.plan.findings))


class RowOut(BaseModel):
    """A party by its first row in the file."""

    row: int
    name: str


class UpdatedOut(RowOut):
    """What the file says otherwise than before, with the fields; `party` is null for what is no party's."""

    party: UUID | None
    fields: list[str]


class KnownOut(BaseModel):
    """A party or person the file lists no longer."""

    id: UUID
    name: str


class FindingOut(BaseModel):
    """What must be told about a cell. `column` is its title, `field` ours."""

    row: int
    column: str
    field: str
    value: str
    severity: Severity
    code: str
    reason: str
    proposal: str | None
    choices: list[str]


class ImportReport(BaseModel):
    """What a file holds and what taking it changed, or would change in a dry run.

    `stopped`: nothing can be taken, and nothing was compared; the findings of severity "stop" say why. `gone`: parties
    that the file lists no longer, or a wish of theirs, which stay; `kept`: people likewise, for they have meetings or
    open requests, or interpret.
    """

    kind: Kind
    file: str
    sheet: str
    header_row: int
    dry_run: bool
    stopped: bool
    rows: int
    created: list[RowOut]
    updated: list[UpdatedOut]
    unchanged: int
    needs_look: list[RowOut]
    gone: list[KnownOut]
    kept: list[KnownOut]
    findings: list[FindingOut]


Stage = Callable[[SheetFile, Edition], AnyStaged]


@contextmanager
def without_collector() -> Iterator[None]:
    """For the length of an import: it makes millions of objects that stay, and the cycle collector would walk them
    again and again, while every other thread, and at last whoever waits for the write lock, waits for it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def stage_here(file: SheetFile, edition: Edition) -> AnyStaged:
    """The file's records, for files that are our own."""
    return stage(file.kind, file.data, file.name, edition, file.mapping, file.sheet)


def stage_apart(file: SheetFile, edition: Edition) -> AnyStaged:
    """The same in a process of its own, whatever the file was made for.

    Raises:
        ImportRefused: the file holds no list, or is made so that nobody could read it.
    """
    details = (file.kind, file.data, file.name, edition, dict(file.mapping), file.sheet)
    try:
        return run_killable(
            stage,
            *details,
            answer=STAGED[file.kind],
            refusals=REFUSALS,
            seconds=_SECONDS,
            megabytes=_MEGABYTES,
            answer_megabytes=_TOLD_MEGABYTES,
        )
    except Unfinished as unfinished:
        if unfinished.reason == "crash":
            raise NotASheet("The file is damaged: it breaks what reads it.") from None
        raise SheetTooHeavy(f"Reading the file takes too much {unfinished.reason}.") from None


def prepare(
    engine: Engine,
    convention_id: UUID,
    file: SheetFile,
    now: datetime,
    tell: Tell = lambda _step: None,
    read: Stage = stage_apart,
) -> Prepared:
    """Read a file and plan what to change. Nothing is written.

    Args:
        now: convention time. tell: called with what is being done, since a long list takes seconds.
        read: stages the file.

    Raises:
        ImportRefused: the file holds no list.
    """
    with reading(engine) as db:
        edition = edition_of(db, convention_id)
    tell("Reading the file")
    staged = read(file, edition)
    tell("Comparing with what is known")
    with reading(engine) as db:
        return Prepared(file, edition, staged, make_plan(db, file.kind, staged, convention_id, edition, now))


def plan_again(engine: Engine, convention_id: UUID, prepared: Prepared, now: datetime) -> Prepared:
    """The same file against what has changed meanwhile."""
    with reading(engine) as db:
        plan = make_plan(db, prepared.file.kind, prepared.staged, convention_id, prepared.edition, now)
    return replace(prepared, plan=plan)


def edition_of(db: Session, convention_id: UUID) -> Edition:
    """The convention as sheets need it."""
    convention = db.get_one(Convention, convention_id)
    length = (convention.last_day - convention.first_day).days + 1
    return Edition(tuple(convention.first_day + timedelta(days=n) for n in range(length)), convention.zone)


def report(engine: Engine, prepared: Prepared, record: ImportRecord, *, dry_run: bool) -> ImportReport:
    """The record with the words of the file, which the record itself may not hold."""
    plan = prepared.plan
    header = prepared.staged.header
    names = plan.names
    with reading(engine) as db:
        gone = _names(db, PARTY, record.gone)
        kept = _names(db, PERSON, record.kept)
    return ImportReport(
        kind=prepared.file.kind,
        file=prepared.file.name,
        sheet=header.sheet.name,
        header_row=header.row,
        dry_run=dry_run,
        stopped=bool(plan.stops),
        rows=record.rows,
        created=[RowOut(row=row, name=names[row]) for row in record.created],
        updated=[UpdatedOut(name=names[one.row], **one.model_dump()) for one in record.updated],
        unchanged=record.unchanged,
        needs_look=[RowOut(row=row, name=names[row]) for row in record.needs_look],
        gone=gone,
        kept=kept,
        findings=[FindingOut.model_validate(finding, from_attributes=True) for finding in plan.findings],
    )


def _names(db: Session, table: Any, ids: list[UUID]) -> list[KnownOut]:
    query = select(table.c.id, table.c.name).where(table.c.id.in_(ids))
    names = {row.id: row.name or {} for row in db.connection().execute(query)} if ids else {}
    return [KnownOut(id=one, name=_original(names.get(one, {}))) for one in ids]


def _original(name: Mapping[str, str]) -> str:
    return name.get(name.get("original", ""), "")
