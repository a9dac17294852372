"""The audit trail's table. A trigger of the database refuses to delete a row, or to change more than its values."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from server.ids import new_id


class AuditEntry(SQLModel, table=True):
    """Who did what to what, when, from where, with the value before and after.

    `old` and `new` hold personal values too; they are emptied when the person they are about (`about_id`) is erased.
    `at` is real time. `actor_id` is None for the system itself: timers, and the operator's command line.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_host_id_at", "host_id", "at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID | None = Field(default=None)
    convention_id: UUID | None = Field(default=None, index=True)
    at: datetime
    actor_id: UUID | None = Field(default=None, index=True)
    login_id: UUID | None = None
    address: str | None = Field(default=None, max_length=64)
    request_id: str | None = Field(default=None, max_length=64)
    action: str = Field(max_length=48)
    subject: str = Field(max_length=48)
    subject_id: str = Field(max_length=120)
    about_id: UUID | None = Field(default=None, index=True)
    old: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    new: dict[str, Any] | None = Field(default=None, sa_type=JSON)
