"""Who watches, over real connections: through two processes of which one is killed, and from which countries."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlmodel import select
from websockets.asyncio.client import connect

from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.database import reading
from server.live.presence import LIFETIME, REFRESH
from server.settings import Settings
from sessions.programme import AudienceKind
from sessions.running import go_live
from sessions.tables import Viewer
from tests.conftest import with_tables
from tests.factories import Fair
from tests.journeys.clients import Client, open_http
from tests.journeys.crowd import Crowd, make_crowd
from tests.journeys.house import opened
from tests.journeys.processes import ServerProcess, server_process
from tests.journeys.test_kill import organiser_of
from tests.servers import Databases
from tests.sessions.programme import talk

SLACK = 3.0  # seconds that a busy machine may take to count
TELLING = 10.0  # and to tell it to whoever waits


def test_viewers_of_a_killed_process_are_forgotten_within_ten_seconds(databases: Databases, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=databases.fresh(with_tables))
    crowd = make_crowd(settings, 3)

    async def journey() -> None:
        async with AsyncExitStack() as leaving:
            servers = [await leaving.enter_async_context(server_process(settings)) for _ in range(2)]
            http = [await leaving.enter_async_context(open_http(server.address)) for server in servers]
            organiser = organiser_of(crowd, http[0], servers[0].address)
            session = await begun(organiser)
            figures = await leaving.enter_async_context(organiser.follow("organiser"))
            for buyer, place in ((0, 0), (0, 1), (1, 0), (2, 1)):  # one of them through both
                client = crowd.client(http[place], servers[place].address, crowd.buyers[buyer])
                await leaving.enter_async_context(client.follow(f"session:{session}"))
            await figures.counted("organiser", concurrent=4, unique=3)
            servers[1].kill()
            killed = datetime.now(UTC)
            await figures.counted("organiser", LIFETIME.total_seconds() + TELLING, concurrent=2, unique=3)
            there = await found(organiser, session, crowd, servers[0])
            lost = there.pop(2)
            assert there == {0: None, 1: None}, "who is there through another process still is"
            assert killed - timedelta(seconds=SLACK) < datetime.fromisoformat(str(lost)) <= killed + LIFETIME

    try:
        asyncio.run(journey())
    finally:
        crowd.fair.engine.dispose()


async def begun(organiser: Client) -> str:
    """A talk of an hour that has begun; its id."""
    now = datetime.now(UTC)
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    made = await organiser.post(
        "/programme", title={"en": "A talk", "original": "en"}, kind="talk", run_by="button", **times
    )
    await organiser.post(f"/programme/{made['id']}/go-live")
    return str(made["id"])


async def found(organiser: Client, session: str, crowd: Crowd, server: ServerProcess) -> dict[int, Any]:
    """When each buyer left, by number; asked until the lost ones are known, which is with the next look."""
    numbers = {str(buyer.people[0]): number for number, buyer in enumerate(crowd.buyers)}
    async with asyncio.timeout(REFRESH.total_seconds() + TELLING):
        while True:
            listed = (await organiser.get(f"/programme/{session}/attendance"))["items"]
            left = {numbers[one["id"]]: one["left_at"] for one in listed}
            if left[2] is not None:
                return left
            await asyncio.sleep(0.2)


def test_countries_come_from_profiles_and_of_others_from_their_languages(sqlite_fair: Fair, tmp_path: Path) -> None:
    url = str(sqlite_fair.engine.url)
    settings = Settings(data_dir=tmp_path, database_url=url, country_by_language=True)
    clock = SteppedClock(sqlite_fair.clock.now())
    lecture = talk(sqlite_fair, audience=AudienceKind.PUBLIC).id
    sqlite_fair.perform(SYSTEM, go_live, lecture)

    async def journey() -> None:
        async with opened(settings, clock, "smc-2020") as house, AsyncExitStack() as leaving:
            for language in ("ko-KR,ko;q=0.9", "mn-MN", "ko-KR", "en"):
                address = house.address.replace("http", "ws", 1)
                path = f"/api/v1/conventions/smc-2020/public/live?guest={uuid4()}"
                headers = {"Accept-Language": language}
                socket = await leaving.enter_async_context(connect(address + path, additional_headers=headers))
                await socket.send(json.dumps({"type": "subscribe", "topics": {f"session:{lecture}": None}}))
                assert json.loads(await socket.recv())["type"] == "snapshot"
            await house.parts.settle()

    asyncio.run(journey())
    with reading(sqlite_fair.engine) as db:
        seen = sorted((row.country or "", row.guest) for row in db.exec(select(Viewer)))
    assert seen == [("", True), ("KR", True), ("KR", True), ("MN", True)]
