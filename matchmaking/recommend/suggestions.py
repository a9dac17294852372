"""Whom a party should meet, the best first, and why: the crowd's scores with what the reader may know of the two."""

from collections.abc import Collection, Iterator, Set
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, or_, select

from matchmaking.recommend.census import Census
from matchmaking.recommend.crowd import Scores
from matchmaking.recommend.exposure import ranking
from matchmaking.recommend.reasons import reasons
from matchmaking.recommend.scoring import Between, Facts, Reason
from matchmaking.recommend.tables import PartyView
from matchmaking.states import MeetingState, RequestState
from matchmaking.tables import Attendee, Meeting, MeetingRequest, PairRule, Preference

_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A party to meet. `points` are per cent of the convention's total. `standing`: none, asked (there is an open
    request), agreed (there is a meeting, or was). `wish` is the reader's own."""

    party: UUID
    points: int
    reasons: list[Reason]
    standing: str
    wish: str | None


@dataclass(slots=True)
class History:
    """What has been between a party and all others, as far as the session shows it. `out` are never suggested."""

    out: set[UUID] = field(default_factory=set)
    wishes: dict[UUID, str] = field(default_factory=dict)
    asked: set[UUID] = field(default_factory=set)
    agreed: set[UUID] = field(default_factory=set)
    declined: set[UUID] = field(default_factory=set)
    viewed: set[UUID] = field(default_factory=set)

    def standing(self, other: UUID) -> str:
        """How far the two have come."""
        return "agreed" if other in self.agreed else "asked" if other in self.asked else "none"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which parties are wanted; None is any. `undecided` leaves out those about whom the reader has said a wish, and
    those who were asked already."""

    country: str | None = None
    category: str | None = None
    language: str | None = None
    channel: str | None = None
    undecided: bool = False

    def fit(self, party: Facts, within: Set[str]) -> bool:
        """Is it one of them? `within` are the terms of the category and below."""
        return (
            self.country in (None, party.country)
            and (self.language is None or self.language in party.languages)
            and (self.channel is None or self.channel in (party.channels or ()))
            and (self.category is None or not within.isdisjoint(party.offers | party.needs))
        )


def history(db: Session, convention_id: UUID, party_id: UUID) -> History:
    """What has been between a party and others. "No thanks" counts from either side; who said it is not told."""
    told = History()
    wishes = select(Preference).where(
        Preference.convention_id == convention_id, or_(Preference.by_id == party_id, Preference.about_id == party_id)
    )
    for wish in db.exec(wishes):
        if wish.wish == "no_thanks":
            told.out.add(_other(party_id, wish.by_id, wish.about_id))
        elif wish.by_id == party_id:
            told.wishes[wish.about_id] = wish.wish
    rules = select(PairRule).where(
        PairRule.convention_id == convention_id, or_(PairRule.one_id == party_id, PairRule.other_id == party_id)
    )
    told.out |= {_other(party_id, rule.one_id, rule.other_id) for rule in db.exec(rules) if rule.rule == "ban"}
    requests = select(MeetingRequest).where(
        MeetingRequest.convention_id == convention_id,
        or_(MeetingRequest.requester_id == party_id, MeetingRequest.addressee_id == party_id),
    )
    for request in db.exec(requests):
        other = _other(party_id, request.requester_id, request.addressee_id)
        if request.open_key is not None:
            told.asked.add(other)
        elif request.state == RequestState.DECLINED:
            told.declined.add(other)
    told.agreed |= _agreed(db, convention_id, party_id)
    views = select(PartyView.about_id).where(PartyView.convention_id == convention_id, PartyView.by_id == party_id)
    told.viewed |= set(db.exec(views))
    return told


def _other(party_id: UUID, one: UUID, other: UUID) -> UUID:
    return other if one == party_id else one


def _agreed(db: Session, convention_id: UUID, party_id: UUID) -> set[UUID]:
    own = select(Attendee.meeting_id).where(Attendee.participation_id == party_id)
    seats = (
        select(col(Attendee.participation_id))
        .join(Meeting, col(Meeting.id) == col(Attendee.meeting_id))
        .where(
            Meeting.convention_id == convention_id,
            Meeting.state != MeetingState.CANCELLED,
            col(Meeting.id).in_(own),
        )
    )
    return {party for party in db.exec(seats) if party not in (None, party_id)}


def suggest(
    census: Census, prices: Scores, party_id: UUID, told: History, filters: Filters = Filters()
) -> Iterator[Suggestion]:
    """Suggestions for a party, the best first; none if the crowd does not know it."""
    crowd = census.crowd
    row = crowd.index.get(party_id)
    if row is None:
        return
    met = census.earlier.get(crowd.facts[row].organisation, frozenset())
    columns, points = ranking(crowd, row, prices, _extra(census, told, met))
    within = crowd.house.taxonomy.within(filters.category) if filters.category else frozenset()
    wanted = [
        place
        for place, column in enumerate(columns)
        if _wanted(crowd.facts[column], told, filters) and filters.fit(crowd.facts[column], within)
    ]
    for start in range(0, len(wanted), _AT_ONCE):
        some = np.array(wanted[start : start + _AT_ONCE])
        alike = crowd.texts(row, columns[some])
        for place, likeness in zip(some, alike, strict=True):
            other = crowd.facts[columns[place]]
            between = Between(
                texts=float(likeness),
                earlier=int(other.organisation in met),
                viewed=other.id in told.viewed,
                declined=other.id in told.declined,
            )
            house = crowd.house
            why = reasons(crowd.facts[row], other, between, house.taxonomy, house.weights, house.slot_minutes)
            share = round(100 * float(points[place]) / max(1, house.weights.total))
            yield Suggestion(other.id, share, why, told.standing(other.id), told.wishes.get(other.id))


def _wanted(party: Facts, told: History, filters: Filters) -> bool:
    if party.id in told.out:
        return False
    return not filters.undecided or (party.id not in told.wishes and told.standing(party.id) == "none")


def _extra(census: Census, told: History, met: Collection[UUID]) -> Scores:
    """Points by row for what has been between the reader and others."""
    crowd, weights = census.crowd, census.crowd.house.weights
    extra: Scores = np.zeros(len(crowd.facts), np.float32)
    for others, points in ((told.viewed, weights.views), (told.declined, -weights.declined)):
        extra[[crowd.index[other] for other in others if other in crowd.index]] += points
    if met:
        extra[[row for row, party in enumerate(crowd.facts) if party.organisation in met]] += weights.earlier
    return extra
