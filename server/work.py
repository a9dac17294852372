"""Work: what a command gets. It satisfies the `Work` ports of matchmaking and sessions by shape."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Uuid, bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from matchmaking.statements import Statement
from server.accounts.actors import Actor
from server.errors import PhaseClosed
from server.ids import new_id

_SET_TIMER = Statement(
    text(
        "INSERT INTO timer (kind, subject_id, convention_id, due_at)"
        " VALUES (:kind, :subject_id, :convention_id, :due_at)"
        " ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = excluded.due_at"
    ).bindparams(
        bindparam("subject_id", type_=Uuid()),
        bindparam("convention_id", type_=Uuid()),
        bindparam("due_at", type_=UTCDateTime()),
    )
)
_FORGET_TIMER = Statement(
    text("DELETE FROM timer WHERE kind = :kind AND subject_id = :subject_id").bindparams(
        bindparam("subject_id", type_=Uuid())
    )
)

Windows = dict[str, tuple[datetime, datetime]]


@dataclass(slots=True)
class Work:
    """One command's dealings with the world; all of it commits together or not at all."""

    db: Session
    now: datetime
    convention_id: UUID
    actor: Actor
    windows: Windows
    blind_to_occupancy: bool = False
    memo: dict[str, object] = field(default_factory=dict)
    facts: list[tuple[BaseModel, Sequence[str]]] = field(default_factory=list)

    def require_phase(self, *phases: str) -> None:
        """Refuse unless one of these windows is open now, or the actor is staff.

        Raises:
            PhaseClosed: with the windows that would have allowed it.
        """
        if self.actor.staff:
            return
        windows = {phase: self.windows[phase] for phase in phases if phase in self.windows}
        if not any(opens <= self.now < closes for opens, closes in windows.values()):
            raise PhaseClosed(windows={p: {"opens_at": o, "closes_at": c} for p, (o, c) in windows.items()})

    def phase_end(self, phase: str) -> datetime | None:
        """When the window closes; None if the convention has no such window."""
        window = self.windows.get(phase)
        return window[1] if window else None

    def new_id(self) -> UUID:
        """A fresh identifier (UUID version 7)."""
        return new_id()

    def record(self, event: BaseModel, topics: Sequence[str]) -> None:
        """Put one past fact into the convention's log, for the readers of these topics."""
        self.facts.append((event, topics))

    def at(self, due: datetime, kind: str, subject_id: UUID) -> None:
        """Set or move the timer of this kind for this subject."""
        timer = {"kind": kind, "subject_id": subject_id, "convention_id": self.convention_id, "due_at": due}
        _SET_TIMER.run(self.db, timer)

    def forget(self, subject_id: UUID, *kinds: str) -> None:
        """Take back timers of these kinds."""
        for kind in kinds:
            _FORGET_TIMER.run(self.db, {"kind": kind, "subject_id": subject_id})
