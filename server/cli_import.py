"""`madang import ...` and `madang confirm ...`: the organiser's sheets, and what they left unclear."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matchmaking.tables import Participation
from server.batch import Order, perform
from server.clock import Clock, SystemClock
from server.console import err, find_convention, out, ready, stop
from server.database import reading
from server.errors import REFUSALS, ImportOutdated, ImportStopped
from server.imports.changes import ImportRecord
from server.imports.confirming import confirm as confirm_party
from server.imports.errors import FileTooLarge, ImportRefused
from server.imports.header import Kind, parse_mapping
from server.imports.importing import (
    ImportReport,
    Prepared,
    SheetFile,
    Tell,
    plan_again,
    prepare,
    report,
    without_collector,
)
from server.imports.report import findings_table
from server.imports.tables import ImportFinding
from server.imports.taking import take
from server.settings import read_settings
from server.zones import is_zone

app = typer.Typer(help="Take the organiser's sheets.", no_args_is_help=True)

_ATTEMPTS = 3
_LISTED = 50

SheetPath = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="XLSX, XLS, ODS or CSV.")]
Slug = Annotated[str, typer.Option("--convention", "-c", metavar="SLUG", help="The convention's address.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and write nothing.")]
ReportPath = Annotated[
    Path | None, typer.Option("--report", dir_okay=False, help="Write the sheet as XLSX with its cells marked.")
]
Pairs = Annotated[
    list[str] | None, typer.Option("--map", metavar="TITLE=FIELD", help="What a column is; may be given several times.")
]
MappingPath = Annotated[
    Path | None, typer.Option("--mapping", exists=True, dir_okay=False, help='JSON file {"column title": "field"}.')
]
SheetName = Annotated[str | None, typer.Option("--sheet", help="The sheet to read, if not the likeliest.")]


@app.command("exhibitors")
def import_exhibitors(
    file: SheetPath,
    convention: Slug,
    dry_run: DryRun = False,
    report_to: ReportPath = None,
    pairs: Pairs = None,
    mapping: MappingPath = None,
    sheet: SheetName = None,
) -> None:
    """Import exhibitors with their representatives, products and languages."""
    _import("exhibitors", file, convention, dry_run, report_to, mapping_of(pairs, mapping), sheet)


@app.command("buyers")
def import_buyers(
    file: SheetPath,
    convention: Slug,
    dry_run: DryRun = False,
    report_to: ReportPath = None,
    pairs: Pairs = None,
    mapping: MappingPath = None,
    sheet: SheetName = None,
) -> None:
    """Import buyers with their countries, time zones, interests, hours and channels."""
    _import("buyers", file, convention, dry_run, report_to, mapping_of(pairs, mapping), sheet)


@app.command("wishes")
def import_wishes(
    file: SheetPath,
    convention: Slug,
    dry_run: DryRun = False,
    report_to: ReportPath = None,
    pairs: Pairs = None,
    mapping: MappingPath = None,
    sheet: SheetName = None,
) -> None:
    """Import wishes: which buyers and exhibitors want to meet, and which do not."""
    _import("wishes", file, convention, dry_run, report_to, mapping_of(pairs, mapping), sheet)


@app.command("interpreters")
def import_interpreters(
    file: SheetPath,
    convention: Slug,
    dry_run: DryRun = False,
    report_to: ReportPath = None,
    pairs: Pairs = None,
    mapping: MappingPath = None,
    sheet: SheetName = None,
) -> None:
    """Import interpreters with their languages, hours and daily limits."""
    _import("interpreters", file, convention, dry_run, report_to, mapping_of(pairs, mapping), sheet)


@app.command("taxonomy")
def import_taxonomy(
    file: SheetPath,
    convention: Slug,
    dry_run: DryRun = False,
    report_to: ReportPath = None,
    pairs: Pairs = None,
    mapping: MappingPath = None,
    sheet: SheetName = None,
) -> None:
    """Import the taxonomy: codes, their parents, names by language and synonyms."""
    _import("taxonomy", file, convention, dry_run, report_to, mapping_of(pairs, mapping), sheet)


def mapping_of(pairs: Sequence[str] | None, path: Path | None) -> dict[str, str]:
    """{column title: field} of a file, and of TITLE=FIELD pairs."""
    try:
        mapping = parse_mapping(path.read_text("utf-8")) if path else {}
    except (ImportRefused, UnicodeDecodeError) as refused:
        raise stop(f"{path}: {refused}") from None
    for pair in pairs or ():
        title, equals, name = pair.rpartition("=")
        if not equals:
            raise stop(f"--map takes TITLE=FIELD, such as 회사=organisation, not {pair!r}.")
        mapping[title] = name.strip()
    return mapping


def _import(
    kind: Kind, path: Path, slug: str, dry_run: bool, report_to: Path | None, mapping: dict[str, str], sheet: str | None
) -> None:
    settings, clock = read_settings(), SystemClock()
    engine = ready(settings)
    with reading(engine) as db:
        convention_id = find_convention(db, slug).id
    try:
        if path.stat().st_size > settings.import_bytes:
            raise FileTooLarge(f"The file has more than {settings.import_bytes / 1024 / 1024:.3g} MB.")
        file = SheetFile(kind, path.name, path.read_bytes(), mapping, sheet)
        with without_collector(), progress() as tell:
            prepared = prepare(engine, convention_id, file, clock.now(), tell)
            stopped = bool(prepared.plan.stops)
            if not dry_run and not stopped:
                tell("Writing")
                prepared, record = _take(engine, clock, convention_id, prepared)
            else:
                record = prepared.plan.record
            if report_to is not None:
                tell("Writing the marked sheet")
                report_to.write_bytes(prepared.marked())
    except ImportRefused as refused:
        raise stop(f"{path.name}: {refused} {refused.remedy}") from None
    except REFUSALS as refusal:
        raise stop(f"{refusal} {refusal.advice}") from None
    _show(prepared, report(engine, prepared, record, dry_run=dry_run))
    if stopped:
        raise stop(f"{ImportStopped().message} {ImportStopped.advice}")


def _take(engine: Engine, clock: Clock, convention_id: UUID, prepared: Prepared) -> tuple[Prepared, ImportRecord]:
    """Run the command beside whatever server is running, and plan again if somebody was quicker."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return prepared, _perform(engine, clock, convention_id, prepared)
        except ImportOutdated:
            prepared = plan_again(engine, convention_id, prepared, clock.now())
    return prepared, _perform(engine, clock, convention_id, prepared)


