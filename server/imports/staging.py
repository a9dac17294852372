"""Reading one row's cells into values, with the findings at their places."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from server.imports.cells.counts import read_attendees
from server.imports.cells.hours import Hours, read_hours
from server.imports.cells.interpreter import InterpreterNeed, read_interpreter
from server.imports.cells.items import Items
from server.imports.cells.languages import read_languages
from server.imports.cells.mails import read_mail
from server.imports.cells.names import read_name
from server.imports.cells.notes import Notes, read_notes
from server.imports.cells.phones import read_phone
from server.imports.findings import Finding, Problem, Reading
from server.imports.records import Edition, StagedPerson
from server.imports.rows import Row, unreadable_cells
from server.imports.text import key, organisation_key, script_language
from server.imports.vocabulary import answers

T = TypeVar("T")

_NAME_FIELDS = (("organisation.ko", "ko"), ("organisation.en", "en"))
_ROWS_NAMED = 10
LISTS = Items()


class RowReader:
    """One row, read field by field. `findings` gathers what its cells made us say, `phones` the mildest of them."""

    def __init__(self, row: Row, edition: Edition) -> None:
        self.row = row
        self.edition = edition
        self.findings: list[Finding] = unreadable_cells(row)
        self.phones: list[Finding] = []

    def take(self, field: str, reading: Reading[T]) -> T:
        if reading.problems:
            self.findings += self.row.findings(field, reading.problems)
        return reading.value

    def say(self, field: str, problem: Problem) -> None:
        self.findings.append(self.row.finding(field, problem))

    @cached_property
    def names(self) -> dict[str, str]:
        """{language: name} of the organisation; a column that names no language goes by the script."""
        names: dict[str, str] = {}
        for field, language in _NAME_FIELDS:
            if name := self.take(field, read_name(self.row[field])):
                names[language] = name
        if name := self.take("organisation", read_name(self.row["organisation"])):
            names.setdefault(script_language(name), name)
        return names

    @cached_property
    def mail(self) -> str | None:
        return self.take("email", read_mail(self.row["email"]))

    @property
    def name_field(self) -> str:
        return next((one for one in ("organisation", "organisation.ko", "organisation.en") if self.row[one]), "")

    def person(self, phone_country: str | None) -> StagedPerson | None:
        """Who the row names; None if it names nobody. Languages and hours are the caller's to add."""
        row = self.row
        phone, found = read_phone(row["phone"], phone_country)
        self.phones += row.findings("phone", found)
        person = StagedPerson(
            name=self.take("person", read_name(row["person"])),
            position=row["position"] or None,
            email=self.mail,
            phone=phone,
        )
        return None if person == StagedPerson(None) else person

    def hours(self) -> Hours:
        return self.take("hours", read_hours(self.row["hours"], self.edition.days))

    def absent(self) -> tuple[date, ...]:
        """The column of absences, where dates stand alone or with 불참 behind them."""
        text = self.row["absent"]
        if (key(text) or text) in answers("no"):
            return ()
        hours = self.take("absent", read_hours(text, self.edition.days))
        return hours.absent or (hours.dates or self.edition.days if hours.kind == "all_day" else ())

    def notes(self) -> Notes:
        return self.take("notes", read_notes(self.row["notes"], self.edition.days))

    def interpreter(self, notes: Notes) -> InterpreterNeed:
        stated = self.take("interpreter", read_interpreter(self.row["interpreter"]))
        return notes.interpreter if stated is InterpreterNeed.UNKNOWN else stated

    def attendees(self, notes: Notes) -> int:
        """How many are announced, by the column or the remark; 0 if nothing is said."""
        return self.take("attendees", read_attendees(self.row["attendees"])) or notes.attendees or 0

    def languages(self) -> tuple[str, ...]:
        return self.take("languages", read_languages(LISTS.split(self.row["languages"])))


def organisation_keys(names: dict[str, str]) -> tuple[str, ...]:
    """What an organisation is known by: the key of its name in each language."""
    return tuple(dict.fromkeys(organisation_key(name) for name in names.values()))


def dates_together(*parts: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted({day for part in parts for day in part}))


def phones_together(phones: list[Finding]) -> list[Finding]:
    """All numbers that are kept as written in one note: they hold up nobody."""
    if not phones:
        return []
    rows = ", ".join(str(finding.row) for finding in phones[:_ROWS_NAMED])
    more = f" and {len(phones) - _ROWS_NAMED} more" if len(phones) > _ROWS_NAMED else ""
    reason = f"{len(phones)} numbers are none of the numbering plan and are kept as written: rows {rows}{more}."
    return [replace(phones[0], reason=reason)]


def by_row(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.row))
