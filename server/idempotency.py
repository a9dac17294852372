"""The answers already given, so that a request sent twice is done once (draft-ietf-httpapi-idempotency-key-header)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel


class IdempotencyKey(SQLModel, table=True):
    """An answer kept under its sender's key. Answers, like events, hold ids, codes and instants, no personal data."""

    __tablename__ = "idempotency_key"

    person_id: UUID = Field(primary_key=True)
    key: str = Field(max_length=128, primary_key=True)
    body_digest: str = Field(max_length=64)
    answer: str
    created_at: datetime = Field(index=True)
