"""A sheet of buyers -> staged records."""

from collections.abc import Mapping
from dataclasses import replace

from server.imports.cells.channels import read_channels
from server.imports.cells.countries import read_country
from server.imports.cells.counts import read_visits
from server.imports.cells.items import Items, learn
from server.imports.cells.zones import read_zone, read_zone_name
from server.imports.findings import Finding, Reading, look, note, stop
from server.imports.header import find_header
from server.imports.reading import read_sheets
from server.imports.records import Edition, Staged, StagedBuyer, StagedPerson
from server.imports.rows import data_rows
from server.imports.staging import LISTS, RowReader, by_row, dates_together, organisation_keys, phones_together
from server.imports.text import key


def stage_buyers(
    data: bytes, filename: str, edition: Edition, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> Staged[StagedBuyer]:
    """Every buyer of a file, and all findings in one pass. `mapping`: {column title: field}.

    Raises an ImportRefused if the file holds no list at all.
    """
    header, left_out = find_header(read_sheets(data, filename), "buyers", mapping, sheet)
    findings = list(left_out)
    rows = [RowReader(row, edition) for row in data_rows(header, findings)]
    interests = Items(learn(row.row["interests"] for row in rows))
    records: dict[str, tuple[StagedBuyer, RowReader]] = {}
    for row in rows:
        keys = _keys(row)
        if not keys:
            row.say("organisation", stop("identity_missing", "The row has no organisation and no mail address."))
        elif keys[0] not in records:
            records[keys[0]] = (_record(row, keys, interests), row)
        else:
            record, first = records[keys[0]]
            doubts = _again(row, _record(row, keys, interests), record, first)
            records[keys[0]] = replace(record, findings=(*record.findings, *doubts)), first
    findings += [finding for row in rows for finding in row.findings]
    findings += phones_together([finding for row in rows for finding in row.phones])
    return Staged(header, tuple(record for record, _ in records.values()), by_row(findings))


def _keys(row: RowReader) -> tuple[str, ...]:
    """A buyer is known by the mail address; without one by organisation and name."""
    if row.mail:
        return (row.mail,)
    named = organisation_keys(row.names)
    return tuple(f"{one}/{key(row.row['person'])}" for one in named)


def _record(row: RowReader, keys: tuple[str, ...], interests: Items) -> StagedBuyer:
    cells = row.row
    country = row.take("country", read_country(cells["country"]))
    zone = _zone(row, country)
    notes = row.notes()
    hours = row.hours()
    if not row.names:
        row.say("organisation", note("organisation_missing", "No organisation is named."))
    if not row.mail and not cells["email"]:
        row.say("email", note("mail_missing", "Without a mail address nobody can be invited."))
    return StagedBuyer(
        row=cells.number,
        keys=keys,
        organisation=row.names,
        person=row.person(country) or StagedPerson(None),
        country=country,
        city=cells["city"] or None,
        zone=zone,
        languages=row.languages(),
        interests=interests.split(cells["interests"]),
        hours=replace(hours, absent=()) if hours.absent else hours,
        absent_dates=dates_together(row.absent(), hours.absent, notes.absent),
        channels=row.take("channels", read_channels(LISTS.split(cells["channels"]))),
        interpreter=row.interpreter(notes),
        visits=row.take("visits", read_visits(cells["visits"])),
        notes_raw=cells["notes"],
        findings=tuple(row.findings),
    )


def _zone(row: RowReader, country: str | None) -> str | None:
    """The zone stated, or that of the city. A damaged country with a proposal proposes a zone too, but has none."""
    if row.row["zone"]:
        return row.take("zone", read_zone_name(row.row["zone"]))
    city, days = row.row["city"], row.edition.days
    if country:
        return row.take("city", read_zone(country, city, days))
    supposed = next((finding.proposal for finding in row.findings if finding.field == "country"), None)
    zone, problems = read_zone(supposed, city, days)
    if zone:
        problems = (look("zone_without_country", "The country must be confirmed first.", zone),)
    return row.take("city", Reading(None, problems))


def _again(row: RowReader, record: StagedBuyer, known: StagedBuyer, first: RowReader) -> list[Finding]:
    """The same buyer on another row: the first row is taken; what the second says otherwise is told, and must be looked
    at before that buyer gets slots: the doubts."""
    mine, theirs = organisation_keys(row.names), organisation_keys(first.names)
    if mine and theirs and not set(mine) & set(theirs):
        reason = f"Row {known.row} gives the same address for another organisation."
        row.say("email", stop("mail_of_two_organisations", reason))
        return []
    said, taken = record.content(), known.content()
    differing = ", ".join(name for name in said if name != "unread" and said[name] != taken[name])
    if differing:
        reason = f"The same buyer stands in row {known.row}, which is taken; this row differs in {differing}."
        row.say("email", look("row_repeated_differing", reason))
        return row.findings[-1:]
    row.say("email", note("row_repeated", f"The same buyer stands in row {known.row}."))
    return []
