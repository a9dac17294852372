"""Interpreters of a convention: people whom the organiser lets interpret."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from matchmaking.errors import NotAllowed
from matchmaking.interpreting.events import InterpreterRecord
from matchmaking.interpreting.need import LanguagePair
from matchmaking.interpreting.roster import enrol
from server.accounts.permissions import RoleName
from server.conventions.commands import add_person, add_role
from server.work import Work


class NewInterpreter(NamedTuple):
    """An interpreter to be. What the host knows of the person already is kept."""

    email: str
    name: dict[str, object] | None
    country: str | None
    zone: str
    pairs: Collection[LanguagePair]
    daily_minutes: int | None
    party: UUID | None


def add_interpreter(work: Work, host_id: UUID, newcomer: NewInterpreter) -> InterpreterRecord:
    """Let somebody interpret at the convention; who does already is changed.

    Raises:
        NotAllowed, NotFound (no such party).
    """
    if not work.actor.staff:
        raise NotAllowed
    person_id = add_person(work, host_id, newcomer.email, newcomer.zone, newcomer.name, newcomer.country)
    add_role(work, person_id, RoleName.INTERPRETER)
    return enrol(
        work,
        person_id,
        zone=newcomer.zone,
        pairs=newcomer.pairs,
        daily_minutes=newcomer.daily_minutes,
        party=newcomer.party,
    )
