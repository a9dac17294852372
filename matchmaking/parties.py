"""Parties: organisations and people taking part, their hours, wishes, and what the organiser must confirm."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Integer, cast
from sqlmodel import Session, col, func, select

from matchmaking.calendar import rules
from matchmaking.errors import NotAllowed, NotFound
from matchmaking.events import DirectoryRecord, PartyConfirmed, PreferenceRecord, PreferenceSet, topics_for
from matchmaking.ports import Work
from matchmaking.records import preference_record
from matchmaking.tables import Availability, Participation, Preference, Representative

Hours = Sequence[tuple[int, int]]


def set_availability(
    work: Work,
    person_id: UUID,
    zone: str,
    *,
    kind: str,
    hours: Hours = (),
    dates: Sequence[date] | None = None,
    absent: Sequence[date] = (),
) -> None:
    """Expand what somebody said of their hours over every local date that touches the convention.

    Args:
        kind: "stated" (these hours), "all_day" (whenever awake), "unknown" (nothing said: usual hours are assumed).
        hours: [opens, closes] in minutes after local midnight; closes may exceed 1440.
        dates: the only dates on which they are there; None for all.
        absent: dates on which they are not.
    """
    known = rules(work)
    usual = {
        "stated": [list(pair) for pair in hours],
        "all_day": [[known.policies.waking_opens, known.policies.waking_closes]],
        "unknown": [[known.policies.usual_opens, known.policies.usual_closes]],
    }[kind]
    for old in work.db.exec(
        select(Availability).where(
            Availability.convention_id == work.convention_id, Availability.person_id == person_id
        )
    ):
        work.db.delete(old)
    work.db.flush()
    for day in known.local_dates:
        there = (dates is None or day in dates) and day not in absent
        work.db.add(
            Availability(
                convention_id=work.convention_id,
                person_id=person_id,
                local_date=day,
                mode="online" if there else "absent",
                zone=zone,
                hours=usual if there else [],
                source="assumed" if kind == "unknown" else kind,
            )
        )


def prefer(work: Work, *, by: UUID, about: UUID, wish: str) -> PreferenceRecord:
    """Say what a party wishes of another. The other is never told; "no thanks" shows it a full calendar.

    Raises:
        NotFound: one of them is not in this convention, or not the actor's.
        PhaseClosed: neither preferences nor requests are open.
    """
    work.require_phase("preferences", "requests")
    if by not in work.actor.parties and not work.actor.staff:
        raise NotFound
    for party_id in (by, about):
        party = work.db.get(Participation, party_id)
        if party is None or party.convention_id != work.convention_id or by == about:
            raise NotFound
    row = work.db.get(Preference, (work.convention_id, by, about))
    if row is None:
        row = Preference(convention_id=work.convention_id, by_id=by, about_id=about, wish=wish, at=work.now)
    row.wish, row.at = wish, work.now
    work.db.add(row)
    record = preference_record(row)
    work.record(PreferenceSet(preference=record), topics_for((by,)))
    return record


def confirm(work: Work, party_id: UUID, zone: str | None = None, country: str | None = None) -> DirectoryRecord:
    """The organiser confirms a party that needed a look; from now on it has slots.

    Args:
        zone: the IANA zone to use, if it was unknown or wrong.
        country: ISO 3166-1 alpha-2, likewise.

    Raises:
        NotAllowed, NotFound; WrongState via NeedsLook if no zone is known still.
    """
    if not work.actor.staff:
        raise NotAllowed
    party = work.db.get(Participation, party_id)
    if party is None or party.convention_id != work.convention_id:
        raise NotFound
    party.zone, party.country = zone or party.zone, country or party.country
    party.needs_look = []
    party.version += 1
    work.db.add(party)
    if zone is not None:
        _move_people(work, party_id, zone)
    record = directory(work.db, work.convention_id)
    work.record(PartyConfirmed(directory=record), ["organiser"])
    return record


def _move_people(work: Work, party_id: UUID, zone: str) -> None:
    people = work.db.exec(select(Representative).where(Representative.participation_id == party_id)).all()
    for person in people:
        person.zone = zone
        work.db.add(person)
        rows = select(Availability).where(
            Availability.convention_id == work.convention_id, Availability.person_id == person.person_id
        )
        for row in work.db.exec(rows):
            row.zone = zone
            work.db.add(row)


def directory(db: Session, convention_id: UUID) -> DirectoryRecord:
    """How many take part. `version` grows with every change of a party."""
    db.flush()
    mine = Participation.convention_id == convention_id
    version, exhibitors, buyers = db.exec(
        select(
            func.coalesce(func.sum(Participation.version), 0),
            func.coalesce(func.sum(cast(col(Participation.offers), Integer)), 0),
            func.coalesce(func.sum(cast(col(Participation.seeks), Integer)), 0),
        ).where(mine)
    ).one()
    looks = db.exec(select(Participation.needs_look).where(mine)).all()
    return DirectoryRecord(
        id=convention_id,
        version=int(version),
        exhibitors=int(exhibitors),
        buyers=int(buyers),
        needs_look=sum(1 for look in looks if look),
    )
