"""A convention's rows as a problem to be scheduled. Reads only.

Indices of the problem follow from ids and times alone, so the same rows make the same problem.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.calendar import Rules as CalendarRules
from matchmaking.calendar import rules_of
from matchmaking.drafts import presence, standing
from matchmaking.drafts.interpreters import interpreters_of
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.presence import Offered, Presence, Site
from matchmaking.drafts.standing import Held, Pair, Standing
from matchmaking.drafts.wished import Wished, wished
from matchmaking.schedule.curve import Curve, costs
from matchmaking.schedule.problem import Candidate, Hall, Mask, Problem, Rules, Seat
from matchmaking.schedule.problem import Party as ProblemParty
from matchmaking.tables import Participation, PartyLimits, Representative

NEEDS_NONE = "not_needed"  # what a representative says who brings somebody, or needs nobody, to be understood
NEVER = Presence()
FEW = 500  # parties named one by one in a statement


@dataclass(frozen=True, slots=True)
class Ground:
    """What is the same for all who are to be scheduled."""

    convention_id: UUID
    rules: CalendarRules
    policy: SchedulePolicy
    offered: Offered
    sites: Sequence[Site]

    @property
    def curve(self) -> Curve:
        """How unwelcome which local hours are."""
        policies = self.rules.policies
        return Curve(policies.waking_opens, policies.waking_closes, self.policy.easy_opens, self.policy.easy_closes)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A problem, and what it does not say itself: `taken` are the slots in which tables are taken, `there` those in
    which people are there, busy or not."""

    problem: Problem
    sites: Sequence[Site]
    taken: Mapping[UUID, Mask]
    there: Mapping[UUID, Mask]


def ground_of(db: Session, convention_id: UUID, policy: SchedulePolicy, sites: Sequence[Site], now: datetime) -> Ground:
    """What is to be known before anybody is looked at.

    Raises:
        NotFound: the convention has no meeting calendar.
    """
    rules = rules_of(db, convention_id)
    return Ground(convention_id, rules, policy, presence.offered_slots(db, convention_id, rules, now), sites)


def assemble(db: Session, ground: Ground, pins: Mapping[Pair, UUID]) -> Assembled:
    """All that is to be scheduled: who wishes to meet whom and does not yet.

    Args:
        pins: pairs to the slot in which they are to stay; a slot that has begun binds nobody.
    """
    stands = Standing()
    for held in standing.agreed(db, ground.convention_id):
        stands.add(held)
    slots = {slot.id: s for s, slot in enumerate(ground.offered.slots)}
    fixed = {pair: slots[slot] for pair, slot in pins.items() if slot in slots and pair not in stands.pairs}
    parties = _parties(db, ground.convention_id, None)
    pairs = wished(db, ground.convention_id, ground.policy, ground.rules.policies.who_may_ask, parties, fixed.keys())
    return _put_together(db, ground, parties, [one for one in pairs if one.pair not in stands.pairs], stands, fixed)


def assemble_pair(db: Session, ground: Ground, pair: Pair, others: Iterable[Held]) -> Assembled:
    """One meeting of two parties, while others stand: what is agreed, and `others`."""
    stands = Standing()
    for held in [*standing.agreed(db, ground.convention_id, pair), *others]:
        stands.add(held)
    parties = _parties(db, ground.convention_id, pair)
    return _put_together(db, ground, parties, [Wished(pair, 1)] if len(parties) == 2 else [], stands, {})


def _parties(db: Session, convention_id: UUID, only: Collection[UUID] | None) -> list[Participation]:
    """Those who can be scheduled: the organiser need not look at them any more."""
    query = select(Participation).where(Participation.convention_id == convention_id)
    if only is not None:
        query = query.where(col(Participation.id).in_(only))
    return [party for party in db.exec(query.order_by(col(Participation.id))) if not party.needs_look]


