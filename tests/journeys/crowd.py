"""A convention of the real present with one exhibitor of fifty slots, and two hundred buyers who want them."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Engine, select
from sqlmodel import col

from matchmaking.requests import request_meeting
from matchmaking.tables import MeetingRequest, Occupancy, Slot
from server.accounts.logins import add_login
from server.accounts.tables import Person
from server.accounts.tokens import digest, new_token
from server.batch import Order, perform
from server.clock import SteppedClock
from server.conventions.tables import Convention
from server.database import make_engine, reading
from server.settings import Settings
from server.work import HOUSE, Work
from tests.factories import Fair, Party
from tests.journeys.clients import Client, open_http
from tests.journeys.house import run_command

SLUG = "rush"
ORGANISER = "organiser@rush.example"
SLOTS = 50
BUYERS = 200
DAY = timedelta(days=1)


@dataclass
class Crowd:
    """The convention in its database, without a server: two days of 25 slots of 30 minutes, 5 between."""

    fair: Fair
    slots: list[UUID]
    exhibitor: Party
    buyers: list[Party]
    tokens: dict[UUID, str] = field(default_factory=dict)

    def client(self, http: httpx.AsyncClient, address: str, party: Party) -> Client:
        """The program of a party's lead."""
        person = party.people[0]
        return Client(http, address, SLUG, self.tokens[person], person)

    def organiser(self) -> UUID:
        """The convention's organiser."""
        with reading(self.fair.engine) as db:
            query = select(col(Person.id)).where(col(Person.email) == ORGANISER)
            found: UUID = db.connection().execute(query).scalar_one()
            return found

    def ask_past_the_servers(self, buyer: Party, slot: UUID) -> None:
        """A request for a slot, written as the command line writes: no server is told."""
        self.fair.perform(buyer, request_meeting, by=buyer.id, to=self.exhibitor.id, slot_id=slot)

    def double_bookings(self) -> list[tuple[UUID, datetime]]:
        """(person, start) of every open or agreed request that overlaps another of the same person."""
        taken: list[tuple[UUID, datetime, datetime]] = []
        with reading(self.fair.engine) as db:
            for row in db.connection().execute(select(MeetingRequest.__table__)):  # type: ignore[attr-defined]
                for person in (row.requester_person_id, row.addressee_person_id):
                    taken.append((person, row.starts_at, row.ends_at))
        doubled = pairwise(sorted(taken))
        return [(two[0], two[1]) for one, two in doubled if one[0] == two[0] and two[1] < one[2]]

    def booked(self) -> dict[UUID, UUID]:
        """The requests in the rows, by id, with their slots."""
        with reading(self.fair.engine) as db:
            rows = db.connection().execute(select(col(MeetingRequest.id), col(MeetingRequest.slot_id)))
            return {row.id: row.slot_id for row in rows}

    def cells_held(self) -> Counter[tuple[UUID, int]]:
        """How often each person's cell is held."""
        occupancy = Occupancy.__table__  # type: ignore[attr-defined]
        with reading(self.fair.engine) as db:
            rows = db.connection().execute(select(occupancy.c.resource_id, occupancy.c.cell))
            return Counter((row.resource_id, row.cell) for row in rows)


def make_crowd(settings: Settings, buyers: int = BUYERS) -> Crowd:
    """Create the convention by the operator's command, let everybody in, and give their leads tokens."""
    day = (datetime.now(UTC) + DAY).date()
    run_command(
        settings,
        *("convention", "create", SLUG, "--name", "Rush", "--host", "A host", "--organiser", ORGANISER),
        *("--zone", "UTC", "--first-day", str(day), "--last-day", str(day + DAY), "--block", "all=00:00-14:35"),
    )
    engine = make_engine(settings)
    fair = fair_of(engine, SLUG)
    crowd = Crowd(fair, [], fair.exhibitor(zone="UTC"), [fair.buyer(zone="UTC") for _ in range(buyers)])
    with reading(engine) as db:
        crowd.slots = list(db.connection().execute(select(col(Slot.id)).order_by(col(Slot.starts_at))).scalars())
    assert len(crowd.slots) == SLOTS
    crowd.tokens = give_tokens(engine, [party.people[0] for party in (crowd.exhibitor, *crowd.buyers)])
    return crowd


def fair_of(engine: Engine, slug: str) -> Fair:
    """A convention in the database, for the factories."""
    convention = Convention.__table__  # type: ignore[attr-defined]
    with reading(engine) as db:
        row = db.connection().execute(select(convention).where(convention.c.slug == slug)).one()
    return Fair(engine, SteppedClock(datetime.now(UTC)), row.host_id, row.id)


def give_tokens(engine: Engine, people: list[UUID]) -> dict[UUID, str]:
    """A bearer token for each, as `POST /tokens` gives them, in one transaction."""
    now = datetime.now(UTC)
    tokens = {person: new_token() for person in people}

    def give(work: Work) -> None:
        for person, token in tokens.items():
            add_login(work, person, digest(token), "token", "crowd", now, now + DAY)

    perform(engine, SteppedClock(now), Order(HOUSE, give))
    return tokens


@dataclass
class Race:
    """What came of everybody's running for the slots at once."""

    statuses: Counter[int] = field(default_factory=Counter)
    won: dict[UUID, UUID] = field(default_factory=dict)
    lost: list[dict[str, Any]] = field(default_factory=list)


async def run_race(crowd: Crowd, address: str) -> Race:
    """Everybody asks at the same time for one of the slots, and then for an alternative, while there is one."""
    race = Race()
    async with open_http(address, len(crowd.buyers)) as http:
        runners = (
            run(race, crowd, crowd.client(http, address, buyer), crowd.slots[number * SLOTS // len(crowd.buyers)])
            for number, buyer in enumerate(crowd.buyers)
        )
        await asyncio.gather(*runners)
    return race


async def run(race: Race, crowd: Crowd, client: Client, slot: UUID) -> None:
    """One buyer's run; the idempotency key stays with the slot."""
    while True:
        body = {"to": str(crowd.exhibitor.id), "slot": str(slot)}
        answer = await client.send("POST", "/requests", body, key=uuid4().hex)
        race.statuses[answer.status_code] += 1
        if answer.status_code != 409:
            race.won[UUID(answer.json()["id"])] = slot
            return
        problem = answer.json()
        if not problem["alternatives"]:
            race.lost.append(problem)
            return
        slot = UUID(problem["alternatives"][client.person.int % len(problem["alternatives"])]["slot"])
