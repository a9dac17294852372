"""Which pairs are to be scheduled, and what each is worth."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.standing import Pair
from matchmaking.drafts.weights import weigh, weight_of_rule
from matchmaking.policies import Direction
from matchmaking.tables import PairRule, Participation, Preference

BAN, MUST = "ban", "must"


class Wished(NamedTuple):
    """Two parties (the smaller id first) that could meet; `must`: the organiser wants it before all else."""

    pair: Pair
    weight: int
    must: bool = False


def wished(
    db: Session,
    convention_id: UUID,
    policy: SchedulePolicy,
    directions: Collection[Direction],
    parties: Sequence[Participation],
    pinned: Collection[Pair],
) -> list[Wished]:
    """The pairs of these parties that somebody wishes to meet, in the order of their ids: no ban, no "no thanks", and
    of kinds that may ask each other. What is pinned, or the organiser's must, is there whatever the two wish."""
    rules = {(row.one_id, row.other_id): row.rule for row in db.exec(_rules(convention_id))}
    wishes: defaultdict[Pair, list[str | None]] = defaultdict(lambda: [None, None])
    said = select(Preference.by_id, Preference.about_id, Preference.wish)
    for by, about, wish in db.exec(said.where(Preference.convention_id == convention_id)):
        wishes[min(by, about), max(by, about)][by > about] = wish
    there = {party.id: party for party in parties}
    found = []
    for pair in sorted({*wishes, *rules, *pinned}):
        if rules.get(pair) == BAN or not (pair[0] in there and pair[1] in there):
            continue
        must = rules.get(pair) == MUST
        mine, theirs = wishes[pair]
        weight = (weight_of_rule if must else weigh)(mine, theirs, policy.weights)
        if must or pair in pinned or may_meet(there[pair[0]], there[pair[1]], directions):
            found.append(Wished(pair, max(weight, 1) if pair in pinned else weight, must))
    return [one for one in found if one.weight]


def _rules(convention_id: UUID) -> SelectOfScalar[PairRule]:
    return select(PairRule).where(PairRule.convention_id == convention_id)


def may_meet(one: Participation, other: Participation, directions: Collection[Direction]) -> bool:
    """Whether one of the two may ask the other, by the convention's policy."""
    kinds = {
        f"{mine}_to_{theirs}"
        for by, to in ((one, other), (other, one))
        for mine, is_mine in (("exhibitor", by.offers), ("buyer", by.seeks))
        for theirs, is_theirs in (("exhibitor", to.offers), ("buyer", to.seeks))
        if is_mine and is_theirs
    }
    return not kinds.isdisjoint(directions)
