"""The two ways of using the database: one writer at a time, and readers that each see one consistent state."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import OperationalError

from server.conventions.tables import Host
from server.database import TABLES, make_engine, reading, writing
from server.ids import new_id
from server.settings import Settings
from tests.factories import BEFORE

HOST = Host.__table__  # type: ignore[attr-defined]


def add(engine: Engine, name: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(HOST), {"id": new_id(), "name": {"en": name}, "created_at": BEFORE})


def names(engine: Engine) -> list[str]:
    with reading(engine) as db:
        return [row.name["en"] for row in db.connection().execute(select(HOST.c.name).order_by(HOST.c.id))]


def test_what_is_written_is_committed_at_the_end_or_not_at_all(engine: Engine) -> None:
    add(engine, "one")

    def fail() -> None:
        with writing(engine) as connection:
            connection.execute(insert(HOST), {"id": new_id(), "name": {"en": "two"}, "created_at": BEFORE})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(engine) == ["one"]


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    add(engine, "one")
    count = text("SELECT count(*) FROM host")
    with reading(engine) as db:
        first = db.connection().execute(count).scalar_one()
        add(engine, "two")
        assert (first, db.connection().execute(count).scalar_one()) == (1, 1)
    assert names(engine) == ["one", "two"]


def test_what_a_reader_changes_is_never_committed(engine: Engine) -> None:
    add(engine, "one")
    with reading(engine) as db:
        db.connection().execute(text("DELETE FROM host"))
    assert names(engine) == ["one"]


def test_instants_come_back_aware_and_in_utc(engine: Engine) -> None:
    add(engine, "one")
    with reading(engine) as db:
        assert (
            db.connection().execute(select(HOST.c.created_at)).scalar_one().isoformat() == "2020-11-02T00:00:00+00:00"
        )


def test_sqlite_is_durable_and_keeps_references(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_sqlites_writers_lock_before_they_read(sqlite_engine: Engine, sqlite_url: str) -> None:
    """A writer that locked only at its first change would fail, not wait, if another had written in between."""
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with writing(sqlite_engine) as connection:
        connection.execute(select(HOST))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_sqlites_writers_wait_for_each_other(sqlite_engine: Engine) -> None:
    order = []
    held = threading.Event()

    def first() -> None:
        with writing(sqlite_engine) as connection:
            held.set()
            time.sleep(0.2)
            connection.execute(select(HOST))
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    held.wait()
    with writing(sqlite_engine):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    add(engine, "one")
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM host"))
        assert names(engine) == ["one"]
    assert names(engine) == []


def test_postgresql_commits_durably(postgres_url: str) -> None:
    engine = make_engine(Settings(database_url=postgres_url))
    with engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    engine.dispose()


def test_an_engine_for_a_server_that_is_not_there_says_so_when_used() -> None:
    engine = make_engine(Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    with pytest.raises(OperationalError), reading(engine) as db:
        db.connection()
    engine.dispose()


def test_every_module_with_tables_is_known_to_migrations() -> None:
    root = Path(__file__).parents[2]
    sources = (path for package in ("server", "matchmaking", "sessions") for path in (root / package).rglob("*.py"))
    with_tables = {path.relative_to(root) for path in sources if "table=True" in path.read_text(encoding="utf-8")}
    assert {".".join(path.with_suffix("").parts) for path in with_tables} == set(TABLES)
