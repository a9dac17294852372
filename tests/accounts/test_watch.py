"""Who has lost a login or rights is sent away within two seconds, whichever process it happened in."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.accounts.actors import SYSTEM, Actor
from server.accounts.doorkeeper import Doorkeeper
from server.accounts.logins import sign_out
from server.accounts.tables import Login, Person
from server.accounts.watch import BACK, Watch
from server.clock import SteppedClock
from server.database import make_engine, writing
from server.settings import Settings
from tests.api.conftest import Api, api_of, house_beside
from tests.factories import BEFORE, Fair, make_fair
from tests.server.test_writer import run

SOON = 2.0  # seconds


@pytest.fixture
def postgres_fair(request: pytest.FixtureRequest) -> Iterator[Fair]:
    """SMC 2020 on PostgreSQL, where several processes may serve it."""
    engine: Engine = make_engine(Settings(database_url=str(request.getfixturevalue("postgres_url"))))
    yield make_fair(engine, SteppedClock(BEFORE))
    engine.dispose()


@contextmanager
def listening(api: Api, who: str, address: str) -> Iterator[ClientConnection]:
    """A live connection of somebody to a house; the snapshot of their own topic has come."""
    url = address.replace("http", "ws", 1) + api.path("/live")
    with connect(url, additional_headers={"authorization": f"Bearer {api.tokens[who]}"}) as socket:
        socket.send(json.dumps({"type": "subscribe", "topics": {"me": None}}))
        assert json.loads(socket.recv(timeout=20))["type"] == "snapshot"
        yield socket


def end_of(socket: ClientConnection) -> str:
    """The code with which a connection is closed, which must happen soon."""
    began, told = time.monotonic(), ""
    try:
        while time.monotonic() - began < SOON:
            told = json.loads(socket.recv(timeout=SOON)).get("code", told)
    except ConnectionClosed:
        assert time.monotonic() - began < SOON
        return told
    raise AssertionError("it stays open")


def test_a_login_that_ends_in_one_house_is_closed_in_another(postgres_fair: Fair) -> None:
    with api_of(postgres_fair) as api, house_beside(api.house.settings, postgres_fair.clock) as other:
        assert other.address != api.house.address
        with listening(api, "buyer", other.address) as socket, listening(api, "exhibitor", other.address) as bystander:
            assert api.send("buyer", "POST", "/api/v1/sign-out").status_code == 204
            assert end_of(socket) == "signed_out"
            bearer = {"authorization": f"Bearer {api.tokens['buyer']}"}
            assert httpx.get(f"{other.address}/api/v1/me", headers=bearer).status_code == 401
            assert bystander.ping().wait(5), "others stay"


def test_changed_rights_close_connections_everywhere_and_let_them_come_back(postgres_fair: Fair) -> None:
    with api_of(postgres_fair) as api, house_beside(api.house.settings, postgres_fair.clock) as other:
        with (
            listening(api, "exhibitor", api.house.address) as here,
            listening(api, "exhibitor", other.address) as there,
        ):
            change_rights(postgres_fair, api.people["exhibitor"])
            assert [end_of(here), end_of(there)] == 2 * ["permission_changed"]
        with listening(api, "buyer", other.address) as again:
            assert again.ping().wait(5)


def test_server_sent_events_end_too(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair) as api:
        bearer = {"authorization": f"Bearer {api.tokens['buyer']}"}
        with httpx.stream(
            "GET", api.house.address + api.path("/events?topics=me"), headers=bearer, timeout=5
        ) as stream:
            lines = stream.iter_lines()
            next(lines)
            with writing(api.fair.engine) as connection, Session(connection) as db:
                # As the command line does, past this process.
                ends = db.exec(select(Login).where(Login.person_id == api.people["buyer"])).one()
                ends.ended_at = api.fair.clock.real_now()
                db.add(ends)
                db.flush()
            began = time.monotonic()
            assert "signed_out" in "".join(lines)
            assert time.monotonic() - began < SOON


def change_rights(fair: Fair, person: UUID) -> None:
    with writing(fair.engine) as connection, Session(connection) as db:
        one = db.get_one(Person, person)
        one.rights_changed_at = fair.clock.real_now()
        db.add(one)
        db.flush()


class Passing(SteppedClock):
    """A clock whose real time a test lets pass."""

    passed = timedelta(0)

    def real_now(self) -> datetime:
        return super().real_now() + self.passed


class Doors:
    """Records whom a watch closes the connections of, among some logins."""

    def __init__(self, *actors: Actor) -> None:
        self.actors = actors
        self.closed: list[tuple[str, UUID | None]] = []

    def close(self, matches: Callable[[Actor], bool], code: str) -> None:
        self.closed += [(code, actor.login_id) for actor in self.actors if matches(actor)]

    def take(self) -> list[tuple[str, UUID | None]]:
        closed, self.closed = self.closed, []
        return closed


def login(fair: Fair, **about: object) -> Actor:
    """Somebody's login, in force unless something else is said."""
    now = fair.clock.real_now()
    party = fair.buyer()
    with writing(fair.engine) as connection, Session(connection) as db:
        usual = {"token_digest": str(party.id), "person_id": party.people[0], "kind": "cookie", "created_at": now}
        made = Login.model_validate({**usual, "expires_at": now + timedelta(hours=1), **about})
        db.add(made)
        db.flush()
        return Actor(party.people[0], fair.host_id, made.id)


