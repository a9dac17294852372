"""The people of a draft, as rows: who they are, that they sit for the party, and when they are there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from matchmaking.availability import Said
from server.ids import new_id
from server.imports.changes import Changes, Hours
from server.imports.drafts import Draft, DraftPerson, hours_json, names_together
from server.imports.findings import Finding, note
from server.imports.header import Header
from server.imports.known import PERSON, SEAT, Known
from server.imports.records import Edition
from server.imports.resolving import Place

_OF_THE_PERSON = ("position", "email", "phone", "country", "zone")
_OF_THE_SEAT = ("zone", "languages", "interpreter")
_HOURS = frozenset({"hours", "absent", "zone"})
WHO_COMES = "attendees"
_KEPT = note("kept", "Not taken: the person has an account or is known from another convention.")

Entry = dict[str, Any]
Digests = Mapping[str, str]


class PeoplePlanner:
    """Adds to the changes what concerns people. `seated` are all whom the file lists, of whatever party."""

    def __init__(self, known: Known, convention_id: UUID, edition: Edition, now: datetime, changes: Changes) -> None:
        self._known = known
        self._convention_id = convention_id
        self._edition = edition
        self._now = now
        self._changes = changes
        self.seated: frozenset[UUID | None] = frozenset()

    def write(self, party_id: UUID, draft: Draft, place: Place, old: Any) -> tuple[list[Entry], list[str]]:
        """What to remember of a party's people, and the fields that differ.

        Args:
            old: the party's `ImportedParty`, None if it was not in a sheet of this kind before.
        """
        before = {entry["person"]: entry.get("fields") for entry in old.people} if old else {}
        entries: list[Entry] = []
        fields: dict[str, None] = {}
        for position, (person, known_as) in enumerate(zip(draft.people, place.people, strict=True)):
            one = known_as or new_id()
            # Who has come back from another party is as new: what the sheet says holds again.
            listed = before.get(str(one)) if self._known.sits_for(one, party_id) else None
            changed = changed_fields(person.digests, listed)
            fields |= dict.fromkeys([WHO_COMES] if listed is None else changed)
            self._write_person(one, person, changed, adopting=listed is None)
            self._write_seat(one, party_id, position, person, listed)
            entries.append(_entry(one, person))
        order = [entry["person"] for entry in entries]
        if not fields and order != [one for one in before if one in order]:
            fields["person"] = None  # the same people in another order, which says who leads
        for one in place.leaving:
            entries += self._leave(one, fields, before)
        return entries, list(fields)

    def _write_person(self, one: UUID, person: DraftPerson, changed: Sequence[str], *, adopting: bool) -> None:
        old = self._known.people.get(one)
        if old is None:
            self._changes.inserts[PERSON].append(
                {
                    "id": one,
                    "host_id": self._known.host_id,
                    "name": person.name_text,
                    **{field: getattr(person, field) for field in _OF_THE_PERSON},
                    "zone": person.zone or self._edition.zone,
                    "created_at": self._now,
                }
            )
            return
        values = {field: getattr(person, field) for field in changed if field in _OF_THE_PERSON}
        if "person" in changed:
            values["name"] = _renamed(old.name, person, adopting=adopting)
        # What is blank takes nothing from a person known from elsewhere; and times must be shown in some zone.
        values = {name: value for name, value in values.items() if value or not (adopting or name == "zone")}
        if one in self._known.accounts:
            stays = _filled_in(old, person)
            values = {name: stays.get(name, value) for name, value in values.items()}
        self._changes.update(PERSON, {"id": one}, old, values)

    def _write_seat(
        self, one: UUID, party_id: UUID, position: int, person: DraftPerson, listed: Digests | None
    ) -> None:
        """The seat, and the hours that go with its zone. A seat that the other kind's sheet gave keeps what this one
        leaves blank."""
        old = self._known.seats.get(one)
        shared = listed is None and old is not None and old.participation_id == party_id and old.active
        changed = changed_fields(person.digests, listed)
        if shared:
            blank = {field for field in _OF_THE_SEAT if not getattr(person, field)}
            silent = _HOURS if person.said == Said() else frozenset()
            changed = [field for field in changed if field not in blank | silent]
        key = {"convention_id": self._convention_id, "person_id": one}
        seat = {"participation_id": party_id, "position": position, "active": True}
        values = {"zone": person.zone, "languages": list(person.languages), "interpreter": person.interpreter}
        if old is None:
            # Who is named first manages the others.
            self._changes.inserts[SEAT].append({**key, **seat, **values, "admin": position == 0})
        else:
            seat |= {field: value for field, value in values.items() if field in changed}
            self._changes.update(SEAT, key, old, seat)
        if not _HOURS.isdisjoint(changed):
            # A zone that the organiser confirmed holds until the sheet says another.
            zone = person.zone if old is None or "zone" in changed else old.zone
            if old is not None:
                self._changes.hours_gone.append(one)
            if zone is not None:
                self._changes.hours.append(Hours(one, zone, person.said))

    def _leave(self, one: UUID, fields: dict[str, None], before: Mapping[str, Any]) -> list[Entry]:
        """Somebody the sheet lists no longer loses the seat, unless booked: then it is tried again next time."""
        if one in self._known.booked:
            if before[str(one)] is not None:
                fields[WHO_COMES] = None
            return [{"person": str(one), "left": True}]
        fields[WHO_COMES] = None
        seat = self._known.seats.get(one)
        if seat is not None and one not in self.seated:
            key = {"convention_id": self._convention_id, "person_id": one}
            self._changes.update(SEAT, key, seat, {"active": False})
        return []


def what_is_kept(known: Known, header: Header, drafts: Sequence[Draft], places: Sequence[Place]) -> Iterator[Finding]:
    """The cells that differ from what is known of somebody with an account, and change nothing."""
    for draft, place in zip(drafts, places, strict=True):
        for person, one in zip(draft.people, place.people, strict=True):
            if one in known.accounts:
                stays = _filled_in(known.people[one], person)
                names = (stays["name"] or {}).values()
                if person.name and person.name not in names:
                    yield header.finding(draft.row, "person", person.name, _KEPT)
                if person.email and person.email != stays["email"]:
                    yield header.finding(draft.row, "email", person.email, _KEPT)
                if person.phone and person.phone != stays["phone"]:
                    yield header.finding(draft.row, "phone", person.phone, _KEPT)


def _filled_in(old: Any, person: DraftPerson) -> dict[str, Any]:
    """Of somebody with an account a sheet may say what is not known yet, and never to which address their links go."""
    name = {**(person.name_text or {}), **(old.name or {})}
    return {"name": name or None, "email": old.email, "phone": old.phone or person.phone}


def changed_fields(digests: Digests, before: Digests | None) -> list[str]:
    """The fields whose digests differ from those remembered; all of them if nothing is."""
    return [field for field, digest in digests.items() if before is None or before.get(field) != digest]


def _renamed(old: Mapping[str, str] | None, person: DraftPerson, *, adopting: bool) -> Mapping[str, str] | None:
    """The name as the sheet has it now. Names in other scripts stay; the one it replaces does not."""
    new = person.name_text
    if new is None:
        return old if adopting else None
    if old is None or adopting:
        return names_together(old or {}, new)
    replaced = ("original", old.get("original"))
    return {**{language: name for language, name in old.items() if language not in replaced}, **new}


def _entry(one: UUID, person: DraftPerson) -> Entry:
    proposed = {
        "zone": person.proposed_zone,
        "email": person.proposed_email,
        "said": hours_json(person.proposed) if person.proposed else None,
    }
    return {
        "person": str(one),
        "fields": person.digests,
        "said": hours_json(person.said),
        "proposed": {name: value for name, value in proposed.items() if value is not None},
    }
