"""What imports leave to be looked at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from server.ids import new_id


class ImportFinding(SQLModel, table=True):
    """A cell that was ambiguous or damaged, about one party, until the organiser has confirmed that party."""

    __tablename__ = "import_finding"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    convention_id: UUID = Field(foreign_key="convention.id", index=True)
    participation_id: UUID = Field(foreign_key="participation.id", index=True)
    row: int
    column: str = Field(max_length=120)
    value: str = Field(max_length=500)
    severity: str = Field(max_length=8)
    code: str = Field(max_length=48)
    reason: str = Field(max_length=500)
    proposal: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    found_at: datetime
