"""Fixtures for every test: both databases with the product's tables, a clock that stands still, and a convention."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, text

from server.clock import SteppedClock
from server.database import make_engine, migrate
from server.settings import Settings
from tests.browser import browser, chromium, page, page_errors, screenshot  # noqa: F401
from tests.factories import BEFORE, Fair, make_fair
from tests.servers import Databases, database_url, databases, fresh_database, postgres_server  # noqa: F401

# The servers that tests start are many: what Python compiles once need not be compiled by each of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Tracebacks with every local variable, structlog's default, take seconds and help nobody in a test's report.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])

# The machines are shared: a slow example says nothing. The same examples each run: a red test can be run again.
hypothesis_settings.register_profile("madang", deadline=None, derandomize=True)
hypothesis_settings.load_profile("madang")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than cores: each waits for its servers and browser a third of the time."""
    return len(os.sched_getaffinity(0)) + 1


def with_tables(url: str) -> None:
    """Bring an empty database to the head of the migrations, and leave no connection to it."""
    engine = make_engine(Settings(database_url=url))
    migrate(engine)
    engine.dispose()


def empty_tables(url: str) -> None:
    """Delete every row of a PostgreSQL database, past its references, whoever is still connected."""
    engine = make_engine(Settings(database_url=url))
    with engine.begin() as connection:
        mine = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"))
        found = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        deletes = "".join(f"DELETE FROM {table};" for table in connection.scalars(text(found)))
        connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {deletes}")
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the product's tables, made once a worker, to be copied."""
    path = tmp_path_factory.mktemp("template") / "madang.sqlite3"
    with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an SQLite file with all tables and no rows."""
    path = tmp_path / "madang.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str) -> Iterator[str]:  # noqa: F811
    """The URL of one PostgreSQL database a worker with all tables: emptying it is ten times faster than a new one."""
    made = Databases(postgres_server)
    yield made.fresh(with_tables)
    made.drop_all()


@pytest.fixture
def postgres_url(postgres_tables: str) -> Iterator[str]:
    """The same, with no rows."""
    yield postgres_tables
    empty_tables(postgres_tables)


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables and no rows, once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def engine(tables_url: str) -> Iterator[Engine]:
    """An engine on a database with all tables and no rows, on both databases."""
    made = make_engine(Settings(database_url=tables_url))
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """The same on SQLite alone, for what no database decides."""
    made = make_engine(Settings(database_url=sqlite_url))
    yield made
    made.dispose()


@pytest.fixture
def clock() -> SteppedClock:
    """Convention time a week before the convention opens."""
    return SteppedClock(BEFORE)


@pytest.fixture
def fair(engine: Engine, clock: SteppedClock) -> Fair:
    """SMC 2020 with its calendar and phases and no parties, on both databases."""
    return make_fair(engine, clock)


@pytest.fixture
def sqlite_fair(sqlite_engine: Engine, clock: SteppedClock) -> Fair:
    """The same on SQLite alone."""
    return make_fair(sqlite_engine, clock)
