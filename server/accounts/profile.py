"""What somebody says of themself: name, position, phone and time zone, which only they change once they are known."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from matchmaking.parties import changed
from matchmaking.tables import Participation, Representative
from server.accounts.tables import Person
from server.work import Work


def describe(work: Work, person_id: UUID, values: Mapping[str, Any]) -> None:
    """Set what a person says of themself."""
    person = work.db.get_one(Person, person_id)
    person.sqlmodel_update(dict(values))
    work.db.add(person)


def tell_readers(work: Work, person_id: UUID) -> None:
    """Somebody's name is another: who reads the directory of this convention reads it again."""
    seat = work.db.get(Representative, (work.convention_id, person_id))
    if seat is not None and seat.active:
        changed(work, work.db.get_one(Participation, seat.participation_id))
