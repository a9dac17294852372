"""`madang import programme ...`: the sessions of a sheet or of another program's schedule."""

from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine

from server.batch import Order, perform
from server.cli_import import DryRun, MappingPath, Pairs, SheetName, Slug, mapping_of, progress
from server.clock import SystemClock
from server.console import find_convention, out, ready, stop
from server.database import reading
from server.errors import REFUSALS, ImportStopped
from server.imports.errors import FileTooLarge, ImportRefused
from server.imports.report import findings_table
from server.programme_files.file import ProgrammeFile
from server.programme_files.importing import Prepared, prepare
from server.programme_files.report import ProgrammeReport
from server.programme_files.taking import STOPPED, ProgrammeRecord, take
from server.settings import read_settings
from sessions.programme import BEGINNINGS
from sessions.states import SessionState

_LISTED = 50

ProgrammePath = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="XLSX, CSV, schedule.json or schedule.xml."),
]
State = Annotated[
    SessionState, typer.Option(help="New sessions of which the file says nothing: draft, published or scheduled.")
]


def import_programme(
    file: ProgrammePath,
    convention: Slug,
    dry_run: DryRun = False,
    state: State = SessionState.SCHEDULED,
    pairs: Pairs = None,
    mapping: MappingPath = None,
    sheet: SheetName = None,
) -> None:
    """Import sessions with their rooms, tracks and speakers; what the file does not have stays."""
    if state not in BEGINNINGS:
        raise stop(f"A session does not begin as {state}. Choose draft, published or scheduled.")
    settings = read_settings()
    engine = ready(settings)
    with reading(engine) as db:
        convention_id = find_convention(db, convention).id
    try:
        if file.stat().st_size > settings.import_bytes:
            raise FileTooLarge(f"The file has more than {settings.import_bytes / 1024 / 1024:.3g} MB.")
        sent = ProgrammeFile(file.name, file.read_bytes(), mapping_of(pairs, mapping), sheet)
        with progress() as tell:
            tell("Reading the file")
            prepared = prepare(partial(reading, engine), convention_id, sent)
            tell("Writing")
            record = None if dry_run or prepared.compared.stops else _take(engine, convention_id, prepared, state)
    except ImportRefused as refused:
        raise stop(f"{file.name}: {refused} {refused.remedy}") from None
    except REFUSALS as refusal:
        raise stop(f"{refusal} {refusal.advice}") from None
    _show(prepared, prepared.report(record))
    if prepared.compared.stops:
        raise stop(f"{STOPPED} {ImportStopped.advice}")


def _take(engine: Engine, convention_id: UUID, prepared: Prepared, state: SessionState) -> ProgrammeRecord:
    """Run the command beside whatever server is running."""
    command = partial(take, read=prepared.read, form=prepared.form, state=state)
    return ProgrammeRecord.model_validate_json(perform(engine, SystemClock(), Order(convention_id, command)))


def _show(prepared: Prepared, told: ProgrammeReport) -> None:
    if told.findings:
        out.print(findings_table(prepared.compared.findings))
    if told.changed:
        table = Table("Row", "Session", "Field", "Before", "After", title="Changed", title_justify="left")
        for one in told.changed[:_LISTED]:
            for field in one.fields:
                table.add_row(*map(escape, (str(one.row), one.title, field.field, field.before, field.after)))
        if len(told.changed) > _LISTED:
            table.caption = f"{len(told.changed) - _LISTED} more."
        out.print(table)
    if told.missing:
        more = f" and {len(told.missing) - _LISTED} more" if len(told.missing) > _LISTED else ""
        titles = ", ".join(one.title for one in told.missing[:_LISTED])
        out.print(f"Not in the file, and kept: {titles}{more}", markup=False)
    moved = sum(one.moved for one in told.changed)
    counts = (
        f"{told.file}: {told.sessions} sessions. {len(told.created)} new, {len(told.changed)} changed"
        f" ({moved} moved), {told.unchanged} unchanged."
    )
    out.print(counts, markup=False, soft_wrap=True)
    if told.dry_run:
        out.print("Nothing was written.")
