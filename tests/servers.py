"""Real databases for tests: one PostgreSQL a run, a fresh database a test; imported by conftest.py."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from server.bench.postgres import temporary_postgres

Prepare = Callable[[str], None]


class Databases:
    """Makes and drops databases on one server. Every URL is SQLAlchemy's, for the psycopg 3 driver."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._made: list[str] = []

    def fresh(self, prepare: Prepare | None = None) -> str:
        """The URL of a new database, empty or as `prepare(url)` left one when it was first needed.

        `prepare` runs once a run of the tests, whatever the number of workers; it must close its connections,
        for PostgreSQL copies only what nobody is connected to.
        """
        template = "template0" if prepare is None else self._template(prepare)
        name = f"test_{uuid4().hex}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        self._made.append(name)
        return self._url_of(name)

    def drop_all(self) -> None:
        """Drop what `fresh` made here, whoever is still connected."""
        while self._made:
            self._execute("DROP DATABASE {} WITH (FORCE)", self._made.pop())

    def _template(self, prepare: Prepare) -> str:
        name = "template_" + re.sub(r"\W+", "_", f"{prepare.__module__}_{prepare.__qualname__}").lower()
        with self._connect() as connection:
            # Held until the connection closes: the other workers wait for the one that prepares.
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                unfinished = f"unfinished_{uuid4().hex}"
                self._execute("CREATE DATABASE {} TEMPLATE template0", unfinished)
                prepare(self._url_of(unfinished))
                self._execute("ALTER DATABASE {} RENAME TO {}", unfinished, name)
        return name

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _connect(self) -> psycopg.Connection:
        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(url, autocommit=True)

    def _execute(self, statement: str, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of the `postgres` database of a real server, shared by all workers of this run."""
    with temporary_postgres(os.environ.get("PYTEST_XDIST_TESTRUNUID"), fsync=False) as url:
        yield url


@pytest.fixture
def databases(postgres_server: str) -> Iterator[Databases]:
    """Databases that are dropped after the test."""
    made = Databases(postgres_server)
    try:
        yield made
    finally:
        made.drop_all()


@pytest.fixture
def fresh_database(databases: Databases) -> Callable[..., str]:
    """`fresh_database()` or `fresh_database(prepare)`: the URL of a new database; see Databases.fresh."""
    return databases.fresh


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once on SQLite (a file) and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'madang.sqlite3'}"
    databases: Databases = request.getfixturevalue("databases")
    return databases.fresh()
