"""Tables of people and of the ways they come in. Tokens are stored as SHA-256 digests only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.ids import new_id


class Person(SQLModel, table=True):
    """A human being known to a host: the one erasable row that holds name, address and phone."""

    __table_args__ = (UniqueConstraint("host_id", "email"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    name: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    position: str | None = Field(default=None, max_length=120)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    country: str | None = Field(default=None, max_length=2)
    zone: str = Field(max_length=64)
    created_at: datetime


class Role(SQLModel, table=True):
    """What a person is in a convention. Exhibitors and buyers are so by their participation, not by a row here."""

    convention_id: UUID = Field(foreign_key="convention.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    role: str = Field(max_length=32, primary_key=True)


class SignInLink(SQLModel, table=True):
    """A one-time link. `used_at` is set by the one request that consumes it."""

    __tablename__ = "sign_in_link"

    token_digest: str = Field(max_length=64, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    expires_at: datetime
    used_at: datetime | None = None


class Login(SQLModel, table=True):
    """A person's session: a browser's cookie (`kind` cookie) or a program's bearer token (`kind` token)."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_digest: str = Field(max_length=64, unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=16)
    label: str = Field(default="", max_length=120)
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


class LiveTicket(SQLModel, table=True):
    """A single-use key to the live socket for programs, which cannot send a cookie. Taking it deletes the row."""

    __tablename__ = "live_ticket"

    token_digest: str = Field(max_length=64, primary_key=True)
    login_id: UUID = Field(foreign_key="login.id")
    expires_at: datetime
