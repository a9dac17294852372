"""Who a draft is: which organisation and party the database already has for it, and which of its people are whom."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from server.imports.drafts import Draft, DraftPerson
from server.imports.findings import Finding, stop
from server.imports.header import Header
from server.imports.known import Known

NAME_FIELDS = ("organisation", "organisation.ko", "organisation.en")

Fits = Callable[[DraftPerson, Any], bool]


@dataclass(slots=True)
class Place:
    """Where a draft belongs. `people` are in the draft's order, None for somebody new; `leaving` are those whom the
    sheet listed before and does not any more."""

    organisation: UUID | None
    party: UUID | None
    people: list[UUID | None] = field(default_factory=list)
    leaving: list[UUID] = field(default_factory=list)


class Resolver:
    """Finds the place of every draft. `stops` are contradictions with what is known."""

    def __init__(self, known: Known, header: Header) -> None:
        self._known = known
        self._header = header
        self.stops: list[Finding] = []

    def places(self, drafts: Sequence[Draft]) -> list[Place]:
        """In the drafts' order: by any key of the organisation, else by the mail address of one of its people."""
        places = self._by_names(drafts)
        claimed = {place.party for place in places if place.party}
        for draft, place in zip(drafts, places, strict=True):
            if place.organisation is None and (party := self._by_mail(draft, claimed)):
                place.party, place.organisation = party, self._known.parties[party].organisation_id
                claimed.add(party)
        self._seat(drafts, places, claimed)
        return places

    def _by_names(self, drafts: Sequence[Draft]) -> list[Place]:
        """Each organisation is one draft's; another of that name is a different one if its country is."""
        places: list[Place] = []
        owners: dict[UUID, Draft] = {}
        for draft in drafts:
            place = self._by_name(draft)
            if place.organisation is not None:
                owner = owners.setdefault(place.organisation, draft)
                if owner is not draft:
                    if _one_country(owner.country, draft.country):
                        reason = f"Row {owner.row} is of the same organisation, by a name that is known already."
                        self._stop(draft, "organisation", reason)
                    place = Place(None, None)
            places.append(place)
        return places

    def _by_name(self, draft: Draft) -> Place:
        """The organisation that every name of the draft is known for, as far as it is known at all."""
        known = self._known

        def fits(organisation: UUID) -> bool:
            return _one_country(known.organisations[organisation].country, draft.country)

        def likeness(organisation: UUID) -> tuple[bool, ...]:
            row, party = known.organisations[organisation], known.party_of.get(organisation)
            return row.country == draft.country, party in known.imported, row.match_key in draft.keys, party is not None

        found = [list(filter(fits, known.by_key.get(key, ()))) for key in draft.keys]
        named = [organisations for organisations in found if organisations]
        common = [one for one in named[0] if all(one in others for others in named)] if named else []
        if named and not common:
            self._stop(draft, "organisation", "Its names are those of different organisations that are known already.")
        if not common:
            return Place(None, None)
        best = max(common, key=likeness)
        return Place(best, known.party_of.get(best))

    def _by_mail(self, draft: Draft, claimed: set[UUID]) -> UUID | None:
        """The party of this kind that no other row is, and that one of the draft's people sits for: it was renamed."""
        known = self._known
        people = (known.by_mail.get(person.email) for person in draft.people if person.email)
        seats = (known.seats[one] for one in people if one in known.seats)
        parties = {seat.participation_id for seat in seats if seat.active} - claimed
        renamed = [party for party in parties if party in known.imported]
        return renamed[0] if len(renamed) == 1 else None

    # people

    def _seat(self, drafts: Sequence[Draft], places: Sequence[Place], claimed: set[UUID]) -> None:
        for draft, place in zip(drafts, places, strict=True):
            place.people = self._among_own(draft, place)
            place.leaving = self._leaving(place)
        free = {person for place in places for person in place.leaving} - self._known.booked
        for draft, place in zip(drafts, places, strict=True):
            for position, person in enumerate(draft.people):
                if place.people[position] is None and person.email in self._known.by_mail:
                    one = self._known.by_mail[person.email]
                    place.people[position] = one
                    self._check_free(draft, place, one, free, claimed)

    def _among_own(self, draft: Draft, place: Place) -> list[UUID | None]:
        """Those of the party's people whom the draft means, the surest signs first."""
        known = self._known
        if place.party is None:
            return [None] * len(draft.people)
        listed = self._listed(place.party)
        own = [*listed, *(one for one in known.seats_of.get(place.party, ()) if one not in listed)]
        people = [known.people[one] for one in own if one in known.people]
        return match(draft.people, people, known.by_mail, frozenset(listed))

    def _listed(self, party: UUID) -> list[UUID]:
        """Whom the sheet listed last time, but for those who have gone to another party since."""
        imported = self._known.imported.get(party)
        people = [UUID(entry["person"]) for entry in imported.people] if imported else []
        return [one for one in people if self._known.sits_for(one, party)]

    def _leaving(self, place: Place) -> list[UUID]:
        if place.party is None:
            return []
        listed = (one for one in self._listed(place.party) if str(one) not in self._known.elsewhere)
        return [one for one in listed if one not in place.people]

    def _check_free(self, draft: Draft, place: Place, person: UUID, free: set[UUID], claimed: set[UUID]) -> None:
        """Somebody with a seat elsewhere may come if the sheet has taken that seat away."""
        seat = self._known.seats.get(person)
        if seat is None or seat.participation_id == place.party or not seat.active or person in free:
            return
        party = seat.participation_id
        gone = party in self._known.imported and party not in claimed
        if gone and person not in self._known.booked:
            return
        name = next(iter(self._known.parties[party].name.values()))
        more = " and has meetings for it" if person in self._known.booked else ""
        self._stop(draft, "email", f"The address {self._known.people[person].email} belongs to {name}{more}.")

    def _stop(self, draft: Draft, field: str, reason: str) -> None:
        code = "mail_of_two_organisations" if field == "email" else "identity_contradicting"
        if field == "organisation":
            field = next((one for one in NAME_FIELDS if self._header.title(one)), field)
        self.stops.append(self._header.finding(draft.row, field, draft.name, stop(code, reason)))


def match(
    wanted: Sequence[DraftPerson], people: Iterable[Row[Any]], taken_mails: Container[str], listed: frozenset[UUID]
) -> list[UUID | None]:
    """Which of a party's people each of the wanted is, None for nobody.

    An address says it; else the name or the phone does, unless the address is somebody's already; then one without a
    name is any of the unnamed that the sheet `listed`, and so is one who was unnamed and has got a name.
    """

    def free_mail(person: DraftPerson) -> bool:
        return person.email is None or person.email not in taken_mails

    def unnamed(row: Any) -> bool:
        return row.id in listed and row.name is None and row.email is None

    signs: tuple[Fits, ...] = (
        lambda person, row: person.email is not None and person.email == row.email,
        lambda person, row: free_mail(person) and person.name is not None and person.name in (row.name or {}).values(),
        lambda person, row: free_mail(person) and person.phone is not None and person.phone == row.phone,
        lambda person, row: person.name is None and person.email is None and unnamed(row),
        lambda person, row: free_mail(person) and unnamed(row),
    )
    left = list(people)
    found: list[UUID | None] = [None] * len(wanted)
    for fits in signs:
        for position, person in enumerate(wanted):
            row = next((row for row in left if found[position] is None and fits(person, row)), None)
            if row is not None:
                found[position] = row.id
                left.remove(row)
    return found


def _one_country(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
