"""A convention whose conference is lived for a day: organiser, speakers, viewers, and guests without an account."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

from server.clock import SteppedClock
from tests.journeys.cast import CREATE, ORGANISER
from tests.journeys.clients import Client, open_http
from tests.journeys.follower import Follower, Frame
from tests.journeys.house import House, opened, run_command, settings_for

SPEAKERS = ("chair", "juror", "other-juror")
VIEWERS = ("anna", "batu", "chen")
SLUG = "smc-2020"

# Every kind of session: when it begins, what else is said of it.
SESSIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "ceremony": ("09:00", {"audience": "public", "room": "hall"}),
    "keynote": ("10:00", {}),
    "panel": ("11:00", {"track": "conference"}),
    "workshop": ("13:00", {"capacity": 2}),
    "pitch": ("14:00", {}),
    "live_commerce": ("15:00", {"audience": "public", "run_by": "button"}),
    "talk": ("16:00", {"audience": "invited"}),
    "public_lecture": ("19:00", {"audience": "public", "room": "hall", "state": "published"}),
}


def both(en: str) -> dict[str, str]:
    """A text in two languages."""
    return {"ko": f"{en} (한국어)", "en": en, "original": "ko"}


@dataclass
class Conference:
    """Everybody of the day, with what they follow; sessions by their kind."""

    house: House
    organiser: Client
    desk: Follower
    people: dict[str, Client]
    live: dict[str, Follower]
    sessions: dict[str, str]
    speakers: dict[str, str]
    leaving: AsyncExitStack

    def at(self, kind: str, path: str = "") -> str:
        """The address of a session below the convention's."""
        return f"/programme/{self.sessions[kind]}{path}"

    def topic(self, kind: str) -> str:
        return f"session:{self.sessions[kind]}"

    async def watch(self, name: str, kind: str) -> Follower:
        """Somebody comes to a session, and stays."""
        return await self.leaving.enter_async_context(self.people[name].follow(self.topic(kind)))

    async def watch_as_guest(self, kind: str) -> Follower:
        """Somebody comes whom nobody knows."""
        return await self.leaving.enter_async_context(Follower(self._public_socket, self.topic(kind)))

    async def _public_socket(self) -> ClientConnection:
        url = self.house.address.replace("http", "ws", 1)
        headers = {"accept-language": "pt-BR"}
        return await connect(
            f"{url}/api/v1/conventions/{SLUG}/public/live?guest={uuid4()}",
            additional_headers=headers,
            compression=None,
        )

    async def public(self, path: str = "") -> httpx.Response:
        """What is there without an account."""
        async with open_http(self.house.address, 1) as browser:
            return await browser.get(f"/api/v1/conventions/{SLUG}/public{path}")

    @asynccontextmanager
    async def events(self, *topics: str) -> AsyncIterator[AsyncIterator[Frame]]:
        """Frames of the public stream as server-sent events."""
        url = f"/api/v1/conventions/{SLUG}/public/events?guest={uuid4()}&topics={','.join(topics)}"
        async with open_http(self.house.address, 1) as browser, browser.stream("GET", url) as answer:
            assert answer.status_code == 200

            async def frames() -> AsyncIterator[Frame]:
                async for line in answer.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield frames()


@asynccontextmanager
async def planned(url: str, data_dir: Path, clock: SteppedClock) -> AsyncIterator[Conference]:
    """The programme stands, everybody has an account and follows it."""
    settings = settings_for(url, data_dir).model_copy(update={"country_by_language": True})
    run_command(settings, *CREATE)
    async with opened(settings, clock, SLUG) as house, AsyncExitStack() as leaving:
        organiser = await house.person(ORGANISER)
        desk = await leaving.enter_async_context(organiser.follow("organiser", "programme"))
        accounts = await add_people(organiser)
        speakers = await add_line(organiser, accounts)
        sessions = await plan(organiser, speakers)
        people = {name: await house.person(f"{name}@smc.example") for name in (*SPEAKERS, *VIEWERS)}
        for _ in range(2):  # their roles are new: nobody is to be sent away for that in the middle of the story
            await house.parts.watch.look()
        live = {name: await leaving.enter_async_context(people[name].follow("programme", "me")) for name in VIEWERS}
        yield Conference(house, organiser, desk, people, live, sessions, speakers, leaving)


async def add_people(organiser: Client) -> dict[str, UUID]:
    """Speakers and viewers have accounts; viewers are from three countries."""
    roles = {**dict.fromkeys(SPEAKERS, "speaker"), **dict.fromkeys(VIEWERS, "viewer")}
    countries = dict(zip(VIEWERS, ("KR", "MN", "CN"), strict=True))
    people = [
        {"email": f"{name}@smc.example", "role": role, "country": countries.get(name)} for name, role in roles.items()
    ]
    made = await organiser.post("/people", people=people)
    return dict(zip(roles, map(UUID, made["people"]), strict=True))


async def add_line(organiser: Client, accounts: dict[str, UUID]) -> dict[str, str]:
    """Track, room and speakers."""
    await organiser.post("/programme/tracks", code="conference", name=both("Conference"), colour="#1f5fbf")
    await organiser.post("/programme/rooms", code="hall", name=both("Hall"), place="hybrid", capacity=20)
    made = {}
    for name in SPEAKERS:
        speaker = await organiser.post("/programme/speakers", name=both(name), person=str(accounts[name]))
        made[name] = str(speaker["id"])
    return made


async def plan(organiser: Client, speakers: dict[str, str]) -> dict[str, str]:
    """Sessions of every kind, 40 minutes each."""
    made = {}
    for kind, (starts, details) in SESSIONS.items():
        times = {"starts_at": f"2020-11-09T{starts}", "ends_at": f"2020-11-09T{starts[:3]}40"}
        made[kind] = (await organiser.post("/programme", title=both(kind), kind=kind, **times, **details))["id"]
    chairs = {"parts": [{"speaker": speakers["chair"], "role": "chair"}]}
    jurors = {"parts": [{"speaker": speakers[name], "role": "juror"} for name in SPEAKERS[1:]]}
    await organiser.put(f"/programme/{made['panel']}/line-up", **chairs)
    await organiser.put(f"/programme/{made['pitch']}/line-up", **jurors)
    return made
