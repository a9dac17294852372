"""Why a party is suggested to a reader: codes and what their sentences name, the weightiest first.

| code | what the sentence names |
|---|---|
| they_need | `need`, `offer`: terms; they need the one, the reader offers the other |
| they_offer | `need`, `offer`: likewise the other way round |
| their_market, your_market | `country`: the reader's, theirs |
| languages, channels | `shared`: codes |
| hours | `minutes` |
| you_hold, they_hold | `shared`: certificates that the other asks for |
| your_size, their_size | `shared`: the size that the other looks for |
| volumes | `shared` sizes of business; empty: the next one |
| texts, met_before, viewed | nothing |

What others look at, and which sessions they were at, counts but is told to nobody.
"""

from collections.abc import Iterator
from typing import Any

from matchmaking.recommend import scoring
from matchmaking.recommend.scoring import TELLING_COVER, TELLING_TEXT, Between, Facts, Reason
from matchmaking.recommend.taxonomy import Taxonomy
from matchmaking.recommend.weights import MatchWeights

Told = tuple[str, str, dict[str, Any]]


def reasons(
    reader: Facts, other: Facts, between: Between, taxonomy: Taxonomy, weights: MatchWeights, slot_minutes: int
) -> list[Reason]:
    """What speaks for the reader's party to meet the other."""
    scored = scoring.scores(reader, other, between, taxonomy, slot_minutes)
    told = [*_business(reader, other, taxonomy), *_terms(reader, other), *_talking(reader, other, slot_minutes)]
    told += _history(between)
    found = [Reason(code, params, scored[name] * getattr(weights, name)) for name, code, params in told]
    return sorted((reason for reason in found if reason.points > 0), key=lambda reason: -reason.points)


def _business(reader: Facts, other: Facts, taxonomy: Taxonomy) -> Iterator[Told]:
    for code, needs, offers in (("they_need", other.needs, reader.offers), ("they_offer", reader.needs, other.offers)):
        pairs = ((taxonomy.cover(need, offer), need, offer) for need in sorted(needs) for offer in sorted(offers))
        cover, need, offer = max(pairs, key=lambda pair: pair[0], default=(0.0, "", ""))
        if cover >= TELLING_COVER:
            yield "supply", code, {"need": need, "offer": offer}
    if reader.country in other.markets:
        yield "markets", "their_market", {"country": reader.country}
    if other.country in reader.markets:
        yield "markets", "your_market", {"country": other.country}


def _terms(reader: Facts, other: Facts) -> Iterator[Told]:
    if held := reader.certifications & other.certifications_wanted:
        yield "certifications", "you_hold", {"shared": sorted(held)}
    if held := other.certifications & reader.certifications_wanted:
        yield "certifications", "they_hold", {"shared": sorted(held)}
    if reader.size in other.sizes_wanted:
        yield "size", "your_size", {"shared": [reader.size]}
    if other.size in reader.sizes_wanted:
        yield "size", "their_size", {"shared": [other.size]}
    yield "volumes", "volumes", {"shared": sorted(reader.volumes & other.volumes)}


def _talking(reader: Facts, other: Facts, slot_minutes: int) -> Iterator[Told]:
    yield "languages", "languages", {"shared": sorted(reader.languages & other.languages)}
    yield "hours", "hours", {"minutes": (scoring.shared_slots(reader, other) or 0) * slot_minutes}
    shared = (reader.channels or frozenset()) & (other.channels or frozenset())
    yield "channels", "channels", {"shared": sorted(shared)}


def _history(between: Between) -> Iterator[Told]:
    if between.texts >= TELLING_TEXT:
        yield "texts", "texts", {}
    yield "earlier", "met_before", {}
    yield "views", "viewed", {}
