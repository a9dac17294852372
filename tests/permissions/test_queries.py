"""Every query of a visitor is limited to their rows, whatever its shape, and there is no way around the limit."""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, UnaryExpression, exists, func, inspect, literal, literal_column, text, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session, SQLModel, select

import server.scope as rules
from server.accounts.actors import Actor
from server.accounts.permissions import May, RoleName
from server.accounts.tables import Person
from server.conventions.tables import Convention, Host
from server.database import metadata
from server.ids import new_id
from server.scope import GuestScope, HostScope, OwnScope, Scope, Unscoped, reading_as
from tests.permissions.rows import Row, Rows
from tests.permissions.sight import SIGHT, guest_knows

ROOT = Path(__file__).parents[2]
DOORS = ("server/api", "server/web", "server/live")

# What a visitor's code may do past the scope: where, what, and why.
EXCEPTIONS = {
    ("server/api/health.py", "server.database.reading"): "asks only whether the database answers",
    ("server/api/health.py", ".connection()"): "asks only whether the database answers",
}

# Tables that nobody reads in a visitor's session, and who does instead.
NOBODYS = {
    "timer": "the scheduler",
    "lease": "the scheduler",
    "idempotency_key": "the writer, by its sender",
    "rate_count": "the limiter, by its digest",
    "live_ticket": "the command that takes it",
    "oidc_attempt": "the command that takes it",
}


def steps_past(path: str, text: str) -> Iterator[tuple[str, str]]:
    """(file, what it does) for everything by which a module reads or writes past a visitor's scope."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(module="server.database"):
                yield from ((path, f"server.database.{alias.name}") for alias in node.names)
            case ast.Import():
                yield from ((path, a.name) for a in node.names if a.name.startswith("server.database"))
            case ast.Attribute(attr="__table__"):
                yield path, "__table__"
            case ast.Attribute(value=ast.Name(id="database")):
                yield path, "server.database"
            case ast.Call(func=ast.Attribute(attr="connection" | "connect" | "get_bind" as name)):
                yield path, f".{name}()"
            case ast.Attribute(value=ast.Name(id="engine") | ast.Attribute(attr="engine" | "_engine"), attr="begin"):
                yield path, "engine.begin"
            case ast.Call(func=ast.Name(id="Session") | ast.Attribute(attr="Session")):
                yield path, "Session()"


def test_what_steps_past_the_scope_is_recognised() -> None:
    source = """
from server.database import reading
import server.database
from server import database
with database.reading(engine) as db, engine.connect() as c, Session(c), self._engine.begin():
    db.connection().execute(Person.__table__.select())
"""
    assert {what for _, what in steps_past("x", source)} == {
        *("server.database.reading", "server.database", ".connect()", "engine.begin"),
        *("Session()", ".connection()", "__table__"),
    }


def test_visitors_are_served_by_scoped_sessions_alone() -> None:
    found = {
        step
        for folder in DOORS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for step in steps_past(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    }
    assert found == EXCEPTIONS.keys()


RULES: Mapping[type, Mapping[Any, Any]] = rules.RULES


def models() -> dict[str, type[SQLModel]]:
    """Every table's model."""
    metadata()
    return {mapper.local_table.name: mapper.class_ for mapper in SQLModel._sa_registry.mappers}  # type: ignore[attr-defined]


def test_every_table_has_a_rule_or_is_nobodys() -> None:
    ruled = {model.__tablename__ for table in RULES.values() for model in table}
    assert ruled | NOBODYS.keys() == models().keys()
    assert ruled & NOBODYS.keys() == set()


class World(NamedTuple):
    """The rows of a database."""

    engine: Engine
    rows: Rows

    def scope(self, scope: rules.AnyScope) -> Any:
        return reading_as(self.engine, scope)


@pytest.fixture
def world(engine: Engine) -> World:
    """Rows in three conventions of two hosts, on both databases."""
    rows = Rows(seed=1)
    rows.insert(engine)
    return World(engine, rows)


