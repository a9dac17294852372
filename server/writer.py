"""The writer: one thread a process that runs all commands, many to a commit.

An idle writer commits at once; under load the commands that wait share a commit, which is what makes a durable
booking cheap. Nothing else in the process writes to the database.
"""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from server.answers import deliver
from server.batch import Order, Result, Surprise, run_batch
from server.clock import Clock
from server.database import writer_connection
from server.errors import REFUSALS, Busy, Uncertain
from server.eventlog.stored import StoredEvent

log = structlog.get_logger()

Waiting = tuple[Order, "asyncio.Future[str]"]
Committed = Callable[[Sequence[StoredEvent]], None]

# Commands are handed over once so many turns of the event loop have brought no other: those that arrive together are
# committed together, however long it takes to read and route them. A lone command loses some 0.02 ms by that.
QUIET_TURNS = 10
GATHER_SECONDS = 0.02  # but no longer, however busy the loop is
BUSY_RETRIES = 6
BUSY_PAUSE = 0.05


class Writer:
    """Owns the write connection. `on_commit` is told on the event loop what a batch recorded."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        limit: int = 2000,
        batch: int = 64,
        blind_to_occupancy: bool = False,
        on_commit: Committed = lambda _events: None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._limit = limit
        self._batch = batch
        self._blind = blind_to_occupancy
        self._on_commit = on_commit
        self._gathered: list[Waiting] = []
        self._since = 0.0
        self._arriving: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._open = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: Connection | None = None

    async def start(self) -> None:
        """Start the thread; answers are delivered on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()
        self._open = True

    async def stop(self) -> None:
        """Finish what was accepted, then end the thread."""
        self._open = False
        self._hand_over()
        self._arriving.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    @property
    def waiting(self) -> int:
        """Commands accepted and not yet answered."""
        return self._waiting

    async def run(self, order: Order) -> str:
        """Run a command; its JSON answer once it is committed.

        Raises:
            Refusal: as the command does; Busy if too much is waiting, or the writer does not run; Uncertain if the
                commit failed.
        """
        if self._waiting >= self._limit or not self._open:
            raise Busy
        assert self._loop is not None
        future: asyncio.Future[str] = self._loop.create_future()
        self._waiting += 1
        self._gathered.append((order, future))
        if len(self._gathered) == 1:
            self._since = self._loop.time()
            self._wait_for_quiet(1, QUIET_TURNS)
        # Whoever gave the command may go away; the command itself is not taken back by that.
        return await future

    def _wait_for_quiet(self, seen: int, turns: int) -> None:
        assert self._loop is not None
        gathered, waited = len(self._gathered), self._loop.time() - self._since
        if gathered >= self._batch or (gathered == seen and turns == 0) or waited > GATHER_SECONDS:
            self._hand_over()
        else:
            self._loop.call_soon(self._wait_for_quiet, gathered, turns - 1 if gathered == seen else QUIET_TURNS)

    def _hand_over(self) -> None:
        if self._gathered:
            self._arriving.put(self._gathered)
            self._gathered = []

    def _work(self) -> None:
        lanes: dict[UUID, deque[Waiting]] = {}
        stopping = False
        while not (stopping and not lanes):
            stopping = self._collect(lanes, wait=not lanes and not stopping) or stopping
            if lanes:
                convention_id = next(iter(lanes))
                lane = lanes.pop(convention_id)
                taken = [lane.popleft() for _ in range(min(self._batch, len(lane)))]
                if lane:
                    lanes[convention_id] = lane  # to the end: conventions take turns
                self._serve(taken)
        self._drop_connection()

    def _collect(self, lanes: dict[UUID, deque[Waiting]], *, wait: bool) -> bool:
        """Sort what has arrived into a lane a convention; True when the end was asked for."""
        try:
            gathered = self._arriving.get(block=wait)
            while gathered is not None:
                for one in gathered:
                    lanes.setdefault(one[0].convention_id, deque()).append(one)
                gathered = self._arriving.get_nowait()
            return True
        except queue.Empty:
            return False

    def _serve(self, taken: Sequence[Waiting]) -> None:
        orders = [order for order, _ in taken]
        try:
            result = self._commit(orders)
        except Surprise as surprise:
            if len(taken) > 1:  # find the one that breaks; the others must not suffer for it
                for one in taken:
                    self._serve([one])
                return
            result = Result([_told(surprise.__cause__ or surprise)])
        except Exception as error:  # the thread must outlive whatever the database does
            result = Result([_told(error)] * len(taken))
        self._deliver(taken, result)

    def _commit(self, orders: Sequence[Order]) -> Result:
        """One transaction. Another process may hold SQLite's write lock for a while: wait for it, then retry."""
        for attempt in range(BUSY_RETRIES):
            try:
                connection = self._connect()
                with connection.begin():
                    return run_batch(connection, orders, self._clock, blind_to_occupancy=self._blind)
            except DBAPIError as error:
                self._drop_connection()
                if attempt == BUSY_RETRIES - 1 or not _is_busy(error):
                    raise
                time.sleep(BUSY_PAUSE * 2**attempt)
            except Surprise as surprise:
                cause = surprise.__cause__
                if not (isinstance(cause, DBAPIError) and _is_busy(cause)) or attempt == BUSY_RETRIES - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = writer_connection(self._engine)
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _deliver(self, taken: Sequence[Waiting], result: Result) -> None:
        assert self._loop is not None

        def tell() -> None:
            self._waiting -= len(taken)
            for (_, future), answer in zip(taken, result.answers, strict=True):
                deliver(future, answer)
            if result.events:
                self._on_commit(result.events)

        self._loop.call_soon_threadsafe(tell)


def _told(error: BaseException) -> Exception:
    """What the callers hear of an error: a database that is away or locked is no fault of the command's."""
    if isinstance(error, REFUSALS):
        return error
    if isinstance(error, DBAPIError) and _is_busy(error):
        return Busy()
    log.error("command failed", exc_info=error)
    if isinstance(error, OperationalError | InterfaceError):
        return Uncertain()
    return error if isinstance(error, Exception) else Uncertain()


def _is_busy(error: DBAPIError) -> bool:
    """SQLite's lock is held elsewhere, or PostgreSQL chose us as a deadlock's victim (SQLSTATE 40P01, 40001)."""
    return "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", None) in ("40P01", "40001")
