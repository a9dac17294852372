"""kill -9 in the middle of a rush: nothing acknowledged is lost, nothing is done twice, everybody catches up."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from server.settings import Settings
from tests.conftest import with_tables
from tests.journeys.clients import Client, open_http
from tests.journeys.crowd import SLOTS, Crowd, give_tokens, make_crowd
from tests.journeys.follower import SOON, Follower
from tests.journeys.processes import ServerProcess, server_process
from tests.servers import Databases

RUNNERS = 60
AT_ONCE = 12  # fewer than ask in all, so that some are not answered yet whenever the server dies
PROBLEMS = frozenset({409, 503})


@dataclass
class Rush:
    """Who asked for what under which key, and what they were answered before the server died."""

    acknowledged: dict[str, UUID] = field(default_factory=dict)
    unanswered: dict[str, tuple[Client, dict[str, Any]]] = field(default_factory=dict)


async def rush(crowd: Crowd, http: httpx.AsyncClient, address: str, enough: Callable[[], None]) -> Rush:
    """Everybody asks for a slot of their own, one after another; `enough` is called at each acknowledgement."""
    rush = Rush()
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> None:
        async with turns:
            await ask_now(number)

    async def ask_now(number: int) -> None:
        client = crowd.client(http, address, crowd.buyers[number])
        body = {"to": str(crowd.exhibitor.id), "slot": str(crowd.slots[number % SLOTS])}
        key = f"rush-{number}"
        try:
            answer = await client.send("POST", "/requests", body, key=key)
        except httpx.TransportError:
            rush.unanswered[key] = (client, body)
            return
        if answer.status_code == 201:
            rush.acknowledged[key] = UUID(answer.json()["id"])
            enough()
        else:
            assert answer.status_code in PROBLEMS, answer.text

    await asyncio.gather(*(ask(number) for number in range(RUNNERS)))
    return rush


def test_kill_in_the_middle_of_a_rush(own_settings: Settings) -> None:
    crowd = make_crowd(own_settings, RUNNERS)

    async def journey() -> None:
        async with AsyncExitStack() as leaving:
            server = await leaving.enter_async_context(server_process(own_settings))
            http = await leaving.enter_async_context(open_http(server.address, RUNNERS + 10))
            readers = await follow(crowd, http, server, leaving)
            done = await killed_rush(crowd, http, server)
            await server.start()
            await everything_acknowledged_is_there(crowd, done)
            await retried_once(crowd, done)
            await caught_up(crowd, readers)

    try:
        asyncio.run(journey())
    finally:
        crowd.fair.engine.dispose()


async def follow(
    crowd: Crowd, http: httpx.AsyncClient, server: ServerProcess, leaving: AsyncExitStack
) -> dict[str, Follower]:
    """The exhibitor and some buyers follow themselves; the topic key of each to its follower."""
    parties = [crowd.exhibitor, *crowd.buyers[:5]]
    clients = [(party, crowd.client(http, server.address, party)) for party in parties]
    return {f"party:{party.id}": await leaving.enter_async_context(client.follow("me")) for party, client in clients}


async def killed_rush(crowd: Crowd, http: httpx.AsyncClient, server: ServerProcess) -> Rush:
    """The rush, in which the server is killed when ten bookings have been acknowledged."""
    acknowledged = 0

    def count() -> None:
        nonlocal acknowledged
        acknowledged += 1
        if acknowledged == 10:
            server.kill()

    done = await rush(crowd, http, server.address, count)
    assert len(done.acknowledged) >= 10
    assert done.unanswered, "it was killed when all was over"
    return done


async def everything_acknowledged_is_there(crowd: Crowd, done: Rush) -> None:
    assert crowd.booked().keys() >= set(done.acknowledged.values())
    events = crowd.fair.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(events) == len(crowd.booked())


async def retried_once(crowd: Crowd, done: Rush) -> None:
    """Whoever was not answered asks again under the same key, twice at once: each has at most one request."""

    async def again(key: str, client: Client, body: dict[str, Any]) -> None:
        answers = await asyncio.gather(*(client.send("POST", "/requests", body, key=key) for _ in range(2)))
        told = {answer.text for answer in answers if answer.status_code == 201}
        assert len(told) == (1 if answers[0].status_code == 201 else 0)
        assert {answer.status_code for answer in answers} <= {201, 409}

    await asyncio.gather(*(again(key, *asked) for key, asked in done.unanswered.items()))
    booked = crowd.booked()
    assert sorted(booked.values()) == sorted(crowd.slots), "every slot is taken, none twice"
    assert crowd.double_bookings() == []
    assert booked.keys() >= set(done.acknowledged.values())


async def caught_up(crowd: Crowd, readers: dict[str, Follower]) -> None:
    """Each follower came back with its last number and has applied every event of its topic once, in order."""
    events = crowd.fair.events()
    for topic, reader in readers.items():
        theirs = [event.seq for event in events if topic in event.topics]
        await reader.reaches("me", theirs[-1])
        assert reader.applied("me") == theirs
        assert reader.snapshots == [("me", 0)], "it went on from where it was"
        assert (reader.repeated, reader.errors, reader.connections) == ([], [], 2)


def test_timer_that_fell_due_while_the_process_was_dead_fires_once(own_settings: Settings) -> None:
    crowd = make_crowd(own_settings, 1)

    async def journey() -> None:
        async with server_process(own_settings) as server, open_http(server.address) as http:
            organiser = organiser_of(crowd, http, server.address)
            session = await plan_talk(organiser, datetime.now(UTC) + timedelta(seconds=2))
            server.kill()
            await asyncio.sleep(2.5)
            assert crowd.fair.told() == ["session.planned"]
            await server.start()
            async with organiser.follow(f"session:{session}") as reader:
                await reader.until(lambda: state_of(reader, session) == "live")
                await asyncio.sleep(2.0)  # two more ticks of the scheduler
            assert crowd.fair.told() == ["session.planned", "session.went_live"]

    try:
        asyncio.run(journey())
    finally:
        crowd.fair.engine.dispose()


def state_of(reader: Follower, session: str) -> str:
    return str(reader.states[f"session:{session}"]["session"][session]["state"])


def organiser_of(crowd: Crowd, http: httpx.AsyncClient, address: str) -> Client:
    person = crowd.organiser()
    return Client(http, address, "rush", give_tokens(crowd.fair.engine, [person])[person], person)


async def plan_talk(organiser: Client, starts_at: datetime) -> str:
    """A talk of an hour; its id."""
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    made = await organiser.post("/programme", title={"en": "A talk", "original": "en"}, kind="talk", **times)
    return str(made["id"])


def test_two_processes_serve_one_stream_and_fire_once(databases: Databases, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=databases.fresh(with_tables))
    crowd = make_crowd(settings, 4)

    async def journey() -> None:
        async with AsyncExitStack() as leaving:
            servers = [await leaving.enter_async_context(server_process(settings)) for _ in range(2)]
            http = [await leaving.enter_async_context(open_http(server.address)) for server in servers]
            readers = [
                await leaving.enter_async_context(
                    crowd.client(http[place], server.address, crowd.exhibitor).follow("me")
                )
                for place, server in enumerate(servers)
            ]
            for number, buyer in enumerate(crowd.buyers):
                place = number % 2
                client = crowd.client(http[place], servers[place].address, buyer)
                await client.post("/requests", to=str(crowd.exhibitor.id), slot=str(crowd.slots[number]))
                for reader in readers:  # told through both within the second, whoever wrote it
                    await reader.hears("request.sent", SOON)
            await told_without_wake_up(crowd, readers)
            await timers_fire_once(crowd, organiser_of(crowd, http[0], servers[0].address))
            assert [reader.applied("me") for reader in readers] == [list(range(1, 6))] * 2
            assert [reader.repeated for reader in readers] == [[], []]

    try:
        asyncio.run(journey())
    finally:
        crowd.fair.engine.dispose()


async def told_without_wake_up(crowd: Crowd, readers: list[Follower]) -> None:
    """An event written past both processes, as if its NOTIFY was lost: the poll of 2 s finds it."""
    late = crowd.fair.buyer(zone="UTC")
    await asyncio.to_thread(crowd.ask_past_the_servers, late, crowd.slots[10])
    for reader in readers:
        await reader.hears("request.sent", 3.0)


async def timers_fire_once(crowd: Crowd, organiser: Client) -> None:
    """Both processes tick; a talk that begins does so once."""
    session = await plan_talk(organiser, datetime.now(UTC) + timedelta(seconds=1))
    async with organiser.follow(f"session:{session}") as reader:
        await reader.until(lambda: state_of(reader, session) == "live")
    await asyncio.sleep(2.0)
    assert crowd.fair.told().count("session.went_live") == 1
