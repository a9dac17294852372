"""What happened in the meeting half, as facts: past tense, frozen, ids and codes and instants only.

Each fact carries the records as they are after the change. A topic's state is {collection: {id: record}}, and a
reader applies a fact by putting its records into the collection named by the field.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

INTERPRETER = "interpreter"  # the role of an attendee who comes for no party


class Record(BaseModel):
    """A row as readers of events and snapshots see it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestRecord(Record):
    """A thread of proposals as it stands. `awaiting` is the party that has to answer."""

    id: UUID
    requester: UUID
    addressee: UUID
    awaiting: UUID | None
    state: str
    proposals: int
    slot: UUID
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    created_at: datetime
    closed_at: datetime | None
    meeting: UUID | None
    version: int


class AttendeeRecord(Record):
    """A person of a meeting; `present` while joined."""

    person: UUID
    party: UUID | None
    role: str
    required: bool
    present: bool


class MeetingRecord(Record):
    """A meeting as it stands. `missing` and `no_show` are parties; `outcome_source`: measured, both_sides, staff.
    `mode`: online, onsite; `place` is its table or room. `interpreting`: not_needed, pending, booked, own, waived."""

    id: UUID
    request: UUID | None
    state: str
    starts_at: datetime
    ends_at: datetime
    matched_at: datetime
    attendees: tuple[AttendeeRecord, ...]
    outcome: str | None
    outcome_reason: str | None
    outcome_source: str | None
    missing: tuple[UUID, ...]
    no_show: tuple[UUID, ...]
    cancelled_for: str | None
    moves: int
    version: int
    mode: str = "online"
    place: UUID | None = None
    interpreting: str = "not_needed"


class PreferenceRecord(Record):
    """What one party wishes of another."""

    id: str
    by: UUID
    about: UUID
    wish: str


class PreferenceGone(Record):
    """Stands for a wish that was taken back."""

    id: str
    gone: Literal[True] = True


class WishesRecord(Record):
    """How many of a party's wishes, said at once, were new or other than before. It stands in no fact."""

    by: UUID
    changed: int
    unchanged: int


class LimitsRecord(Record):
    """How many meetings a party wants; `id` is the party's. None is any number."""

    id: UUID
    least: int
    most: int | None
    most_a_day: int | None
    version: int


class PairRuleRecord(Record):
    """The organiser's word on two parties: must, ban."""

    id: str
    one: UUID
    other: UUID
    rule: str


class PairGone(Record):
    """Stands for such a word that was taken back."""

    id: str
    gone: Literal[True] = True


class DirectoryRecord(Record):
    """How many take part. A reader that holds names fetches them again when `version` changes."""

    id: UUID
    version: int
    exhibitors: int
    buyers: int
    needs_look: int


class Fact(BaseModel):
    """Base of the facts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    version: ClassVar[int] = 1


class RequestSent(Fact):
    """A party asked another for a slot."""

    type = "request.sent"
    request: RequestRecord


class RequestCountered(Fact):
    """The party asked proposed another slot instead."""

    type = "request.countered"
    request: RequestRecord


class RequestAccepted(Fact):
    """Both agree: there is a meeting."""

    type = "request.accepted"
    request: RequestRecord
    meeting: MeetingRecord


class RequestDeclined(Fact):
    """The party asked does not want to meet."""

    type = "request.declined"
    request: RequestRecord


class RequestExpired(Fact):
    """Nobody answered in time."""

    type = "request.expired"
    request: RequestRecord


class RequestWithdrawn(Fact):
    """The requester took it back."""

    type = "request.withdrawn"
    request: RequestRecord


class RequestDeadlineMoved(Fact):
    """It has to be answered earlier: the convention's answers close before the day that was told."""

    type = "request.deadline_moved"
    request: RequestRecord


class RequestTurned(Fact):
    """It has become a wish of both who proposed in it: the organiser has the schedule made."""

    type = "request.turned"
    request: RequestRecord


class MeetingAssigned(Fact):
    """The organiser set a meeting."""

    type = "meeting.assigned"
    meeting: MeetingRecord


class MeetingMoved(Fact):
    """The meeting has another time."""

    type = "meeting.moved"
    meeting: MeetingRecord


class MeetingHandedOver(Fact):
    """A party sends somebody else; the time stays."""

    type = "meeting.handed_over"
    meeting: MeetingRecord


class MeetingCancelled(Fact):
    """The meeting will not take place."""

    type = "meeting.cancelled"
    meeting: MeetingRecord


class MeetingStarted(Fact):
    """Its time has come."""

    type = "meeting.started"
    meeting: MeetingRecord


class MeetingJoined(Fact):
    """An attendee joined."""

    type = "meeting.joined"
    meeting: MeetingRecord


class MeetingLeft(Fact):
    """An attendee left."""

    type = "meeting.left"
    meeting: MeetingRecord


class MeetingNotJoined(Fact):
    """Somebody required is still missing: a case for the rescue desk."""

    type = "meeting.not_joined"
    meeting: MeetingRecord


class MeetingNoShow(Fact):
    """Somebody required did not come."""

    type = "meeting.no_show"
    meeting: MeetingRecord


class MeetingEnded(Fact):
    """It is over, and its outcome is known as far as it was measured."""

    type = "meeting.ended"
    meeting: MeetingRecord


class MeetingCorrected(Fact):
    """Attendance or outcome was set right, with evidence."""

    type = "meeting.corrected"
    meeting: MeetingRecord


class PreferenceSet(Fact):
    """A party said what it wishes of another. Never told to that other."""

    type = "preference.set"
    preference: PreferenceRecord


class PreferenceWithdrawn(Fact):
    """A party took back what it wished of another."""

    type = "preference.withdrawn"
    preference: PreferenceGone


class PartyLimited(Fact):
    """A party, or the organiser for it, said how many meetings it wants."""

    type = "party.limited"
    limits: LimitsRecord


class PairRuled(Fact):
    """The organiser said that two parties must meet, or must not."""

    type = "pair.ruled"
    pair_rule: PairRuleRecord


class PairFreed(Fact):
    """The organiser took that back."""

    type = "pair.freed"
    pair_rule: PairGone


class PartiesImported(Fact):
    """A sheet was taken in."""

    type = "parties.imported"
    directory: DirectoryRecord


class PartyConfirmed(Fact):
    """The organiser confirmed what needed a look."""

    type = "party.confirmed"
    directory: DirectoryRecord


class PartyChanged(Fact):
    """A party was added by the organiser, or its people or their hours have changed."""

    type = "party.changed"
    directory: DirectoryRecord


def topics_for(parties: Iterable[UUID | None]) -> list[str]:
    """The topics of a fact about these parties: their own, and the organiser's."""
    return ["organiser", *(f"party:{party}" for party in dict.fromkeys(parties) if party is not None)]


def topics_of(meeting: MeetingRecord) -> list[str]:
    """The topics of a fact that holds a meeting and nothing else: its parties', the organiser's, its interpreter's."""
    parties = topics_for(attendee.party for attendee in meeting.attendees)
    return parties + [f"person:{one.person}" for one in meeting.attendees if one.role == INTERPRETER]
