"""Tables of the conference programme: the talks, and who watched them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class ProgrammeSession(SQLModel, table=True):
    """A talk, panel, workshop, pitch, live-commerce show or public lecture on the conference programme."""

    __tablename__ = "programme_session"

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    title: dict[str, Any] = Field(sa_type=JSON)
    kind: str = Field(max_length=32)
    track: str = Field(default="", max_length=80)
    stream_url: str | None = Field(default=None, max_length=500)
    state: str = Field(max_length=16)
    starts_at: datetime
    ends_at: datetime
    live_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1


class Viewer(SQLModel, table=True):
    """A person who has watched a session: the source of unique viewers and of viewers by country.

    `newcomer` marks a person's first session of the convention, so that newcomers are the people of the programme.
    """

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)
    country: str | None = Field(default=None, max_length=2)
    newcomer: bool
    first_seen_at: datetime


class Presence(SQLModel, table=True):
    """How many are watching through one server process right now. A killed process's row expires (real time)."""

    process: str = Field(max_length=64, primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True, index=True)
    concurrent: int
    countries: dict[str, int] = Field(sa_type=JSON)
    expires_at: datetime


class Audience(SQLModel, table=True):
    """The latest sample of a session's audience and its peak; the series is in the event log."""

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    concurrent: int = 0
    peak: int = 0
    unique: int = 0
    countries: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    newcomers: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    sampled_at: datetime