def scopes(rows: Rows) -> st.SearchStrategy[rules.AnyScope]:
    """Anybody, anywhere: also with parties that are not of the convention, as nobody ever should have."""
    parties = st.frozensets(st.sampled_from([row.key[0] for row in rows.all["participation"]]), max_size=3)
    people = st.sampled_from([row.key[0] for row in rows.all["person"]])
    roles = st.frozensets(st.sampled_from(list(RoleName)), max_size=2)

    def made(convention: Row, person: UUID, roles: frozenset[str], parties: frozenset[UUID]) -> Scope:
        assert convention.convention is not None
        actor = Actor(person, convention.host, roles=roles, parties=parties)
        return Scope(convention.convention, convention.host, actor)

    hosts = st.sampled_from([row.host for row in rows.all["host"]])
    return st.one_of(
        st.builds(made, st.sampled_from(rows.conventions), people, roles, parties),
        st.builds(OwnScope, hosts, people),
        st.builds(HostScope, hosts),
        st.builds(GuestScope, st.sampled_from([row.key[0] for row in rows.conventions])),
    )


def expected(rows: Rows, scope: rules.AnyScope, name: str) -> set[tuple[Any, ...]] | None:
    """The keys of the rows that there are in a scope; None where only its borders are told by `inside`."""
    visible = {row.key for row in rows.all[name] if inside(rows, scope, name, row)}
    return None if isinstance(scope, OwnScope) else visible


def inside(rows: Rows, scope: rules.AnyScope, name: str, row: Row) -> bool:
    """The row is the visitor's to see, told once more, in plain words."""
    if isinstance(scope, HostScope):
        return row.host == scope.host_id
    if isinstance(scope, OwnScope):
        if name in ("person", "audit_entry"):
            return scope.person_id in (row.values["id"], row.values.get("actor_id"), row.values.get("about_id"))
        if name == "question":
            return scope.person_id in (row.values["person_id"], row.values["answered_by"])
        if "person_id" in row.values:
            return bool(row.values["person_id"] == scope.person_id)
        theirs = {r.host for r in rows.all["person"] if r.key[0] == scope.person_id}
        return row.host in {scope.host_id, *theirs}
    if isinstance(scope, GuestScope):
        return row.convention == scope.convention_id and guest_knows(rows, name, row)
    if name == "occupancy":
        return True  # busy or not, which only those ask who know the person
    if row.host != scope.host_id or row.convention not in (None, scope.convention_id):
        return False
    limit = LIMITED.get(name)
    return limit is None or limit(rows, scope.actor, row)


Limit = Callable[[Rows, Actor, Row], bool]


def one_of_us(_: Rows, actor: Actor, row: Row) -> bool:
    sides = {row.values.get(name) for name in ("requester_id", "addressee_id", "by_id", "about_id")}
    return actor.may(May.RUN_MEETINGS) or not actor.parties.isdisjoint(sides)


def at_the_table(rows: Rows, actor: Actor, meeting: UUID) -> bool:
    seats = [row.values for row in rows.all["attendee"] if row.values["meeting_id"] == meeting]
    mine = any(seat["participation_id"] in actor.parties or seat["person_id"] == actor.person_id for seat in seats)
    return actor.may(May.RUN_MEETINGS) or mine


def of_our_meeting(rows: Rows, actor: Actor, row: Row) -> bool:
    return at_the_table(rows, actor, row.values.get("meeting_id") or row.key[0])


def of_our_request(rows: Rows, actor: Actor, row: Row) -> bool:
    request = next(r for r in rows.all["meeting_request"] if r.key[0] == row.values["request_id"])
    return one_of_us(rows, actor, request)


def only_if(may: May) -> Limit:
    return lambda _, actor, __: actor.may(may)


def own_or(may: May) -> Limit:
    return lambda _, actor, row: actor.may(may) or row.values["person_id"] == actor.person_id


def of_ours(*columns: str) -> Limit:
    """One of our parties stands in one of these columns, or we run the meetings."""

    def limit(_: Rows, actor: Actor, row: Row) -> bool:
        return actor.may(May.RUN_MEETINGS) or not actor.parties.isdisjoint(row.values[name] for name in columns)

    return limit


def my_hours(rows: Rows, actor: Actor, row: Row) -> bool:
    mine = row.values["person_id"] == actor.person_id
    return mine or of_ours("participation_id")(rows, actor, row)


