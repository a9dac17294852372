"""How well two parties fit, thing by thing, and why: pure functions over values.

Every score is 0 to 1 and the same from both sides; 0 if one of the two has said nothing. What only one side asks of the
other counts alone; where each asks something of the other, the two answers count half each.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from matchmaking.recommend.profile import VOLUMES
from matchmaking.recommend.taxonomy import Taxonomy
from matchmaking.recommend.weights import MatchWeights

ENOUGH_MINUTES = 240  # of shared hours: more of them make no better match
ENOUGH_SESSIONS = 2
NEXT_VOLUME = 0.5
TELLING_TEXT = 0.2  # a likeness of texts from which on it is given as a reason
TELLING_COVER = 0.4  # likewise of what is offered to what is needed

Shared = Set[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a party.

    `awake` has a bit for each slot of the calendar, in order, in which somebody of it is there; None if nobody has
    hours. `channels` None means unknown. `sessions` are those its people were at.
    """

    id: UUID
    organisation: UUID
    exhibits: bool = False
    buys: bool = False
    country: str | None = None
    offers: Shared = frozenset()
    needs: Shared = frozenset()
    markets: Shared = frozenset()
    languages: Shared = frozenset()
    certifications: Shared = frozenset()
    certifications_wanted: Shared = frozenset()
    size: str | None = None
    sizes_wanted: Shared = frozenset()
    volumes: Shared = frozenset()
    channels: Shared | None = None
    awake: int | None = None
    sessions: Set[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Between:
    """What has been between two parties, as one of them may know it, and how alike their words are."""

    texts: float = 0.0
    earlier: int = 0
    viewed: bool = False
    declined: bool = False


class Reason(NamedTuple):
    """Why two parties fit: a code, and what a sentence about it names. `points` are of the convention's total."""

    code: str
    params: Mapping[str, Any]
    points: float


def _both_ways(one: float | None, other: float | None) -> float:
    told = [score for score in (one, other) if score is not None]
    return sum(told) / len(told) if told else 0.0


def _met(asked: Shared, answered: Shared) -> float | None:
    """The part of what one asks that the other has; None if one of them has said nothing."""
    return len(asked & answered) / len(asked) if asked and answered else None


def _said(value: str | None) -> Shared:
    return frozenset() if value is None else frozenset({value})


def supply(one: Facts, other: Facts, taxonomy: Taxonomy) -> float:
    """What one needs is what the other offers: the mean over the needs of the nearest offer."""

    def covered(needs: Shared, offers: Shared) -> float | None:
        if not needs or not offers:
            return None
        return sum(max(taxonomy.cover(need, offer) for offer in offers) for need in needs) / len(needs)

    return _both_ways(covered(one.needs, other.offers), covered(other.needs, one.offers))


def markets(one: Facts, other: Facts) -> float:
    """One is in a country where the other wants to do business."""

    def wanted(markets: Shared, country: str | None) -> float | None:
        return float(country in markets) if markets and country else None

    return _both_ways(wanted(one.markets, other.country), wanted(other.markets, one.country))


def languages(one: Facts, other: Facts) -> float:
    """They share a language."""
    return float(not one.languages.isdisjoint(other.languages))


def certifications(one: Facts, other: Facts) -> float:
    """The part of the certificates asked for that the other holds."""
    return _both_ways(
        _met(one.certifications_wanted, other.certifications), _met(other.certifications_wanted, one.certifications)
    )


def size(one: Facts, other: Facts) -> float:
    """One is of a size that the other looks for."""

    def wanted(sizes: Shared, size: str | None) -> float | None:
        return float(size in sizes) if sizes and size else None

    return _both_ways(wanted(one.sizes_wanted, other.size), wanted(other.sizes_wanted, one.size))


def volumes(one: Facts, other: Facts) -> float:
    """They do business of the same size, or half so of the next one."""
    if one.volumes & other.volumes:
        return 1.0
    steps = ({VOLUMES.index(volume) for volume in party.volumes} for party in (one, other))
    mine, theirs = steps
    return NEXT_VOLUME if any(step + 1 in theirs or step - 1 in theirs for step in mine) else 0.0


def shared_slots(one: Facts, other: Facts) -> int | None:
    """In how many slots both are there; None if it is not known."""
    if one.awake is None or other.awake is None:
        return None
    return (one.awake & other.awake).bit_count()


def hours(one: Facts, other: Facts, slot_minutes: int) -> float:
    """Time in which both are there, up to `ENOUGH_MINUTES`."""
    return min(1.0, (shared_slots(one, other) or 0) * slot_minutes / ENOUGH_MINUTES)


def channels(one: Facts, other: Facts) -> float:
    """Both can use one channel."""
    return float(not (one.channels or frozenset()).isdisjoint(other.channels or frozenset()))


def sessions(one: Facts, other: Facts) -> float:
    """They were at the same sessions."""
    return min(1.0, len(one.sessions & other.sessions) / ENOUGH_SESSIONS)


def scores(one: Facts, other: Facts, between: Between, taxonomy: Taxonomy, slot_minutes: int) -> dict[str, float]:
    """Every score by the name of its weight; `declined` is 1 if one has declined the other."""
    plain: tuple[Callable[[Facts, Facts], float], ...] = (
        *(markets, languages, certifications, size, volumes, channels, sessions),
    )
    return {
        "supply": supply(one, other, taxonomy),
        "texts": between.texts,
        "hours": hours(one, other, slot_minutes),
        "earlier": float(between.earlier > 0),
        "views": float(between.viewed),
        "declined": float(between.declined),
        **{score.__name__: score(one, other) for score in plain},
    }


def points(scored: Mapping[str, float], weights: MatchWeights) -> float:
    """The points of a pair, of `weights.total`; never below 0."""
    told = sum(scored[name] * float(weight) for name, weight in weights if name != "declined")
    return max(0.0, told - scored["declined"] * weights.declined)


def may_meet(one: Facts, other: Facts, directions: Iterable[str]) -> bool:
    """The convention lets one of the two ask the other, they are not the same, and there is an hour for both."""
    if one.organisation == other.organisation or shared_slots(one, other) == 0:
        return False
    kinds = [[kind for kind, is_it in (("exhibitor", p.exhibits), ("buyer", p.buys)) if is_it] for p in (one, other)]
    pairs = {f"{mine}_to_{theirs}" for mine in kinds[0] for theirs in kinds[1]}
    pairs |= {f"{theirs}_to_{mine}" for mine in kinds[0] for theirs in kinds[1]}
    return not pairs.isdisjoint(directions)
