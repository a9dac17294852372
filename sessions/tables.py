"""Tables of the conference programme: tracks, rooms, sessions, who speaks in them, and who has a place."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

NO_TEXT: dict[str, Any] = {"server_default": "{}"}
NO_LIST: dict[str, Any] = {"server_default": "[]"}


class Track(SQLModel, table=True):
    """A line through the programme, such as a day's theme. Sessions name it by `code`."""

    convention_id: UUID = Field(primary_key=True)
    code: str = Field(max_length=80, primary_key=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    colour: str = Field(default="", max_length=7)
    position: int = 0


class Room(SQLModel, table=True):
    """Where sessions are: `place` is online, on_site or hybrid; `capacity` the seats on site. Named by `code`."""

    convention_id: UUID = Field(primary_key=True)
    code: str = Field(max_length=80, primary_key=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    place: str = Field(max_length=16)
    capacity: int | None = None
    position: int = 0


class Listing(SQLModel, table=True):
    """How often the programme's texts have changed beside its sessions: tracks, rooms, speakers."""

    convention_id: UUID = Field(primary_key=True)
    version: int = 1


class ProgrammeSession(SQLModel, table=True):
    """A talk, panel, workshop, pitch, live-commerce show or public lecture on the conference programme.

    `audience` is public, registered or invited. `registers` limits watching to who has a place, of which there are
    `capacity` (None: any number), `taken` of them registered. `run_by` lets it begin and end: timer, button or stream.
    `floor` holds the rules for questions, chat and the like (sessions.floor.rules); `notice` what is shown while there
    is nothing to see. `featured` is the material shown right now. `external_id` is what a programme's file calls it.
    `soon_at` is when those who wait were told that it begins soon, `changed_at` when it last became another.
    """

    __tablename__ = "programme_session"
    __table_args__ = (UniqueConstraint("convention_id", "external_id"),)

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    title: dict[str, Any] = Field(sa_type=JSON)
    kind: str = Field(max_length=32)
    track: str = Field(default="", max_length=80)
    state: str = Field(max_length=16)
    starts_at: datetime
    ends_at: datetime
    live_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1
    abstract: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=NO_TEXT)
    room: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    languages: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs=NO_LIST)
    audience: str = Field(default="registered", max_length=16, sa_column_kwargs={"server_default": "registered"})
    registers: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    capacity: int | None = None
    taken: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    run_by: str = Field(default="timer", max_length=16, sa_column_kwargs={"server_default": "timer"})
    moved_from: datetime | None = None
    paused_at: datetime | None = None
    notice: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=NO_TEXT)
    floor: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=NO_TEXT)
    featured: UUID | None = None
    external_id: str | None = Field(default=None, max_length=200)
    soon_at: datetime | None = None
    changed_at: datetime | None = None


