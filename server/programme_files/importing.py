"""One import, from the bytes of a file to the report: read, compared, and told. Making it so is the command `take`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from server.imports.importing import edition_of
from server.programme_files.comparing import Comparison, compare
from server.programme_files.file import ProgrammeFile, Read, format_of, read_apart
from server.programme_files.known import Known, known_programme
from server.programme_files.reading import Format, ProgrammeRead
from server.programme_files.report import ProgrammeReport, report
from server.programme_files.taking import ProgrammeRecord

Reading = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read, and what taking it would change now."""

    file: ProgrammeFile
    form: Format
    known: Known
    read: ProgrammeRead
    compared: Comparison

    def report(self, record: ProgrammeRecord | None) -> ProgrammeReport:
        """What it holds and changed; without a record, what it would change."""
        return report(self.known, self.read, self.compared, self.form, self.file.name, record)


def prepare(reading: Reading, convention_id: UUID, file: ProgrammeFile, read: Read = read_apart) -> Prepared:
    """Read a file and compare it with the programme. Nothing is written.

    Args:
        reading: opens a session of the database. read: reads the file.

    Raises:
        ImportRefused: the file holds no programme.
    """
    with reading() as db:
        edition = edition_of(db, convention_id)
    found = read(file, edition)
    with reading() as db:
        known = known_programme(db, convention_id)
    form = format_of(file.data)
    return Prepared(file, form, known, found, compare(known, found, form))
