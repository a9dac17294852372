"""Staged records -> drafts of parties: one form for both sheets, in the words of the tables."""

import hashlib
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from matchmaking.availability import HoursKind, Said
from server.imports.cells.hours import Hours, read_hours
from server.imports.cells.interpreter import InterpreterNeed
from server.imports.findings import Finding, Severity, note
from server.imports.header import Header
from server.imports.records import Edition, Staged, StagedBuyer, StagedExhibitor, StagedPerson, StagedRecord
from server.imports.staging import organisation_keys
from server.imports.text import script_language

# The longest text that the tables take, by field; JSON columns take any.
LONGEST = {"category": 120, "city": 120, "position": 120, "phone": 40}


@dataclass(frozen=True)
class DraftPerson:
    """Somebody who shall sit in meetings. `name` None: announced by number alone. `zone` None: not known.

    `proposed_zone`, `proposed` (their hours) and `proposed_email` are what findings propose for cells that nobody can
    read, for the organiser to confirm.
    """

    name: str | None
    position: str | None
    email: str | None
    phone: str | None
    country: str | None
    zone: str | None
    languages: tuple[str, ...]
    interpreter: str | None
    said: Said
    proposed_zone: str | None = None
    proposed: Said | None = None
    proposed_email: str | None = None

    @cached_property
    def digests(self) -> dict[str, str]:
        """{field: digest}. A zone that is not known changes with what is proposed in its place."""
        said = self.said
        return _digests(
            person=self.name,
            position=self.position,
            email=self.email,
            phone=self.phone,
            country=self.country,
            zone=self.zone or (self.proposed_zone,),
            languages=self.languages,
            interpreter=self.interpreter,
            hours=(said.kind, said.hours, said.dates),
            absent=said.absent,
        )

    @property
    def name_text(self) -> dict[str, str] | None:
        """{language: name}, the original marked."""
        if self.name is None:
            return None
        language = script_language(self.name)
        return {language: self.name, "original": language}


@dataclass(frozen=True)
class Draft:
    """A party as one or more records of a sheet describe it. `row` is the first of its rows.

    `keys` are those of the organisation's names; `names` are {language: text} with the original marked; `profile` is
    {field: value}; `looks` are what the organiser must confirm.
    """

    row: int
    keys: tuple[str, ...]
    names: Mapping[str, str]
    profile: Mapping[str, Any]
    people: tuple[DraftPerson, ...]
    looks: tuple[Finding, ...]
    visits: int | None
    notes: str

    @property
    def country(self) -> str | None:
        country: str | None = self.profile.get("country")
        return country

    @property
    def name(self) -> str:
        return self.names[self.names["original"]]

    @cached_property
    def digests(self) -> dict[str, str]:
        """{field: digest} of what is the party's, not its people's; of zones as with people's."""
        said = dict(self.profile)
        if "zone" in said:
            said["zone"] = said["zone"] or tuple(person.proposed_zone for person in self.people)
        return _digests(organisation=tuple(self.names.items()), **said, visits=self.visits, notes=self.notes)


def exhibitor_drafts(staged: Staged[StagedExhibitor], edition: Edition) -> tuple[list[Draft], list[Finding]]:
    """A draft a record, and what had to be cut short."""
    cut = _Cut(staged.header)
    return [_exhibitor(record, edition, cut) for record in staged.records], cut.findings


def buyer_drafts(staged: Staged[StagedBuyer], edition: Edition) -> tuple[list[Draft], list[Finding]]:
    """A draft an organisation: records of one organisation and country are people of one party."""
    cut = _Cut(staged.header)
    return [_buyer(group, edition, cut) for group in _groups(staged.records)], cut.findings


def _exhibitor(record: StagedExhibitor, edition: Edition, cut: "_Cut") -> Draft:
    looks = _looks([record])
    interpreter = _interpreter(record.interpreter)
    first = [look for look in looks if look.row == record.row]
    shared = _proposal(first, "hours")
    own = iter([look.proposal for look in looks if look.field == "hours" and look not in first])
    people = []
    for position, person in enumerate(record.representatives):
        hours, absent = person.hours or record.hours, person.absent_dates or record.absent_dates
        proposal = (next(own, None) if person.hours else shared) if hours.kind == "unreadable" else None
        people.append(
            DraftPerson(
                **cut.person(record.row, person),
                country=None,
                zone=edition.zone,
                languages=person.languages,
                interpreter=interpreter,
                said=said_of(hours, absent),
                proposed=_proposed(proposal, absent, edition),
                proposed_email=_proposal(first, "email") if position == 0 else None,
            )
        )
    profile = {
        "category": cut.short(record.row, "category", record.category),
        "products": record.products,
        "markets": record.target_countries,
    }
    names = _marked(record.names)
    return Draft(record.row, organisation_keys(dict(record.names)), names, profile, tuple(people), looks, None,
                 record.notes_raw)  # fmt: skip


