"""Whom a party sends: organisations are invited with their first representative, and manage the others themselves."""

from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import col, func, or_, select

from matchmaking.errors import Booked, NotAllowed, NotFound
from matchmaking.parties import Day, changed, set_availability, set_days
from matchmaking.seats import engagements, hand_over
from matchmaking.tables import Availability, Participation, Representative
from server.accounts.invitations import revoke_those_of_nobody
from server.accounts.known import known_elsewhere
from server.accounts.permissions import May
from server.accounts.tables import Person
from server.conventions.commands import add_person, lock_host, rights_changed
from server.conventions.tables import Convention, Organisation
from server.errors import LastOne, PartyExists, SeatedElsewhere
from server.ids import new_id
from server.imports.staging import organisation_keys
from server.work import Work

Names = dict[str, object]


class Newcomer(NamedTuple):
    """A representative to be. What the host knows of the person already is kept."""

    email: str
    name: Names | None
    position: str | None
    phone: str | None
    languages: Sequence[str]
    zone: str | None
    admin: bool


class Profile(NamedTuple):
    """An organisation to be, as it takes part in one convention."""

    name: Names
    country: str | None
    zone: str
    offers: bool
    seeks: bool
    city: str | None
    category: str | None
    products: Sequence[str]
    interests: Sequence[str]
    target_countries: Sequence[str]


class SeatRecord(BaseModel):
    """A seat as it stands. `kept` names what the host knew of the person already, and was left as it was; of a phone
    that is not told when somebody is added."""

    party: UUID
    person: UUID
    active: bool
    admin: bool
    kept: tuple[str, ...] = ()


def add_party(work: Work, host_id: UUID, profile: Profile, contact: Newcomer) -> SeatRecord:
    """Let an organisation take part, with its first representative, who manages the others.

    Raises:
        PartyExists, SeatedElsewhere.
    """
    organisation = _organisation(work, host_id, profile)
    taking_part = select(Participation.id).where(
        Participation.convention_id == work.convention_id, Participation.organisation_id == organisation.id
    )
    if present := work.db.exec(taking_part).first():
        raise PartyExists(party=present)
    about = profile._asdict() | {name: list(getattr(profile, name)) for name in _LISTS}
    party = Participation(
        id=new_id(),
        convention_id=work.convention_id,
        organisation_id=organisation.id,
        version=0,
        created_at=work.now,
        **about,
    )
    work.db.add(party)
    work.db.flush()
    return _seat(work, party, contact._replace(admin=True))


_LISTS = ("products", "interests", "target_countries")


def _organisation(work: Work, host_id: UUID, profile: Profile) -> Organisation:
    """The host's organisation of that name in that country, by the keys that sheets find it by; a new one if none."""
    keys = organisation_keys({lang: str(text) for lang, text in profile.name.items() if lang != "original"})
    base = keys[0]
    lock_host(work, host_id)
    namesakes = work.db.exec(
        select(Organisation).where(
            Organisation.host_id == host_id,
            or_(
                col(Organisation.match_key).in_(keys),
                col(Organisation.match_key).startswith(f"{base}@", autoescape=True),
            ),
        )
    ).all()
    for found in namesakes:
        if profile.country is None or found.country in (None, profile.country):
            return found
    taken = {found.match_key for found in namesakes}
    spare = (f"{base}@{profile.country or ''}{number}" for number in count(1))
    made = Organisation(
        id=new_id(),
        host_id=host_id,
        name=dict(profile.name),
        match_key=next(key for key in chain([base], spare) if key not in taken),
        country=profile.country,
        created_at=work.now,
    )
    work.db.add(made)
    work.db.flush()
    return made


def add_representative(work: Work, party_id: UUID, newcomer: Newcomer) -> SeatRecord:
    """Give somebody a seat at a party; harmless for those who have it.

    Raises:
        NotFound, NotAllowed, SeatedElsewhere.
    """
    return _seat(work, managed(work, party_id), newcomer)


def _seat(work: Work, party: Participation, newcomer: Newcomer) -> SeatRecord:
    host_id = work.db.get_one(Convention, work.convention_id).host_id
    zone = newcomer.zone or party.zone or "UTC"
    about = {"name": newcomer.name, "position": newcomer.position}  # a phone is not theirs to see, nor that it is known
    person_id = add_person(
        work,
        host_id,
        newcomer.email,
        zone,
        newcomer.name,
        position=newcomer.position,
        phone=newcomer.phone,
    )
    person = work.db.get_one(Person, person_id)
    seat = work.db.get(Representative, (work.convention_id, person_id))
    if seat is None or not seat.active:
        seat = _take_seat(work, seat, party, person_id, newcomer, zone)
        changed(work, party)
    elif seat.participation_id != party.id:
        raise SeatedElsewhere
    return _record(seat, tuple(field for field, value in about.items() if value and getattr(person, field) != value))


def _take_seat(
    work: Work, old: Representative | None, party: Participation, person_id: UUID, newcomer: Newcomer, zone: str
) -> Representative:
    """A fresh seat behind the others of the party; who had one in this convention before has that one again."""
    last = work.db.exec(
        select(func.max(Representative.position)).where(Representative.participation_id == party.id)
    ).one()
    position = 0 if last is None else last + 1
    seat = old or Representative(
        convention_id=work.convention_id, person_id=person_id, participation_id=party.id, position=position
    )
    seat.participation_id, seat.position, seat.active, seat.admin = party.id, position, True, newcomer.admin
    seat.languages, seat.zone = list(newcomer.languages), zone
    work.db.add(seat)
    work.db.flush()
    set_availability(work, person_id, zone, kind="unknown")
    rights_changed(work, person_id)
    return seat


