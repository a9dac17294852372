"""What every plan of an import has, of whichever kind of sheet."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from server.imports.changes import ImportRecord
from server.imports.findings import Finding
from server.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(ABC):
    """What taking a sheet would write, and tell.

    `findings` are those of the sheet and of comparing it with what is known; `stops` say why nothing is taken, if they
    do; `names` are what the report calls the file's records, by row.
    """

    findings: tuple[Finding, ...]
    stops: tuple[Finding, ...]
    record: ImportRecord
    names: Mapping[int, str]

    @abstractmethod
    def write(self, work: Work) -> None:
        """Write it, and record the facts.

        Raises:
            ImportOutdated: what it rests on has changed since.
        """


def note_sheet(work: Work, told: ImportRecord) -> None:
    """Enter into the audit trail that a sheet was taken."""
    new = {"rows": told.rows, "created": len(told.created), "updated": len(told.updated)}
    work.note("sheet.imported", "sheet", told.kind, new=new)
