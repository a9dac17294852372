"""Work: what a command gets. It satisfies the `Work` ports of matchmaking and sessions by shape."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection, String, Uuid, bindparam, select, text
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from matchmaking.statements import Statement, Storing, Values, together
from server.accounts.actors import Actor
from server.accounts.tables import Person
from server.audit.trail import INSERT_ENTRY, NOTES, Note, entry_values
from server.clock import Clock
from server.conventions.tables import Convention
from server.errors import PhaseClosed
from server.ids import new_id
from server.scope import KEY, CommandScope

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

# The lane of commands that belong to no convention (sign-in, logins): they record no facts.
HOUSE = UUID(int=0)

_C: Any = Convention.__table__  # type: ignore[attr-defined]
_P: Any = Person.__table__  # type: ignore[attr-defined]
_HOST_OF_CONVENTION = Statement(select(_C.c.host_id).where(_C.c.id == bindparam("id")))
_HOST_OF_PERSON = Statement(select(_P.c.host_id).where(_P.c.id == bindparam("id")))

Windows = dict[str, tuple[datetime, datetime]]


class Origin(NamedTuple):
    """Where a command came from: a network address, and the id that the sender gave the request."""

    address: str | None = None
    request_id: str | None = None


NOWHERE = Origin()


class Collision(Exception):
    """Rows put off found their place taken, and the transaction is to be undone; the cause is a command's refusal."""


class Later:
    """Rows that the commands of a batch leave to be inserted together, by one statement a kind."""

    def __init__(self, transaction: Connection) -> None:
        self._transaction = transaction
        self._rows: list[tuple[Storing, Sequence[Values], Exception | None, int]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self, statement: Storing, rows: Sequence[Values], clash: Exception | None = None, count: int | None = None
    ) -> None:
        """Put rows off, as `Work.store` describes them."""
        self._rows.append((statement, rows, clash, len(rows) if count is None else count))

    def drop(self, kept: int) -> "Later":
        """Forget all but the first so many; what is forgotten."""
        dropped = Later(self._transaction)
        dropped._rows = self._rows[kept:]
        del self._rows[kept:]
        return dropped

    def insert(self) -> None:
        """Insert what was put off.

        Raises:
            Collision: fewer rows went in than there were, of a kind of which all must.
        """
        kinds: dict[Storing, list[Values]] = {}
        counts: Counter[Storing] = Counter()
        clashes: dict[Storing, Exception] = {}
        for statement, rows, clash, count in self._rows:
            kinds.setdefault(statement, []).extend(rows)
            counts[statement] += count
            if clash is not None:
                clashes[statement] = clash
        self._rows.clear()
        with together(self._transaction):
            # What others refer to comes first, whichever command brought it.
            ordered = sorted(kinds, key=lambda statement: statement.rank)
            sent = {statement: statement.run_many(self._transaction, kinds[statement]) for statement in ordered}
        for statement, refusal in clashes.items():
            if sent[statement].rowcount != counts[statement]:
                raise Collision from refusal


@dataclass(slots=True)
class Work:
    """One command's dealings with the world; all of it commits together or not at all.

    A command that only looks and then refuses, or only stores rows, needs no savepoint. The first use of `db` sets
    one, once what earlier commands left for later is in: a refusal must not take that back. What the command itself
    had put off comes after the savepoint. From then on it may change anything, so whatever the batch remembers is
    forgotten, then and at its end.
    """

    session: Session
    transaction: Connection
    later: Later
    now: datetime
    convention_id: UUID
    actor: Actor
    windows: Windows
    clock: Clock
    origin: Origin = NOWHERE
    blind_to_occupancy: bool = False
    memo: dict[str, object] = field(default_factory=dict)
    facts: list[tuple[BaseModel, Sequence[str]]] = field(default_factory=list)
    _notes: list[Note] = field(default_factory=list)
    _saved: bool = False
    _kept: int = field(init=False)

    def __post_init__(self) -> None:
        self._kept = len(self.later)

    @property
    def db(self) -> Session:
        """The session of the batch."""
        if not self._saved:
            own = self.later.drop(self._kept)
            self.later.insert()
            self.memo.clear()
            _SAVEPOINT.run(self.transaction, {})
            self._saved = True
            self.session.info[NOTES] = self._notes
            self.session.info[KEY] = None if self.convention_id == HOUSE else CommandScope(self.convention_id)
            own.insert()
        return self.session

    def store(
        self, statement: Storing, *rows: Values, clash: Exception | None = None, count: int | None = None
    ) -> None:
        """Insert rows: now if there is a savepoint, else with the batch's last statements."""
        if not self._saved:
            self.later.add(statement, rows, clash, count)
            return
        inserted = statement.run_many(self.transaction, rows).rowcount
        if clash is not None and inserted != (len(rows) if count is None else count):
            raise clash

    def settle(self) -> None:
        """Insert now what was put off, so that a look at the transaction finds it."""
        if len(self.later):
            self.db.flush()

    def finish(self) -> None:
        """The command is done: its changes stay."""
        if self._saved:
            self.session.flush()
            self._enter_notes()
            _RELEASE.run(self.transaction, {})
            self.session.expunge_all()
            self.memo.clear()

    def take_back(self) -> None:
        """The command refused: nothing of it stays."""
        if self._saved:
            self.session.expunge_all()
            _ROLL_BACK.run(self.transaction, {})
            self.memo.clear()
        elif len(self.later) > self._kept:
            self.later.drop(self._kept)
            self.memo.clear()

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

    def note(
        self,
        action: str,
        subject: str,
        subject_id: object,
        *,
        about: UUID | None = None,
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
    ) -> None:
        """Enter something into the audit trail that the session does not see: a look, a change in bulk."""
        self.enter([Note(action, subject, str(subject_id), about, old, new)])

    def enter(self, notes: Iterable[Note]) -> None:
        """The same for many."""
        self._notes.extend(notes)
        self.db.flush()

    def _enter_notes(self) -> None:
        if not self._notes:
            return
        at = self.clock.real_now()
        rows = [
            entry_values(
                note,
                host_id=self._host_of(note),
                convention_id=None if self.convention_id == HOUSE else self.convention_id,
                at=at,
                actor_id=self.actor.person_id,
                login_id=self.actor.login_id,
                address=self.origin.address,
                request_id=self.origin.request_id,
            )
            for note in self._notes
        ]
        INSERT_ENTRY.run_many(self.transaction, rows)

    def _host_of(self, note: Note) -> UUID | None:
        """Whose trail a note belongs to."""
        if self.actor.host_id is not None:
            return self.actor.host_id
        asked = [(_HOST_OF_CONVENTION, self.convention_id), (_HOST_OF_PERSON, note.about)]
        found = (statement.rows(self.transaction, {"id": key}) for statement, key in asked if key is not None)
        return next((rows[0].host_id for rows in found if rows), None)

    def at(self, due: datetime, kind: str, subject_id: UUID) -> None:
        """Set or move the timer of this kind for this subject."""
        timer = {"kind": kind, "subject_id": subject_id, "convention_id": self.convention_id, "due_at": due}
        self.store(_SET_TIMER, timer)

    def forget(self, subject_id: UUID, *kinds: str) -> None:
        """Take back timers of these kinds."""
        for kind in kinds:
            _FORGET_TIMER.run(self.db, {"kind": kind, "subject_id": subject_id})
