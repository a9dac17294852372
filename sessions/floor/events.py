"""What happened on a session's floor, as facts: ids and codes and figures only.

What the audience and the moderators may know can differ: then one fact is told twice, to each with their own record.
Wordings are texts, which readers get apart, again whenever a record's `version` has changed.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sessions.events import Fact, Gone, Record


class PollRecord(Record):
    """A poll as it stands. `options` is how many there are; `most` how many of them one may choose, or a scale's end.

    `results` (choice to votes) and `voters` are there once it is closed, for the audience if they are `shown`. Words
    are what people wrote: their results are a text, and None here.
    """

    id: UUID
    session: UUID
    kind: str
    options: int
    most: int
    state: str
    shown: bool
    results: dict[str, int] | None
    voters: int | None
    at: datetime
    version: int


class HandRecord(Record):
    """Somebody who would like to speak, or is to. `at` is when they raised their hand, or were called."""

    id: UUID
    session: UUID
    person: UUID
    state: str
    at: datetime
    version: int


class CriterionRecord(Record):
    """One of a contest's criteria: how many points there are at most, and its weight."""

    most: int
    weight: Decimal


class PlaceRecord(Record):
    """A contestant's place. `points` are of 100, to two decimals."""

    contestant: UUID
    rank: int
    points: Decimal


class ContestRecord(Record):
    """How a contest stands; `id` is its session's.

    `revealed` counts the places that are revealed, from the last one up. `ranking` is there once it is judged, the
    best first: for the audience as far as it is revealed.
    """

    id: UUID
    criteria: list[CriterionRecord]
    state: str
    revealed: int
    ranking: list[PlaceRecord]
    version: int


class ContestantRecord(Record):
    """Somebody who competes. `party` is their participation, if they are one."""

    id: UUID
    session: UUID
    party: UUID | None
    position: int
    version: int


class ScoreRecord(Record):
    """A juror's points for one contestant, by criterion."""

    id: UUID
    session: UUID
    contestant: UUID
    person: UUID
    points: list[int]
    version: int


class PollMade(Fact):
    """A poll was drafted."""

    type = "poll.made"
    poll: PollRecord


class PollChanged(Fact):
    """A draft is another."""

    type = "poll.changed"
    poll: PollRecord


class PollRemoved(Fact):
    """A draft was thrown away."""

    type = "poll.removed"
    poll: Gone


class PollOpened(Fact):
    """Everybody may vote."""

    type = "poll.opened"
    poll: PollRecord


class PollClosed(Fact):
    """Nobody votes any more; these are the results."""

    type = "poll.closed"
    poll: PollRecord


class PollShown(Fact):
    """Its results are shown to everybody."""

    type = "poll.shown"
    poll: PollRecord


class PollHidden(Fact):
    """Its results are for moderators alone."""

    type = "poll.hidden"
    poll: PollRecord


class HandRaised(Fact):
    """Somebody would like to speak."""

    type = "hand.raised"
    hand: HandRecord


class HandInvited(Fact):
    """Somebody is asked to come on stage."""

    type = "hand.invited"
    hand: HandRecord


class HandOnStage(Fact):
    """Somebody came on stage."""

    type = "hand.on_stage"
    hand: HandRecord


class HandLowered(Fact):
    """Somebody no longer wants to speak, was declined, or has left the stage."""

    type = "hand.lowered"
    hand: Gone


class ContestPrepared(Fact):
    """It is said by what criteria a contest is judged."""

    type = "contest.prepared"
    contest: ContestRecord


class ContestJudged(Fact):
    """Judging is over, and the places are known to the moderators."""

    type = "contest.judged"
    contest: ContestRecord


class ContestReopened(Fact):
    """It is judged again: nothing had been revealed."""

    type = "contest.reopened"
    contest: ContestRecord


class ContestRevealed(Fact):
    """One more place is known to everybody, or all of them are."""

    type = "contest.revealed"
    contest: ContestRecord


class ContestConcealed(Fact):
    """A place that was revealed by mistake is not known any more."""

    type = "contest.concealed"
    contest: ContestRecord


class ContestantEntered(Fact):
    """Somebody competes."""

    type = "contestant.entered"
    contestant: ContestantRecord


class ContestantChanged(Fact):
    """Their name, party or turn is another."""

    type = "contestant.changed"
    contestant: ContestantRecord


class ContestantRemoved(Fact):
    """Somebody does not compete any more."""

    type = "contestant.removed"
    contestant: Gone


class ScoreGiven(Fact):
    """A juror gave points, or other ones."""

    type = "score.given"
    score: ScoreRecord


class ScoreRemoved(Fact):
    """Points went with their contestant."""

    type = "score.removed"
    score: Gone
