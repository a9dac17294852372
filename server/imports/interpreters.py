"""A sheet of interpreters -> staged records. Nobody is booked by half of what they said: who is not understood in
something that bookings rest on is left out until the cell is mended."""

from collections.abc import Mapping

from server.imports.cells.countries import read_country
from server.imports.cells.counts import read_daily
from server.imports.cells.language_pairs import read_pairs
from server.imports.cells.zones import read_zone, read_zone_name
from server.imports.findings import Finding, Severity, look, note
from server.imports.header import find_header
from server.imports.reading import read_sheets
from server.imports.records import Edition, Staged, StagedInterpreter
from server.imports.rows import data_rows
from server.imports.staging import RowReader, by_row, dates_together, phones_together
from server.imports.text import key


def stage_interpreters(
    data: bytes, filename: str, edition: Edition, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> Staged[StagedInterpreter]:
    """Every interpreter of a file that is understood, and all findings in one pass. `mapping`: {column title: field}.

    Raises an ImportRefused if the file holds no list at all.
    """
    header, left_out = find_header(read_sheets(data, filename), "interpreters", mapping, sheet)
    findings: list[Finding] = list(left_out)
    phones: list[Finding] = []
    records: dict[str, StagedInterpreter] = {}
    for row in (RowReader(row, edition) for row in data_rows(header, findings)):
        record = _record(row)
        if record is not None and (first := records.setdefault(record.key, record)) is not record:
            _say_repeated(row, record, first)
        findings += row.findings
        phones += row.phones
    return Staged(header, tuple(records.values()), by_row([*findings, *phones_together(phones)]))


def _record(row: RowReader) -> StagedInterpreter | None:
    cells, edition = row.row, row.edition
    country = row.take("country", read_country(cells["country"])) if cells["country"] else None
    zone = _zone(row, country)
    person = row.person(country or edition.country)
    pairs = row.take("pairs", read_pairs(cells["pairs"], edition.country))
    hours, absent, notes = row.hours(), row.absent(), row.notes()
    daily = row.take("daily", read_daily(cells["daily"]))
    if person is None or not (person.email or person.name):
        row.say("person", look("identity_missing", "The row has no name and no mail address; it is left out."))
        return None
    if not cells["email"]:
        row.say("email", note("mail_missing", "Without a mail address nobody can be invited."))
    if any(finding.severity is Severity.LOOK for finding in row.findings):
        return None
    return StagedInterpreter(
        row=cells.number,
        keys=(person.email or f"/{key(person.name or '')}",),
        name=person.name,
        email=person.email,
        phone=person.phone,
        pairs=pairs,
        hours=hours,
        absent_dates=dates_together(absent, hours.absent, notes.absent),
        zone=zone or edition.zone,
        daily=daily,
        findings=tuple(row.findings),
    )


def _zone(row: RowReader, country: str | None) -> str | None:
    """The zone stated, or that of city and country; None where neither is: the convention's."""
    cells = row.row
    if cells["zone"]:
        return row.take("zone", read_zone_name(cells["zone"]))
    if cells["city"] or cells["country"]:
        return row.take("city", read_zone(country or row.edition.country, cells["city"], row.edition.days))
    return None


def _say_repeated(row: RowReader, record: StagedInterpreter, first: StagedInterpreter) -> None:
    """The same interpreter on another row: the first row is taken."""
    if record.content() == first.content():
        row.say("person", note("row_repeated", f"The same interpreter stands in row {first.row}."))
    else:
        reason = f"The same interpreter stands in row {first.row}, which is taken; this row differs."
        row.say("person", look("row_repeated_differing", reason))
