"""Tables of the house above every subject: who runs conventions, which editions there are, which bodies take part."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.ids import new_id


class Host(SQLModel, table=True):
    """A body that runs conventions. Hosts never see each other."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime


class Series(SQLModel, table=True):
    """Conventions that belong together, one edition a year or so."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    name: dict[str, Any] = Field(sa_type=JSON)


class Convention(SQLModel, table=True):
    """One edition of a series, with a home time zone. Days are local dates in that zone, both included.

    `retention_days` after the last day the personal data of those who take part in nothing later are erased.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    series_id: UUID = Field(foreign_key="series.id", index=True)
    slug: str = Field(max_length=64, unique=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    zone: str = Field(max_length=64)
    first_day: date
    last_day: date
    created_at: datetime
    retention_days: int = Field(default=365, sa_column_kwargs={"server_default": "365"})


class PhaseWindow(SQLModel, table=True):
    """When a group of commands is allowed. Windows overlap; a missing one is closed."""

    __tablename__ = "phase_window"

    convention_id: UUID = Field(foreign_key="convention.id", primary_key=True)
    phase: str = Field(max_length=32, primary_key=True)
    opens_at: datetime
    closes_at: datetime


class Organisation(SQLModel, table=True):
    """A company or institution. It lasts across a host's editions; what it is in one edition is a participation."""

    __table_args__ = (UniqueConstraint("host_id", "match_key"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    match_key: str = Field(max_length=255)
    country: str | None = Field(default=None, max_length=2)
    created_at: datetime


class Venue(SQLModel, table=True):
    """A place of a host where conventions meet on site."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    zone: str = Field(max_length=64)
    address: str = Field(default="", max_length=300)
    created_at: datetime


class Resource(SQLModel, table=True):
    """Something of a host that can be taken: a room, a table, or an account of a video service (`kind`)."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    venue_id: UUID | None = Field(default=None, foreign_key="venue.id", index=True)
    kind: str = Field(max_length=16)
    name: str = Field(max_length=120)
    places: int | None = None
    created_at: datetime
