"""Statements of the hot path: written in SQLAlchemy Core, compiled once a database, run on the driver's own cursor.

Looking up, binding and wrapping a Core statement costs several times what SQLite needs to run it. What runs here
keeps Core's dialects, types and errors and pays for the driver alone.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

Database = Session | Connection
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Statement:
    """A statement with named values, run in the transaction that a session or connection is in."""

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, db: Database, values: Values) -> list[Any]:
        """What a SELECT finds, as named tuples of Python values."""
        compiled, cursor = self._run(db, values)
        return compiled.converted(cursor.fetchall())

    def run(self, db: Database, values: Values) -> int:
        """Run an INSERT, UPDATE or DELETE; how many rows it concerned."""
        return int(self._run(db, values)[1].rowcount)

    def run_many(self, db: Database, values: Sequence[Values]) -> None:
        """Insert many rows: one statement for PostgreSQL, which is asked over a wire, and one loop for SQLite."""
        dialect, cursor = _cursor_of(db)
        compiled = self._for(dialect)
        given = [compiled.given(one) for one in values]
        if compiled.bulk:
            columns = {name: [one[name] for one in given] for name, _ in compiled.binds}
            _guarded(cursor.execute, dialect, compiled.bulk, columns)
        else:
            _guarded(cursor.executemany, dialect, compiled.sql, given)

    def _run(self, db: Database, values: Values) -> tuple["_Compiled", Any]:
        dialect, cursor = _cursor_of(db)
        compiled = self._for(dialect)
        _guarded(cursor.execute, dialect, compiled.sql, compiled.given(values))
        return compiled, cursor

    def _for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._clause, dialect)
        return compiled


class _Compiled(NamedTuple):
    """A statement for one dialect: its SQL, its values' names and fixed values, and how to convert in and out."""

    sql: str
    positional: bool
    fixed: Values
    binds: Sequence[tuple[str, Convert | None]]
    results: Sequence[tuple[int, Convert]]
    row: Any
    bulk: str

    def given(self, values: Values) -> Any:
        """The values as the driver takes them."""
        if self.fixed:
            values = {**self.fixed, **values}
        if self.positional:
            return [convert(values[name]) if convert else values[name] for name, convert in self.binds]
        return {name: convert(values[name]) if convert else values[name] for name, convert in self.binds}

    def converted(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The driver's rows as named tuples of Python values."""
        rows: list[Any] = []
        for plain in found:
            columns = list(plain)
            for position, convert in self.results:
                columns[position] = convert(columns[position])
            rows.append(self.row._make(columns))
        return rows


def _compile(clause: ClauseElement, dialect: Dialect) -> _Compiled:
    compiled: Any = clause.compile(dialect=dialect)
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    names = compiled.positiontup if compiled.positional else list(types)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    binds = [(name, _impl(types[name], dialect).bind_processor(dialect)) for name in names]
    columns = clause.selected_columns.items() if isinstance(clause, Select) else []
    converts = [_impl(column.type, dialect).result_processor(dialect, None) for _, column in columns]
    results = [(position, convert) for position, convert in enumerate(converts) if convert]
    row = namedtuple("Row", [name for name, _ in columns])  # type: ignore[misc]
    sql = str(compiled)
    return _Compiled(sql, compiled.positional, fixed, binds, results, row, _bulk(sql))


# The values of an INSERT as PostgreSQL's dialect writes them, each with its type.
_ONE_ROW = re.compile(r"VALUES \(((?:%\(\w+\)s::[A-Z ]+(?:, )?)+)\)")


def _bulk(sql: str) -> str:
    """The INSERT of one row as one of many, its values arrays; empty for another statement or database."""
    row = _ONE_ROW.search(sql)
    if row is None:
        return ""
    arrays = re.sub("::[A-Z ]+", r"\g<0>[]", row[1])
    return f"{sql[: row.start()]}SELECT * FROM unnest({arrays}){sql[row.end() :]}"


def _impl(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)


def _cursor_of(db: Database) -> tuple[Dialect, Any]:
    """The dialect and the one cursor kept for it: every result is fetched whole before the next statement runs."""
    kept = db.info.get("cursor")
    if kept is None:
        # Asking a session for its connection begins the transaction, which no bare cursor would.
        connection = db.connection() if isinstance(db, Session) else db
        kept = db.info["cursor"] = connection.dialect, connection.connection.cursor()
    return kept


def _guarded(run: Callable[[str, Any], object], dialect: Dialect, sql: str, given: Any) -> None:
    try:
        run(sql, given)
    except dialect.loaded_dbapi.Error as error:
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=dialect) from error
