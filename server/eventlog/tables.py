"""The event log: what happened, one dense sequence a convention, visible in commit order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class EventStream(SQLModel, table=True):
    """The counter of a convention's log. Locking this row first orders all writers of the convention."""

    __tablename__ = "event_stream"

    convention_id: UUID = Field(foreign_key="convention.id", primary_key=True)
    last_seq: int = 0


class EventRow(SQLModel, table=True):
    """One past fact. `data` holds ids, codes, instants, amounts and countries, never names or free text.

    That there is the convention need not be checked for each fact: whoever writes has locked its stream.
    """

    __tablename__ = "event"

    convention_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    type: str = Field(max_length=64)
    version: int
    at: datetime
    actor_id: UUID | None = None
    request_id: str | None = Field(default=None, max_length=64)
    topics: list[Any] = Field(sa_type=JSON)
    data: str
