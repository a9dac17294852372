"""Running commands in one transaction: the writer's batches, and the command line's single commands.

A batch serves one convention. It locks the convention's stream first and numbers the facts of the commands that
survive last. Each command runs in a savepoint: a refusal takes back its own changes alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection, Engine, String, Uuid, bindparam, delete, insert, select
from sqlmodel import Session

from matchmaking.calendar import ask_rules
from matchmaking.outlook import Ask, look_ahead
from matchmaking.statements import Question, Statement, given, together
from server.accounts.actors import SYSTEM, Actor
from server.clock import Clock
from server.conventions.tables import PhaseWindow
from server.database import writing
from server.errors import REFUSALS, KeyReused
from server.eventlog import log
from server.eventlog.stored import StoredEvent
from server.idempotency import IdempotencyKey
from server.work import HOUSE, NOWHERE, Collision, Later, Origin, Windows, Work

Command = Callable[[Work], BaseModel | None]
Known = dict[tuple[UUID | None, str], tuple[str, str]]  # (sender, key): (digest, answer)

_KEYS = IdempotencyKey.__table__  # type: ignore[attr-defined]
_WINDOWS = PhaseWindow.__table__  # type: ignore[attr-defined]
_SENT = given(person_id=Uuid(), key=String())
_FIND_KEYS = Question(
    select(_KEYS.c.person_id, _KEYS.c.key, _KEYS.c.body_digest, _KEYS.c.answer).select_from(
        _SENT.join(_KEYS, (_KEYS.c.person_id == _SENT.c.person_id) & (_KEYS.c.key == _SENT.c.key))
    ),
    _SENT,
)
_KEEP_KEY = Statement(insert(_KEYS))
_FIND_WINDOWS = Statement(select(_WINDOWS).where(_WINDOWS.c.convention_id == bindparam("convention")))


@dataclass(frozen=True, slots=True)
class Order:
    """A command to run, for whom, from where, and under which idempotency key (key, digest of method, path and body).

    `ask` says what the command asks for, if it is a booking: the batch looks up all of its asks at once.
    """

    convention_id: UUID
    command: Command
    actor: Actor = SYSTEM
    origin: Origin = NOWHERE
    key: tuple[str, str] | None = None
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A batch's outcome: JSON answers or refusals in the order of the orders, and what they recorded."""

    answers: Sequence[str | Exception]
    events: Sequence[StoredEvent] = ()


class Surprise(Exception):
    """A command broke in a way that may have spoilt the transaction: `position` says which."""

    def __init__(self, position: int) -> None:
        super().__init__(f"command {position} of the batch failed")
        self.position = position


def run_batch(
    connection: Connection, orders: Sequence[Order], clock: Clock, *, blind_to_occupancy: bool = False
) -> Result:
    """Run the orders one after another inside the connection's open transaction. The caller commits.

    Raises:
        Surprise: a command raised something that is no refusal, or what one put off found its place taken; the
            caller rolls everything back. Its cause tells a command that was alone what came of it.
        NotFound: there is no such convention.
    """
    convention_id = orders[0].convention_id
    asks = [order.ask for order in orders if order.ask]
    memo, later = dict[str, object](), Later(connection)
    with together(connection):
        locked = None if convention_id == HOUSE else log.lock_stream(connection, convention_id)
        windows_of = _FIND_WINDOWS.ask(connection, {"convention": convention_id})
        known_of = _FIND_KEYS.ask(connection, _keys(orders))
        rules_of = ask_rules(connection, convention_id) if asks else None
    last_seq = locked() if locked else 0
    now = clock.now()  # under the lock, so that later numbers never have earlier times
    windows: Windows = {row.phase: (row.opens_at, row.closes_at) for row in windows_of()}
    known: Known = {(r.person_id, r.key): (r.body_digest, r.answer) for r in chain.from_iterable(known_of())}
    answers: list[str | Exception] = []
    survivors: list[Work] = []
    with Session(connection) as db:

        def work_for(actor: Actor, origin: Origin = NOWHERE) -> Work:
            return Work(
                db, connection, later, now, convention_id, actor, windows, clock, origin, blind_to_occupancy, memo
            )

        if rules_of:
            memo["rules"] = rules_of()
            look_ahead(work_for(SYSTEM), asks)
        for position, order in enumerate(orders):
            work = work_for(order.actor, order.origin)
            try:
                answers.append(_answer(work, order, known, clock))
            except REFUSALS as refusal:
                work.take_back()
                answers.append(refusal)
                continue
            except Exception as error:
                raise Surprise(position) from _cause(error)
            survivors.append(work)
        events = log.append(later, last_seq, survivors)
        try:
            later.insert()
        except Exception as error:  # one of them; whoever tries them one by one will find it
            raise Surprise(len(orders) - 1) from _cause(error)
    return Result(answers, events)


def _cause(error: Exception) -> BaseException:
    return error.__cause__ or error if isinstance(error, Collision) else error


def _keys(orders: Sequence[Order]) -> list[dict[str, object]]:
    return [{"person_id": order.actor.person_id, "key": order.key[0]} for order in orders if order.key]


def _answer(work: Work, order: Order, known: Known, clock: Clock) -> str:
    if order.key is None:
        return _run(work, order)
    key, digest = order.key
    sender = order.actor.person_id
    if (sender, key) in known:
        known_digest, answer = known[sender, key]
        if known_digest != digest:
            raise KeyReused
        return answer
    answer = _run(work, order)
    known[sender, key] = digest, answer
    row = {"person_id": sender, "key": key, "body_digest": digest, "answer": answer, "created_at": clock.real_now()}
    work.later.add(_KEEP_KEY, [row])
    return answer


def _run(work: Work, order: Order) -> str:
    record = order.command(work)
    work.finish()
    return "null" if record is None else record.model_dump_json()


def perform(engine: Engine, clock: Clock, order: Order) -> str:
    """Run one command in its own transaction, from outside the writer (command line, set-up); its JSON answer.

    Raises:
        Refusal: as the command does.
    """
    with writing(engine) as connection:
        try:
            result = run_batch(connection, [order], clock)
        except Surprise as surprise:
            raise surprise.__cause__ or surprise from None
        answer = result.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def forget_old_keys(connection: Connection, before: Any) -> None:
    """Drop idempotency keys made before an instant of real time."""
    connection.execute(delete(_KEYS).where(_KEYS.c.created_at < before))
