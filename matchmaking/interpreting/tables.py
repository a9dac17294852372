"""Tables of interpreting: hours of an interpreter that are reserved for one party."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class InterpreterBlock(SQLModel, table=True):
    """An interpreter's hours for one exhibitor. The block takes the interpreter's time and is itself what the
    exhibitor's meetings take: one at a time, and nobody else's. Instants on whole 5 minutes."""

    __tablename__ = "interpreter_block"

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID = Field(index=True)
    participation_id: UUID = Field(foreign_key="participation.id", index=True)
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
