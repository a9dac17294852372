"""The standby list: who could meet now or soon, since both are there, awake and idle, and somebody wishes it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.calendar import Rules, day_of, rules_of
from matchmaking.people import FIND_CELLS, FIND_PEOPLE, around, there
from matchmaking.rescue.pairs import (
    Key,
    Wishes,
    all_wishes,
    meetings_that_count,
    pairs_met,
    time_left,
    worth,
)
from matchmaking.rescue.tables import Standby
from matchmaking.slots import PersonTime, choose, wall
from matchmaking.tables import MeetingRequest, Participation, PartyLimits, Representative, Slot


@dataclass(frozen=True, slots=True)
class Waiting:
    """Two who could meet in a slot; the meeting would be from `starts_at` to `ends_at`. `worth`: see `pairs.worth`.
    `common_language`: whether those who would meet are known to share one."""

    one: UUID
    other: UUID
    slot: UUID
    starts_at: datetime
    ends_at: datetime
    wishes: Wishes
    worth: int
    common_language: bool


class _Time(NamedTuple):
    """A slot, and the part of it in which a meeting would be."""

    slot: UUID
    starts_at: datetime
    ends_at: datetime


def standby_list(db: Session, convention_id: UUID, now: datetime, *, slots: int = 3, limit: int = 50) -> list[Waiting]:
    """Who could meet in one of the next slots, the one that runs included: each pair once, in its earliest slot.

    The most wished come first; of these the sooner ones, then those of whom one has had the fewest meetings.

    Raises:
        NotFound: the convention has no meeting calendar.
    """
    rules = rules_of(db, convention_id)
    times = _next_times(db, convention_id, now, rules, slots)
    if not times:
        return []
    meetings = meetings_that_count(db, convention_id)
    had = Counter(party for _, who in meetings.values() for party in who)
    pairs = _pairs(db, convention_id, pairs_met(meetings) | _pairs_asked(db, convention_id))
    wanted = {party for pair in pairs for party in pair}
    wanted -= _at_their_most(db, convention_id, meetings, times[0].starts_at, rules)
    people = _people(db, convention_id, wanted, times, rules)
    found = [
        waiting
        for pair, (wishes, points) in pairs.items()
        if (waiting := _first_time(pair, wishes, points, times, people, rules)) is not None
    ]
    found.sort(key=lambda w: (-w.worth, w.starts_at, min(had[w.one], had[w.other]), w.one, w.other))
    return found[:limit]


def _next_times(db: Session, convention_id: UUID, now: datetime, rules: Rules, count: int) -> list[_Time]:
    query = select(Slot).where(Slot.convention_id == convention_id, Slot.ends_at > now).order_by(col(Slot.starts_at))
    coming = db.exec(query.limit(count + 1)).all()
    left = ((slot, time_left(slot.starts_at, slot.ends_at, now, rules.policies)) for slot in coming)
    return [_Time(slot.id, *time) for slot, time in left if time is not None][:count]


def _pairs(db: Session, convention_id: UUID, settled: Collection[Key]) -> dict[tuple[UUID, UUID], tuple[Wishes, int]]:
    """The pairs that somebody wishes, nobody minds, and that nothing has come of yet."""
    return {
        pair: (wishes, points)
        for pair, wishes in all_wishes(db, convention_id).items()
        if (points := worth(wishes)) is not None and frozenset(pair) not in settled
    }


def _pairs_asked(db: Session, convention_id: UUID) -> set[Key]:
    """Those with an open request or proposal: they are at it already."""
    asked = select(MeetingRequest.requester_id, MeetingRequest.addressee_id).where(
        MeetingRequest.convention_id == convention_id, col(MeetingRequest.open_key).is_not(None)
    )
    proposed = select(Standby.one_id, Standby.other_id).where(
        Standby.convention_id == convention_id, col(Standby.open_key).is_not(None)
    )
    return {frozenset(pair) for pair in chain(db.exec(asked), db.exec(proposed))}


def _at_their_most(
    db: Session,
    convention_id: UUID,
    meetings: Mapping[UUID, tuple[datetime, frozenset[UUID]]],
    today: datetime,
    rules: Rules,
) -> set[UUID]:
    """Who wants no more meetings, in all or on this day."""
    opens, closes = day_of(today, rules)
    in_all = Counter(party for _, who in meetings.values() for party in who)
    on_day = Counter(party for begins, who in meetings.values() if opens <= begins < closes for party in who)
    limits = db.exec(select(PartyLimits).where(PartyLimits.convention_id == convention_id))
    return {
        row.participation_id
        for row in limits
        if (row.most is not None and in_all[row.participation_id] >= row.most)
        or (row.most_a_day is not None and on_day[row.participation_id] >= row.most_a_day)
    }


class _Awake(NamedTuple):
    """Somebody's times, and by what clock they live."""

    time: PersonTime
    zone: str


def _people(
    db: Session, convention_id: UUID, parties: Collection[UUID], times: Sequence[_Time], rules: Rules
) -> Mapping[UUID, list[_Awake]]:
    """Who sits for these parties, as far as the organiser has nothing to confirm about them."""
    query = select(Participation).where(Participation.convention_id == convention_id)
    sure = (party for party in db.exec(query) if party.id in parties and not party.needs_look)
    zones = {party.id: party.zone or rules.zone for party in sure}
    seats = select(Representative.person_id, Representative.zone).where(Representative.convention_id == convention_id)
    own = dict(db.exec(seats).all())
    where = around(zones, times[0].starts_at, times[-1].ends_at, rules.buffer_minutes)
    if not where:
        return {}
    taken: defaultdict[UUID, set[int]] = defaultdict(set)
    for row in chain.from_iterable(FIND_CELLS.rows(db, where)):
        taken[row.resource_id].add(row.cell)
    people: defaultdict[UUID, list[_Awake]] = defaultdict(list)
    for party, person, languages, stretches, _ in there(chain.from_iterable(FIND_PEOPLE.rows(db, where))):
        busy = frozenset(taken[person])
        time = PersonTime(person, stretches, busy, languages, len(busy))
        people[party].append(_Awake(time, own.get(person) or zones[party]))
    return people


def _first_time(
    pair: tuple[UUID, UUID],
    wishes: Wishes,
    points: int,
    times: Sequence[_Time],
    people: Mapping[UUID, list[_Awake]],
    rules: Rules,
) -> Waiting | None:
    """The earliest time at which somebody of each is there, awake and free."""
    for time in times:
        sides = [list(_awake(people.get(party, ()), time, rules)) for party in pair]
        chosen = choose(sides[0], sides[1], time.starts_at, time.ends_at, rules.buffer_minutes)
        if chosen is not None:
            spoken = [person.languages for side in sides for person in side if person.person_id in chosen]
            return Waiting(*pair, time.slot, time.starts_at, time.ends_at, wishes, points, bool(spoken[0] & spoken[1]))
    return None


def _awake(people: Sequence[_Awake], time: _Time, rules: Rules) -> Iterator[PersonTime]:
    opens, closes = rules.policies.waking_opens, rules.policies.waking_closes
    length = (time.ends_at - time.starts_at) // timedelta(minutes=1)
    for person, zone in people:
        begins = wall(time.starts_at, zone)
        minute = begins.hour * 60 + begins.minute
        if opens <= minute and minute + length <= closes:
            yield person
