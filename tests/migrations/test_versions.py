"""Models and migrations say the same, on both databases, up and down."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from matchmaking.tables import Representative
from server.accounts.tables import Login
from server.database import downgrade, is_current, make_engine, metadata, migrate, reading, writing
from server.ids import new_id
from server.settings import Settings
from tests.servers import Databases

ROOT = Path(__file__).parents[2]
VERSIONS = {"alembic_version"}


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    """An engine on a database with nothing in it."""
    engine = make_engine(Settings(database_url=database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def second_empty(empty: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Another on the same kind of database."""
    url = f"sqlite:///{tmp_path / 'second.sqlite3'}"
    if empty.dialect.name == "postgresql":
        databases: Databases = request.getfixturevalue("databases")
        url = databases.fresh()
    engine = make_engine(Settings(database_url=url))
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def shape(engine: Engine) -> dict[str, Any]:
    """Everything the database itself says of our tables: columns in order, keys, references, indexes."""
    database = inspect(engine)
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in database.get_columns(table)],
            "primary key": database.get_pk_constraint(table),
            "foreign keys": sorted(database.get_foreign_keys(table), key=str),
            "unique": sorted(database.get_unique_constraints(table), key=str),
            "indexes": sorted(database.get_indexes(table), key=str),
            "checks": sorted(database.get_check_constraints(table), key=str),
        }
        for table in tables(engine) - VERSIONS
    }


def test_migrations_make_the_tables_of_the_models(empty: Engine, second_empty: Engine) -> None:
    migrate(empty)
    with second_empty.begin() as connection:
        metadata().create_all(connection)
    assert shape(empty) == shape(second_empty)
    assert len(shape(empty)) == len(metadata().tables)


def test_alembic_finds_nothing_to_change(empty: Engine) -> None:
    migrate(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata()) == []


def test_constraints_have_names_that_migrations_can_use(empty: Engine) -> None:
    migrate(empty)
    unnamed = [
        (table, kind)
        for table, parts in shape(empty).items()
        for kind in ("primary key", "foreign keys", "unique", "indexes")
        for part in (parts[kind] if isinstance(parts[kind], list) else [parts[kind]])
        if not (part["name"] or "").startswith(("pk_", "fk_", "uq_", "ix_"))
    ]
    assert unnamed == []


def test_down_leaves_no_tables_and_up_again_all(empty: Engine) -> None:
    assert not is_current(empty)
    migrate(empty)
    first = shape(empty)
    assert is_current(empty)
    downgrade(empty)
    assert tables(empty) == VERSIONS
    assert not is_current(empty)
    migrate(empty)
    assert shape(empty) == first
    assert is_current(empty)


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    first = shape(empty)
    migrate(empty)
    assert shape(empty) == first


def test_references_are_enforced_after_migrating(empty: Engine) -> None:
    migrate(empty)
    orphan = {"id": new_id(), "host_id": new_id(), "name": {"en": "Nobody's"}}
    with empty.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(insert(metadata().tables["series"]), orphan)


def test_migrations_are_found_from_any_directory(tmp_path: Path) -> None:
    program = (
        "from server.database import *\nfrom server.settings import read_settings\n"
        "engine = make_engine(read_settings()); migrate(engine); print(is_current(engine))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"MADANG_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert (tmp_path / "madang.sqlite3").exists()


@pytest.mark.parametrize("command", ["upgrade head", "check"])
def test_alembic_finds_its_configuration(tmp_path: Path, command: str) -> None:
    engine = make_engine(Settings(data_dir=tmp_path))
    migrate(engine)
    engine.dispose()
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *command.split()],
        cwd=ROOT,
        env={"MADANG_DATA_DIR": str(tmp_path)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_rows_from_before_there_were_scopes_and_administrators_come_along(empty: Engine) -> None:
    migrate(empty)
    downgrade(empty, "0001")
    host, convention, party, lead, second = (str(new_id()).replace("-", "") for _ in range(5))
    person = "INSERT INTO person (id, host_id, zone, created_at) VALUES ('{0}', '{1}', 'UTC', '2020-11-02')"
    seat = (
        "INSERT INTO representative (convention_id, person_id, participation_id, position, languages, active)"
        " VALUES ('{0}', '{1}', '{2}', {3}, '[]', {4})"
    )
    login = (
        "INSERT INTO login (id, token_digest, person_id, kind, label, created_at, expires_at)"
        " VALUES ('{0}', '{0}', '{0}', '{1}', '', '2020-11-02', '2020-11-03')"
    )
    with writing(empty) as connection:
        for statement in (
            f"INSERT INTO host (id, name, created_at) VALUES ('{host}', '{{}}', '2020-11-02')",
            *(person.format(one, host) for one in (lead, second)),
            "INSERT INTO participation (id, convention_id, organisation_id, name, offers, seeks, products, interests,"
            " target_countries, hosted, needs_look, created_at, version)"
            f" VALUES ('{party}', '{convention}', '{host}', '{{}}', true, false, '[]', '[]', '[]', false, '[]',"
            " '2020-11-02', 1)",
            *(seat.format(convention, one, party, place, "true") for place, one in enumerate((lead, second))),
            login.format(lead, "token"),
            login.format(second, "cookie"),
        ):
            connection.exec_driver_sql(statement)
    migrate(empty)
    with reading(empty) as db:
        seats = {row.person_id: row.admin for row in db.exec(select(Representative))}
        scopes = {row.kind: (row.scopes, row.second_factor) for row in db.exec(select(Login))}
    assert seats == {UUID(lead): True, UUID(second): False}
    assert scopes == {"token": (["organise", "read", "write"], False), "cookie": ([], False)}
