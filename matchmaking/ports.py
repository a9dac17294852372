"""What the meeting commands need from whoever runs them. The server's `Work` satisfies it by shape."""

from collections.abc import MutableMapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection
from sqlmodel import Session

from matchmaking.statements import Storing, Values


class Actor(Protocol):
    """Who gives the command: a person, the parties that person sits for, and whether the convention's staff."""

    @property
    def person_id(self) -> UUID | None:
        """None for the convention itself (timers)."""

    @property
    def parties(self) -> frozenset[UUID]:
        """Participations the person represents in this convention."""

    @property
    def staff(self) -> bool:
        """Organiser or staff of this convention (or the convention itself)."""


class Work(Protocol):
    """One command's dealings with the world; all of it commits together or not at all."""

    @property
    def db(self) -> Session:
        """The session. All that `store` put off is in it; from its first use on the database undoes a refusal."""

    @property
    def transaction(self) -> Connection:
        """The bare transaction of the batch, for statements that only look."""

    @property
    def now(self) -> datetime:
        """Convention time, aware UTC, the same through one command."""

    @property
    def convention_id(self) -> UUID: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def memo(self) -> MutableMapping[str, object]:
        """What commands of one batch may share, since the convention is locked; a first use of `db` clears it."""

    @property
    def blind_to_occupancy(self) -> bool:
        """True only in tests that show what the unique key alone does."""

    def store(
        self, statement: Storing, *rows: Values, clash: Exception | None = None, count: int | None = None
    ) -> None:
        """Insert rows. The batch may do that last, together with the like of its other commands.

        Args:
            clash: the refusal if the statement leaves one of the rows out, because others hold its place.
            count: how many rows of the database they are, if not as many as are given.
        """

    def settle(self) -> None:
        """Insert now what was put off, so that a look at the transaction finds it."""

    def require_phase(self, *phases: str) -> None:
        """Refuse unless one of these windows is open now, or the actor is staff."""

    def phase_end(self, phase: str) -> datetime | None:
        """When the window closes; None if the convention has no such window."""

    def new_id(self) -> UUID:
        """A fresh identifier (UUID version 7)."""

    def record(self, event: BaseModel, topics: Sequence[str]) -> None:
        """Put one past fact into the convention's log, for the readers of these topics."""

    def at(self, due: datetime, kind: str, subject_id: UUID) -> None:
        """Set or move the timer of this kind for this subject."""

    def forget(self, subject_id: UUID, *kinds: str) -> None:
        """Take back timers of these kinds."""
