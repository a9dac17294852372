"""A sheet of exhibitors -> staged records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from server.imports.cells.countries import read_countries
from server.imports.cells.items import Items, learn
from server.imports.findings import Finding, Problem, look, note, stop
from server.imports.header import find_header
from server.imports.reading import read_sheets
from server.imports.records import Edition, Staged, StagedExhibitor, StagedPerson
from server.imports.rows import data_rows
from server.imports.staging import LISTS, RowReader, by_row, dates_together, organisation_keys, phones_together
from server.imports.text import key, organisation_key

_DESCRIBING = ("category", "products", "markets")


@dataclass
class _Company:
    """The rows of one company: the first describes it, each may name a representative."""

    names: dict[str, str]
    rows: list[RowReader]


def stage_exhibitors(
    data: bytes, filename: str, edition: Edition, mapping: Mapping[str, str] | None = None, sheet: str | None = None
) -> Staged[StagedExhibitor]:
    """Every exhibitor of a file, and all findings in one pass. `mapping`: {column title: field}.

    Raises an ImportRefused if the file holds no list at all.
    """
    header, left_out = find_header(read_sheets(data, filename), "exhibitors", mapping, sheet)
    findings = list(left_out)
    rows = [RowReader(row, edition) for row in data_rows(header, findings)]
    companies = _companies(rows)
    products = Items(learn(row.row["products"] for row in rows))
    records = tuple(_record(company, products) for company in companies)
    findings += [finding for row in rows for finding in row.findings]
    findings += phones_together([finding for row in rows for finding in row.phones])
    findings += _mails_of_two(companies)
    return Staged(header, records, by_row(findings))


def _companies(rows: Iterable[RowReader]) -> list[_Company]:
    companies: list[_Company] = []
    known: dict[str, _Company] = {}
    above: _Company | None = None
    for row in rows:
        if not row.names:
            if problem := _not_of(above, row):
                row.say("organisation", problem)
            elif above:
                above.rows.append(row)
            continue
        keys = organisation_keys(row.names)
        again = [known[one] for one in keys if one in known]
        if not again:
            above = _Company(row.names, [row])
            companies.append(above)
        elif problem := _contradiction(again, row):
            row.say(row.name_field, problem)
            continue
        else:
            above = again[0]
            above.names = row.names | above.names
            above.rows.append(row)
        known |= dict.fromkeys(keys, above)
    return companies


def _not_of(above: _Company | None, row: RowReader) -> Problem | None:
    """A row without a company's name is a further representative of the one above; if not, why not."""
    cells = row.row
    if above is None:
        return stop("identity_missing", "The row names no company, and there is none above it.")
    if not (cells["person"] or cells["email"] or cells["phone"]):
        return stop("identity_missing", "The row names no company and no person.")
    first = above.rows[0].row
    if any(cells[field] and cells[field] != first[field] for field in _DESCRIBING):
        name = next(iter(above.names.values()))
        return stop("identity_missing", "The row describes a company without naming it.", name)
    return None


def _contradiction(again: list[_Company], row: RowReader) -> Problem | None:
    """A company met before must have the same name in each language that both rows give."""
    company = again[0]
    differs = any(
        organisation_key(name) != organisation_key(company.names.get(language, name))
        for language, name in row.names.items()
    )
    if not differs and all(other is company for other in again):
        return None
    rows = ", ".join(str(number) for number in sorted({other.rows[0].row.number for other in again}))
    return stop("identity_contradicting", f"One of its names is that of the company in row {rows}, another is not.")


def _record(company: _Company, products: Items) -> StagedExhibitor:
    first, *others = company.rows
    notes = first.notes()
    hours = first.hours()
    people = [person for person in [_first_person(first), *(_further(row, first) for row in others)] if person]
    people = _each_mail_once(people, first)
    announced = first.attendees(notes)
    people += [StagedPerson(None)] * (announced - len(people))
    if not people:
        first.say("person", note("nobody_named", "No representative is named."))
    cells = first.row
    return StagedExhibitor(
        row=cells.number,
        keys=organisation_keys(company.names),
        names=company.names,
        category=cells["category"] or None,
        products=products.split(cells["products"]),
        target_countries=first.take("markets", read_countries(LISTS.split(cells["markets"]))),
        representatives=tuple(people),
        hours=replace(hours, absent=()) if hours.absent else hours,
        absent_dates=dates_together(first.absent(), hours.absent, notes.absent),
        interpreter=first.interpreter(notes),
        notes_raw=cells["notes"],
        findings=tuple(finding for row in company.rows for finding in row.findings),
    )


def _first_person(row: RowReader) -> StagedPerson | None:
    person = row.person(row.edition.country)
    return replace(person, languages=row.languages()) if person else None


def _further(row: RowReader, first: RowReader) -> StagedPerson | None:
    """A further representative; hours and absences in their row are their own unless the company's stand there."""
    for field in _DESCRIBING:
        stated = first.row[field]
        if row.row[field] and key(row.row[field]) != key(stated):
            reason = f"The same company says otherwise in row {first.row.number}, which is taken."
            row.say(field, look("company_differs", reason, stated or None))
    person = _first_person(row)
    if person is None:
        return None
    own_hours = row.hours() if row.row["hours"] not in ("", first.row["hours"]) else None
    notes = row.notes() if row.row["notes"] != first.row["notes"] else None
    absent = dates_together(row.absent(), own_hours.absent if own_hours else (), notes.absent if notes else ())
    return replace(person, hours=replace(own_hours, absent=()) if own_hours else None, absent_dates=absent)


def _each_mail_once(people: list[StagedPerson], first: RowReader) -> list[StagedPerson]:
    """One person listed twice is one; of two who share a mailbox only the first signs in by it."""
    each: list[StagedPerson] = []
    for person in people:
        same = next((one for one in each if person.email and one.email == person.email), None)
        if same is None:
            each.append(person)
        elif person.name != same.name and person.name:
            reason = f"{same.name or 'Another'} and {person.name} have one address; the first signs in by it."
            first.say("email", note("mail_shared", reason))
            each.append(replace(person, email=None))
        else:
            first.say("person", note("person_repeated", f"{same.name or same.email} is listed twice and taken once."))
    return each


def _mails_of_two(companies: Iterable[_Company]) -> list[Finding]:
    """The same address for two companies says that one of the rows is wrong about who it is."""
    owners: dict[str, tuple[_Company, RowReader]] = {}
    found = []
    for company in companies:
        for row in company.rows:
            mail = row.mail
            owner, at = owners.setdefault(mail, (company, row)) if mail else (company, row)
            if owner is not company:
                reason = f"Row {at.row.number} gives the same address for another company."
                found.append(row.row.finding("email", stop("mail_of_two_organisations", reason)))
    return found
