"""What an import writes, and the record of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection, Table, bindparam, insert, update

from matchmaking.availability import Said


class Updated(BaseModel):
    """What the file describes otherwise than the last one did: by its first row, with the fields that differ.

    `party` is None for what is no party's. Fields are named as in a mapping; "attendees" is who or how many come.
    """

    row: int
    party: UUID | None
    fields: list[str]


class ImportRecord(BaseModel):
    """What an import changed: rows of the file, ids and fields, never what the cells hold.

    `created` and `needs_look` are rows: those of new parties, and of parties that get no slots until confirmed.
    `gone`: parties that the file lists no longer, or a wish of theirs; they stay. `kept`: people it lists no longer who
    stay because they are booked, or interpret.
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

    def set(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Set these values, whatever they were."""
        self.updates[table].append(Update(key, values, {}))

    def update(self, table: Table, key: Mapping[str, Any], old: Any, values: Mapping[str, Any]) -> None:
        """Set those of the values that the old row has otherwise."""
        different = {name: value for name, value in values.items() if getattr(old, name) != value}
        if different:
            self.updates[table].append(Update(key, different, {name: getattr(old, name) for name in different}))


def write_changes(connection: Connection, changes: Changes) -> None:
    """Write the rows as they are, with nothing made ready beforehand."""
    for table, rows in changes.inserts.items():
        connection.execute(insert(table), rows)
    for table, updates in changes.updates.items():
        write_updates(connection, table, updates)


def write_updates(connection: Connection, table: Table, updates: Sequence[Update]) -> None:
    """One statement for all rows that get new values in the same columns."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, values, _ in updates:
        row = {**{f"old_{name}": value for name, value in key.items()}, **values}
        alike.setdefault(tuple(values), []).append(row)
    for rows in alike.values():
        keys = [name.removeprefix("old_") for name in rows[0] if name.startswith("old_")]
        found = (table.c[name] == bindparam(f"old_{name}", type_=table.c[name].type) for name in keys)
        connection.execute(update(table).where(*found), rows)
