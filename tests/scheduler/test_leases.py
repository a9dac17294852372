"""Leases: one holder at a time, by the database's own clock."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from server.accounts.actors import SYSTEM
from server.database import reading, writing
from server.scheduler.leases import take
from server.scheduler.tables import Lease
from tests.factories import Fair

MINUTE = timedelta(minutes=1)


def held(fair: Fair, holder: str, name: str = "streams") -> bool:
    return fair.perform(SYSTEM, take, name, holder, MINUTE).held


def lease(fair: Fair) -> Lease:
    with reading(fair.engine) as db:
        return db.exec(select(Lease)).one()


def test_one_process_holds_a_lease_until_it_runs_out(fair: Fair) -> None:
    before = datetime.now(UTC)
    assert held(fair, "one")
    assert not held(fair, "other")
    assert held(fair, "one")
    assert lease(fair).holder == "one"
    assert before + MINUTE - timedelta(seconds=1) < lease(fair).expires_at < datetime.now(UTC) + MINUTE + MINUTE
    with writing(fair.engine) as connection, Session(connection) as db:
        row = db.exec(select(Lease)).one()
        row.expires_at = before
        db.add(row)
        db.flush()
    assert held(fair, "other")
    assert not held(fair, "one")
    assert lease(fair).holder == "other"


def test_leases_of_other_names_are_other_leases(fair: Fair) -> None:
    assert [held(fair, "one", "a"), held(fair, "other", "b"), held(fair, "other", "a")] == [True, True, False]
