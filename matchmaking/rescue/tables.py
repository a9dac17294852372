"""Tables of the rescue desk: meetings proposed on the spot to two who are both there and free."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Standby(SQLModel, table=True):
    """A meeting proposed to both sides at once. The first acceptance (`held_by`) takes both sides' time; the second
    makes the meeting, which has the same id. `open_key` is the sorted pair while it is open, NULL after. `state`: see
    `states.StandbyState`."""

    __table_args__ = (UniqueConstraint("convention_id", "open_key"),)

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    one_id: UUID = Field(foreign_key="participation.id", index=True)
    other_id: UUID = Field(foreign_key="participation.id", index=True)
    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: str = Field(max_length=16)
    held_by: UUID | None = None
    open_key: str | None = Field(default=None, max_length=80)
    expires_at: datetime
    created_by: UUID | None = None
    created_at: datetime
    closed_at: datetime | None = None
    meeting_id: UUID | None = None
    version: int = 1
