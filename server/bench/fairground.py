"""A convention to measure: as many exhibitors as buyers, everybody always there, every agreed slot still free.

Its days lie ahead of real time, its policies answer at once: one request makes a meeting.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, insert, select
from sqlmodel import SQLModel

from matchmaking.policies import Policies
from matchmaking.tables import Availability, Participation, Representative, Slot
from server.accounts.permissions import Scope
from server.accounts.tables import Login, Person
from server.accounts.tokens import digest, new_token
from server.batch import Order, perform
from server.bench.load import request
from server.clock import SystemClock
from server.conventions.commands import ConventionRecord, create_convention
from server.conventions.tables import Organisation
from server.database import migrate, reading, writing
from server.ids import new_id
from server.work import HOUSE

SLUG = "bench"
REQUESTS = f"/api/v1/conventions/{SLUG}/requests"
PEERS = f"{REQUESTS}/peers"
DAYS = 4
SPACING = 4
ZONES = ("Asia/Seoul", "America/Sao_Paulo", "Asia/Kathmandu", "Europe/Berlin", "America/Los_Angeles")


@dataclass(frozen=True)
class Side:
    """One kind of party: participation, its one person, and that person's bearer token, by number."""

    parties: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Booking:
    """Buyer number `buyer` asks exhibitor number `exhibitor` for slot number `slot`. No two of a plan collide."""

    buyer: int
    exhibitor: int
    slot: int


@dataclass(frozen=True)
class Fairground:
    """What there is. `slots` are in order of time."""

    convention_id: UUID
    buyers: Side
    exhibitors: Side
    slots: list[UUID]

    @cached_property
    def _partners(self) -> list[list[int]]:
        """For each slot, each buyer's exhibitor: another order of all exhibitors."""
        numbers = range(len(self.exhibitors.parties))
        # Chance that can be had again; nothing is kept secret by it.
        return [random.Random(slot).sample(numbers, len(numbers)) for slot in range(len(self.slots))]  # nosec B311

    def plan(self, clients: int) -> list[Iterator[Booking]]:
        """Bookings for so many clients. A client is one buyer until that buyer's days are full, then the next."""
        return [self._days_of(range(first, len(self.buyers.parties), clients)) for first in range(clients)]

    def _days_of(self, buyers: range) -> Iterator[Booking]:
        for buyer in buyers:
            for slot in range(buyer % SPACING, len(self.slots), SPACING):
                yield Booking(buyer, self._partners[slot][buyer], slot)

    def request(self, booking: Booking, path: str = REQUESTS) -> bytes:
        """The HTTP request for a booking, under a key of its own."""
        body = {"to": str(self.exhibitors.parties[booking.exhibitor]), "slot": str(self.slots[booking.slot])}
        token = self.buyers.tokens[booking.buyer]
        headers = f"Authorization: Bearer {token}", f"Idempotency-Key: {uuid4()}"
        return request("POST", path, json.dumps(body).encode(), *headers)


def build(engine: Engine, parties: int) -> Fairground:
    """The convention on an empty database, with `parties` exhibitors and as many buyers."""
    migrate(engine)
    clock = SystemClock()
    first = clock.now().date() + timedelta(days=7)
    command = partial(
        create_convention,
        slug=SLUG,
        name={"en": "Bench"},
        zone="Asia/Seoul",
        first_day=first,
        last_day=first + timedelta(days=DAYS - 1),
        host_name={"en": "Bench"},
        organiser_email="organiser@bench.invalid",
        policies=Policies(answer="instant", daily_requests=10_000),
    )
    made = ConventionRecord.model_validate_json(perform(engine, clock, Order(HOUSE, command)))
    buyers, exhibitors = Side(), Side()
    with writing(engine) as connection:
        for side in (buyers, exhibitors):
            _enrol(connection, made, side, parties, seeks=side is buyers)
    with reading(engine) as db:
        table = Slot.__table__  # type: ignore[attr-defined]
        slots = list(db.connection().execute(select(table.c.id).order_by(table.c.starts_at)).scalars())
    return Fairground(made.id, buyers, exhibitors, slots)


def _enrol(connection: Connection, made: ConventionRecord, side: Side, parties: int, *, seeks: bool) -> None:
    now = datetime.now(UTC)
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {
        table: [] for table in (Organisation, Person, Login, Participation, Representative, Availability)
    }

    def add(table: type[SQLModel], **values: Any) -> None:
        rows[table].append(values)

    for number in range(parties):
        organisation, person, party, token = new_id(), new_id(), new_id(), new_token()
        side.people.append(person)
        side.parties.append(party)
        side.tokens.append(token)
        zone = ZONES[number % len(ZONES)]
        name = {"en": f"{'Buyer' if seeks else 'Exhibitor'} {number}"}
        about = {"convention_id": made.id, "person_id": person}
        add(Organisation, id=organisation, host_id=made.host, name=name, match_key=name["en"], created_at=now)
        add(Person, id=person, host_id=made.host, zone=zone, created_at=now)
        add(
            Login,
            id=new_id(),
            person_id=person,
            token_digest=digest(token),
            kind="token",
            scopes=[Scope.WRITE],
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        add(
            Participation,
            id=party,
            convention_id=made.id,
            organisation_id=organisation,
            name=name,
            offers=not seeks,
            seeks=seeks,
            zone=zone,
            created_at=now,
        )
        add(Representative, **about, participation_id=party, position=0, zone=zone, languages=["en"])
        for day in range(6, 8 + DAYS):
            date = now.date() + timedelta(days=day)
            add(Availability, **about, local_date=date, mode="online", zone=zone, hours=[[0, 1440]], source="stated")
    for table, values in rows.items():
        connection.execute(insert(table), values)
