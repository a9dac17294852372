"""The organiser confirms what a sheet left unclear, as it is or as the findings propose."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlmodel import col, select

import matchmaking.parties
from matchmaking.errors import NotFound
from matchmaking.events import DirectoryRecord
from matchmaking.parties import set_availability
from matchmaking.tables import Participation, Representative
from server.accounts.known import has_account
from server.accounts.readdressing import readdress
from server.accounts.tables import Person
from server.imports.drafts import hours_said
from server.imports.tables import ImportedParty, ImportFinding
from server.work import Work


def confirm(
    work: Work, party_id: UUID, zone: str | None = None, country: str | None = None, *, proposed: bool = False
) -> DirectoryRecord:
    """Confirm a party that needed a look; from now on it has slots.

    Args:
        zone: the IANA zone to use, if it was unknown or wrong.
        country: ISO 3166-1 alpha-2, likewise.
        proposed: what is not given here is taken as the findings propose it: zones, country, hours, mail addresses.

    Raises:
        NotAllowed, NotFound.
        NeedsLook: a zone is still unknown.
    """
    party = work.db.get(Participation, party_id)
    if party is None:
        raise NotFound
    waiting = frozenset(party.needs_look) if proposed else frozenset()
    if "country" in waiting:
        country = country or _proposed_country(work, party_id)
    entries = {UUID(entry["person"]): entry for entry in _entries(work, party_id)}
    seats = work.db.exec(select(Representative).where(Representative.participation_id == party_id)).all()
    zones = {seat.person_id: seat.zone for seat in seats}
    record = matchmaking.parties.confirm(
        work,
        party_id,
        zone,
        country,
        zones={one: known["proposed"].get("zone") for one, known in entries.items()} if proposed else None,
        said={one: hours_said(known["said"]) for one, known in entries.items()},
    )
    for seat in seats:
        if seat.person_id in entries:
            _accept(work, seat, entries[seat.person_id]["proposed"], waiting)
        if seat.zone is not None and seat.zone != zones[seat.person_id]:
            work.db.get_one(Person, seat.person_id).zone = seat.zone
    return record


def _entries(work: Work, party_id: UUID) -> Iterator[dict[str, Any]]:
    """What the sheets said of the party's people."""
    query = select(ImportedParty).where(
        ImportedParty.convention_id == work.convention_id, ImportedParty.participation_id == party_id
    )
    for row in work.db.exec(query):
        yield from (entry for entry in row.people if "said" in entry)


def _proposed_country(work: Work, party_id: UUID) -> str | None:
    query = select(ImportFinding.proposal).where(
        ImportFinding.participation_id == party_id, ImportFinding.field == "country"
    )
    return next((proposal["country"] for proposal in work.db.exec(query) if proposal), None)


def _accept(work: Work, seat: Representative, proposed: dict[str, Any], waiting: frozenset[str]) -> None:
    """Hours that are proposed in place of unreadable ones, and a mended address that is nobody else's. Who has an
    account keeps theirs."""
    if "hours" in waiting and "said" in proposed and seat.zone is not None:
        set_availability(work, seat.person_id, seat.zone, **asdict(hours_said(proposed["said"])))
    if "email" in waiting and "email" in proposed:
        person = work.db.get_one(Person, seat.person_id)
        namesake = select(Person.id).where(Person.host_id == person.host_id, col(Person.email) == proposed["email"])
        if work.db.exec(namesake).first() is None and not has_account(work.db, work.convention_id, person.id):
            old, person.email = person.email, proposed["email"]
            work.db.flush()
            readdress(work.db, {person.id: old} if old else {})
