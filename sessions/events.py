"""What happened on the programme, as facts: past tense, frozen, ids and codes and figures only.

Each fact carries the records as they are after the change, as the facts of the meeting half do. Titles are text:
readers take them from the programme over HTTP, again whenever a session's `version` has changed.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A row as readers of events and snapshots see it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SessionRecord(Record):
    """A programme session as it stands. `live_at` and `ended_at` are when it really began and ended."""

    id: UUID
    kind: str
    track: str
    state: str
    starts_at: datetime
    ends_at: datetime
    live_at: datetime | None
    ended_at: datetime | None
    version: int


class AudienceRecord(Record):
    """A session's audience at its latest sample; `id` is the session's.

    `countries` divides `unique` by country (ISO 3166-1 alpha-2, ZZ unknown). `newcomers` are those of them who had
    watched no session of the convention before: over all sessions they add up to the people of the whole programme.
    """

    id: UUID
    concurrent: int
    peak: int
    unique: int
    countries: dict[str, int]
    newcomers: dict[str, int]
    sampled_at: datetime


class Fact(BaseModel):
    """Base of the facts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    version: ClassVar[int] = 1


class SessionPlanned(Fact):
    """A session was put on the programme."""

    type = "session.planned"
    session: SessionRecord


class SessionChanged(Fact):
    """Its time, title, track or stream is another."""

    type = "session.changed"
    session: SessionRecord


class SessionWentLive(Fact):
    """It has begun."""

    type = "session.went_live"
    session: SessionRecord


class SessionEnded(Fact):
    """It is over."""

    type = "session.ended"
    session: SessionRecord


class SessionCancelled(Fact):
    """It will not take place."""

    type = "session.cancelled"
    session: SessionRecord


class AudienceSampled(Fact):
    """Its viewers were counted: once a minute while it is live, and once at its end."""

    type = "audience.sampled"
    audience: AudienceRecord


def topics_of_session(session_id: UUID) -> list[str]:
    """Who is told of a session: all who follow the programme, the organiser, those who watch it."""
    return ["programme", "organiser", f"session:{session_id}"]


def topics_of_audience(session_id: UUID) -> list[str]:
    """Who is told of a session's audience."""
    return ["organiser", f"session:{session_id}"]
