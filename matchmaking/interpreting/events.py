"""What happened to interpreters, as facts: ids, codes, instants and figures only."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from matchmaking.events import Fact, MeetingRecord, Record


class InterpreterRecord(Record):
    """An interpreter; `id` is the person's. `party` brought them. `pairs` are (from, into) languages."""

    id: UUID
    party: UUID | None
    zone: str
    daily_minutes: int | None
    active: bool
    pairs: tuple[Annotated[tuple[str, ...], Field(min_length=2, max_length=2)], ...]


class BlockRecord(Record):
    """An interpreter's hours for one party."""

    id: UUID
    person: UUID
    party: UUID
    starts_at: datetime
    ends_at: datetime


class Gone(Record):
    """Stands for what is no longer there for the readers who are told so."""

    id: UUID
    gone: Literal[True] = True


class InterpreterAdded(Fact):
    """Somebody interprets at the convention from now on."""

    type = "interpreter.added"
    interpreter: InterpreterRecord


class InterpreterChanged(Fact):
    """An interpreter's languages, limits or readiness have changed."""

    type = "interpreter.changed"
    interpreter: InterpreterRecord


class InterpreterWithdrawn(Fact):
    """An interpreter is there for nothing new."""

    type = "interpreter.withdrawn"
    interpreter: Gone


class InterpreterAssigned(Fact):
    """A meeting has an interpreter, or another one."""

    type = "interpreter.assigned"
    meeting: MeetingRecord


class InterpreterMissing(Fact):
    """Somebody has to interpret a meeting, and nobody is found yet."""

    type = "interpreter.missing"
    meeting: MeetingRecord


class InterpreterWaived(Fact):
    """A meeting is to go on without an interpreter."""

    type = "interpreter.waived"
    meeting: MeetingRecord


class InterpreterReleased(Fact):
    """An interpreter no longer has to come to a meeting; told to them alone."""

    type = "interpreter.released"
    meeting: Gone


class BlockReserved(Fact):
    """Hours of an interpreter are one party's alone."""

    type = "block.reserved"
    block: BlockRecord


class BlockReleased(Fact):
    """They no longer are."""

    type = "block.released"
    block: Gone
