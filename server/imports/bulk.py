"""Many rows at once, fast. Turning values into the driver's form is most of the work, and is done beforehand, while
nobody holds the write lock."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg.errors
from sqlalchemy import JSON, Connection, Dialect, Table, insert
from sqlalchemy.exc import IntegrityError

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


class Clash(Exception):
    """A row of that key exists; the transaction must go back to where it was."""


@dataclass(frozen=True, slots=True)
class Load:
    """Rows of one table, ready to go: parameters for SQLite, the text of a COPY for PostgreSQL."""

    statement: str
    rows: Sequence[tuple[Any, ...]] = ()
    text: bytes = b""

    def run(self, connection: Connection) -> None:
        """Insert them.

        Raises:
            Clash.
        """
        try:
            if self.rows:
                connection.exec_driver_sql(self.statement, list(self.rows))
            else:
                with connection.connection.cursor() as cursor, cursor.copy(self.statement) as copy:  # type: ignore[attr-defined]
                    copy.write(self.text)
        except psycopg.errors.UniqueViolation as clash:
            raise Clash from clash
        except IntegrityError as broken:
            if getattr(broken.orig, "sqlite_errorname", None) in _TAKEN:
                raise Clash from broken
            raise


def load(dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]]) -> Load:
    """Rows, all with the same columns, as the database's driver takes them fastest."""
    columns = [column for column in table.columns if column.name in rows[0]]
    names = [column.name for column in columns]
    structured = [isinstance(column.type, JSON) for column in columns]
    if dialect.name == "postgresql":
        listed = ", ".join(map(dialect.identifier_preparer.format_column, columns))
        lines = (
            "\t".join(_copied(row[name], json) for name, json in zip(names, structured, strict=True)) for row in rows
        )
        target = dialect.identifier_preparer.format_table(table)
        return Load(f"COPY {target} ({listed}) FROM STDIN", text="".join(f"{line}\n" for line in lines).encode())
    statement = insert(table).values(dict.fromkeys(names)).compile(dialect=dialect)
    forms = [
        _json if json else column.type.dialect_impl(dialect).bind_processor(dialect)
        for column, json in zip(columns, structured, strict=True)
    ]
    takes = list(zip(names, forms, strict=True))
    return Load(str(statement), [tuple(_formed(row[name], form) for name, form in takes) for row in rows])


def _copied(value: Any, structured: bool) -> str:
    r"""A value in the text format of COPY: fields between tabs, \N for null."""
    if value is None:
        return "\\N"
    return (_json(value) if structured else str(value)).translate(_ESCAPED)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _formed(value: Any, form: Callable[[Any], Any] | None) -> Any:
    return value if value is None or form is None else form(value)
