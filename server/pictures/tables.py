"""Pictures that parties put up. They are small, so they live in the database: erased, copied and backed up with it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from server.ids import new_id


class Picture(SQLModel, table=True):
    """A party's logo or product picture, as it was encoded anew by us."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    convention_id: UUID = Field(foreign_key="convention.id", index=True)
    participation_id: UUID = Field(foreign_key="participation.id", index=True)
    kind: str = Field(max_length=16)
    media_type: str = Field(max_length=32)
    width: int
    height: int
    content: bytes
    digest: str = Field(max_length=64)
    created_at: datetime
