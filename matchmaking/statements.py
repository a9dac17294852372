"""Statements of the hot path: written in SQLAlchemy Core, compiled once a database, run on the driver's own cursor.

Looking up, binding and wrapping a Core statement costs several times what SQLite needs to run it. What runs here
keeps Core's dialects, types and errors and pays for the driver alone.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, Integer, Select, TableClause, column, table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

Database = Session | Connection
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]
Answer = Callable[[], list[Any]]


class Statement:
    """A statement with named values, run in the transaction that a session or connection is in."""

    def __init__(self, clause: ClauseElement, *, after: "Statement | None" = None) -> None:
        """`after`: rows that a row of this INSERT may refer to; rows put off are stored after those."""
        self.rank: int = 0 if after is None else after.rank + 1
        self._clause = clause
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, db: Database, values: Values) -> list[Any]:
        """What a SELECT finds, as named tuples of Python values."""
        compiled, cursor = self._run(db, values)
        return compiled.converted(cursor.fetchall())

    def ask(self, db: Database, values: Values) -> Answer:
        """The same for `together`: what is found is told when the answer is called."""
        dialect, kept = _cursor_of(db)
        compiled, cursor = self._for(dialect), kept.connection.cursor()
        _guarded(cursor.execute, dialect, compiled.sql, compiled.given(values))
        return lambda: compiled.converted(cursor.fetchall())

    def run(self, db: Database, values: Values) -> int:
        """Run an INSERT, UPDATE or DELETE; how many rows it concerned."""
        return int(self._run(db, values)[1].rowcount)

    def run_many(self, db: Database, values: Sequence[Values]) -> Any:
        """Insert many rows, for PostgreSQL by one statement, for SQLite in a loop.

        Returns:
            A cursor. Its `rowcount` says how many were inserted: inside `together`, once that is left.
        """
        dialect, kept = _cursor_of(db)
        compiled, cursor = self._for(dialect), kept.connection.cursor()
        if compiled.bulk:
            _guarded(cursor.execute, dialect, compiled.bulk, compiled.table(values))
        elif len(values) == 1:
            _guarded(cursor.execute, dialect, compiled.sql, compiled.given(values[0]))
        else:
            _guarded(cursor.executemany, dialect, compiled.sql, [compiled.given(one) for one in values])
        return cursor

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


def given(**columns: TypeEngine[Any]) -> TableClause:
    """The table of the values that a `Question` or an `Insertion` is about."""
    return table("given", column("position", Integer()), *(column(name, type_) for name, type_ in columns.items()))


class Question:
    """A SELECT about many things at once: it joins or correlates to the table of what it is asked about."""

    def __init__(self, clause: Select[Any], about: TableClause) -> None:
        self._about = _Given(about)
        self._select = Statement(clause.add_columns(about.c.position.label("given_position")))

    def rows(self, db: Database, values: Sequence[Values]) -> list[list[Any]]:
        """What is found for each of the values, in no order."""
        return self.ask(db, values)()

    def ask(self, db: Database, values: Sequence[Values]) -> Answer:
        """The same for `together`: what is found is told when the answer is called."""
        dialect, kept = _cursor_of(db)
        compiled, cursor = self._select._for(dialect), kept.connection.cursor()
        text, fixed = self._about.as_json(dialect, values), compiled.given({})
        everything = [text, *fixed] if compiled.positional else {"given": text, **fixed}
        _guarded(cursor.execute, dialect, f"{self._about.sql(dialect)} {compiled.sql}", everything)

        def answer() -> list[list[Any]]:
            found: list[list[Any]] = [[] for _ in values]
            for row in compiled.converted(cursor.fetchall()):
                found[row.given_position].append(row)
            return found

        return answer


class Insertion:
    """An INSERT of rows that follow from the table of what it is about, in SQL that both databases know.

    The table's WITH clause is put where the SQL says `{given}`.
    """

    rank = 0

    def __init__(self, sql: str, about: TableClause) -> None:
        self._sql = sql
        self._about = _Given(about)

    def run_many(self, db: Database, values: Sequence[Values]) -> Any:
        """As `Statement.run_many`."""
        dialect, kept = _cursor_of(db)
        text, cursor = self._about.as_json(dialect, values), kept.connection.cursor()
        everything = [text] if dialect.name == "sqlite" else {"given": text}
        _guarded(cursor.execute, dialect, self._sql.format(given=self._about.sql(dialect)), everything)
        return cursor


Storing = Statement | Insertion


class _Given:
    """A table made of one JSON text, which costs the drivers a fraction of what arrays and loops would."""

    def __init__(self, about: TableClause) -> None:
        self._columns = [one for one in about.columns if one.name != "position"]
        self._name = about.name
        self._known: dict[str, tuple[str, dict[str, Convert | None]]] = {}

    def sql(self, dialect: Dialect) -> str:
        """The WITH clause that makes it."""
        return self._for(dialect)[0]

    def as_json(self, dialect: Dialect, values: Sequence[Values]) -> str:
        """The rows, each with its position."""
        converts = self._for(dialect)[1]
        return _as_json(
            [
                {"position": position}
                | {name: convert(one[name]) if convert else one[name] for name, convert in converts.items()}
                for position, one in enumerate(values)
            ]
        )

    def _for(self, dialect: Dialect) -> tuple[str, dict[str, Convert | None]]:
        if dialect.name not in self._known:
            self._known[dialect.name] = (
                _with_table(self._name, {one.name: one.type.compile(dialect) for one in self._columns}, dialect),
                {one.name: _to_driver(one.type, dialect) for one in self._columns},
            )
        return self._known[dialect.name]


def _with_table(name: str, columns: Mapping[str, str], dialect: Dialect) -> str:
    # All names are those of our own tables and statements; what somebody sent is bound, never written.
    if dialect.name == "postgresql":
        typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        made = f"json_to_recordset(%(given)s::JSON) AS made (position INTEGER, {typed})"
        return f"WITH RECURSIVE {name} AS (SELECT * FROM {made})"  # nosec B608
    names = ", ".join(f'"{column}"' for column in ("position", *columns))
    values = ", ".join(f"json_extract(value, '$.{column}')" for column in ("position", *columns))
    return f"WITH RECURSIVE {name} ({names}) AS (SELECT {values} FROM json_each(?))"  # nosec B608


@contextmanager
def together(db: Database) -> Iterator[None]:
    """What is asked or inserted inside is sent to PostgreSQL at once, without waiting for each other's outcome.

    Answers and counts are there afterwards. An error may be raised only at the end.
    """
    dialect, cursor = _cursor_of(db)
    if dialect.name != "postgresql":
        yield
        return
    try:
        with cursor.connection.pipeline():
            yield
    except dialect.loaded_dbapi.Error as error:
        raise _translated(error, dialect, "") from error


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

    def table(self, values: Sequence[Values]) -> dict[str, Any]:
        """Many values as one JSON text, which costs the driver a fraction of what arrays cost it."""
        plain = not self.fixed and not any(convert for _, convert in self.binds)
        return {**self.fixed, "given": _as_json(values if plain else list(map(self.given, values)))}

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
    binds = [(name, _to_driver(types[name], dialect)) for name in names]
    columns = clause.selected_columns.items() if isinstance(clause, Select) else []
    converts = [_impl(column.type, dialect).result_processor(dialect, None) for _, column in columns]
    results = [(position, convert) for position, convert in enumerate(converts) if convert]
    row = namedtuple("Row", [name for name, _ in columns])  # type: ignore[misc]
    sql = written.statement
    return _Compiled(sql, compiled.positional, fixed, binds, results, row, _of_many(sql, types, dialect))


# Values as PostgreSQL's dialect writes them, most with their type; and an INSERT of one row of nothing else.
_VALUE = r"%\((\w+)\)s(?:::(?:UUID|VARCHAR|INTEGER|BIGINT|DATE|JSON|TIMESTAMP WITH(?:OUT)? TIME ZONE))?"
_ONE_ROW = re.compile(rf"VALUES \((?:{_VALUE}(?:, )?)+\)")


def _of_many(sql: str, types: Mapping[str, TypeEngine[Any]], dialect: Dialect) -> str:
    """PostgreSQL's INSERT of one row as one of many, which come as a JSON text: that costs its driver a fraction of
    what arrays would. Empty for another statement or database."""
    row = _ONE_ROW.search(sql)
    if row is None:
        return ""
    columns = {name: types[name].compile(dialect) for name in re.findall(_VALUE, row[0])}
    values = ", ".join(f'given."{name}"' for name in columns)
    # As in `_with_table`: the names are our own.
    select = f"{_with_table('given', columns, dialect)} SELECT {values} FROM given"  # nosec B608
    return f"{sql[: row.start()]}{select}{sql[row.end() :]}"


def _as_json(rows: Sequence[Values]) -> str:
    """JSON of rows. What the driver has wrapped as JSON is unwrapped."""
    return to_json(rows, fallback=lambda wrapped: wrapped.obj).decode()


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """How a value of this type becomes the driver's. Instants, of which a booking has more than a dozen, take a short
    cut to the same result when they are in UTC already, as nearly all are."""
    usual = _impl(type_, dialect).bind_processor(dialect)
    if not isinstance(type_, UTCDateTime) or usual is None:
        return usual
    as_text = dialect.name == "sqlite"

    def instant(value: datetime | None) -> Any:
        if value is None or value.tzinfo is not UTC:
            return usual(value)
        return value.isoformat(" ", "microseconds")[:26] if as_text else value

    return instant


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
        raise _translated(error, dialect, sql) from error


def _translated(error: Exception, dialect: Dialect, sql: str) -> Exception:
    """The driver's error as SQLAlchemy's, without the values."""
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=dialect)