LIMITED: dict[str, Limit] = {
    "meeting_request": one_of_us,
    "preference": one_of_us,
    "proposal": of_our_request,
    "meeting": lambda rows, actor, row: at_the_table(rows, actor, row.key[0]),
    **dict.fromkeys(("meeting_change", "attendee", "attendance", "amount"), of_our_meeting),
    **dict.fromkeys(("draft", "draft_meeting", "draft_party"), only_if(May.RUN_MEETINGS)),
    **dict.fromkeys(("pair_rule", "standby"), of_ours("one_id", "other_id")),
    "party_view": of_ours("by_id"),
    "party_limits": of_ours("participation_id"),
    "interpreter_block": my_hours,
    "role": own_or(May.MANAGE_PEOPLE),
    "invitation": own_or(May.MANAGE_PEOPLE),
    "import_finding": only_if(May.MANAGE_PARTIES),
    "imported_party": only_if(May.MANAGE_PARTIES),
    "event": only_if(May.SEE_FIGURES),
    "audit_entry": only_if(May.OWN),
    **SIGHT,
}


def key_of(entity: Any) -> list[Any]:
    """The primary key's attributes of a model or an alias of one."""
    return [getattr(entity, column.key) for column in inspect(entity).mapper.primary_key]


Keys = set[tuple[Any, ...]]


def got(db: Session, query: Any) -> Keys:
    # Session.execute is right for queries of several shapes; SQLModel's exec is typed for two.
    return {tuple(row) for row in db.execute(query) if set(row) != {None}}


def ways(db: Session, model: type[SQLModel]) -> Iterator[tuple[str, Keys]]:
    """The keys of a model's rows, asked for in every way there is."""
    alias, again = aliased(model), aliased(model)
    sub, cte = select(*key_of(model)).subquery(), select(*key_of(model)).cte()
    below = aliased(model, select(model).subquery())
    yield "columns", got(db, select(*key_of(model)))
    yield "aliased", got(db, select(*key_of(alias)))
    yield "from a subquery", got(db, select(sub))
    yield "alias of a subquery", got(db, select(*key_of(below)))
    yield "from a common table", got(db, select(cte))
    yield "union", got(db, select(*key_of(model)).union(select(*key_of(alias))))
    yield "union in a subquery", got(db, select(select(*key_of(model)).union_all(select(*key_of(alias))).subquery()))
    yield "joined", got(db, select(*key_of(model)).select_from(alias).join(model, true()))
    yield "joined alias", got(db, select(*key_of(alias)).select_from(model).join(alias, true()))
    yield "joined aliases", got(db, select(*key_of(again)).select_from(alias).join(again, true()))
    yield "outer join", got(db, select(*key_of(alias)).select_from(Convention).join(alias, true(), isouter=True))
    yield (
        "from a model",
        got(db, select(*(func.coalesce(column, column) for column in key_of(alias))).select_from(alias)),
    )
    yield "in a subquery", got(db, select(*key_of(alias)).where(key_of(alias)[0].in_(select(key_of(model)[0]))))
    yield "entities", {inspect(row).identity for row in db.exec(select(model))}
    yield (
        "joined entities",
        {inspect(row).identity for row, _ in db.exec(select(alias, Convention).join(Convention, true()))},
    )


def wrong(db: Session, rows: Rows, scope: rules.AnyScope, name: str) -> Iterator[str]:
    """What is found of a table that should not be, or is missing."""
    model = models()[name]
    known = {row.key: row for row in rows.all[name]}
    exact = expected(rows, scope, name)
    plain: Keys | None = None
    for way, found in ways(db, model):
        plain = found if plain is None else plain
        outside = {key for key in found if not inside(rows, scope, name, known[key])}
        if outside or found != (plain if exact is None else exact):
            yield f"{name}, {way}: {found ^ (plain if exact is None else exact)} in {scope}"
    assert plain is not None
    db.expunge_all()
    by_key = {key for key in known if db.get(model, key if len(key) > 1 else key[0]) is not None}
    count = db.exec(select(func.count()).select_from(model)).one()
    scalar = db.exec(select(Convention.id, select(func.count()).select_from(model).scalar_subquery())).all()
    there = {key for key in known if any(found for _, found in db.exec(select(Convention.id, is_there(model, key))))}
    if not (by_key == there == plain and {count} == {number for _, number in scalar} == {len(plain)}):
        yield f"{name}: by key {by_key ^ plain}, exists {there ^ plain}, counted {count}, {scalar} in {scope}"


