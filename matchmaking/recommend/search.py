"""Parties by text, country, term, language, channel, and who is free now, in the order of their ids.

The database finds by what stands in columns, in portions that grow; what a term means and who is awake is asked of each
portion. So a search that finds little reads every party once, and any other reads about a page.
"""

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String, cast
from sqlmodel import Session, col, or_, select

from matchmaking.people import FIND_CANDIDATES, around, there
from matchmaking.recommend.profile import needed, offered, profile_of
from matchmaking.recommend.taxonomy import Taxonomy, taxonomy_of
from matchmaking.recommend.wording import normalised
from matchmaking.slots import CELL_MINUTES, expand
from matchmaking.tables import Availability, JoinInstruction, Participation, Representative

MOST_WORDS = 8
_FIRST, _GROWING, _MOST = 100, 4, 2000

Kind = Literal["exhibitor", "buyer"]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; "" and None are anything. `category` is a code: all below it are found too. `free_at` is an
    instant: somebody is there then, and not taken. Every word of `text` must be found, as a part of any word."""

    text: str = ""
    kind: Kind | None = None
    country: str | None = None
    category: str | None = None
    language: str | None = None
    channel: str | None = None
    free_at: datetime | None = None


def find_parties(
    db: Session, convention_id: UUID, search: Search, after: UUID | None, limit: int
) -> list[Participation]:
    """The parties that fit, of those the session shows, behind a cursor."""
    found: list[Participation] = []
    for portion in _portions(db, convention_id, search, after, limit):
        found += portion
        if len(found) >= limit:
            break
    return found[:limit]


def _portions(
    db: Session, convention_id: UUID, search: Search, after: UUID | None, limit: int
) -> Iterator[list[Participation]]:
    taxonomy = taxonomy_of(db, convention_id) if search.category else Taxonomy([])
    if search.category and search.category not in taxonomy.terms:
        return
    if search.free_at and not _is_anybody_there(db, convention_id, search.free_at):
        return
    within = taxonomy.within(search.category) if search.category else frozenset()
    size = max(_FIRST, limit) if search.category or search.free_at else limit
    while True:
        query = _query(db, convention_id, search)
        if after is not None:
            query = query.where(col(Participation.id) > after)
        rows: Sequence[Participation] = db.exec(query.order_by(col(Participation.id)).limit(size)).all()
        if not rows:
            return
        fitting = [row for row in rows if not within or _in_category(row, taxonomy, within)]
        yield _free(db, fitting, search.free_at) if search.free_at else fitting
        if len(rows) < size:
            return
        after, size = rows[-1].id, min(size * _GROWING, _MOST)


def _query(db: Session, convention_id: UUID, search: Search) -> Any:
    query = select(Participation).where(Participation.convention_id == convention_id)
    for word in normalised(search.text).split()[:MOST_WORDS]:
        query = query.where(col(Participation.found_by).contains(word, autoescape=True))
    if search.kind is not None:
        query = query.where(col(Participation.offers if search.kind == "exhibitor" else Participation.seeks))
    if search.country is not None:
        query = query.where(Participation.country == search.country)
    if search.language is not None:
        speaks = cast(Representative.languages, String).contains(f'"{search.language}"', autoescape=True)
        speakers = select(Representative.participation_id).where(
            Representative.convention_id == convention_id, col(Representative.active), speaks
        )
        query = query.where(col(Participation.id).in_(speakers))
    if search.channel is not None:
        query = query.where(_uses(db, convention_id, search.channel))
    return query


def _uses(db: Session, convention_id: UUID, channel: str) -> Any:
    """A party has said that it uses the channel; or it exhibits, has said nothing, and the convention runs it."""
    said = cast(Participation.channels, String)
    uses = said.contains(f'"{channel}"', autoescape=True)
    if db.get(JoinInstruction, (convention_id, convention_id, channel)) is None:
        return uses
    return or_(uses, col(Participation.offers) & (col(Participation.channels).is_(None) | (said == "null")))


def _in_category(party: Participation, taxonomy: Taxonomy, within: Set[str]) -> bool:
    profile = profile_of(party)
    return not within.isdisjoint(offered(party, profile, taxonomy) | needed(party, profile, taxonomy))


def _is_anybody_there(db: Session, convention_id: UUID, at: datetime) -> bool:
    """Most people keep one of a few usual days: at night that none of them is there is soon known."""
    days = select(col(Availability.local_date), col(Availability.zone), cast(Availability.hours, String)).where(
        Availability.convention_id == convention_id,
        col(Availability.local_date).between(at.date() - timedelta(days=2), at.date() + timedelta(days=1)),
        Availability.mode != "absent",
    )
    return any(
        opens <= at < closes
        for day, zone, hours in db.exec(days.distinct())
        for opens, closes in expand(day, json.loads(hours), zone)
    )


def _free(db: Session, parties: Sequence[Participation], at: datetime) -> list[Participation]:
    """Those of whom somebody is there and not taken."""
    confirmed = [party for party in parties if not party.needs_look]
    asked = around((party.id for party in confirmed), at, at + timedelta(minutes=CELL_MINUTES), 0)
    people = there(chain.from_iterable(FIND_CANDIDATES.rows(db, asked)))
    free = {
        person.party
        for person in people
        if not person.row.clash and any(opens <= at < closes for opens, closes in person.stretches)
    }
    return [party for party in confirmed if party.id in free]
