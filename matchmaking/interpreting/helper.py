"""An interpreter's day, as values: whether one more meeting fits into it, and what is in its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from matchmaking.calendar import Rules, day_of
from matchmaking.interpreting.need import LanguagePair
from matchmaking.policies import Policies
from matchmaking.slots import Interval, cells


class Obstacle(StrEnum):
    """Why an interpreter cannot take a meeting."""

    OTHERS_OWN = "others_own"  # another party brought them
    HOURS = "hours"  # they are not there
    BUSY = "busy"  # they are at another meeting, or reserved for another party
    DAILY = "daily"  # as many minutes a day as they want
    REST = "rest"  # they could not rest any more
    HANDOVER = "handover"  # too close to a meeting of other parties


@dataclass(frozen=True, slots=True)
class Engagement:
    """A meeting as its interpreter sees it."""

    meeting: UUID
    starts_at: datetime
    ends_at: datetime
    parties: frozenset[UUID]

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Reserved:
    """Hours that are one party's alone; the block is what its meetings take."""

    id: UUID
    party: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Helper:
    """An interpreter around the time of a meeting.

    `party` brought them. `there`: disjoint stretches. `taken`: the cells in which they, or one of their blocks, are
    taken by something else than the meeting that is looked at. `work`: their other meetings of that day and around it.
    """

    person: UUID
    pairs: frozenset[LanguagePair]
    party: UUID | None = None
    daily_minutes: int | None = None
    there: tuple[Interval, ...] = ()
    taken: Mapping[UUID, frozenset[int]] = field(default_factory=dict)
    work: tuple[Engagement, ...] = ()
    blocks: tuple[Reserved, ...] = ()

    def block_for(self, wanted: Engagement) -> Reserved | None:
        """The block that holds the whole meeting for one of its parties."""
        for block in self.blocks:
            within = block.starts_at <= wanted.starts_at and wanted.ends_at <= block.ends_at
            if within and block.party in wanted.parties:
                return block
        return None

    def resource_for(self, wanted: Engagement) -> UUID:
        """What the meeting takes: the party's block, or the interpreter."""
        block = self.block_for(wanted)
        return block.id if block else self.person

    def minutes_on_day_of(self, wanted: Engagement, rules: Rules) -> int:
        """How long they interpret on the convention's day of that meeting, without it."""
        start, end = day_of(wanted.starts_at, rules)
        lengths = (one.length for one in self.work if start <= one.starts_at < end)
        return int(sum(lengths, timedelta()).total_seconds()) // 60


def obstacle(helper: Helper, wanted: Engagement, rules: Rules) -> Obstacle | None:
    """What keeps an interpreter from taking a meeting; None if nothing does."""
    policies = rules.policies
    if helper.party is not None and helper.party not in wanted.parties:
        return Obstacle.OTHERS_OWN
    within = any(opens <= wanted.starts_at and wanted.ends_at <= closes for opens, closes in helper.there)
    if not within and helper.block_for(wanted) is None:
        return Obstacle.HOURS
    span = cells(wanted.starts_at, wanted.ends_at, rules.buffer_minutes)
    if not helper.taken.get(helper.resource_for(wanted), frozenset()).isdisjoint(span):
        return Obstacle.BUSY
    minutes = helper.minutes_on_day_of(wanted, rules) + wanted.length // timedelta(minutes=1)
    if helper.daily_minutes is not None and minutes > helper.daily_minutes:
        return Obstacle.DAILY
    if not _rested(helper, wanted, policies):
        return Obstacle.REST
    return None if _handed_over(helper, wanted, policies) else Obstacle.HANDOVER


def _rested(helper: Helper, wanted: Engagement, policies: Policies) -> bool:
    """Meetings between which there is less than a rest come to at most a stretch of work, or are one alone."""
    rest = timedelta(minutes=policies.break_minutes)
    stretch = [wanted]
    for one in sorted((one for one in helper.work if one.starts_at < wanted.starts_at), key=_start, reverse=True):
        if stretch[0].starts_at - one.ends_at >= rest:
            break
        stretch.insert(0, one)
    for one in sorted((one for one in helper.work if one.starts_at >= wanted.starts_at), key=_start):
        if one.starts_at - stretch[-1].ends_at >= rest:
            break
        stretch.append(one)
    worked = sum((one.length for one in stretch), timedelta())
    return len(stretch) == 1 or worked <= timedelta(minutes=policies.stretch_minutes)


def _handed_over(helper: Helper, wanted: Engagement, policies: Policies) -> bool:
    buffer = timedelta(minutes=policies.handover_minutes)
    return all(
        max(wanted.starts_at - one.ends_at, one.starts_at - wanted.ends_at) >= buffer
        for one in helper.work
        if one.parties.isdisjoint(wanted.parties)
    )


def _start(one: Engagement) -> datetime:
    return one.starts_at
