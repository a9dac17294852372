"""Small commands for the tests of batches and the writer: each makes a host row and records that it did."""

from collections.abc import Callable
from typing import ClassVar

from pydantic import BaseModel
from sqlalchemy import Engine, select

from server.conventions.tables import Host
from server.database import reading
from server.errors import KeyMissing
from server.work import Work

Run = Callable[[Work], "Noted"]


class Noted(BaseModel):
    """The fact that these commands record, and their answer."""

    type: ClassVar[str] = "test.noted"
    version: ClassVar[int] = 1
    name: str


def note(name: str, then: Callable[[Work], object] = lambda _work: None) -> Run:
    """Make a host of that name, record it, and then do something."""

    def run(work: Work) -> Noted:
        work.db.add(Host(name={"en": name}, created_at=work.now))
        work.db.flush()
        work.record(Noted(name=name), ["organiser"])
        work.at(work.now, f"note.{name}", work.convention_id)
        then(work)
        return Noted(name=name)

    return run


def refuse(_work: Work) -> None:
    """A refusal; which one does not matter."""
    raise KeyMissing


def break_down(_work: Work) -> None:
    """A defect."""
    raise ZeroDivisionError("defect")


def spoil(work: Work) -> None:
    """A statement that the database rejects, which spoils PostgreSQL's whole transaction."""
    work.db.connection().exec_driver_sql("INSERT INTO host (id) VALUES (NULL)")


def noted(engine: Engine) -> list[str]:
    """The names of the hosts that are committed, without the fair's own, in the order they were made."""
    host = Host.__table__  # type: ignore[attr-defined]
    with reading(engine) as db:
        rows = db.connection().execute(select(host.c.name, host.c.id).order_by(host.c.id))
        return [row.name["en"] for row in rows if row.name["en"] != "Seongnam City"]