def update_representative(work: Work, party_id: UUID, person_id: UUID, changes: Mapping[str, Any]) -> SeatRecord:
    """Change a representative: name, position, phone, languages, zone, admin; what is not named stays.

    Name, position and phone of somebody who is known elsewhere in the host too are the host's: a party fills in what
    is missing, the organiser sets them.

    Raises:
        NotFound, NotAllowed.
        LastOne: nobody would be left to manage the party.
    """
    party = managed(work, party_id)
    seat = seat_of(work, party_id, person_id)
    person = work.db.get_one(Person, person_id)
    theirs = work.actor.may(May.MANAGE_PARTIES) or not known_elsewhere(work.db, work.convention_id, person_id)
    kept = []
    for field in ("name", "position", "phone"):
        if field in changes and (theirs or not getattr(person, field)):
            setattr(person, field, changes[field])
        elif field in changes and getattr(person, field) != changes[field]:
            kept.append(field)
    if "languages" in changes:
        seat.languages = list(changes["languages"])
    if "zone" in changes and changes["zone"] != seat.zone:
        _move_to_zone(work, seat, changes["zone"])
    if "admin" in changes and changes["admin"] != seat.admin:
        if seat.admin:
            _check_other_admin(work, seat)
        seat.admin = changes["admin"]
        rights_changed(work, person_id)
    work.db.add(person)
    work.db.add(seat)
    changed(work, party)
    return _record(seat, tuple(kept))


def remove_representative(work: Work, party_id: UUID, person_id: UUID, move_to: UUID | None = None) -> SeatRecord:
    """Take somebody's seat away; what they have before them goes to a colleague, if one is named.

    Raises:
        NotFound, NotAllowed, LastOne.
        Booked: they have meetings or open requests before them, and nobody is named to take them over.
        SlotTaken: the colleague is not free for one of them.
    """
    party = managed(work, party_id)
    seat = seat_of(work, party_id, person_id)
    if seat.admin:
        _check_other_admin(work, seat)
    if move_to is not None:
        hand_over(work, party_id, person_id, move_to)
    elif ahead := engagements(work, person_id):
        raise Booked(
            meetings=[meeting.id for meeting in (*ahead.under_way, *ahead.to_come)],
            requests=[request.id for request in ahead.requests],
        )
    seat.active = seat.admin = False
    work.db.add(seat)
    rights_changed(work, person_id)
    revoke_those_of_nobody(work, person_id, work.clock.real_now())
    changed(work, party)
    return _record(seat)


def set_hours(work: Work, party_id: UUID, person_id: UUID, zone: str | None, days: Sequence[Day]) -> SeatRecord:
    """Set when a representative is there, date by date in their own zone. What is agreed already stays.

    Raises:
        NotFound, NotAllowed (also for a colleague who does not manage the party).
        BadCalendar: a date that does not touch the convention.
    """
    if person_id != work.actor.person_id or party_id not in work.actor.parties:
        managed(work, party_id)
    seat = seat_of(work, party_id, person_id)
    seat.zone = zone or seat.zone or work.db.get_one(Person, person_id).zone
    work.db.add(seat)
    set_days(work, person_id, seat.zone, days)
    changed(work, work.db.get_one(Participation, party_id))
    return _record(seat)


def managed(work: Work, party_id: UUID) -> Participation:
    """A party of the convention that the actor manages: one's own, or any for the organiser.

    Raises:
        NotFound, NotAllowed.
    """
    party = work.db.get(Participation, party_id)
    if party is None or party.convention_id != work.convention_id:
        raise NotFound
    if party_id not in work.actor.managed and not work.actor.may(May.MANAGE_PARTIES):
        raise NotAllowed
    return party


def seat_of(work: Work, party_id: UUID, person_id: UUID) -> Representative:
    """Somebody's seat at a party.

    Raises:
        NotFound: they do not sit for it, or no more.
    """
    seat = work.db.get(Representative, (work.convention_id, person_id))
    if seat is None or not seat.active or seat.participation_id != party_id:
        raise NotFound
    return seat


def _check_other_admin(work: Work, seat: Representative) -> None:
    others = select(Representative.person_id).where(
        Representative.convention_id == work.convention_id,
        Representative.participation_id == seat.participation_id,
        col(Representative.active),
        col(Representative.admin),
        Representative.person_id != seat.person_id,
    )
    if work.db.exec(others).first() is None:
        raise LastOne


def _move_to_zone(work: Work, seat: Representative, zone: str) -> None:
    """Somebody's hours stay the same wall time, in another zone."""
    seat.zone = zone
    mine = select(Availability).where(
        Availability.convention_id == work.convention_id, Availability.person_id == seat.person_id
    )
    for day in work.db.exec(mine):
        day.zone = zone
        work.db.add(day)


def _record(seat: Representative, kept: tuple[str, ...] = ()) -> SeatRecord:
    return SeatRecord(
        party=seat.participation_id, person=seat.person_id, active=seat.active, admin=seat.admin, kept=kept
    )
