"""`madang bench booking`: bookings a second over HTTP with everything on, against what they could cost at least.

One booking is one POST that makes a thread, a meeting, two attendees, 14 occupied cells, an event, a timer and an
idempotency key. All sides answer the same 32 clients in turns, on SQLite (FULL) and on PostgreSQL.
"""

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlmodel import col

from matchmaking.slots import cells
from matchmaking.tables import Attendee, Meeting, Occupancy, Slot
from server.bench.direct import direct_rate
from server.bench.fairground import PEERS, Booking, Fairground, build
from server.bench.load import Load, Outcome, load_process, request
from server.bench.postgres import temporary_postgres
from server.bench.processes import cpu_of
from server.bench.report import Ratio, Report, interleaved, machine, median_ratio, say
from server.database import make_engine, reading
from server.eventlog.tables import EventRow
from server.settings import Settings

CLIENTS = 32
RACERS, PRIZES = 200, 50
PROCESSES = 4


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, requests a side and round, parties a side."""

    rounds: int
    requests: int
    parties: int


QUICK = Size(rounds=3, requests=640, parties=480)
FULL = Size(rounds=9, requests=1280, parties=1600)


def run(quick: bool) -> Report:
    """Measure on both databases."""
    size = QUICK if quick else FULL
    report = Report("booking", machine() | {"clients": CLIENTS, **size.__dict__})
    with load_process() as load, tempfile.TemporaryDirectory() as folder:
        _measure("sqlite", f"sqlite:///{folder}/madang.sqlite3", load, size, report)
        with temporary_postgres() as url:
            _measure("postgresql", url, load, size, report)
    return report


def _measure(name: str, url: str, load: Load, size: Size, report: Report) -> None:
    say(f"{name}: preparing")
    engine = make_engine(Settings(database_url=url))
    fair = build(engine, size.parties)
    plan = fair.plan(CLIENTS)
    with serving(url) as (port, process):
        outcomes: dict[str, list[Outcome]] = {side: [] for side in ("booking", "echo", "bare", "orm")}

        def side(which: str, requests: Callable[[], list[list[bytes]]]) -> Callable[[], float]:
            def measure() -> float:
                outcome = load.volley([port], requests())
                outcomes[which].append(outcome)
                return outcome.rate

            return measure

        each = size.requests // CLIENTS
        sample = fair.request(Booking(0, 0, 0), f"{PEERS}/echo")
        sides = {
            "booking": side("booking", lambda: take(fair, plan, each)),
            "echo": side("echo", lambda: [[sample] * each] * CLIENTS),
            "bare": side("bare", lambda: [[request("GET", f"{PEERS}/bare")] * each] * CLIENTS),
            "orm": side("orm", lambda: take(fair, plan, max(1, each // 8), f"{PEERS}/orm")),
            "direct": lambda: direct_rate(url, fair, each * 4),
        }
        load.volley([port], take(fair, plan, 2))  # warm caches, connections and compiled statements
        before = cpu_of(process.pid)
        rates = interleaved(size.rounds, sides)
        report.measured[f"{name}_server_cpu_seconds"] = round(cpu_of(process.pid) - before, 2)
        _told(name, rates, outcomes, report)
        if name == "postgresql":
            _share(url, lambda: take(fair, plan, each // 2), load, (port, process), size.rounds, report)
        _race(name, engine, fair, load, port, report)
    engine.dispose()


def take(fair: Fairground, plan: Sequence[Iterator[Booking]], each: int, path: str | None = None) -> list[list[bytes]]:
    """The next bookings of every client, as requests."""
    where = (path,) if path else ()
    return [[fair.request(booking, *where) for booking in islice(bookings, each)] for bookings in plan]


def _told(name: str, rates: dict[str, list[float]], outcomes: dict[str, list[Outcome]], report: Report) -> None:
    report.measured[f"{name}_per_second"] = {side: round(statistics.median(found)) for side, found in rates.items()}
    p99 = {side: statistics.median(o.p99 for o in found) for side, found in outcomes.items()}
    report.measured[f"{name}_p99_ms"] = {side: round(seconds * 1000, 1) for side, seconds in p99.items()}
    wrong = sum(
        count
        for found in (outcomes["booking"], outcomes["orm"])
        for outcome in found
        for status, count in outcome.statuses.items()
        if status not in (200, 201)
    )
    booking = rates["booking"]
    report.ratios |= {
        f"{name}_booking_to_echo": Ratio(median_ratio(booking, rates["echo"]), at_least=0.3),
        f"{name}_booking_to_echo_final": Ratio(median_ratio(booking, rates["echo"]), at_least=0.5, required=False),
        f"{name}_booking_to_bare": Ratio(median_ratio(booking, rates["bare"]), at_least=0.25, required=False),
        f"{name}_booking_to_orm": Ratio(median_ratio(booking, rates["orm"]), at_least=6, required=False),
        f"{name}_booking_to_direct": Ratio(median_ratio(booking, rates["direct"]), at_least=0.6, required=False),
        f"{name}_p99_to_bare": Ratio(p99["booking"] / p99["bare"], at_most=3, required=False),
        f"{name}_bookings_refused": Ratio(wrong, at_most=0),
    }


def _share(
    url: str,
    bookings: Callable[[], list[list[bytes]]],
    load: Load,
    first: tuple[int, "subprocess.Popen[bytes]"],
    rounds: int,
    report: Report,
) -> None:
    """What a booking costs the servers when several processes share the database, against one alone."""
    say(f"postgresql: {PROCESSES} processes")
    with ExitStack() as stack:
        servers = [first, *(stack.enter_context(serving(url)) for _ in range(PROCESSES - 1))]

        def cost(of: Sequence[tuple[int, "subprocess.Popen[bytes]"]]) -> Callable[[], float]:
            def measure() -> float:
                asked = bookings()
                before = sum(cpu_of(process.pid) for _, process in of)
                load.volley([port for port, _ in of], asked)
                after = sum(cpu_of(process.pid) for _, process in of)
                return (after - before) / sum(map(len, asked)) * 1e6

            return measure

        load.volley([port for port, _ in servers], bookings())  # warm
        costs = interleaved(rounds, {"one": cost(servers[:1]), "four": cost(servers)})
    report.measured["postgresql_cpu_us_per_booking"] = {n: round(statistics.median(c)) for n, c in costs.items()}
    report.ratios["postgresql_four_processes_to_one"] = Ratio(
        median_ratio(costs["four"], costs["one"]), at_most=1.3, required=False
    )


def _race(name: str, engine: Engine, fair: Fairground, load: Load, port: int, report: Report) -> None:
    """Two hundred buyers for fifty slots of one exhibitor, all at once."""
    say(f"{name}: {RACERS} clients for {PRIZES} slots")
    exhibitor = len(fair.exhibitors.parties) - 1
    free = _free_slots(engine, fair, exhibitor)[:PRIZES]
    buyers = len(fair.buyers.parties)
    asks = [[fair.request(Booking(buyers - 1 - n, exhibitor, free[n % len(free)]))] for n in range(RACERS)]
    outcome = load.volley([port], asks)
    with reading(engine) as db:
        attended = (
            select(col(Attendee.person_id))
            .join(Meeting, col(Meeting.id) == Attendee.meeting_id)
            .group_by(col(Attendee.person_id), col(Meeting.starts_at))
            .having(func.count() > 1)
        )
        double = len(db.connection().execute(attended).all())
        last, events = db.connection().execute(select(func.max(EventRow.seq), func.count())).one()
    report.measured[f"{name}_race"] = {str(status): count for status, count in sorted(outcome.statuses.items())}
    report.ratios |= {
        f"{name}_double_bookings": Ratio(double, at_most=0),
        f"{name}_sequence_gaps": Ratio(last - events, at_most=0),
        f"{name}_server_errors": Ratio(sum(n for s, n in outcome.statuses.items() if s >= 500), at_most=0),
    }


def _free_slots(engine: Engine, fair: Fairground, exhibitor: int) -> list[int]:
    """The numbers of slots in which an exhibitor's person is free."""
    with reading(engine) as db:
        cells_of = select(col(Occupancy.cell)).where(col(Occupancy.resource_id) == fair.exhibitors.people[exhibitor])
        taken = set(db.connection().execute(cells_of).scalars())
        slots = [db.get_one(Slot, slot) for slot in fair.slots]
    return [n for n, slot in enumerate(slots) if taken.isdisjoint(cells(slot.starts_at, slot.ends_at, 5))]


@contextmanager
def serving(url: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """One server process over a database; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "server.bench.booking_server", url, str(port)]
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command, cwd=Path.cwd(), stdout=sys.stderr))
        stack.callback(process.terminate)
        _wait_for(port, process)
        yield port, process


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start within 30 seconds")
