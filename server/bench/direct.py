"""A booking's statements issued straight to the database: what is left when HTTP, rules and Python objects are gone.

PostgreSQL is driven by pgbench, 16 clients and a commit a booking; SQLite by a bare loop, 16 bookings a commit.
"""

import re
import secrets
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import UUID

from server.bench.fairground import Fairground
from server.bench.postgres import wheel
from server.ids import new_id

CLIENTS = 16
CELLS = 7

# {…} are constants of the fairground; :names are chosen anew for each booking. Cells lie far from real ones.
STATEMENTS = (
    "INSERT INTO idempotency_key (person_id, key, body_digest, answer, created_at)"
    " VALUES ({person}, :key, 'digest', 'answer', {now})",
    "INSERT INTO meeting_request (id, convention_id, requester_id, addressee_id, state, proposals, slot_id, starts_at,"
    " ends_at, requester_person_id, addressee_person_id, expires_at, created_at, version) VALUES (:id, {convention},"
    " {buyer}, {exhibitor}, 'accepted', 1, {slot}, {now}, {now}, {person}, {other}, {now}, {now}, 2)",
    "INSERT INTO proposal (request_id, number, by_id, slot_id, note, at) VALUES (:id, 1, {buyer}, {slot}, '', {now})",
    "INSERT INTO meeting (id, convention_id, request_id, state, starts_at, ends_at, matched_at, missing, no_show,"
    " confirmed_by, moves, version) VALUES (:id, {convention}, :id, 'scheduled', {now}, {now}, {now}, '[]', '[]',"
    " '[]', 0, 1)",
    "INSERT INTO attendee (meeting_id, person_id, participation_id, role, required) VALUES"
    " (:id, {person}, {buyer}, 'lead', {true}), (:id, {other}, {exhibitor}, 'lead', {true})",
    # Written from constants alone, as are the statements below that take it all away.
    "INSERT INTO occupancy (resource_id, cell, holder_id) VALUES "  # nosec B608
    + ", ".join(f"({{{who}}}, :cell + {n}, :id)" for who in ("person", "other") for n in range(CELLS)),
    "INSERT INTO timer (kind, subject_id, convention_id, due_at)"
    " VALUES ('bench', :id, {convention}, '2999-01-01 00:00:00.000000')",
)
# The event goes to a convention id of its own kind of row: a number far beyond the real sequence keeps that dense.
EVENT = (
    "INSERT INTO bench_event (convention_id, seq, type, version, at, topics, data)"
    " VALUES ({convention}, :seq, 'request.accepted', 1, {now}, '[]', '{{}}')"
)
EVENT_TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_event (convention_id char(36), seq bigint, type varchar(64), version int,"
    " at timestamp, topics varchar, data varchar, PRIMARY KEY (convention_id, seq))"
)


def direct_rate(url: str, fair: Fairground, bookings: int) -> float:
    """Bookings a second. Rows are marked by timers of the kind `bench` and taken away again."""
    if url.startswith("sqlite"):
        return _sqlite_rate(url.removeprefix("sqlite:///"), fair, bookings)
    return _postgres_rate(url, fair, bookings)


def _constants(fair: Fairground, quote: bool) -> dict[str, str]:
    def text(value: UUID) -> str:
        return f"'{value}'" if quote else f"'{value.hex}'"

    return {
        "convention": text(fair.convention_id),
        "buyer": text(fair.buyers.parties[0]),
        "exhibitor": text(fair.exhibitors.parties[0]),
        "person": text(fair.buyers.people[0]),
        "other": text(fair.exhibitors.people[0]),
        "slot": text(fair.slots[0]),
        "now": "'2020-11-09 00:00:00.000000'",
        "true": "true" if quote else "1",
    }


def _sqlite_rate(path: str, fair: Fairground, bookings: int) -> float:
    constants = _constants(fair, quote=False)
    statements = [statement.format(**constants) for statement in (*STATEMENTS, EVENT)]
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(EVENT_TABLE)
        started = time.perf_counter()
        for number in range(bookings):
            if number % CLIENTS == 0:
                connection.execute("BEGIN IMMEDIATE")
            unique = secrets.randbits(40)
            values = {"id": new_id().hex, "key": str(unique), "cell": 10**12 + unique * 100, "seq": unique}
            for statement in statements:
                connection.execute(statement, values)
            if number % CLIENTS == CLIENTS - 1 or number == bookings - 1:
                connection.execute("COMMIT")
        seconds = time.perf_counter() - started
        connection.execute("BEGIN IMMEDIATE")
        for statement in _taking_away():
            connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        connection.close()
    return bookings / seconds


def _taking_away() -> list[str]:
    mine = "(SELECT subject_id FROM timer WHERE kind = 'bench')"
    return [
        f"DELETE FROM occupancy WHERE holder_id IN {mine}",  # nosec B608
        f"DELETE FROM attendee WHERE meeting_id IN {mine}",  # nosec B608
        f"DELETE FROM proposal WHERE request_id IN {mine}",  # nosec B608
        f"DELETE FROM meeting WHERE id IN {mine}",  # nosec B608
        f"DELETE FROM meeting_request WHERE id IN {mine}",  # nosec B608
        "DELETE FROM idempotency_key WHERE body_digest = 'digest'",
        "DROP TABLE bench_event",
        "DELETE FROM timer WHERE kind = 'bench'",
    ]


def _postgres_rate(url: str, fair: Fairground, bookings: int) -> float:
    constants = _constants(fair, quote=True)
    lines = [
        "\\set unique random(1, 1000000000)",
        "\\set seq random(1, 9000000000000000)",
        "\\set cell 1000000000 + :unique",
        "BEGIN;",
        "SELECT gen_random_uuid() AS id \\gset",
    ]
    for statement in (*STATEMENTS, EVENT):
        text = statement.format(**constants)
        text = re.sub(r":id\b", "':id'", text).replace(":key", "':seq'")
        lines.append(f"{text};")
    script = "\n".join([*lines, "COMMIT;"])
    host = re.search(r"host=([^&]+)", url)
    assert host is not None
    directory = host[1].replace("%2F", "/")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "booking.sql"
        file.write_text(script)
        _psql(directory, EVENT_TABLE)
        command = [
            str(wheel() / "bin" / "pgbench"),
            "-h",
            directory,
            "-U",
            "postgres",
            "-n",
            "-M",
            "simple",
            "-f",
            str(file),
        ]
        command += ["-c", str(CLIENTS), "-j", "1", "-t", str(max(1, bookings // CLIENTS)), "postgres"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        _psql(directory, "; ".join(_taking_away()))
    rate = re.search(r"tps = ([\d.]+)", told)
    assert rate is not None, told
    return float(rate[1])


def _psql(directory: str, sql: str) -> None:
    command = [
        str(wheel() / "bin" / "psql"),
        "-h",
        directory,
        "-U",
        "postgres",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        sql,
    ]
    subprocess.run([*command, "postgres"], capture_output=True, text=True, check=True)
