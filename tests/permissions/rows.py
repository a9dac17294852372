"""Rows in every table there is, in three conventions of two hosts, each knowing where it belongs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Engine, PrimaryKeyConstraint, Table, TypeDecorator, UniqueConstraint, insert

from server.database import metadata, writing
from server.ids import new_id

START = datetime(2020, 11, 9, tzinfo=UTC)
EACH = 4  # rows of a table in a convention, or of a host

# Columns that refer to rows without a foreign key.
MEANS = {
    "person_id": "person",
    "resource_id": "person",
    "actor_id": "person",
    "recorded_by": "person",
    "requester_person_id": "person",
    "addressee_person_id": "person",
    "about_id": "person",
    "by_id": "participation",
    "owner_id": "participation",
    "holder_id": "meeting",
    "slot_id": "slot",
    "organisation_id": "organisation",
    "login_id": "login",
    "interpreter_id": "person",
}


# What rows of the programme say, so that everybody sees some of them.
CODES: dict[str, tuple[str | bool, ...]] = {
    "programme_session.state": ("draft", "scheduled", "live"),
    "programme_session.audience": ("public", "registered", "invited"),
    "programme_session.registers": (True, False),
    "appearance.role": ("speaker", "chair", "host", "juror"),
    "registration.state": ("registered", "waiting"),
    "question.state": ("pending", "open", "answered"),
    "message.state": ("shown", "held", "past"),
    "poll.state": ("draft", "open", "closed"),
    "poll.shown": (True, False),
}


@dataclass(frozen=True)
class Row:
    """A row and its place; `convention` is None for what belongs to the host alone."""

    host: UUID
    convention: UUID | None
    values: dict[str, Any]
    key: tuple[Any, ...]


@dataclass
class Rows:
    """Every row, by table name."""

    seed: int
    all: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self.tables = list(metadata().sorted_tables)
        self._unique: set[Any] = set()
        for conventions in (2, 1):
            self._host(conventions)

    def _host(self, conventions: int) -> None:
        host = new_id()
        above = [table for table in self.tables if not in_convention(table)]
        for table in above:
            self._fill(table, host, None, {"id": host} if table.name == "host" else {"host_id": host})
        for _ in range(conventions):
            convention = new_id()
            for table in self.tables:
                if table.name == "convention":
                    self._fill(table, host, convention, {"id": convention, "host_id": host}, 1)
                elif table not in above:
                    once = 1 if table.name in ("event_stream", "calendar") else EACH
                    self._fill(table, host, convention, {"convention_id": convention, "host_id": host}, once)

    def _fill(
        self, table: Table, host: UUID, convention: UUID | None, fixed: dict[str, Any], count: int = EACH
    ) -> None:
        for number in range(1 if table.name == "host" else count):
            values = {c.name: fixed.get(c.name, self._value(c, host, convention, number)) for c in table.columns}
            uniques = [c for c in table.constraints if isinstance(c, UniqueConstraint | PrimaryKeyConstraint)]
            keys = [(table.name, *(values[column.name] for column in unique.columns)) for unique in uniques]
            if not self._unique.isdisjoint(keys):
                continue
            self._unique.update(key for key in keys if None not in key)
            key = tuple(values[c.name] for c in table.primary_key)
            self.all[table.name].append(Row(host, convention, values, key))

    def _value(self, column: Column[Any], host: UUID, convention: UUID | None, number: int) -> Any:
        target = next((key.column.table.name for key in column.foreign_keys), MEANS.get(column.name))
        if target is not None and column.name != "id":
            near = [row for row in self.all[target] if row.host == host and row.convention in (None, convention)]
            return self._random.choice(near).values["id"] if near and "id" in near[0].values else new_id()
        if column.name in ("open_key", "token_digest") and column.nullable:
            return None
        if (codes := CODES.get(str(column))) is not None:
            return self._random.choice(codes)
        stored: Any = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
        kind = stored.python_type
        plain = {bool: True, int: number, float: 1.0, Decimal: Decimal(1), bytes: b"x", date: START.date(), object: {}}
        if kind is UUID:
            return new_id()
        if kind is datetime:
            return START + timedelta(days=number, seconds=self._random.randrange(3600))
        if kind is str:
            length = getattr(column.type, "length", None) or 40
            return f"{number} {new_id()}"[: min(length, 40)]
        return plain[kind]

    def insert(self, engine: Engine) -> None:
        """Put them into an empty database."""
        with writing(engine) as connection:
            for table in self.tables:
                if rows := self.all[table.name]:
                    connection.execute(insert(table), [row.values for row in rows])

    @property
    def conventions(self) -> list[Row]:
        return self.all["convention"]

    def of(self, table: str, convention: UUID) -> Iterator[Row]:
        return (row for row in self.all[table] if row.convention == convention)


def in_convention(table: Table) -> bool:
    """Its rows belong to one convention each."""
    if table.name == "convention" or "convention_id" in table.columns:
        return True
    above = ("participation", "meeting", "meeting_request", "programme_session", "question", "message", "poll")
    return any(key.column.table.name in above for column in table.columns for key in column.foreign_keys)
