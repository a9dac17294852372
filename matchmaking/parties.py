"""Parties: organisations and people taking part, their hours, and what the organiser must confirm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, String, case, cast, delete
from sqlmodel import Session, col, func, select

from matchmaking.availability import HoursKind, Said, local_days
from matchmaking.calendar import rules
from matchmaking.errors import BadCalendar, NeedsLook, NotAllowed, NotFound
from matchmaking.events import DirectoryRecord, PartyChanged, PartyConfirmed
from matchmaking.ports import Work
from matchmaking.tables import Availability, Participation, Representative

Hours = Sequence[tuple[int, int]]


def set_availability(
    work: Work,
    person_id: UUID,
    zone: str,
    *,
    kind: HoursKind,
    hours: Hours = (),
    dates: Sequence[date] | None = None,
    absent: Sequence[date] = (),
) -> None:
    """Replace when a person is there by what they said of their hours (see `availability.Said`), in their zone."""
    said = Said(kind, tuple(hours), None if dates is None else tuple(dates), tuple(absent))
    mine = (col(Availability.convention_id) == work.convention_id, col(Availability.person_id) == person_id)
    work.db.exec(delete(Availability).where(*mine))
    for day in local_days(said, rules(work)):
        row = Availability(convention_id=work.convention_id, person_id=person_id, zone=zone, **day._asdict())
        work.db.add(row)
    work.db.flush()


class Day(NamedTuple):
    """Somebody's hours on one local date, as `Availability` has them; none is absence."""

    local_date: date
    mode: str
    hours: Hours


def set_days(work: Work, person_id: UUID, zone: str, days: Iterable[Day]) -> None:
    """Replace when a person is there by what they said of each local date; on dates not named they are not.

    Raises:
        BadCalendar: a date that does not touch the convention.
    """
    known = rules(work).local_dates
    said = {day.local_date: day for day in days}
    if unknown := sorted(said.keys() - set(known)):
        raise BadCalendar("These dates do not touch the convention.", dates=unknown, first=known[0], last=known[-1])
    mine = (col(Availability.convention_id) == work.convention_id, col(Availability.person_id) == person_id)
    work.db.exec(delete(Availability).where(*mine))
    for one in known:
        day = said.get(one)
        work.db.add(
            Availability(
                convention_id=work.convention_id,
                person_id=person_id,
                local_date=one,
                mode=day.mode if day and day.hours else "absent",
                zone=zone,
                hours=[list(pair) for pair in day.hours] if day else [],
                source="stated",
            )
        )
    work.db.flush()


def changed(work: Work, party: Participation) -> DirectoryRecord:
    """A party, its people or their hours are not what they were: readers fetch the directory again."""
    party.version += 1
    work.db.add(party)
    record = directory(work.db, work.convention_id)
    work.record(PartyChanged(directory=record), ["organiser"])
    return record


def confirm(
    work: Work,
    party_id: UUID,
    zone: str | None = None,
    country: str | None = None,
    *,
    zones: Mapping[UUID, str] | None = None,
    said: Mapping[UUID, Said] | None = None,
) -> DirectoryRecord:
    """The organiser confirms a party that needed a look; from now on it has slots.

    Args:
        zone: the party's IANA zone, if it was unknown or wrong; its people move with it.
        country: ISO 3166-1 alpha-2, likewise.
        zones: for single people whose own is unknown, if `zone` does not say it.
        said: what people said of their hours, for those who get them only now, since their zone was unknown.

    Raises:
        NotAllowed, NotFound.
        NeedsLook: somebody's zone is still unknown; nobody can be there at an hour that is nowhere.
    """
    if not work.actor.staff:
        raise NotAllowed
    party = work.db.get(Participation, party_id)
    if party is None or party.convention_id != work.convention_id:
        raise NotFound
    seats = select(Representative).where(Representative.participation_id == party_id, col(Representative.active))
    people = work.db.exec(seats).all()
    for person in people:
        if person.zone is None:
            person.zone = zone or (zones or {}).get(person.person_id) or party.zone
        elif zone is not None and person.zone == party.zone:
            person.zone = zone
        if person.zone is None:
            raise NeedsLook("The time zone is not known.", fields=["zone"])
        _settle(work, person.person_id, person.zone, (said or {}).get(person.person_id, Said()))
    party.zone = zone or party.zone or next((person.zone for person in people), None)
    party.country = country or party.country
    party.needs_look = []
    party.version += 1
    record = directory(work.db, work.convention_id)
    work.record(PartyConfirmed(directory=record), ["organiser"])
    return record


def _settle(work: Work, person_id: UUID, zone: str, said: Said) -> None:
    """Keep a person's hours, now in that zone; who has none yet gets what they said."""
    rows = select(Availability).where(
        Availability.convention_id == work.convention_id, Availability.person_id == person_id
    )
    kept = work.db.exec(rows).all()
    for row in kept:
        row.zone = zone
    if not kept:
        set_availability(work, person_id, zone, **asdict(said))


def directory(db: Session, convention_id: UUID) -> DirectoryRecord:
    """How many take part. `version` grows with every change of a party."""
    db.flush()
    looked = cast(Participation.needs_look, String) == "[]"
    version, exhibitors, buyers, needs_look = db.exec(
        select(
            func.coalesce(func.sum(Participation.version), 0),
            func.coalesce(func.sum(cast(col(Participation.offers), Integer)), 0),
            func.coalesce(func.sum(cast(col(Participation.seeks), Integer)), 0),
            func.coalesce(func.sum(case((looked, 0), else_=1)), 0),
        ).where(Participation.convention_id == convention_id)
    ).one()
    return DirectoryRecord(
        id=convention_id,
        version=int(version),
        exhibitors=int(exhibitors),
        buyers=int(buyers),
        needs_look=int(needs_look),
    )
