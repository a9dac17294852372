"""Tables of people and of the ways they come in. Tokens are stored as SHA-256 digests only, all times are real time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from server.ids import new_id


class Person(SQLModel, table=True):
    """A human being known to a host: the one erasable row that holds name, address and phone."""

    __table_args__ = (UniqueConstraint("host_id", "email"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    host_id: UUID = Field(foreign_key="host.id", index=True)
    name: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    position: str | None = Field(default=None, max_length=120)
    email: str | None = Field(default=None, max_length=254, index=True)
    phone: str | None = Field(default=None, max_length=40)
    country: str | None = Field(default=None, max_length=2)
    zone: str = Field(max_length=64)
    created_at: datetime
    rights_changed_at: datetime | None = Field(default=None, index=True)
    erased_at: datetime | None = None


class Credential(SQLModel, table=True):
    """What a person knows or has besides their mailbox. `password` is an argon2 hash, `totp_secret` is encrypted.

    `totp_step` is the last time step whose code was used (RFC 6238, 5.2: each is good once); NULL until the first
    code has confirmed the secret.
    """

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    password: str | None = Field(default=None, max_length=200)
    totp_secret: str | None = Field(default=None, max_length=400)
    totp_step: int | None = None


class HostRole(SQLModel, table=True):
    """What a person is to their host: its owner."""

    __tablename__ = "host_role"

    host_id: UUID = Field(foreign_key="host.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    role: str = Field(max_length=32, primary_key=True)


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


class Invitation(SQLModel, table=True):
    """Somebody is asked into a convention. Sending it again makes the link before worthless; accepting signs in.

    The token is made when the mail is: `token_digest` is NULL before, and again once it is accepted or revoked.
    """

    __table_args__ = (UniqueConstraint("convention_id", "person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    convention_id: UUID = Field(foreign_key="convention.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_digest: str | None = Field(default=None, max_length=64, unique=True)
    created_at: datetime
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    times_sent: int = 0


class Login(SQLModel, table=True):
    """A person's session: a browser's cookie (`kind` cookie) or a program's API token (`kind` token).

    `scopes` limit a token (see permissions.Scope). `second_factor`: a one-time code was given, or the identity provider
    vouched. `agent` is the browser as it called itself, for the list of logins.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    token_digest: str = Field(max_length=64, unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=16)
    label: str = Field(default="", max_length=120)
    created_at: datetime
    expires_at: datetime = Field(index=True)
    ended_at: datetime | None = Field(default=None, index=True)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    second_factor: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    agent: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    used_at: datetime | None = None


class LiveTicket(SQLModel, table=True):
    """A single-use key to the live socket for programs, which cannot send a cookie. Taking it deletes the row."""

    __tablename__ = "live_ticket"

    token_digest: str = Field(max_length=64, primary_key=True)
    login_id: UUID = Field(foreign_key="login.id")
    expires_at: datetime


class OidcIdentity(SQLModel, table=True):
    """Whom an OpenID Connect provider means by its subject: a person of a host."""

    __tablename__ = "oidc_identity"

    issuer: str = Field(max_length=300, primary_key=True)
    subject: str = Field(max_length=255, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    linked_at: datetime


class OidcAttempt(SQLModel, table=True):
    """A sign-in that is under way at the provider; deleted when it returns. `state_digest` is its cookie's."""

    __tablename__ = "oidc_attempt"

    state_digest: str = Field(max_length=64, primary_key=True)
    nonce: str = Field(max_length=64)
    verifier: str = Field(max_length=128)
    back: str = Field(default="/", max_length=300)
    expires_at: datetime


class Consent(SQLModel, table=True):
    """What a person said to one purpose, once: the newest row of a purpose counts. Nothing said is no consent.

    `convention_id` is where it was said; `version` is of the wording that was shown; `source` is how it was said.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    convention_id: UUID = Field(foreign_key="convention.id", index=True)
    purpose: str = Field(max_length=24)
    given: bool
    version: str = Field(max_length=16)
    at: datetime
    source: str = Field(max_length=24)