def _perform(engine: Engine, clock: Clock, convention_id: UUID, prepared: Prepared) -> ImportRecord:
    answer = perform(engine, clock, Order(convention_id, partial(take, plan=prepared.plan)))
    return ImportRecord.model_validate_json(answer)


@contextmanager
def progress() -> Iterator[Tell]:
    """Says on stderr what is being done, and for how long already."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda step: progress.update(task, description=step)


def _show(prepared: Prepared, told: ImportReport) -> None:
    if told.findings:
        out.print(findings_table(prepared.plan.findings))
    if told.updated:
        table = Table("Row", "Name", "Changed", title="Updated", title_justify="left")
        for one in told.updated[:_LISTED]:
            table.add_row(str(one.row), escape(one.name), ", ".join(one.fields))
        if len(told.updated) > _LISTED:
            table.caption = f"{len(told.updated) - _LISTED} more."
        out.print(table)
    for title, those in (("No longer in the file", told.gone), ("No longer in the file, but booked", told.kept)):
        if those:
            more = f" and {len(those) - _LISTED} more" if len(those) > _LISTED else ""
            out.print(f"{title}: {', '.join(one.name or str(one.id) for one in those[:_LISTED])}{more}", markup=False)
    counts = (
        f" {len(told.created)} created, {len(told.updated)} updated, {told.unchanged} unchanged,"
        f" {len(told.needs_look)} need a look."
    )
    read = f"{told.file}, sheet {told.sheet}: {told.rows} rows."
    out.print(read if told.stopped else read + counts, markup=False, soft_wrap=True)
    if told.dry_run:
        out.print("Nothing was written: this was a dry run.")


def confirm(
    slug: Annotated[str, typer.Argument(help="The convention's address.")],
    parties: Annotated[list[str] | None, typer.Argument(metavar="[PARTY]...", help="Their ids or names.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that need a look.")] = False,
    zone: Annotated[str | None, typer.Option(help="IANA time zone to use instead of the one proposed.")] = None,
    country: Annotated[str | None, typer.Option(help="Country to use (ISO 3166-1 alpha-2), likewise.")] = None,
    proposed: Annotated[
        bool, typer.Option("--proposed/--as-it-stands", help="Take what the findings propose, or only what is known.")
    ] = True,
) -> None:
    """List the parties that need a look, or confirm them: from then on they have slots."""
    if zone is not None and not is_zone(zone):
        raise stop(f"{zone} is no IANA time zone. Example: Asia/Seoul")
    engine, clock = ready(read_settings()), SystemClock()
    with reading(engine) as db:
        convention_id = find_convention(db, slug).id
        waiting = _waiting(db, convention_id)
        chosen = list(waiting) if every else [_find(waiting, text) for text in parties or ()]
        if not chosen:
            out.print(_looks_table(db, convention_id, waiting) if waiting else "Nothing needs a look.")
            return
    failed = 0
    for party in chosen:
        command = partial(confirm_party, party_id=party, zone=zone, country=country, proposed=proposed)
        try:
            perform(engine, clock, Order(convention_id, command))
            out.print(f"{_name(waiting[party])} is confirmed.", markup=False)
        except REFUSALS as refusal:
            failed += 1
            err.print(f"{_name(waiting[party])}: {refusal} {refusal.advice}", markup=False)
    if failed:
        raise stop(
            f"{failed} of {len(chosen)} could not be confirmed. Give a zone: madang confirm {slug} PARTY --zone ZONE"
        )


def _waiting(db: Session, convention_id: UUID) -> dict[UUID, Participation]:
    query = select(Participation).where(Participation.convention_id == convention_id).order_by(col(Participation.id))
    return {party.id: party for party in db.exec(query) if party.needs_look}


def _find(waiting: dict[UUID, Participation], text: str) -> UUID:
    """The party of that id, of the beginning of one, or of a name."""
    wanted = text.strip().casefold()
    found = [
        party.id
        for party in waiting.values()
        if str(party.id).startswith(wanted) or wanted in (str(name).casefold() for name in party.name.values())
    ]
    if len(found) != 1:
        raise stop(f"{'Several parties' if found else 'No party'} that needs a look is called {text!r}.")
    return found[0]


def _name(party: Participation) -> str:
    return str(party.name.get(party.name.get("original", "")) or party.id)


def _looks_table(db: Session, convention_id: UUID, waiting: dict[UUID, Participation]) -> Table:
    table = Table("Party", "Name", "Row", "Column", "Value", "Reason", "Proposal", title="Needs a look")
    table.caption = "Confirming takes the first proposal; --zone and --country say otherwise."
    query = select(ImportFinding).where(ImportFinding.convention_id == convention_id).order_by(col(ImportFinding.row))
    for finding in db.exec(query):
        party = waiting.get(finding.participation_id)
        if party is not None and finding.field in party.needs_look:
            proposal = ", ".join(finding.choices) or ", ".join(map(str, (finding.proposal or {}).values()))
            cells = (
                str(party.id),
                _name(party),
                str(finding.row),
                finding.column,
                finding.value,
                finding.reason,
                proposal,
            )
            table.add_row(*map(escape, cells))
    return table
