"""The outbox. A mail is stored as what it is about, never as text: secrets in it are made when it is sent."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from server.ids import new_id


class Mail(SQLModel, table=True):
    """A mail to be sent, once for each `unique_key`. The address is emptied when it has been sent.

    `kind` says which text it is; `subject_id` what it is about (an invitation). `state`: waiting, sent, dropped (nobody
    has this address), dead (given up after the last attempt, for the operator to look at).
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    unique_key: str = Field(max_length=120, unique=True)
    kind: str = Field(max_length=32)
    address: str | None = Field(default=None, max_length=254, index=True)
    person_id: UUID | None = Field(default=None, index=True)
    subject_id: UUID | None = None
    state: str = Field(default="waiting", max_length=16, index=True)
    attempts: int = 0
    due_at: datetime
    claimed_until: datetime | None = None
    trouble: str = Field(default="", max_length=200)
    created_at: datetime
