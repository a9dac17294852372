"""The engine for SQLite and PostgreSQL, and the two ways of using it: one writer, many readers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlmodel import Session, SQLModel

from server.settings import Settings

# Named constraints, so that migrations can drop them on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

TABLES = (
    "server.conventions.tables",
    "server.accounts.tables",
    "matchmaking.tables",
    "matchmaking.drafts.tables",
    "matchmaking.interpreting.tables",
    "matchmaking.recommend.tables",
    "matchmaking.rescue.tables",
    "sessions.tables",
    "sessions.floor.tables",
    "server.eventlog.tables",
    "server.scheduler.tables",
    "server.idempotency",
    "server.imports.tables",
    "server.audit.tables",
    "server.mail.tables",
    "server.limits.tables",
    "server.pictures.tables",
)
WAIT_FOR_LOCK_MS = 5000
POOL = {"pool_size": 20, "max_overflow": 20}


def metadata() -> MetaData:
    """The metadata of every table of the product."""
    for module in TABLES:
        import_module(module)
    return SQLModel.metadata


def make_engine(settings: Settings) -> Engine:
    """An engine whose transactions begin when we say so: BEGIN IMMEDIATE for writers, BEGIN for readers on SQLite."""
    if settings.is_sqlite:
        engine = create_engine(
            settings.url,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "timeout": WAIT_FOR_LOCK_MS / 1000},
            **POOL,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(settings.url, hide_parameters=True, pool_pre_ping=True, **POOL)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not open transactions by itself: it would begin them deferred, and a deferred BEGIN that
    # turns into a write fails BUSY at once instead of waiting.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {WAIT_FOR_LOCK_MS}",
        "temp_store = MEMORY",
        "secure_delete = ON",  # what is deleted is overwritten: who is erased does not live on in free pages
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session over one consistent state of the database, for queries: nothing in it is ever committed."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**level) as connection, Session(connection, autoflush=False) as db:
        yield db


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """A connection for `Statement`s that look at a row each: no transaction, nor the round trips that surround one."""
    # On SQLite a cursor of our own is in no transaction anyway, and the option would change the driver's settings.
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with engine.connect().execution_options(**level) as connection:
        yield connection


def writer_connection(engine: Engine) -> Connection:
    """The connection of a writer, who keeps it. It must not go back to the pool."""
    connection = engine.connect().execution_options(write=True)
    if engine.dialect.name == "postgresql":
        # Commands look for single rows. As long as a convention is new and statistics lag behind, the planner would
        # read whole tables for them instead, and stay with that plan while the tables grow.
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_hashjoin = off")
        connection.exec_driver_sql("SET enable_mergejoin = off")
        connection.commit()
    return connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in one write transaction, committed at the end, rolled back by any exception."""
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        yield connection


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring the database's tables up to a revision, whole or not at all. Repeating it does nothing.

    Raises:
        alembic.util.CommandError: there is no such revision, or the database is ahead of this program.
    """
    with _migrating(engine) as config:
        command.upgrade(config, to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Take the tables back to a revision; "base" leaves none, and nothing that was in them."""
    with _migrating(engine) as config:
        command.downgrade(config, to)


def is_current(engine: Engine) -> bool:
    """The tables are those of this program, neither behind nor ahead."""
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_heads()
    return set(present) == set(ScriptDirectory.from_config(_scripts()).get_heads())


def _scripts() -> Config:
    """Alembic's configuration for the migrations as they are installed, wherever the process runs."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config


@contextmanager
def _migrating(engine: Engine) -> Iterator[Config]:
    config = _scripts()
    with engine.connect().execution_options(write=True) as connection:
        if engine.dialect.name == "sqlite":
            # Altering a table copies it and drops the old one, which would delete what refers to it. The pragma
            # does nothing inside a transaction, and the connection is thrown away afterwards.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            connection.detach()
        with connection.begin():
            if engine.dialect.name == "postgresql":  # two processes that start together migrate once
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('madang migrations'))"))
            config.attributes["connection"] = connection
            yield config