def end(fair: Fair, actor: Actor, ago: timedelta = timedelta(0)) -> None:
    assert actor.login_id is not None
    fair.perform(SYSTEM, sign_out, actor.login_id, fair.clock.real_now() - ago)


def nothing() -> None:
    """Nothing happens."""


def test_each_end_and_change_is_acted_upon(fair: Fair) -> None:
    now = fair.clock.real_now()
    stays, leaves, changes = login(fair), login(fair), login(fair)
    expired = login(fair, expires_at=now - timedelta(seconds=1))
    long_gone = login(fair, ended_at=now - 2 * BACK)
    doors = Doors(stays, leaves, changes, expired, long_gone)
    watch = Watch(fair.engine, fair.clock, Doorkeeper(fair.engine, fair.clock), doors.close)

    def leave() -> None:
        end(fair, leaves)

    def change() -> None:
        assert changes.person_id is not None
        change_rights(fair, changes.person_id)

    async def story() -> list[list[tuple[str, UUID | None]]]:
        seen = []
        for happens in (nothing, nothing, nothing, leave, change, nothing, change):
            happens()
            await watch.look()
            seen.append(doors.take())
        return seen

    gone, left = ("signed_out", expired.login_id), ("signed_out", leaves.login_id)
    changed = ("permission_changed", changes.login_id)
    # An ended login is closed twice, lest somebody was just on the way in.
    # So are the connections of whoever's rights have changed: they may have come in with the old ones.
    assert run(story()) == [[gone], [gone], [], [left], [left, changed], [changed], [changed]]


def test_what_ended_while_the_database_was_away_is_found_when_it_is_back(fair: Fair) -> None:
    clock = Passing(BEFORE)
    missed, expired = login(fair), login(fair, expires_at=clock.real_now() + timedelta(minutes=1))
    doors = Doors(missed, expired)
    watch = Watch(fair.engine, clock, Doorkeeper(fair.engine, clock), doors.close)

    async def story() -> None:
        await watch.look()
        end(fair, missed)
        clock.passed = timedelta(minutes=5)
        await watch.look()

    run(story())
    assert doors.take() == [("signed_out", missed.login_id), ("signed_out", expired.login_id)]


def test_what_is_committed_late_is_still_seen(fair: Fair) -> None:
    """A command stamps the time, waits in a queue, and is committed seconds later."""
    late = login(fair)
    doors = Doors(late)
    watch = Watch(fair.engine, fair.clock, Doorkeeper(fair.engine, fair.clock), doors.close)

    async def story() -> None:
        await watch.look()
        end(fair, late, timedelta(seconds=8))
        await watch.look()

    run(story())
    assert doors.take() == [("signed_out", late.login_id)]


def test_the_door_forgets_at_once(fair: Fair) -> None:
    one = login(fair, token_digest="x" * 64)
    doorkeeper = Doorkeeper(fair.engine, fair.clock)
    watch = Watch(fair.engine, fair.clock, doorkeeper, Doors().close)

    async def story() -> list[bool]:
        assert one.login_id is not None
        seen = [await doorkeeper.visitor_of_login(one.login_id) is not None]
        end(fair, one)
        await watch.look()
        seen.append(await doorkeeper.visitor_of_login(one.login_id) is not None)
        return seen

    assert run(story()) == [True, False]
