"""What reading a programme's file gives: the outline, what must be told of it, and where its sessions stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from server.imports.errors import FileTooLarge
from server.imports.findings import Finding, Problem
from sessions.outline import Outline

Format = Literal["xlsx", "csv", "json", "xml"]

SCHEDULES: tuple[Format, ...] = ("json", "xml")  # they have one language to a text, and no drafts

MAX_SESSIONS = 2_000
REMEDY = "Export the schedule again, or send the programme as XLSX or CSV."


@dataclass(frozen=True, slots=True)
class ProgrammeRead:
    """A file, read. `rows` are the places of the outline's sessions, in their order: rows of a sheet, or which event
    of a schedule (1 = first)."""

    outline: Outline
    findings: tuple[Finding, ...]
    rows: tuple[int, ...]


@dataclass(slots=True)
class Notes:
    """Gathers findings at their places. `column` is what the file calls a thing, `field` our name for it."""

    findings: list[Finding] = field(default_factory=list)

    def say(self, row: int, column: str, value: str, problem: Problem) -> None:
        self.findings.append(
            Finding(row, column, column, value[:200], problem.severity, problem.code, problem.reason, problem.proposal)
        )

    def say_all(self, row: int, column: str, value: str, problems: Sequence[Problem]) -> None:
        for problem in problems:
            self.say(row, column, value, problem)


def check_count(sessions: int) -> None:
    """Raise FileTooLarge for a programme of more sessions than any has."""
    if sessions > MAX_SESSIONS:
        raise FileTooLarge(f"The programme has more than {MAX_SESSIONS:,} sessions.")
