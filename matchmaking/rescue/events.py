"""What happened at the rescue desk, as facts: ids, codes and instants only."""

from datetime import datetime
from uuid import UUID

from matchmaking.events import Fact, MeetingRecord, Record


class StandbyRecord(Record):
    """A meeting proposed on the spot, as it stands. `held_by` is the party that has accepted, `meeting` what came of
    it. It begins and ends within the slot, which may have begun already."""

    id: UUID
    one: UUID
    other: UUID
    slot: UUID
    starts_at: datetime
    ends_at: datetime
    state: str
    held_by: UUID | None
    expires_at: datetime
    created_at: datetime
    closed_at: datetime | None
    meeting: UUID | None
    version: int


class StandbyOffered(Fact):
    """The organiser proposed a meeting to two who are there and free."""

    type = "standby.offered"
    standby: StandbyRecord


class StandbyHeld(Fact):
    """One side has accepted: the time of both is taken."""

    type = "standby.held"
    standby: StandbyRecord


class StandbyAgreed(Fact):
    """Both have accepted: there is a meeting."""

    type = "standby.agreed"
    standby: StandbyRecord
    meeting: MeetingRecord


class StandbyDeclined(Fact):
    """One side does not want to; what was held is free."""

    type = "standby.declined"
    standby: StandbyRecord


class StandbyExpired(Fact):
    """They have not both answered in time; what was held is free."""

    type = "standby.expired"
    standby: StandbyRecord


class StandbyLapsed(Fact):
    """It is no longer possible: somebody's time has gone elsewhere, or they meet already."""

    type = "standby.lapsed"
    standby: StandbyRecord


class StandbyWithdrawn(Fact):
    """The organiser took it back."""

    type = "standby.withdrawn"
    standby: StandbyRecord