class Speaker(SQLModel, table=True):
    """Somebody on the programme. `name` is one text a script; `person_id` their account, if they have one."""

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID | None = Field(default=None, index=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    affiliation: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    biography: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    external_id: str | None = Field(default=None, max_length=200)


class Appearance(SQLModel, table=True):
    """Who does what in a session: speaker, chair, panellist, host or juror. One person may do several things."""

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    speaker_id: UUID = Field(foreign_key="speaker.id", primary_key=True, index=True)
    role: str = Field(max_length=16, primary_key=True)
    convention_id: UUID = Field(index=True)
    position: int = 0


class StreamChannel(SQLModel, table=True):
    """One way to watch, read or hear a session.

    `kind` is video, captions, sign or audio (an interpreter's). `provider` is youtube, hls, jitsi, zoom or link.
    `unreachable_in` lists the countries (ISO 3166-1) whose networks block it: there another is offered first.
    """

    __tablename__ = "stream_channel"

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    kind: str = Field(max_length=16)
    provider: str = Field(max_length=16)
    url: str = Field(max_length=500)
    language: str = Field(default="", max_length=16)
    unreachable_in: list[str] = Field(default_factory=list, sa_type=JSON)
    position: int = 0


class StreamReading(SQLModel, table=True):
    """What a provider last said of a channel. `concurrent` is None if it does not tell; times are real time.

    `read_at` is when it last answered, `tried_at` when it was last asked; `trouble` is why it did not answer since.
    """

    __tablename__ = "stream_reading"

    channel_id: UUID = Field(foreign_key="stream_channel.id", primary_key=True)
    convention_id: UUID = Field(index=True)
    state: str = Field(max_length=16)
    concurrent: int | None = None
    peak: int | None = None
    read_at: datetime | None = None
    tried_at: datetime
    trouble: str = Field(default="", max_length=200)


class Material(SQLModel, table=True):
    """Something that belongs to a session: slides, document, replay, link, or offer (with a price)."""

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    convention_id: UUID = Field(index=True)
    kind: str = Field(max_length=16)
    title: dict[str, Any] = Field(sa_type=JSON)
    url: str = Field(max_length=500)
    language: str = Field(default="", max_length=16)
    price: Decimal | None = Field(default=None, sa_type=Numeric(18, 4))
    currency: str | None = Field(default=None, max_length=3)
    position: int = 0


class Registration(SQLModel, table=True):
    """A place in a session. `seat` is audience or on_stage; `state` invited, registered, waiting or cancelled.

    Who waits moves up in the order of `at`.
    """

    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    person_id: UUID = Field(index=True)
    convention_id: UUID = Field(index=True)
    seat: str = Field(default="audience", max_length=16)
    state: str = Field(max_length=16)
    at: datetime
    version: int = 1


class CalendarFeed(SQLModel, table=True):
    """A secret address of an iCalendar feed: a person's own sessions and meetings, or (track set) one track's."""

    __tablename__ = "calendar_feed"

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    person_id: UUID = Field(index=True)
    track: str | None = Field(default=None, max_length=80)
    digest: str = Field(max_length=64, unique=True)
    created_at: datetime


class Viewer(SQLModel, table=True):
    """A person who has watched a session: the source of unique viewers and of viewers by country.

    `newcomer` marks a person's first session of the convention, so that newcomers are the people of the programme.
    `guest` watched without an account.
    """

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)
    country: str | None = Field(default=None, max_length=2)
    newcomer: bool
    first_seen_at: datetime
    guest: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class Stay(SQLModel, table=True):
    """Somebody's time in a session through one server process, in convention time. `left_at` is None while they are
    there; a process that was killed is found by its presence, which expires."""

    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", index=True)
    person_id: UUID = Field(index=True)
    convention_id: UUID = Field(index=True)
    process: str = Field(max_length=64)
    joined_at: datetime
    left_at: datetime | None = None


class Presence(SQLModel, table=True):
    """How many are watching through one server process right now. A killed process's row expires (real time).

    `arrived` are those of its viewers who had not been seen before, since the session's latest sample.
    """

    process: str = Field(max_length=64, primary_key=True)
    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True, index=True)
    concurrent: int
    countries: dict[str, int] = Field(sa_type=JSON)
    expires_at: datetime
    arrived: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Audience(SQLModel, table=True):
    """The latest sample of a session's audience and its peak; the series is in the event log.

    `seconds` is how long people have watched, all added up; `outside` what streams elsewhere said, by channel.
    `guests` of `unique`, and `new_guests` of `newcomers`, watched without an account.
    """

    session_id: UUID = Field(foreign_key="programme_session.id", primary_key=True)
    concurrent: int = 0
    peak: int = 0
    unique: int = 0
    countries: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    newcomers: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    sampled_at: datetime
    seconds: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    outside: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs=NO_TEXT)
    guests: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    new_guests: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class ReportedFigure(SQLModel, table=True):
    """A figure that somebody entered, such as an outside platform's views: it has a source, and never joins ours."""

    __tablename__ = "reported_figure"

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    session_id: UUID | None = Field(default=None, foreign_key="programme_session.id")
    name: str = Field(max_length=32)
    value: int
    source: str = Field(max_length=200)
    as_of: datetime
    entered_by: UUID | None = None
    entered_at: datetime
    taken_back_at: datetime | None = None
    version: int = 1
