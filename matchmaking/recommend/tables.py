"""Tables of recommending: the taxonomy, and who has looked at whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from matchmaking.tables import NARROW


class Category(SQLModel, table=True):
    """A term of the convention's taxonomy. `name` is {language: text}, `synonyms` {language: [text]}."""

    convention_id: UUID = Field(primary_key=True)
    code: str = Field(max_length=64, primary_key=True)
    parent: str | None = Field(default=None, max_length=64)
    name: dict[str, Any] = Field(sa_type=JSON)
    synonyms: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    position: int = 0


class PartyView(SQLModel, table=True):
    """One party has looked at another's profile: how often, and when last."""

    __tablename__ = "party_view"
    __table_args__ = NARROW

    convention_id: UUID = Field(primary_key=True)
    by_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    about_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    times: int
    last_at: datetime
