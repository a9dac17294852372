"""What the programme's commands need from whoever runs them. The server's `Work` satisfies it by shape."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session


class Actor(Protocol):
    """Who gives the command."""

    @property
    def person_id(self) -> UUID | None: ...

    @property
    def staff(self) -> bool:
        """Organiser or staff of this convention (or the convention itself)."""


class Work(Protocol):
    """One command's dealings with the world; all of it commits together or not at all."""

    @property
    def db(self) -> Session: ...

    @property
    def now(self) -> datetime:
        """Convention time, aware UTC, the same through one command."""

    @property
    def convention_id(self) -> UUID: ...

    @property
    def actor(self) -> Actor: ...

    def new_id(self) -> UUID:
        """A fresh identifier (UUID version 7)."""

    def record(self, event: BaseModel, topics: Sequence[str]) -> None:
        """Put one past fact into the convention's log, for the readers of these topics."""

    def at(self, due: datetime, kind: str, subject_id: UUID) -> None:
        """Set or move the timer of this kind for this subject."""

    def forget(self, subject_id: UUID, *kinds: str) -> None:
        """Take back timers of these kinds."""
