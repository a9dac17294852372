"""What happened on the programme, as facts: past tense, frozen, ids and codes and figures only.

Each fact carries the records as they are after the change, as the facts of the meeting half do. Titles are text:
readers take them from the programme over HTTP, again whenever a session's `version` has changed.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A row as readers of events and snapshots see it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gone(Record):
    """Stands for a record that is no longer there for the readers who are told so: it is to be taken out."""

    id: UUID
    gone: Literal[True] = True


class SessionRecord(Record):
    """A programme session as it stands. `live_at` and `ended_at` are when it really began and ended; `moved_from` is
    when it was to begin before it was moved. `featured` is the material shown right now; `soon_at`
    is when those who wait were told that it begins soon."""

    id: UUID
    kind: str
    track: str
    state: str
    starts_at: datetime
    ends_at: datetime
    live_at: datetime | None
    ended_at: datetime | None
    version: int
    room: str = ""
    audience: str = "registered"
    registers: bool = False
    capacity: int | None = None
    moved_from: datetime | None = None
    paused_at: datetime | None = None
    featured: UUID | None = None
    soon_at: datetime | None = None


class ListingRecord(Record):
    """The texts beside the sessions: readers fetch tracks, rooms and speakers again when `version` grows. `id` is
    the convention's."""

    id: UUID
    version: int


class RegistrationRecord(Record):
    """Somebody's place in a session: `seat` audience or on_stage, `state` invited, registered, waiting, cancelled."""

    id: UUID
    session: UUID
    person: UUID
    seat: str
    state: str
    at: datetime
    version: int


class OutsideRecord(Record):
    """What an outside stream said of its own viewers at `read_at` (real time): None if it does not tell. Nobody knows
    which of them are among ours."""

    channel: UUID
    provider: str
    concurrent: int | None
    read_at: datetime | None


class AudienceRecord(Record):
    """A session's audience at its latest sample; `id` is the session's.

    `countries` divides `unique` by country (ISO 3166-1 alpha-2, ZZ unknown). `newcomers` are those of them who had
    watched no session of the convention before: over all sessions they add up to the people of the whole programme.
    `seconds` is how long all have watched, added up. `guests` of `unique`, and `new_guests` of the newcomers, have no
    account. `outside` is apart from all of that.
    """

    id: UUID
    concurrent: int
    peak: int
    unique: int
    countries: dict[str, int]
    newcomers: dict[str, int]
    sampled_at: datetime
    seconds: int = 0
    guests: int = 0
    new_guests: int = 0
    outside: tuple[OutsideRecord, ...] = ()


class ReportedRecord(Record):
    """A figure from elsewhere that somebody entered; `session` None: of the whole convention. Its source is text."""

    id: UUID
    session: UUID | None
    name: str
    value: int
    as_of: datetime
    entered_by: UUID | None
    entered_at: datetime
    version: int


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


class SessionPublished(Fact):
    """It was announced, or its time is settled now."""

    type = "session.published"
    session: SessionRecord


class SessionMoved(Fact):
    """It has another time."""

    type = "session.moved"
    session: SessionRecord


class SessionSoon(Fact):
    """It begins in a few minutes."""

    type = "session.soon"
    session: SessionRecord


class SessionWentLive(Fact):
    """It has begun."""

    type = "session.went_live"
    session: SessionRecord


class SessionPaused(Fact):
    """It is interrupted, and goes on later."""

    type = "session.paused"
    session: SessionRecord


class SessionResumed(Fact):
    """It goes on: after a pause, or after an end that came too early."""

    type = "session.resumed"
    session: SessionRecord


class SessionEnded(Fact):
    """It is over."""

    type = "session.ended"
    session: SessionRecord


class SessionCancelled(Fact):
    """It will not take place."""

    type = "session.cancelled"
    session: SessionRecord


class SessionReplayed(Fact):
    """It can be watched again."""

    type = "session.replayed"
    session: SessionRecord


class SessionHidden(Fact):
    """Those who are told so no longer see it: taken back to the drafts, or its audience is another."""

    type = "session.hidden"
    session: Gone


class ListingChanged(Fact):
    """Tracks, rooms or speakers are others."""

    type = "listing.changed"
    listing: ListingRecord


class RegistrationChanged(Fact):
    """Somebody has a place, waits for one, or has given it up."""

    type = "registration.changed"
    registration: RegistrationRecord


class RegistrationRemoved(Fact):
    """Somebody's place, or invitation, was taken away."""

    type = "registration.removed"
    registration: Gone


class AudienceSampled(Fact):
    """Its viewers were counted: once a minute while it is live, and once at its end."""

    type = "audience.sampled"
    audience: AudienceRecord


class FigureReported(Fact):
    """A figure from elsewhere was entered."""

    type = "figure.reported"
    reported: ReportedRecord


class FigureTakenBack(Fact):
    """It was wrong, or is no longer wanted."""

    type = "figure.taken_back"
    reported: Gone


def topics_of_person(person_id: UUID) -> str:
    """The topic of what concerns one person alone."""
    return f"person:{person_id}"


def topics_of_backstage(session_id: UUID) -> list[str]:
    """Who is told of what is behind the scenes of a session: its moderators."""
    return [f"backstage:{session_id}"]


def topics_of_audience(session_id: UUID) -> list[str]:
    """Who is told of a session's audience."""
    return ["organiser", f"session:{session_id}", *topics_of_backstage(session_id)]
