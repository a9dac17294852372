"""The convention of the story and those who take part in it, as the organiser's sheets have them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from server.clock import SteppedClock
from tests.journeys.clients import Client
from tests.journeys.follower import Follower
from tests.journeys.house import House, opened, run_command, settings_for

DEMO_DATA = Path(__file__).parents[2] / "server" / "demo_data"
ORGANISER = "organiser@seongnam.example"
CREATE = (
    *("convention", "create", "smc-2020", "--name", "SMC 2020", "--host", "Seongnam City"),
    *("--zone", "Asia/Seoul", "--first-day", "2020-11-09", "--last-day", "2020-11-12"),
    *("--slot", "30", "--buffer", "5", "--organiser", ORGANISER),
    *("--block", "day=09:00-18:00", "--block", "evening=21:00-24:00", "--block", "early=06:00-08:00"),
)
SEATS = {
    "two": "biz2@exhibitor2.example",
    "thirteen": "biz13@exhibitor13.example",
    "twenty-four": "biz24@exhibitor24.example",
    "Ulaanbaatar": "buyer29@buyer29.example",
    "Kathmandu": "buyer47@buyer47.example",
    "São Paulo": "buyer52@buyer52.example",
}
SHEETS = {"exhibitors": DEMO_DATA / "exhibitors.xlsx", "buyers": DEMO_DATA / "buyers.csv"}


@dataclass
class Seat:
    """Somebody who takes part: their party, program and live stream."""

    party: UUID
    client: Client
    live: Follower

    async def slots(self, other: "Seat") -> dict[str, dict[str, Any]]:
        """The free slots of another party in one's own wall time, by their start in Seoul (MM-DD HH:MM)."""
        found = await self.client.get(f"/parties/{other.party}/slots")
        return {f"{slot['convention']['date'][5:]} {slot['convention']['time']}": slot for slot in found["slots"]}

    async def ask(self, other: "Seat", slot: str) -> dict[str, Any]:
        """Ask for a slot, which must be free."""
        free = await self.slots(other)
        record: dict[str, Any] = await self.client.post("/requests", to=str(other.party), slot=free[slot]["slot"])
        return record


@dataclass
class Cast:
    """The house, its organiser, and those who take part, by city or number."""

    house: House
    organiser: Client
    desk: Follower
    people: dict[str, Seat]

    def __getitem__(self, name: str) -> Seat:
        return self.people[name]

    async def hear(self, event: str, *names: str) -> Any:
        """What this event says; the organiser and those named must all be told the same."""
        told = await asyncio.gather(*(live.hears(event) for live in [self.desk, *(self[n].live for n in names)]))
        assert all(data == told[0] for data in told)
        return told[0]


@asynccontextmanager
async def gathered(url: str, data_dir: Path, clock: SteppedClock) -> AsyncIterator[Cast]:
    """SMC 2020 from the operator's first command on: the parties are in, everybody is signed in and follows."""
    settings = settings_for(url, data_dir)
    assert "92 slots" in run_command(settings, *CREATE)
    async with opened(settings, clock, "smc-2020") as house, AsyncExitStack() as leaving:
        organiser = await house.person(ORGANISER)
        desk = await leaving.enter_async_context(organiser.follow("organiser", "programme"))
        parties = await take_in(organiser)
        people: dict[str, Seat] = {}
        for name, email in SEATS.items():
            client = await house.person(email)
            live = await leaving.enter_async_context(client.follow("me"))
            people[name] = Seat(parties[email], client, live)
        yield Cast(house, organiser, desk, people)


async def take_in(organiser: Client) -> dict[str, UUID]:
    """Import the organiser's sheets; the addresses of all people to their parties' ids."""
    for kind, sheet in SHEETS.items():
        report = await organiser.upload(f"/imports/{kind}", sheet)
        assert not report["stopped"], report
    parties: dict[str, UUID] = {}
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        page = await organiser.get("/parties?limit=200" + (page["next"] and f"&after={page['next']}"))
        for party in page["items"]:
            parties |= {person["email"]: UUID(party["id"]) for person in party["people"] if person["email"]}
    return parties
