"""What is to happen later, as rows. A timer is derived from the row it is about and re-checked when it fires."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class Timer(SQLModel, table=True):
    """`kind` at `due_at` (convention time) for `subject_id`. One of a kind a subject: setting it again moves it."""

    kind: str = Field(max_length=48, primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    convention_id: UUID
    due_at: datetime = Field(index=True)


class Lease(SQLModel, table=True):
    """Who may do what only one process should do, until when (the database's own time)."""

    name: str = Field(max_length=64, primary_key=True)
    holder: str = Field(max_length=64)
    expires_at: datetime
