"""What an import writes, and the record of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table

from matchmaking.availability import Said


class Updated(BaseModel):
    """A party that the file describes otherwise than the last one did: by its first row, with the fields that differ.

    Fields are named as in a mapping; "attendees" is who or how many come.
    """

    row: int
    party: UUID
    fields: list[str]


class ImportRecord(BaseModel):
    """What an import changed: rows of the file, ids and fields, never what the cells hold.

    `created` and `needs_look` are rows: those of new parties, and of parties that get no slots until confirmed.
    `gone`: parties that the file lists no longer; they stay. `kept`: people it lists no longer who stay because they
    are booked.
    """

    kind: str
    rows: int
    created: list[int] = []
    updated: list[Updated] = []
    unchanged: int = 0
    needs_look: list[int] = []
    gone: list[UUID] = []
    kept: list[UUID] = []

    @property
    def changes_something(self) -> bool:
        return bool(self.created or self.updated)


class Update(NamedTuple):
    """One row's new values, and what they were: `key` finds it."""

    key: Mapping[str, Any]
    values: Mapping[str, Any]
    old: Mapping[str, Any]


class Hours(NamedTuple):
    """When somebody is there, as they said it, in their zone."""

    person: UUID
    zone: str
    said: Said


@dataclass(slots=True)
class Changes:
    """Rows to write, by table. Whoever is in `hours_gone` loses the hours they had; then come `hours`."""

    inserts: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[Table, list[Update]] = field(default_factory=lambda: defaultdict(list))
    hours: list[Hours] = field(default_factory=list)
    hours_gone: list[UUID] = field(default_factory=list)
    findings_gone: list[UUID] = field(default_factory=list)

    def update(self, table: Table, key: Mapping[str, Any], old: Any, values: Mapping[str, Any]) -> None:
        """Set those of the values that the old row has otherwise."""
        different = {name: value for name, value in values.items() if getattr(old, name) != value}
        if different:
            self.updates[table].append(Update(key, different, {name: getattr(old, name) for name in different}))