def is_there(model: type[SQLModel], key: tuple[Any, ...]) -> Any:
    return exists(select(model).where(*(column == value for column, value in zip(key_of(model), key, strict=True))))


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product", "ignore:Generating overly large repr")
@settings(
    max_examples=6,
    phases=[Phase.generate],  # to find something smaller takes minutes, and says no more
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_query_finds_what_is_not_the_visitors(world: World, data: st.DataObject) -> None:
    scope = data.draw(scopes(world.rows))
    with world.scope(scope) as db:
        names = sorted(model.__tablename__ for model in RULES[type(scope)])
        assert [told for name in names for told in wrong(db, world.rows, scope, name)] == []


def test_tables_without_a_rule_are_not_read(world: World) -> None:
    for scope in some(world.rows):
        with world.scope(scope) as db:
            for name, model in models().items():
                if model not in RULES[type(scope)]:
                    for query in (select(model), select(aliased(model)), select(Host, model).join(model, true())):
                        with pytest.raises(Unscoped):
                            db.exec(query).all()
                    with pytest.raises(Unscoped):
                        db.get(model, world.rows.all[name][0].key if world.rows.all[name] else new_id())


def test_what_is_no_query_of_models_is_refused(world: World) -> None:
    table: Any = Person.__table__  # type: ignore[attr-defined]
    queries: list[Any] = [
        text("SELECT email FROM person"),
        text("SELECT email FROM person").columns(table.c.email),
        select(table),
        select(table.c.email),
        table.select(),
        table.update().values(zone="UTC"),
        table.delete(),
        select(Host.id, table.c.email),
        select(Host.id, table.alias().c.email),
        select(Host.id).join(table, true()),
        select(Host.id).select_from(table),
        select(Host.id, select(table.c.email).subquery().c.email),
        select(Host.id, exists(select(table.c.id))),
        select(Host.id, exists(select(literal(1)).select_from(table))),
        select(Host.id, select(func.count()).select_from(table).scalar_subquery()),
        select(Host.id).where(Host.id.in_(select(table.c.host_id))),  # type: ignore[attr-defined]
        select(Host.id).order_by(select(func.count()).select_from(table).scalar_subquery()),
        select(Host.id).union(select(table.c.email)),
        select(aliased(Person, select(table).subquery())),
        select(Person).from_statement(select(table)),
        select(Person).from_statement(text("SELECT * FROM person")),
        select(Host.id, text("(SELECT count(*) FROM person)")),
        select(Host.id, literal_column("(SELECT count(*) FROM person)")),
        select(Host.id).where(text("EXISTS (SELECT 1 FROM person)")),
        # SQL that is given as text where none is expected.
        select(Host.id).prefix_with("(SELECT email FROM person), "),
        select(Host.id).suffix_with("UNION SELECT email FROM person"),
        select(Host.id).with_hint(Host, ", person"),
        select(Host.id).with_statement_hint("UNION SELECT email FROM person"),
        select(select(Host.id).cte().prefix_with("x").c.id),
        select(select(Host.id).cte().suffix_with("x").c.id),
        select(Host.id).union(select(Host.id).suffix_with("UNION SELECT email FROM person")),
        select(Host.id, select(Host.id).suffix_with("UNION SELECT email FROM person").scalar_subquery()),
        select(Host.id.op("= (SELECT id FROM person) OR 1 =")(1)),  # type: ignore[attr-defined]
        select(Host.id).where(Host.id.bool_op("IN (SELECT id FROM person) OR 1 =")(1)),  # type: ignore[attr-defined]
        select(UnaryExpression(literal(1), operator=custom_op("(SELECT email FROM person) ||"))),
        select(UnaryExpression(literal(1), modifier=custom_op("|| (SELECT email FROM person)"))),
        # A model that is not among the columns, sources or joins.
        select(Host.id).where(func.length(Person.email) > 0),
        select(Host.id).where(func.length(aliased(Person).email) > 0),
        select(Host.id).order_by(Person.email),
        select(func.count()).select_from(Host).group_by(Person.email),
        select(Person.id).where(exists(select(Host.id).where(func.length(aliased(Person).email) > 0))),
    ]
    for scope in some(world.rows):
        with world.scope(scope) as db:
            for query in queries:
                with pytest.raises(Unscoped):
                    db.execute(query).all()


def some(rows: Rows) -> list[rules.AnyScope]:
    """One scope of each kind."""
    convention, person = rows.conventions[0], rows.all["person"][0]
    assert convention.convention is not None
    actor = Actor(person.key[0], person.host, roles=frozenset({RoleName.OWNER}))
    return [
        Scope(convention.convention, convention.host, actor),
        OwnScope(person.host, person.key[0]),
        HostScope(person.host),
        GuestScope(convention.convention),
    ]