def _buyer(group: Sequence[StagedBuyer], edition: Edition, cut: "_Cut") -> Draft:
    first = group[0]
    names: dict[str, str] = {}
    for record in group:
        names = {**record.organisation, **names}
    keys = organisation_keys(names)
    if not names:
        names, keys = _nameless(first)
    profile = {
        "country": next((record.country for record in group if record.country), None),
        "city": cut.short(first.row, "city", next((record.city for record in group if record.city), None)),
        "zone": next((record.zone for record in group if record.zone), None),
        "interests": _together(record.interests for record in group),
        "channels": _together(record.channels for record in group) or None,
    }
    people = tuple(_buyers_person(record, edition, cut) for record in group)
    visits = max((record.visits for record in group if record.visits is not None), default=None)
    notes = "\n".join(_together([record.notes_raw] for record in group if record.notes_raw))
    return Draft(first.row, keys, _marked(names), profile, people, _looks(group), visits, notes)


def _buyers_person(record: StagedBuyer, edition: Edition, cut: "_Cut") -> DraftPerson:
    looks = _looks([record])
    return DraftPerson(
        **cut.person(record.row, record.person),
        country=record.country,
        zone=record.zone,
        languages=record.languages,
        interpreter=_interpreter(record.interpreter),
        said=said_of(record.hours, record.absent_dates),
        proposed_zone=_proposal(looks, "zone", "city"),
        proposed=_proposed(_proposal(looks, "hours"), record.absent_dates, edition),
        proposed_email=_proposal(looks, "email"),
    )


def _groups(records: Iterable[StagedBuyer]) -> list[list[StagedBuyer]]:
    """Records by organisation. Two of one name in different countries are two; an unknown country joins any."""
    groups: list[list[StagedBuyer]] = []
    known: dict[str, list[list[StagedBuyer]]] = {}
    for record in records:
        keys = organisation_keys(dict(record.organisation)) or (f"/{record.key}",)
        fitting = (group for key in keys for group in known.get(key, ()) if _one_country([*group, record]))
        group = next(fitting, None)
        if group is None:
            group = []
            groups.append(group)
        group.append(record)
        for key in keys:
            if not any(one is group for one in known.setdefault(key, [])):
                known[key].append(group)
    return groups


def _one_country(records: Iterable[StagedBuyer]) -> bool:
    return len({record.country for record in records if record.country}) <= 1


def _nameless(record: StagedBuyer) -> tuple[dict[str, str], tuple[str, ...]]:
    """A buyer without an organisation is one alone: named by the person, or by where the mail goes; the address itself
    stays in the person's row."""
    name = record.person.name or (record.person.email or "").rpartition("@")[2]
    return {script_language(name): name}, (f"/{digest(record.key)}",)


def _marked(names: Mapping[str, str]) -> dict[str, str]:
    return {**names, "original": next(iter(names))}


def names_together(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The names known, with those a sheet adds or writes otherwise. The original stays the original."""
    return {**new, **old, **{key: text for key, text in new.items() if key != "original"}}


def _together(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in lists for text in texts))


def _looks(records: Iterable[StagedRecord]) -> tuple[Finding, ...]:
    return tuple(finding for record in records for finding in record.findings if finding.severity is Severity.LOOK)


def _proposal(looks: Iterable[Finding], *fields: str) -> str | None:
    return next((look.proposal for look in looks if look.field in fields), None)


def _interpreter(need: InterpreterNeed) -> str | None:
    return None if need is InterpreterNeed.UNKNOWN else need.value


def said_of(hours: Hours, absent: tuple[date, ...]) -> Said:
    """Hours that nobody can read are taken as not said; the party gets no slots before they are looked at."""
    kind: HoursKind = "unknown" if hours.kind == "unreadable" else hours.kind
    return Said(kind, hours.intervals if kind == "stated" else (), hours.dates, absent)


def _proposed(text: str | None, absent: tuple[date, ...], edition: Edition) -> Said | None:
    if text is None:
        return None
    hours, problems = read_hours(text, edition.days)
    return None if problems else said_of(hours, tuple(sorted({*absent, *hours.absent})))


def hours_json(said: Said) -> dict[str, Any]:
    """What somebody said of their hours, as JSON."""
    return {
        "kind": said.kind,
        "hours": said.hours,
        "dates": None if said.dates is None else [day.isoformat() for day in said.dates],
        "absent": [day.isoformat() for day in said.absent],
    }


def hours_said(stored: Mapping[str, Any]) -> Said:
    """The same back from JSON."""
    dates = stored["dates"]
    return Said(
        stored["kind"],
        tuple((opens, closes) for opens, closes in stored["hours"]),
        None if dates is None else tuple(map(date.fromisoformat, dates)),
        tuple(map(date.fromisoformat, stored["absent"])),
    )


def _digests(**values: Hashable) -> dict[str, str]:
    return {field: digest(value) for field, value in values.items()}


@lru_cache(maxsize=16_384)
def digest(value: Hashable) -> str:
    """48 bits: two values of one cell share them once in 280,000,000,000,000 edits."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


class _Cut:
    """Cuts texts that no column takes; `findings` tells which."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self.findings: list[Finding] = []

    def short(self, row: int, field: str, text: str | None) -> str | None:
        longest = LONGEST[field]
        if text is None or len(text) <= longest:
            return text
        problem = note("value_too_long", f"Only the first {longest} characters are kept.", text[:longest])
        self.findings.append(self._header.finding(row, field, text, problem))
        return text[:longest]

    def person(self, row: int, person: StagedPerson) -> dict[str, str | None]:
        """What is a person's alone."""
        texts = {field: self.short(row, field, getattr(person, field)) for field in ("position", "phone")}
        return {"name": person.name, "email": person.email, **texts}
