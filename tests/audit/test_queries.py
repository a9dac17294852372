"""Reading the audit trail: newest first, each entry once however the pages are cut, by what is asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from server.audit.queries import Cursor, Wanted, entries
from server.audit.tables import AuditEntry
from server.database import writing
from server.ids import new_id
from server.scope import HostScope, reading_as

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOST, OTHER = new_id(), new_id()
PEOPLE = [new_id() for _ in range(3)]
ACTIONS = ("role.added", "person.looked_up")


@pytest.fixture
def trail(engine: Engine) -> list[AuditEntry]:
    """Sixty entries of a host, many of them at the same moment, and as many of another; the host's, newest first."""
    random = Random(7)
    rows = [
        AuditEntry(
            id=new_id(),
            host_id=host,
            convention_id=None,
            at=START + timedelta(microseconds=random.randrange(9)),
            actor_id=random.choice(PEOPLE),
            about_id=random.choice(PEOPLE),
            action=random.choice(ACTIONS),
            subject="person",
            subject_id=str(number),
        )
        for number in range(60)
        for host in (HOST, OTHER)
    ]
    with writing(engine) as connection, Session(connection, expire_on_commit=False) as db:
        db.add_all(rows)
        db.flush()
        for row in rows:
            db.expunge(row)
    mine = [row for row in rows if row.host_id == HOST]
    return sorted(mine, key=lambda row: (row.at, row.id), reverse=True)


def paged(engine: Engine, wanted: Wanted, size: int) -> Iterator[UUID]:
    """The ids of all entries, read so many at a time, each stretch from where the one before says."""
    place: Cursor | None = None
    while True:
        with reading_as(engine, HostScope(HOST)) as db:
            found = entries(db, wanted, place, size)
            yield from (entry.id for entry in found)
            if len(found) < size:
                return
            place = Cursor.parse(str(Cursor.of(found[-1])))


@pytest.mark.parametrize("size", [1, 7, 60, 1000])
def test_every_entry_comes_once_and_newest_first(engine: Engine, trail: list[AuditEntry], size: int) -> None:
    assert list(paged(engine, Wanted(), size)) == [row.id for row in trail]


@pytest.mark.parametrize(
    "asked",
    [
        {"actor": PEOPLE[0]},
        {"about": PEOPLE[1], "action": ACTIONS[0]},
        {"subject": "person", "subject_id": "5"},
        {"subject": "role"},
        {"convention": PEOPLE[0]},
        {"since": START + timedelta(microseconds=3), "until": START + timedelta(microseconds=6)},
    ],
)
def test_what_is_asked_for(engine: Engine, trail: list[AuditEntry], asked: dict[str, Any]) -> None:
    names = {"actor": "actor_id", "about": "about_id", "convention": "convention_id"}

    def fits(row: AuditEntry) -> bool:
        if not asked.get("since", row.at) <= row.at < asked.get("until", row.at + timedelta(1)):
            return False
        same = {names.get(name, name): value for name, value in asked.items() if name not in ("since", "until")}
        return all(getattr(row, name) == value for name, value in same.items())

    assert list(paged(engine, Wanted(**asked), 4)) == [row.id for row in trail if fits(row)]


@pytest.mark.parametrize("text", ["", "x", "20260301T090000.000000", "20260301T090000.000000-", "-" + "0" * 32])
def test_what_was_never_given_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Cursor.parse(text)
