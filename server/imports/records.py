"""What a sheet says, staged: one record an exhibitor or buyer, and what must be told about the file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar

from server.imports.cells.hours import Hours
from server.imports.cells.interpreter import InterpreterNeed
from server.imports.cells.zones import country_of
from server.imports.findings import Finding, Severity
from server.imports.header import Header

_NO_CONTENT = ("row", "keys", "findings")


@dataclass(frozen=True)
class Edition:
    """The convention a sheet is for: its dates, and its IANA zone, whose country national phone numbers are of."""

    days: tuple[date, ...]
    zone: str

    @cached_property
    def country(self) -> str | None:
        return country_of(self.zone)


@dataclass(frozen=True)
class StagedPerson:
    """A representative; `name` None is one who was announced by number alone ("2명 참석").

    `phone` is E.164, or as written where it is no number of the numbering plan. `hours` and `absent_dates` are this
    person's own, None and () where the company's count.
    """

    name: str | None
    position: str | None = None
    email: str | None = None
    phone: str | None = None
    languages: tuple[str, ...] = ()
    hours: Hours | None = None
    absent_dates: tuple[date, ...] = ()


@dataclass(frozen=True)
class StagedRecord:
    """One record. `row` is its first row in the sheet; `keys` are what it is known by, any of which finds it again.

    `findings` are those of its own rows.
    """

    row: int
    keys: tuple[str, ...]
    findings: tuple[Finding, ...] = field(kw_only=True, default=())

    @property
    def key(self) -> str:
        return self.keys[0]

    @property
    def needs_look(self) -> bool:
        return any(finding.severity is Severity.LOOK for finding in self.findings)

    def content(self) -> dict[str, Any]:
        """What the sheet says, by field; two records are the same if this is.

        A value that could not be read stands as it was written under "unread", so that mending it is a change.
        """
        content = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in _NO_CONTENT}
        unread = {finding.field: finding.value for finding in self.findings if finding.severity is Severity.LOOK}
        return content | {"unread": unread}

    def fingerprint(self) -> str:
        """Changes if and only if `content` does, however the rows are sorted."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, default=_plain)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class StagedExhibitor(StagedRecord):
    """`names`: {language: text}; `target_countries`: ISO 3166 alpha-2; `hours` are in the convention's zone."""

    names: Mapping[str, str]
    category: str | None
    products: tuple[str, ...]
    target_countries: tuple[str, ...]
    representatives: tuple[StagedPerson, ...]
    hours: Hours
    absent_dates: tuple[date, ...]
    interpreter: InterpreterNeed
    notes_raw: str


@dataclass(frozen=True)
class StagedBuyer(StagedRecord):
    """`country`: ISO 3166 alpha-2; `zone`: IANA, None where it is not known; `hours` are in that zone.

    `channels` empty: unknown. `visits`: how often they came before, None where it is not known.
    """

    organisation: Mapping[str, str]
    person: StagedPerson
    country: str | None
    city: str | None
    zone: str | None
    languages: tuple[str, ...]
    interests: tuple[str, ...]
    hours: Hours
    absent_dates: tuple[date, ...]
    channels: tuple[str, ...]
    interpreter: InterpreterNeed
    visits: int | None
    notes_raw: str


@dataclass(frozen=True)
class StagedWish(StagedRecord):
    """What a buyer wishes of an exhibitor, or by `side` "exhibitor" the other way round. `buyer` and `exhibitor` are as
    written, a name or a mail address; `wish`: must_meet, meet, no_thanks, `written` as the cell has it."""

    buyer: str
    exhibitor: str
    side: str
    wish: str
    written: str
    notes: str


@dataclass(frozen=True)
class StagedInterpreter(StagedRecord):
    """Somebody who interprets: `pairs` (from, into) in ISO 639-1, each direction one. `hours` are in their IANA `zone`;
    `daily` is the most minutes a day, None for any number."""

    name: str | None
    email: str | None
    phone: str | None
    pairs: tuple[tuple[str, str], ...]
    hours: Hours
    absent_dates: tuple[date, ...]
    zone: str
    daily: int | None


@dataclass(frozen=True)
class StagedCategory(StagedRecord):
    """A term of the taxonomy. `parent` is as written, a code or a name; `names`: {language: text}, `synonyms`:
    {language: texts}."""

    code: str
    parent: str | None
    names: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]


R = TypeVar("R", bound=StagedRecord)


@dataclass(frozen=True)
class Staged(Generic[R]):
    """A whole file. `findings` are all of them in the order of the rows, those of the records among them."""

    header: Header
    records: tuple[R, ...]
    findings: tuple[Finding, ...]

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Why nothing of the file may be taken; empty if it may."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.STOP)

    @property
    def looks(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.LOOK)


def _plain(value: Hours | StagedPerson | date) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return {one.name: getattr(value, one.name) for one in fields(value)}
