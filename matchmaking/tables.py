"""Tables of the meeting half: who takes part, when they are there, what is asked, agreed and held.

References to rows of other packages (conventions, organisations, people) are plain UUID columns.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Numeric, UniqueConstraint, event, false, true
from sqlmodel import Field, SQLModel

from matchmaking.recommend.wording import LONGEST_FOUND_BY, found_by

# SQLite keeps such a table in its primary key's own tree: one tree less to write for each row.
NARROW = {"sqlite_with_rowid": False}


class Calendar(SQLModel, table=True):
    """The meeting calendar and the rules of one convention. `policies` is a `policies.Policies` as JSON."""

    convention_id: UUID = Field(primary_key=True)
    zone: str = Field(max_length=64)
    slot_minutes: int
    buffer_minutes: int
    first_day: date
    last_day: date
    blocks: list[Any] = Field(sa_type=JSON)
    policies: dict[str, Any] = Field(sa_type=JSON)


class Slot(SQLModel, table=True):
    """An offered stretch of the calendar, on whole 5 minutes. The buffer after it is not part of it."""

    __table_args__ = (UniqueConstraint("convention_id", "starts_at"),)

    id: UUID = Field(primary_key=True)
    convention_id: UUID
    starts_at: datetime
    ends_at: datetime
    block: str = Field(max_length=32)


class Participation(SQLModel, table=True):
    """One organisation in one edition, with a copy of its profile. It may offer (exhibitor), seek (buyer), or both.

    `needs_look` names what the organiser must confirm before the party gets slots; empty is confirmed.
    `channels` None means unknown (the convention's are inherited), [] means none. `matching` is a
    `recommend.profile.MatchProfile` as JSON, {} if nobody said anything. `found_by` is what searches look through; it
    is kept up by itself, but for rows that are written past the session.
    """

    __table_args__ = (UniqueConstraint("convention_id", "organisation_id"),)

    id: UUID = Field(primary_key=True)
    convention_id: UUID
    organisation_id: UUID = Field(index=True)
    name: dict[str, Any] = Field(sa_type=JSON)
    offers: bool
    seeks: bool
    country: str | None = Field(default=None, max_length=2)
    city: str | None = Field(default=None, max_length=120)
    zone: str | None = Field(default=None, max_length=64)
    category: str | None = Field(default=None, max_length=120)
    products: list[str] = Field(default_factory=list, sa_type=JSON)
    interests: list[str] = Field(default_factory=list, sa_type=JSON)
    target_countries: list[str] = Field(default_factory=list, sa_type=JSON)
    channels: list[str] | None = Field(default=None, sa_type=JSON)
    hosted: bool = False
    needs_look: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime
    version: int = 1
    matching: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})
    found_by: str = Field(default="", max_length=LONGEST_FOUND_BY, sa_column_kwargs={"server_default": ""})


@event.listens_for(Participation, "before_insert")
@event.listens_for(Participation, "before_update")
def _keep_found_by(_mapper: Any, _connection: Any, party: Participation) -> None:
    about = (party.name, party.category, party.products, party.interests, party.city, party.matching)
    party.found_by = found_by(*about)


class Representative(SQLModel, table=True):
    """Who sits in meetings for a party. `position` orders them, 0 is the lead; an `admin` manages the others."""

    convention_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    participation_id: UUID = Field(foreign_key="participation.id", index=True)
    position: int
    zone: str | None = Field(default=None, max_length=64)
    languages: list[str] = Field(default_factory=list, sa_type=JSON)
    interpreter: str | None = Field(default=None, max_length=16)
    active: bool = True
    admin: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Interpreter(SQLModel, table=True):
    """A person who can be booked as a third party; `participation_id`: the party that brought them, and whose alone
    they are. One that is not `active` is booked for nothing new. `listed` is {field: digest} of what a sheet said last
    of them."""

    convention_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    zone: str = Field(max_length=64)
    daily_minutes: int | None = None
    participation_id: UUID | None = Field(default=None, foreign_key="participation.id")
    active: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    listed: dict[str, str] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})


class LanguagePair(SQLModel, table=True):
    """An interpreter works from one language into another (ISO 639-1), each direction a row."""

    __tablename__ = "language_pair"

    convention_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    source: str = Field(max_length=8, primary_key=True)
    target: str = Field(max_length=8, primary_key=True)


class Availability(SQLModel, table=True):
    """When a person is there on one local date. `hours` are [opens, closes] pairs in minutes after local midnight;
    closes may exceed 1440 (past midnight). `source`: stated, all_day, assumed (nothing was said)."""

    __table_args__ = NARROW

    convention_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    local_date: date = Field(primary_key=True)
    mode: str = Field(max_length=16)
    zone: str = Field(max_length=64)
    place: str | None = Field(default=None, max_length=120)
    hours: list[Any] = Field(sa_type=JSON)
    maximum: int | None = None
    source: str = Field(max_length=16)


class Occupancy(SQLModel, table=True):
    """A person, room or host account is taken for one 5-minute UTC cell (Unix time // 300): the guard itself.

    The primary key is what makes double booking impossible, across all conventions of a host.
    """

    __table_args__ = NARROW

    resource_id: UUID = Field(primary_key=True)
    cell: int = Field(primary_key=True)
    holder_id: UUID = Field(index=True)


class MeetingRequest(SQLModel, table=True):
    """A thread of proposals between two participations. `open_key` is the sorted pair while the thread is open,
    NULL after: its unique key allows one open thread a pair."""

    __tablename__ = "meeting_request"
    __table_args__ = (UniqueConstraint("convention_id", "open_key"),)

    id: UUID = Field(primary_key=True)
    convention_id: UUID
    requester_id: UUID = Field(foreign_key="participation.id", index=True)
    addressee_id: UUID = Field(foreign_key="participation.id", index=True)
    awaiting_id: UUID | None = None
    open_key: str | None = Field(default=None, max_length=80)
    state: str = Field(max_length=16)
    proposals: int = 1
    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    requester_person_id: UUID
    addressee_person_id: UUID
    expires_at: datetime
    created_at: datetime
    closed_at: datetime | None = None
    meeting_id: UUID | None = None
    version: int = 1


class Proposal(SQLModel, table=True):
    """One step of a thread: who proposed which slot, when. `note` is free text and stays in this row."""

    __table_args__ = NARROW

    request_id: UUID = Field(foreign_key="meeting_request.id", primary_key=True)
    number: int = Field(primary_key=True)
    by_id: UUID
    slot_id: UUID
    note: str = Field(default="", max_length=1000)
    at: datetime


class Meeting(SQLModel, table=True):
    """Two or more parties at one time. Moving it keeps its id. `missing` and `no_show` list party ids.

    `mode`: online, onsite. `resource_id` is its table or room. `interpreting`: not_needed, pending (nobody found yet),
    booked, own (a party brings somebody), waived (they go on without).
    """

    id: UUID = Field(primary_key=True)
    convention_id: UUID = Field(index=True)
    request_id: UUID | None = Field(default=None, foreign_key="meeting_request.id")
    state: str = Field(max_length=16)
    starts_at: datetime
    ends_at: datetime
    matched_at: datetime
    outcome: str | None = Field(default=None, max_length=24)
    outcome_reason: str | None = Field(default=None, max_length=24)
    outcome_source: str | None = Field(default=None, max_length=16)
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    no_show: list[str] = Field(default_factory=list, sa_type=JSON)
    confirmed_by: list[str] = Field(default_factory=list, sa_type=JSON)
    cancel_code: str | None = Field(default=None, max_length=32)
    moves: int = 0
    version: int = 1
    mode: str = Field(default="online", max_length=16, sa_column_kwargs={"server_default": "online"})
    resource_id: UUID | None = None
    interpreting: str = Field(default="not_needed", max_length=16, sa_column_kwargs={"server_default": "not_needed"})


class MeetingChange(SQLModel, table=True):
    """Why a meeting was moved, cancelled or corrected, and by whom. `reason` is free text and stays in this row."""

    __tablename__ = "meeting_change"

    meeting_id: UUID = Field(foreign_key="meeting.id", primary_key=True)
    version: int = Field(primary_key=True)
    what: str = Field(max_length=16)
    reason: str = Field(max_length=1000)
    by_id: UUID | None = None
    at: datetime


class Attendee(SQLModel, table=True):
    """A person at a meeting for a party: lead, colleague, interpreter, facilitator or observer."""

    __table_args__ = NARROW

    meeting_id: UUID = Field(foreign_key="meeting.id", primary_key=True)
    person_id: UUID = Field(primary_key=True)
    participation_id: UUID | None = Field(default=None, foreign_key="participation.id", index=True)
    role: str = Field(max_length=16)
    required: bool


class Attendance(SQLModel, table=True):
    """One stay of an attendee, with its evidence (platform, staff, party). Apart from the meeting's state."""

    id: UUID = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    person_id: UUID
    joined_at: datetime
    left_at: datetime | None = None
    evidence: str = Field(max_length=16)
    recorded_by: UUID | None = None


class Amount(SQLModel, table=True):
    """A rung of the money ladder as told for one meeting: never added to another rung, converted only when dated."""

    meeting_id: UUID = Field(foreign_key="meeting.id", primary_key=True)
    rung: str = Field(max_length=24, primary_key=True)
    by_id: UUID = Field(primary_key=True)
    amount: Decimal = Field(sa_type=Numeric(18, 2))
    currency: str = Field(max_length=3)
    entered_at: datetime


class Preference(SQLModel, table=True):
    """What a party wishes of another: must_meet, meet or no_thanks. `note` is free text and stays in this row."""

    convention_id: UUID = Field(primary_key=True)
    by_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    about_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    wish: str = Field(max_length=16)
    at: datetime
    note: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": ""})


class PartyLimits(SQLModel, table=True):
    """How many meetings a party wants in all (`least`, `most`) and on one of the convention's days (`most_a_day`)."""

    __tablename__ = "party_limits"

    convention_id: UUID = Field(primary_key=True)
    participation_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    least: int = 0
    most: int | None = None
    most_a_day: int | None = None
    version: int = 1


class PairRule(SQLModel, table=True):
    """The organiser's own word on two parties, whatever they wish: must (meet before all else) or ban.
    `one_id` < `other_id`."""

    __tablename__ = "pair_rule"

    convention_id: UUID = Field(primary_key=True)
    one_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    other_id: UUID = Field(foreign_key="participation.id", primary_key=True)
    rule: str = Field(max_length=8)
    by_id: UUID | None = None
    at: datetime


class JoinInstruction(SQLModel, table=True):
    """How to join by one channel: a party's own, or the convention's default (participation_id NULL is not a key,
    so the convention's own id stands in)."""

    __tablename__ = "join_instruction"

    convention_id: UUID = Field(primary_key=True)
    owner_id: UUID = Field(primary_key=True)
    channel: str = Field(max_length=24, primary_key=True)
    kind: str = Field(max_length=16)
    value: str = Field(max_length=500)
