"""A convention with one public session that is live, members who ask, and an organiser who interrupts it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, update
from sqlmodel import col

from server.accounts.actors import SYSTEM
from server.accounts.permissions import ALL_SCOPES, RoleName
from server.accounts.tables import Login, Role
from server.batch import Command, Order, perform
from server.bench import fairground
from server.bench.fairground import SLUG
from server.bench.load import request
from server.clock import SystemClock
from server.database import make_engine, writing
from server.settings import Settings
from sessions import programme, running
from sessions.events import SessionRecord
from sessions.floor.rules import FloorRules

HOME = f"/api/v1/conventions/{SLUG}"
EACH = 5  # questions of one member


@dataclass(frozen=True, slots=True)
class Step:
    """A POST without a body."""

    path: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Auditorium:
    """The session's topic, how a guest comes in (GUEST stands for a fresh UUID), and what its members send.

    `questions` are whole requests, a list a member.
    """

    convention_id: UUID
    session_id: UUID
    organiser: str
    questions: list[list[bytes]]

    @property
    def topic(self) -> str:
        return f"session:{self.session_id}"

    @property
    def path(self) -> str:
        return f"{HOME}/public/live?guest=GUEST"

    def pauses(self, count: int) -> Iterator[Step]:
        """The session is interrupted and resumed in turns; an even number of times."""
        for number in range(count):
            headers = {"authorization": f"Bearer {self.organiser}", "idempotency-key": str(uuid4())}
            yield Step(f"{HOME}/programme/{self.session_id}/{'resume' if number % 2 else 'pause'}", headers)


def build(url: str, questions: int) -> Auditorium:
    """The convention on an empty database; so many questions will be asked."""
    engine = make_engine(Settings(database_url=url))
    fair = fairground.build(engine, questions // EACH + 1)
    clock = SystemClock()

    def perform_now(command: Command) -> SessionRecord:
        return SessionRecord.model_validate_json(perform(engine, clock, Order(fair.convention_id, command, SYSTEM)))

    soon = clock.now() + timedelta(hours=1)
    planned = perform_now(
        partial(
            programme.plan,
            title={"en": "A lecture", "original": "en"},
            kind=programme.Kind.PUBLIC_LECTURE,
            starts_at=soon,
            ends_at=soon + timedelta(hours=8),
            audience=programme.AudienceKind.PUBLIC,
            floor=FloorRules(moderated=False),
        )
    )
    perform_now(partial(running.go_live, session_id=planned.id))
    organiser, *members = fair.buyers.tokens
    with writing(engine) as connection:
        _appoint(connection, fair.convention_id, fair.buyers.people[0])
    engine.dispose()
    return Auditorium(fair.convention_id, planned.id, organiser, list(_questions(planned.id, members, questions)))


def _appoint(connection: Connection, convention_id: UUID, person_id: UUID) -> None:
    connection.execute(
        insert(Role), [{"convention_id": convention_id, "person_id": person_id, "role": RoleName.ORGANISER}]
    )
    connection.execute(update(Login).where(col(Login.person_id) == person_id).values(scopes=sorted(ALL_SCOPES)))


def _questions(session_id: UUID, members: list[str], count: int) -> Iterator[list[bytes]]:
    path = f"{HOME}/programme/{session_id}/questions"
    numbers = iter(range(count))
    for token in members:
        yield [
            request(
                "POST",
                path,
                json.dumps({"text": f"What becomes of number {number} next year, and who will pay for it?"}).encode(),
                f"Authorization: Bearer {token}",
                f"Idempotency-Key: {uuid4()}",
            )
            for number in islice(numbers, EACH)
        ]
