"""Many rows at once, fast. Turning values into the driver's form is most of the work, and is done beforehand, while
nobody holds the write lock."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg.errors
from sqlalchemy import JSON, Connection, Dialect, Table, Uuid, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeEngine

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
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
    formed = [_formed([row[column.name] for row in rows], column.type, dialect) for column in columns]
    if dialect.name == "postgresql":
        quote = dialect.identifier_preparer
        statement = f"COPY {quote.format_table(table)} ({', '.join(map(quote.format_column, columns))}) FROM STDIN"
        lines = map("\t".join, zip(*formed, strict=True))
        return Load(statement, text="".join(f"{line}\n" for line in lines).encode())
    compiled = insert(table).values({column.name: None for column in columns}).compile(dialect=dialect)
    return Load(str(compiled), list(zip(*formed, strict=True)))


def _formed(values: Sequence[Any], kind: TypeEngine[Any], dialect: Dialect) -> list[Any]:
    """The values of one column: text for COPY, where \\N is null, else what the driver binds."""
    if dialect.name == "postgresql":
        form, null = _text_of(kind), "\\N"
    else:
        form, null = _bound(kind, dialect), None
    return [null if value is None else form(value) for value in values]


def _text_of(kind: TypeEngine[Any]) -> Callable[[Any], str]:
    if isinstance(kind, Uuid):
        return _hex
    if isinstance(kind, JSON):
        return lambda value: _json(value).translate(_ESCAPED)
    return lambda value: str(value).translate(_ESCAPED)


def _bound(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any]:
    if isinstance(kind, JSON):
        return _json
    return kind.dialect_impl(dialect).bind_processor(dialect) or _unchanged


def _json(value: Any) -> str:
    return "[]" if value == [] else _ENCODE(value)


def _hex(value: UUID) -> str:
    return value.hex


def _unchanged(value: Any) -> Any:
    return value
