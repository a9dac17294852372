"""Work: what a command gets. It satisfies the `Work` ports of matchmaking and sessions by shape."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection, String, Uuid, bindparam, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from matchmaking.statements import Statement, Values
from server.accounts.actors import Actor
from server.errors import PhaseClosed
from server.ids import new_id

_SET_TIMER = Statement(
    text(
        "INSERT INTO timer (kind, subject_id, convention_id, due_at)"
        " VALUES (:kind, :subject_id, :convention_id, :due_at)"
        " ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = excluded.due_at"
    ).bindparams(
        bindparam("kind", type_=String()),
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

_SAVEPOINT = Statement(text("SAVEPOINT command"))
_ROLL_BACK = Statement(text("ROLLBACK TO SAVEPOINT command"))
_RELEASE = Statement(text("RELEASE SAVEPOINT command"))

Windows = dict[str, tuple[datetime, datetime]]


class Later:
    """Rows that the commands of a batch leave to be inserted together, by one statement a kind."""

    def __init__(self, transaction: Connection) -> None:
        self._transaction = transaction
        self._rows: list[tuple[Statement, Values]] = []
        self._ids: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, statement: Statement, values: Values) -> None:
        """Put a row off. Kinds are inserted in the order in which they first came."""
        self._rows.append((statement, values))
        self._ids.update(value for value in values.values() if isinstance(value, UUID))

    def drop(self, kept: int) -> None:
        """Forget all but the first so many."""
        del self._rows[kept:]

    def names(self, id_: UUID) -> bool:
        """Whether one of the rows may hold this id."""
        return id_ in self._ids

    def insert(self) -> None:
        """Insert what was put off."""
        kinds: dict[Statement, list[Values]] = {}
        for statement, values in self._rows:
            kinds.setdefault(statement, []).append(values)
        self._rows.clear()
        self._ids.clear()
        for statement, rows in kinds.items():
            statement.run_many(self._transaction, rows)


@dataclass(slots=True)
class Work:
    """One command's dealings with the world; all of it commits together or not at all.

    A command that only looks and then refuses, or only stores rows, needs no savepoint. The first use of `db` sets
    one, once what earlier commands left for later is in: a refusal must not take that back.
    """

    session: Session
    transaction: Connection
    later: Later
    now: datetime
    convention_id: UUID
    actor: Actor
    windows: Windows
    blind_to_occupancy: bool = False
    memo: dict[str, object] = field(default_factory=dict)
    facts: list[tuple[BaseModel, Sequence[str]]] = field(default_factory=list)
    _saved: bool = False
    _kept: int = field(init=False)
    _undo: list[tuple[Statement, Values]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._kept = len(self.later)

    @property
    def db(self) -> Session:
        """The session of the batch."""
        if not self._saved:
            self.later.insert()
            _SAVEPOINT.run(self.transaction, {})
            self._saved = True
        return self.session

    def act(self, statement: Statement, values: Values, undo: Statement) -> int:
        """Run a statement at once; how many rows it concerned. Should the command refuse, `undo` takes it back."""
        if not self._saved:
            self._undo.append((undo, values))
        return statement.run(self.transaction, values)

    def store(self, statement: Statement, values: Values) -> None:
        """Insert a row: now if there is a savepoint, else with the batch's last statements."""
        if self._saved:
            statement.run(self.transaction, values)
        else:
            self.later.add(statement, values)

    def settle(self, about: UUID) -> None:
        """Insert now what was put off and names this id, so that a look at the transaction finds it."""
        if self.later.names(about):
            self.db.flush()

    def finish(self) -> None:
        """The command is done: its changes stay."""
        if self._saved:
            self.session.flush()
            _RELEASE.run(self.transaction, {})
            self.session.expunge_all()

    def take_back(self) -> None:
        """The command refused: nothing of it stays."""
        if self._saved:
            self.session.expunge_all()
            _ROLL_BACK.run(self.transaction, {})
        else:
            self.later.drop(self._kept)
        for statement, values in reversed(self._undo):
            statement.run(self.transaction, values)

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
        self.store(_SET_TIMER, timer)

    def forget(self, subject_id: UUID, *kinds: str) -> None:
        """Take back timers of these kinds."""
        for kind in kinds:
            _FORGET_TIMER.run(self.db, {"kind": kind, "subject_id": subject_id})
