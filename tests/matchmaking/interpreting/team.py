"""Interpreters for a fair under test."""

from collections.abc import Sequence
from uuid import UUID

from matchmaking.events import MeetingRecord
from matchmaking.interpreting.events import InterpreterRecord
from matchmaking.interpreting.roster import enrol
from matchmaking.parties import set_availability
from matchmaking.queries import find_meeting
from server.accounts.actors import SYSTEM, Actor
from server.accounts.permissions import RoleName
from server.accounts.tables import Person, Role
from server.database import reading
from server.ids import new_id
from server.work import Work
from tests.factories import ALWAYS, SEOUL, Fair


def interpreter(
    fair: Fair,
    *languages: str,
    hours: Sequence[tuple[int, int]] = ALWAYS,
    party: UUID | None = None,
    daily_minutes: int | None = None,
) -> UUID:
    """Somebody who interprets between any two of these languages, both ways; always there unless said otherwise."""
    person = new_id()

    def add(work: Work) -> InterpreterRecord:
        work.db.add(Person(id=person, host_id=fair.host_id, zone=SEOUL, created_at=work.now))
        work.db.flush()
        work.db.add(Role(convention_id=fair.id, person_id=person, role=RoleName.INTERPRETER))
        set_availability(work, person, SEOUL, kind="stated", hours=hours)
        pairs = {(one, other) for one in languages for other in languages if one != other}
        return enrol(work, person, zone=SEOUL, pairs=pairs, daily_minutes=daily_minutes, party=party)

    fair.perform(SYSTEM, add)
    return person


def acting(person: UUID) -> Actor:
    """An interpreter as commands see them."""
    return Actor(person, roles=frozenset({RoleName.INTERPRETER}))


def record(fair: Fair, meeting_id: UUID) -> MeetingRecord:
    """The meeting as its rows have it."""
    with reading(fair.engine) as db:
        found = find_meeting(db, fair.id, meeting_id)
    assert found is not None
    return found


def interpreted(fair: Fair, meeting_id: UUID) -> tuple[str, UUID | None]:
    """How a meeting is interpreted, and by whom."""
    found = record(fair, meeting_id)
    by = [attendee.person for attendee in found.attendees if attendee.role == "interpreter"]
    assert len(by) <= 1
    return found.interpreting, by[0] if by else None
