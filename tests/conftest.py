"""Fixtures for every test: both databases with the product's tables, a clock that stands still, and a convention."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from server.clock import SteppedClock
from server.database import make_engine, migrate
from server.settings import Settings
from tests.factories import BEFORE, Fair, make_fair

if TYPE_CHECKING:
    from tests.servers import Databases  # at run time pytest loads it as the plugin that it is

pytest_plugins = ("tests.servers", "tests.browser")

# The machines are shared: a slow example says nothing. The same examples each run: a red test can be run again.
hypothesis_settings.register_profile("madang", deadline=None, derandomize=True)
hypothesis_settings.load_profile("madang")


def with_tables(url: str) -> None:
    """Bring an empty database to the head of the migrations, and leave no connection to it."""
    engine = make_engine(Settings(database_url=url))
    migrate(engine)
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


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables and no rows, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    databases: Databases = request.getfixturevalue("databases")
    return databases.fresh(with_tables)


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
