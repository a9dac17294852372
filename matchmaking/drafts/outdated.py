"""Whether what a draft was made of is still so."""

from collections.abc import Iterator, Sequence
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from matchmaking.drafts.assembling import NEVER, Ground
from matchmaking.drafts.presence import presences
from matchmaking.drafts.tables import DraftMeeting
from matchmaking.tables import PairRule, Participation, Preference, Representative

Why = Literal["party_left", "person_left", "banned", "no_thanks", "hours_changed"]


def outdated(db: Session, ground: Ground, rows: Sequence[DraftMeeting]) -> dict[UUID, Why]:
    """Meetings of a draft that cannot be published as they are, and why: a party is not there any more, or must be
    looked at first; who was to sit in it does not sit for that party, or is not there then; the two are not to meet."""
    parties = select(Participation).where(Participation.convention_id == ground.convention_id)
    there = {party.id for party in db.exec(parties) if not party.needs_look}
    seats = select(Representative.person_id, Representative.participation_id).where(
        Representative.convention_id == ground.convention_id, col(Representative.active)
    )
    sits = dict(db.exec(seats).all())
    word = {(row.one_id, row.other_id): row.rule for row in db.exec(_rules(ground.convention_id))}
    unwanted = set(_unwanted(db, ground.convention_id))
    away = set(_away(db, ground, rows))
    found: dict[UUID, Why] = {}
    for row in rows:
        pair = (row.one_id, row.other_id)
        people = {UUID(party): UUID(person) for party, person in row.people.items()}
        if not people.keys() <= there:
            found[row.id] = "party_left"
        elif any(sits.get(person) != party for party, person in people.items()):
            found[row.id] = "person_left"
        elif word.get(pair) == "ban":
            found[row.id] = "banned"
        elif pair in unwanted and word.get(pair) != "must" and not row.pinned:
            found[row.id] = "no_thanks"
        elif row.id in away:
            found[row.id] = "hours_changed"
    return found


def _rules(convention_id: UUID) -> SelectOfScalar[PairRule]:
    return select(PairRule).where(PairRule.convention_id == convention_id)


def _unwanted(db: Session, convention_id: UUID) -> Iterator[tuple[UUID, UUID]]:
    """Pairs of which one would rather not."""
    said = select(Preference.by_id, Preference.about_id).where(
        Preference.convention_id == convention_id, Preference.wish == "no_thanks"
    )
    return ((min(pair), max(pair)) for pair in db.exec(said))


def _away(db: Session, ground: Ground, rows: Sequence[DraftMeeting]) -> Iterator[UUID]:
    """Meetings to come at which somebody is not there any more."""
    slots = {slot.id: s for s, slot in enumerate(ground.offered.slots)}
    people = {UUID(person) for row in rows for person in row.people.values()}
    found = presences(db, ground.convention_id, people, ground.offered, ground.curve, ())
    for row in rows:
        slot = slots.get(row.slot_id)
        if slot is not None and any(
            not found.get(UUID(person), NEVER).there >> slot & 1 for person in row.people.values()
        ):
            yield row.id
