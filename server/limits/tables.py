"""Counts of what is limited across all processes."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class RateCount(SQLModel, table=True):
    """How often something happened in a window of real time. The key is a digest: it may stand for a mail address."""

    __tablename__ = "rate_count"

    key_digest: str = Field(max_length=64, primary_key=True)
    count: int
    expires_at: datetime = Field(index=True)