def _put_together(
    db: Session,
    ground: Ground,
    rows: Sequence[Participation],
    pairs: Sequence[Wished],
    stands: Standing,
    fixed: Mapping[Pair, int],
) -> Assembled:
    index = {row.id: p for p, row in enumerate(rows)}
    tables = presence.taken(db, [table for site in ground.sites for table in site.tables], ground.offered)
    taken = {table: presence.union(by.values()) for table, by in tables.items()}
    for table, held in stands.tables:
        taken[table] = taken.get(table, 0) | ground.offered.reach(held.draft_slot)
    found = _people(db, ground, rows)
    everything = ground.offered.everything
    problem = Problem(
        slots=ground.offered.slots,
        parties=_seated(db, ground, rows, found, stands),
        candidates=tuple(
            Candidate(tuple(index[party] for party in one.pair), one.weight, everything, fixed.get(one.pair), one.must)
            for one in pairs
        ),
        helpers=interpreters_of(db, ground.convention_id, ground.rules, ground.offered, ground.curve, index, stands),
        halls=tuple(_hall(site, taken, len(ground.offered.slots)) for site in ground.sites),
        rules=_rules(ground),
    )
    there = {seat.person_id: when.there for each in found.values() for seat, when in each}
    return Assembled(problem, ground.sites, taken, there)


def _people(
    db: Session, ground: Ground, rows: Sequence[Participation]
) -> dict[UUID, list[tuple[Representative, Presence]]]:
    """Who sits for each party, and when they are there."""
    seats = _representatives(db, ground.convention_id, [row.id for row in rows])
    people = [seat.person_id for seat in chain.from_iterable(seats.values())]
    found = presence.presences(db, ground.convention_id, people, ground.offered, ground.curve, ground.sites)
    return {party: [(seat, found.get(seat.person_id, NEVER)) for seat in each] for party, each in seats.items()}


def _seated(
    db: Session,
    ground: Ground,
    rows: Sequence[Participation],
    people: Mapping[UUID, Sequence[tuple[Representative, Presence]]],
    stands: Standing,
) -> tuple[ProblemParty, ...]:
    """The parties with their people, in the order of their rows."""
    taken = presence.taken(db, [seat.person_id for each in people.values() for seat, _ in each], ground.offered)
    limits = select(PartyLimits).where(PartyLimits.convention_id == ground.convention_id)
    said = {one.participation_id: one for one in db.exec(limits)}
    parties = []
    for row in rows:
        there = people[row.id]
        zones = [(seat.zone or row.zone or ground.rules.zone, when.there) for seat, when in there]
        limit = said.get(row.id) or ground.policy
        parties.append(
            ProblemParty(
                id=row.id,
                seats=tuple(_seat(ground, seat, when, taken, stands) for seat, when in there),
                least=limit.least,
                most=limit.most,
                most_a_day=limit.most_a_day,
                booked=standing.by_day(stands.of[row.id], ground.rules, ground.offered.days),
                discomfort=costs(ground.offered.slots, zones, ground.curve),
            )
        )
    return tuple(parties)


def _representatives(db: Session, convention_id: UUID, parties: Sequence[UUID]) -> dict[UUID, list[Representative]]:
    """Who sits for these parties, the leads first."""
    query = select(Representative).where(Representative.convention_id == convention_id, col(Representative.active))
    if len(parties) <= FEW:
        query = query.where(col(Representative.participation_id).in_(parties))
    seats: defaultdict[UUID, list[Representative]] = defaultdict(list)
    for row in db.exec(query.order_by(col(Representative.position), col(Representative.person_id))):
        seats[row.participation_id].append(row)
    return {party: seats[party] for party in parties}


def _seat(
    ground: Ground, row: Representative, when: Presence, taken: Mapping[UUID, Mapping[UUID, Mask]], stands: Standing
) -> Seat:
    held = stands.of[row.person_id]
    busy = presence.union(taken.get(row.person_id, {}).values())
    busy |= presence.union(ground.offered.reach(one.draft_slot) for one in held)
    return Seat(
        person=row.person_id,
        free=when.there & ~busy,
        languages=frozenset() if row.interpreter == NEEDS_NONE else frozenset(row.languages),
        halls=when.halls,
        daily=when.daily,
        booked=standing.by_day(held, ground.rules, ground.offered.days),
    )


def _hall(site: Site, taken: Mapping[UUID, Mask], slots: int) -> Hall:
    free = [sum(not taken.get(table, 0) >> s & 1 for table in site.tables) for s in range(slots)]
    return Hall(site.id, tuple(free))


def _rules(ground: Ground) -> Rules:
    policy, usual = ground.policy, ground.rules.policies
    return Rules(
        stretch_minutes=usual.stretch_minutes,
        break_minutes=usual.break_minutes,
        handover_minutes=usual.handover_minutes,
        without_interpreter=policy.without_interpreter,
        change_minutes=policy.change_minutes,
        lines=policy.lines,
        judged=policy.judged,
        prices=(policy.price_of_gap, policy.price_of_discomfort / 100),
    )
