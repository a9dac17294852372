"""From drafts at their places to the rows that shall be written, and to the record of what that changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any
from uuid import UUID

from matchmaking.recommend.wording import found_by
from server.ids import new_id
from server.imports.changes import Changes, ImportRecord, Updated
from server.imports.drafts import Draft, names_together
from server.imports.header import PartyKind
from server.imports.known import FINDING, IMPORTED, ORGANISATION, PARTY, Known
from server.imports.looks import Looks, settle
from server.imports.people import PeoplePlanner, changed_fields
from server.imports.records import Edition
from server.imports.resolving import Place
from server.imports.text import LONGEST_KEY

# A field of the sheet is the column of the same name, but for this one.
_COLUMN = {"markets": "target_countries"}
# What a search of parties looks through: the session, which keeps it up, is not asked here.
_FOUND_BY = ("name", "category", "products", "interests", "city", "matching")


class Planner:
    """Gathers the changes of one file."""

    def __init__(self, known: Known, kind: PartyKind, convention_id: UUID, edition: Edition, now: datetime) -> None:
        self._known = known
        self._kind = kind
        self._convention_id = convention_id
        self._edition = edition
        self._now = now
        self._side = {"exhibitors": "offers", "buyers": "seeks"}[kind]
        self.changes = Changes()
        self._people = PeoplePlanner(known, convention_id, edition, now, self.changes)

    def plan(self, drafts: Sequence[Draft], places: Sequence[Place], rows: int) -> ImportRecord:
        """Every draft at its place, and the record of it all. `rows`: how many describe somebody."""
        record = ImportRecord(kind=self._kind, rows=rows)
        self._people.seated = frozenset(person for place in places for person in place.people)
        for draft, place in zip(drafts, places, strict=True):
            self._take(draft, place, record)
        listed = {place.party for place in places}
        record.gone = [party for party in self._known.imported if party not in listed]
        return record

    def _take(self, draft: Draft, place: Place, record: ImportRecord) -> None:
        party = self._known.parties[place.party] if place.party else None
        old = self._known.imported.get(place.party) if place.party else None
        looks = self._settle(draft, party)
        record.kept += [one for one in place.leaving if one in self._known.booked]
        if looks.needs:
            record.needs_look.append(draft.row)
        self.changes.updates[FINDING] += looks.moved
        if old is not None and self._is_same(draft, place, old, looks):
            record.unchanged += 1
            return
        party_id = place.party or new_id()
        changed = changed_fields(draft.digests, old.fields if old else None)
        self._write_party(party_id, draft, place, changed, looks, adopting=old is None)
        entries, of_people = self._people.write(party_id, draft, place, old)
        self._remember(party_id, draft, entries, old)
        self._write_looks(party_id, looks)
        if old is None:
            record.created.append(draft.row)
        else:
            fields = dict.fromkeys([*changed, *of_people, *looks.changed])
            record.updated.append(Updated(row=draft.row, party=party_id, fields=list(fields)))

    def _settle(self, draft: Draft, party: Any) -> Looks:
        if party is None:
            return settle(draft.looks, (), (), ())
        known = self._known
        return settle(
            draft.looks, known.findings.get(party.id, ()), party.needs_look, known.other_fields.get(party.id, ())
        )

    def _is_same(self, draft: Draft, place: Place, old: Any, looks: Looks) -> bool:
        listed = [entry["fields"] for entry in old.people if "fields" in entry]
        return (
            not looks.changed
            and old.fields == draft.digests
            and listed == [person.digests for person in draft.people]
            and all(
                person is not None and self._known.sits_for(person, old.participation_id) for person in place.people
            )
            and self._known.booked.issuperset(place.leaving)
        )

    # the party

    def _write_party(
        self, party_id: UUID, draft: Draft, place: Place, changed: Sequence[str], looks: Looks, *, adopting: bool
    ) -> None:
        values = {
            _COLUMN.get(field, field): _plain(draft.profile[field]) for field in changed if field in draft.profile
        }
        if place.party is None:
            self._insert_party(party_id, draft, place, values, looks)
            return
        party = self._known.parties[party_id]
        if "organisation" in changed:
            both = party.offers and party.seeks
            values["name"] = names_together(party.name, draft.names) if adopting or both else dict(draft.names)
            self._update_organisation(party.organisation_id, draft)
        if adopting:  # what the other sheet said stays where this one says nothing
            values = {name: value for name, value in values.items() if value}
        values |= {self._side: True, "needs_look": looks.needs, "version": party.version + 1}
        values["found_by"] = _found_by({**party._mapping, **values})
        self.changes.update(PARTY, {"id": party_id}, party, values)

    def _insert_party(
        self, party_id: UUID, draft: Draft, place: Place, values: Mapping[str, Any], looks: Looks
    ) -> None:
        organisation = place.organisation
        if organisation is None:
            organisation = self._insert_organisation(draft)
        else:
            self._update_organisation(organisation, draft)
        row = {
            "id": party_id,
            "convention_id": self._convention_id,
            "organisation_id": organisation,
            "name": dict(draft.names),
            "offers": False,
            "seeks": False,
            "country": None,
            "city": None,
            "zone": self._edition.zone,
            "category": None,
            "products": [],
            "interests": [],
            "target_countries": [],
            "matching": {},
            "found_by": "",
            "channels": None,
            "hosted": False,
            "needs_look": looks.needs,
            "created_at": self._now,
            "version": 1,
        }
        new = {**row, self._side: True, **values}
        self.changes.inserts[PARTY].append({**new, "found_by": _found_by(new)})

    def _insert_organisation(self, draft: Draft) -> UUID:
        organisation = new_id()
        self.changes.inserts[ORGANISATION].append(
            {
                "id": organisation,
                "host_id": self._known.host_id,
                "name": dict(draft.names),
                "match_key": self._match_key(draft),
                "country": draft.country,
                "created_at": self._now,
            }
        )
        return organisation

    def _match_key(self, draft: Draft) -> str:
        """The first key, unless a namesake (in another country) has it."""
        base = draft.keys[0][:LONGEST_KEY]
        spare = (f"{base}@{draft.country or ''}{number}" for number in count(1))
        key = next(one for one in chain([base], spare) if one not in self._known.match_keys)
        self._known.match_keys.add(key)
        return key

    def _update_organisation(self, organisation_id: UUID, draft: Draft) -> None:
        """An organisation lasts: it gains names and a country, by which later sheets find it, and loses none."""
        old = self._known.organisations[organisation_id]
        values = {"name": names_together(old.name, draft.names), "country": old.country or draft.country}
        self.changes.update(ORGANISATION, {"id": organisation_id}, old, values)

    # what is remembered

    def _remember(self, party_id: UUID, draft: Draft, entries: list[dict[str, Any]], old: Any) -> None:
        key = {"convention_id": self._convention_id, "kind": self._kind, "participation_id": party_id}
        values = {"fields": draft.digests, "people": entries, "visits": draft.visits, "notes": draft.notes}
        if old is None:
            self.changes.inserts[IMPORTED].append({**key, **values})
        else:
            self.changes.update(IMPORTED, key, old, values)

    def _write_looks(self, party_id: UUID, looks: Looks) -> None:
        self.changes.findings_gone += looks.gone
        self.changes.inserts[FINDING] += [
            {
                "id": new_id(),
                "convention_id": self._convention_id,
                "participation_id": party_id,
                "kind": self._kind,
                "found_at": self._now,
                **values,
            }
            for values in looks.fresh
        ]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _found_by(party: Mapping[str, Any]) -> str:
    return found_by(*(party[name] for name in _FOUND_BY))
