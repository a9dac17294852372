"""Statements of the hot path: written in SQLAlchemy Core, compiled once a database, run on the driver's own cursor.

Looking up, binding and wrapping a Core statement costs several times what SQLite needs to run it. What runs here
keeps Core's dialects, types and errors and pays for the driver alone.
"""

import json
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

    def rows_for_each(self, db: Database, values: Sequence[Values]) -> list[list[Any]]:
        """What a SELECT finds for each of many values, in no order: one question for PostgreSQL, which is asked over a
        wire, and a loop for SQLite."""
        dialect, cursor = _cursor_of(db)
        compiled = self._for(dialect)
        if not compiled.each:
            return [self.rows(db, one) for one in values]
        _guarded(cursor.execute, dialect, compiled.each, compiled.table(values))
        found: list[list[Any]] = [[] for _ in values]
        for position, *plain in cursor.fetchall():
            found[position].append(plain)
        return [compiled.converted(rows) for rows in found]

    def run(self, db: Database, values: Values) -> int:
        """Run an INSERT, UPDATE or DELETE; how many rows it concerned."""
        return int(self._run(db, values)[1].rowcount)

    def run_many(self, db: Database, values: Sequence[Values]) -> int:
        """Insert many rows, for PostgreSQL by one statement, for SQLite in a loop; how many were inserted."""
        dialect, cursor = _cursor_of(db)
        compiled = self._for(dialect)
        if compiled.bulk:
            _guarded(cursor.execute, dialect, compiled.bulk, compiled.table(values))
        else:
            _guarded(cursor.executemany, dialect, compiled.sql, [compiled.given(one) for one in values])
        return int(cursor.rowcount)

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
    each: str

    def given(self, values: Values) -> Any:
        """The values as the driver takes them."""
        if self.fixed:
            values = {**self.fixed, **values}
        if self.positional:
            return [convert(values[name]) if convert else values[name] for name, convert in self.binds]
        return {name: convert(values[name]) if convert else values[name] for name, convert in self.binds}

    def table(self, values: Sequence[Values]) -> dict[str, Any]:
        """Many values as one JSON text, which costs the driver a fraction of what arrays cost it."""
        rows = [{"position": position, **self.given(one)} for position, one in enumerate(values)]
        return {**self.fixed, "table": json.dumps(rows, default=_plain)}

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
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    # Literals that belong into the SQL are written there only by this, which wants to see every value.
    written = compiled.construct_expanded_state(dict.fromkeys(compiled.params) | fixed)
    names = written.positiontup if compiled.positional else [name for name in types if name in written.parameters]
    binds = [(name, _impl(types[name], dialect).bind_processor(dialect)) for name in names]
    columns = clause.selected_columns.items() if isinstance(clause, Select) else []
    converts = [_impl(column.type, dialect).result_processor(dialect, None) for _, column in columns]
    results = [(position, convert) for position, convert in enumerate(converts) if convert]
    row = namedtuple("Row", [name for name, _ in columns])  # type: ignore[misc]
    sql = written.statement
    bulk, each = _for_many(sql, fixed)
    return _Compiled(sql, compiled.positional, fixed, binds, results, row, bulk, each)


# Values as PostgreSQL's dialect writes them, each with its type; and an INSERT of one row of nothing else.
_VALUE = r"%\((\w+)\)s::(UUID|VARCHAR|INTEGER|BIGINT|BOOLEAN|DATE|JSON|TIMESTAMP WITH(?:OUT)? TIME ZONE)"
_ONE_ROW = re.compile(rf"VALUES \((?:{_VALUE}(?:, )?)+\)")


def _for_many(sql: str, fixed: Values) -> tuple[str, str]:
    """PostgreSQL's statement of one row or one value as one of many, which are rows of a JSON text: an INSERT of them
    all, or a SELECT joined to each. Empty for another statement or database."""
    types = {name: kind for name, kind in re.findall(_VALUE, sql) if name not in fixed}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    given = f"json_to_recordset(%(table)s::JSON) AS given (position INTEGER, {columns})"
    if row := _ONE_ROW.search(sql):
        values = ", ".join(f'given."{name}"' for name in types)
        return f"{sql[: row.start()]}SELECT {values} FROM {given}{sql[row.end() :]}", ""
    if not types or not sql.startswith("SELECT"):
        return "", ""
    one = re.sub(_VALUE, lambda value: f'given."{value[1]}"' if value[1] in types else value[0], sql)
    return "", f"SELECT given.position, found.* FROM {given} CROSS JOIN LATERAL ({one}) AS found"


def _plain(value: Any) -> Any:
    """What JSON does not know: ids, instants, dates, and what the driver has wrapped as JSON."""
    return value.obj if hasattr(value, "obj") else str(value)


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
