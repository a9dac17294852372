"""What of a person is shown to whom, field by field. Nothing else decides it.

| field | who sees it |
|---|---|
| id, name, position, languages, zone | who may meet or join meetings, or works behind the scenes |
| email, phone | the person; who may see all contacts (SEE_CONTACTS) |
| | the other side of a meeting, as long as `opens` says so |
| | people of a party they sit for: the address, and the phone of who has agreed to share contact data |
| name | whoever may read what they asked or wrote in a session under their name |

Viewers and speakers see which parties come, and nobody of them but who speaks up.

Consent is read with every look: one that is withdrawn ends what it allowed at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Meeting, Participation, Representative
from server.accounts.actors import Actor
from server.accounts.consents import Purpose, Said, newest
from server.accounts.permissions import May
from server.accounts.tables import Person

ASKED = (Purpose.SHARE_CONTACT, Purpose.TRANSFER_ABROAD)


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as one reader sees them. `email` and `phone` are None where they are not for the reader."""

    id: UUID
    name: dict[str, Any] | None
    position: str | None
    languages: list[str]
    zone: str | None
    email: str | None
    phone: str | None


class Seated(NamedTuple):
    """A person to be shown, the party they are there for, its country, and the seat's languages and zone."""

    person: Person
    party: UUID | None
    party_country: str | None = None
    languages: Sequence[str] = ()
    zone: str | None = None

    @property
    def country(self) -> str | None:
        """Whose own is not known counts as of their party's."""
        return self.person.country or self.party_country


def opens(*, meets: bool, mine: Iterable[str], theirs: Iterable[str], same_country: bool) -> bool:
    """Whether one side of a meeting sees the contact data of a person of the other.

    Args:
        meets: both sit in a meeting with each other, for different parties, that was agreed or set and not called off.
        mine, theirs: the purposes that the reader and the person shown have agreed to in this convention.
        same_country: both are known to be in one country; else data would go abroad.
    """
    needed = {Purpose.SHARE_CONTACT} if same_country else {Purpose.SHARE_CONTACT, Purpose.TRANSFER_ABROAD}
    return meets and Purpose.SHARE_CONTACT in set(mine) and needed <= set(theirs)


def sees_people(actor: Actor) -> bool:
    """Whether somebody sees who comes for a party, and not only which parties come."""
    return actor.staff or actor.may(May.MEET) or actor.may(May.JOIN)


def people_of_parties(
    db: Session, actor: Actor, convention_id: UUID, parties: Iterable[UUID]
) -> dict[UUID, list[Shown]]:
    """Those who sit for these parties, the leads first: {party: people}, as the actor sees them."""
    if not sees_people(actor):
        return {}
    query = (
        select(Representative, Person, Participation.country)
        .join(Person, col(Person.id) == Representative.person_id)
        .join(Participation, col(Participation.id) == Representative.participation_id)
        .where(
            Representative.convention_id == convention_id,
            col(Representative.participation_id).in_(list(parties)),
            col(Representative.active),
        )
        .order_by(col(Representative.position))
    )
    seated = [
        Seated(person, seat.participation_id, country, seat.languages, seat.zone)
        for seat, person, country in db.exec(query)
    ]
    shown: dict[UUID, list[Shown]] = {}
    for one, seen in zip(seated, show(db, actor, convention_id, seated), strict=True):
        assert one.party is not None
        shown.setdefault(one.party, []).append(seen)
    return shown


def names_of(db: Session, people: Iterable[UUID | None]) -> dict[UUID, dict[str, Any]]:
    """The names of those who speak up under theirs, for whoever may read what they say. Who has none is left out."""
    known = {person for person in people if person is not None}
    query = select(Person.id, Person.name).where(col(Person.id).in_(known))
    return {person: dict(name) for person, name in db.exec(query) if name} if known else {}


def people_of_meeting(db: Session, convention_id: UUID, meeting_id: UUID) -> list[tuple[Seated, str]]:
    """All who are to be at a meeting, with their roles in it."""
    query = (
        select(Attendee, Person, Representative, Participation.country)
        .join(Person, col(Person.id) == Attendee.person_id)
        .outerjoin(
            Representative,
            and_(
                col(Representative.person_id) == Attendee.person_id,
                col(Representative.convention_id) == convention_id,
                col(Representative.participation_id) == Attendee.participation_id,
            ),
        )
        .outerjoin(Participation, col(Participation.id) == Attendee.participation_id)
        .where(Attendee.meeting_id == meeting_id)
        .order_by(col(Attendee.participation_id), col(Attendee.person_id))
    )
    there = []
    for attendee, person, seat, country in db.exec(query):
        languages, zone = (seat.languages, seat.zone) if seat else ((), None)
        there.append((Seated(person, attendee.participation_id, country, languages, zone), attendee.role))
    return there


def show(db: Session, actor: Actor, convention_id: UUID, people: Sequence[Seated]) -> list[Shown]:
    """These people as the actor sees them. However many they are, it takes the same few queries."""
    close = {one.person.id for one in people if _close(actor, one)}
    mates = {one.person.id for one in people if one.party in actor.parties} - close
    others = [one for one in people if one.person.id not in close | mates]
    phones = close | _opened(db, actor, convention_id, others) | _sharing(db, convention_id, mates)
    addresses = phones | mates
    return [
        Shown(
            id=one.person.id,
            name=one.person.name,
            position=one.person.position,
            languages=list(one.languages),
            zone=one.zone,
            email=one.person.email if one.person.id in addresses else None,
            phone=one.person.phone if one.person.id in phones else None,
        )
        for one in people
    ]


def _close(actor: Actor, one: Seated) -> bool:
    return one.person.id == actor.person_id or actor.may(May.SEE_CONTACTS)


def _sharing(db: Session, convention_id: UUID, people: set[UUID]) -> set[UUID]:
    """Those of one's own party's people who have agreed to share their contact data. A party's admin can add anybody by
    their address, and must not learn the phone that the host knows of them."""
    said = newest(db, convention_id, people, (Purpose.SHARE_CONTACT,)) if people else {}
    return {one for one, words in said.items() if _given(words)}


def _opened(db: Session, actor: Actor, convention_id: UUID, people: Sequence[Seated]) -> set[UUID]:
    """Those of the other sides' people whose contact data the actor sees."""
    me = actor.person_id
    if me is None or not people:
        return set()
    met = _met(db, me, convention_id) & {one.person.id for one in people}
    if not met:
        return set()
    said = newest(db, convention_id, [me, *met], ASKED)
    return {
        one.person.id
        for one in people
        if opens(
            meets=one.person.id in met,
            mine=_given(said.get(me, {})),
            theirs=_given(said.get(one.person.id, {})),
            same_country=one.country is not None and one.country == actor.country,
        )
    }


def _met(db: Session, me: UUID, convention_id: UUID) -> set[UUID]:
    """Whom somebody has met, meets, or is to meet, each for another party."""
    my, their = aliased(Attendee), aliased(Attendee)
    query = (
        select(their.person_id)
        .join(my, col(my.meeting_id) == their.meeting_id)
        .join(Meeting, col(Meeting.id) == their.meeting_id)
        .where(
            my.person_id == me,
            col(my.participation_id) != col(their.participation_id),
            Meeting.convention_id == convention_id,
            Meeting.state != MeetingState.CANCELLED.value,
        )
    )
    return set(db.exec(query))


def _given(said: Mapping[str, Said]) -> set[str]:
    return {purpose for purpose, word in said.items() if word.given}
