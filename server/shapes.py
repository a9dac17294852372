"""Of which shape a visitor's query must be, so that conditions can be added for every table in it.

SQLAlchemy adds them to models and their aliases where these stand among a SELECT's columns, sources and joins. It adds
none to bare tables, to SQL given as text (also as an operator, a hint, or before or behind a query), and to a model
that only a function in the WHERE clause speaks of.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Alias, ColumnClause, Executable, Select, SelectBase, Table, TextClause
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.operators import custom_op

_TEXTS = ("_prefixes", "_suffixes", "_hints", "_statement_hints")
_ENTITY = "parententity"  # SQLAlchemy's mark on what it has made from a model


def of_models_alone(statement: Executable) -> bool:
    """The statement is a query, and there is nothing in it, however deep, but what conditions can be added for."""
    return isinstance(statement, SelectBase) and _sound(statement, frozenset(), set())


def _sound(query: Any, around: frozenset[Any], seen: set[int]) -> bool:
    if id(query) in seen:  # a common table that is used twice
        return True
    seen.add(id(query))
    if _has_text(query):
        return False
    named: frozenset[Any] = frozenset()
    if isinstance(query, Select):
        sources = [*query._raw_columns, *query._from_obj, *(target for target, *_ in query._setup_joins)]
        if any(isinstance(source, Table | Alias) and _ENTITY not in source._annotations for source in sources):
            return False
        named = frozenset(part._annotations[_ENTITY] for part in _parts(sources) if _ENTITY in part._annotations)
    for part in _parts(query.get_children()):
        if isinstance(part, SelectBase):
            if not _sound(part, around | named, seen):
                return False
        elif _has_text(part) or (isinstance(part, ColumnClause) and not _belongs(part, named, around)):
            return False
    return True


def _has_text(part: Any) -> bool:
    """The query or a part of it holds SQL that is given as text."""
    said = vars(part)
    if isinstance(part, TextClause) or any(said.get(name) for name in _TEXTS):
        return True
    return any(isinstance(said.get(name), custom_op) for name in ("operator", "modifier"))


def _parts(elements: Iterable[Any]) -> Iterator[Any]:
    """The elements and all below them, down to the queries inside."""
    waiting = list(elements)
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, SelectBase):
            waiting.extend(part.get_children())


def _belongs(column: Any, named: frozenset[Any], around: frozenset[Any]) -> bool:
    """The column is one of a model that is named here or around, or of a query inside."""
    if column.is_literal:
        return bool(column.name == "*")
    entity = column._annotations.get(_ENTITY)
    if entity is not None:
        return entity in named or entity in around
    if isinstance(column.table, Table):  # a search by key is made so
        return any(isinstance(entity, Mapper) and entity.local_table is column.table for entity in named)
    return not isinstance(column.table, Alias)
