"""Which two could be brought together: what they wish of each other, and whether they have met."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from sqlmodel import Session, col, or_, select

from matchmaking.policies import Policies
from matchmaking.states import MeetingState, Outcome
from matchmaking.tables import Attendee, Meeting, PairRule, Preference

Key = frozenset[UUID]

WORTH = {"must_meet": 3, "meet": 1}
ORGANISERS_WORTH = 6
_FIVE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What two parties wish of each other, in the order in which they are named, and the organiser's word on them."""

    of_one: str | None = None
    of_other: str | None = None
    rule: str | None = None


def worth(wishes: Wishes) -> int | None:
    """How much it is worth that the two meet; None if nobody wishes it, or somebody does not."""
    said = (wishes.of_one, wishes.of_other)
    if wishes.rule == "ban" or "no_thanks" in said:
        return None
    points = sum(WORTH.get(wish, 0) for wish in said if wish) + (ORGANISERS_WORTH if wishes.rule == "must" else 0)
    return points or None


def time_left(
    starts_at: datetime, ends_at: datetime, now: datetime, policies: Policies
) -> tuple[datetime, datetime] | None:
    """When a meeting in that slot would be if it were proposed now: both have the policy's minutes to answer, and it
    begins on a whole 5 minutes; None if too little of the slot would be left."""
    answered = now + timedelta(minutes=policies.standby_minutes)
    midnight = answered.replace(hour=0, minute=0, second=0, microsecond=0)
    begins = max(starts_at, midnight - (midnight - answered) // _FIVE * _FIVE)
    return (begins, ends_at) if ends_at - begins >= timedelta(minutes=policies.standby_least_minutes) else None


def wishes_of(db: Session, convention_id: UUID, one: UUID, other: UUID) -> Wishes:
    """What these two wish."""
    mine, theirs = (db.get(Preference, (convention_id, *pair)) for pair in ((one, other), (other, one)))
    rule = db.get(PairRule, (convention_id, *sorted((one, other))))
    return Wishes(mine.wish if mine else None, theirs.wish if theirs else None, rule.rule if rule else None)


def all_wishes(db: Session, convention_id: UUID) -> Mapping[tuple[UUID, UUID], Wishes]:
    """What everybody wishes, by pair (the older participation first): each pair about which somebody has said it."""
    said = {
        (row.by_id, row.about_id): row.wish
        for row in db.exec(select(Preference).where(Preference.convention_id == convention_id))
    }
    ruled = {
        (row.one_id, row.other_id): row.rule
        for row in db.exec(select(PairRule).where(PairRule.convention_id == convention_id))
    }
    pairs = {(min(pair), max(pair)) for pair in (*said, *ruled)}
    return {
        (one, other): Wishes(said.get((one, other)), said.get((other, one)), ruled.get((one, other)))
        for one, other in pairs
    }


def meetings_that_count(
    db: Session, convention_id: UUID, parties: Iterable[UUID] | None = None
) -> Mapping[UUID, tuple[datetime, frozenset[UUID]]]:
    """The meetings to come, under way and held, each with its beginning and its parties. One that was called off, or to
    which somebody did not come, may be made up for.

    Args:
        parties: only meetings that one of these is in.
    """
    stands = or_(
        col(Meeting.state).in_([MeetingState.SCHEDULED.value, MeetingState.IN_PROGRESS.value]),
        col(Meeting.outcome).in_([Outcome.HELD.value, Outcome.HANDLED_OFFLINE.value]),
    )
    query = (
        select(Meeting.id, Meeting.starts_at, Attendee.participation_id)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(Meeting.convention_id == convention_id, stands, col(Attendee.participation_id).is_not(None))
    )
    if parties is not None:
        theirs = select(Attendee.meeting_id).where(col(Attendee.participation_id).in_(list(parties)))
        query = query.where(col(Meeting.id).in_(theirs))
    begins: dict[UUID, datetime] = {}
    who: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for meeting_id, starts_at, party in db.exec(query):
        begins[meeting_id] = starts_at
        if party is not None:
            who[meeting_id].add(party)
    return {meeting_id: (begins[meeting_id], frozenset(who[meeting_id])) for meeting_id in begins}


def have_met(db: Session, convention_id: UUID, one: UUID, other: UUID) -> bool:
    """Whether these two have met, or are going to."""
    return any(other in who for _, who in meetings_that_count(db, convention_id, [one]).values())


def pairs_met(meetings: Mapping[UUID, tuple[datetime, frozenset[UUID]]]) -> set[Key]:
    """The pairs of these meetings."""
    return {frozenset(pair) for _, who in meetings.values() for pair in combinations(who, 2)}
