"""A real server on SQLite, with one person of every kind in its convention, and a client in the test's own thread."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.accounts.logins import add_login, issue_link
from server.accounts.permissions import RoleName
from server.accounts.tables import HostRole, Person
from server.accounts.tokens import digest, new_token
from server.clock import SteppedClock
from server.conventions.commands import add_role
from server.database import writing
from server.settings import Settings
from tests.factories import SEOUL, Fair, Party, make_fair, make_host
from tests.journeys.house import House, opened

FRIEND = "https://pages.example"  # another origin whose pages are allowed
LATER = timedelta(hours=1)


@dataclass
class Api:
    """A running server and its visitors. `tokens` are bearer tokens by kind of person."""

    house: House
    client: httpx.Client
    fair: Fair
    buyer: Party
    exhibitor: Party
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)

    def path(self, rest: str) -> str:
        return f"/api/v1/conventions/smc-2020{rest}"

    def send(
        self, who: str | None, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> httpx.Response:
        """A request by one of the people (None: by nobody), with a fresh key unless one is given."""
        bearer = {"authorization": f"Bearer {self.tokens[who]}"} if who else {}
        dashed = {name.replace("_", "-"): value for name, value in headers.items()}
        if "cookie" in dashed and not dashed.keys() & {"origin", "sec-fetch-site"}:
            dashed["origin"] = self.house.address  # as browsers do
        every = {"idempotency-key": uuid4().hex if key is None else key, **bearer, **dashed}
        return self.client.request(method, path, json=body, headers=every)

    def link(self, who: str, expires_in: timedelta = LATER) -> str:
        """The token of a fresh sign-in link."""
        token = new_token()
        self.fair.perform(SYSTEM, issue_link, self.people[who], digest(token), datetime.now(UTC) + expires_in)
        return token

    def cookie(self, who: str) -> str:
        """The cookie of somebody who has just signed in. The client itself keeps none."""
        answer = self.client.post("/api/v1/sign-in", json={"token": self.link(who)})
        assert answer.status_code == 200
        self.client.cookies.clear()
        return answer.headers["set-cookie"].partition(";")[0]

    def add(self, who: str, person: UUID) -> None:
        """Let somebody be known by this name, with a token."""
        token, now = new_token(), datetime.now(UTC)
        self.people[who], self.tokens[who] = person, token
        self.fair.perform(SYSTEM, add_login, person, digest(token), "token", "test", now, now + LATER)


def add_person(fair: Fair, host_id: UUID) -> UUID:
    """Somebody without any part in a convention."""
    with writing(fair.engine) as connection, Session(connection) as db:
        person = Person(host_id=host_id, email=f"{uuid4().hex}@people.example", zone=SEOUL, created_at=fair.clock.now())
        db.add(person)
        db.flush()
        return person.id


def own(fair: Fair, person: UUID) -> None:
    """Make somebody owner of their host."""
    with writing(fair.engine) as connection, Session(connection) as db:
        db.add(HostRole(host_id=db.get_one(Person, person).host_id, person_id=person, role=RoleName.OWNER))
        db.flush()


@contextmanager
def house_beside(settings: Settings, clock: SteppedClock) -> Iterator[House]:
    """A house in a thread of its own, so that tests need not be coroutines."""
    opening, leaving = Future[House](), Future[None]()

    async def live() -> None:
        async with opened(settings, clock, "smc-2020") as house:
            leave, loop = asyncio.Event(), asyncio.get_running_loop()
            leaving.add_done_callback(lambda _: loop.call_soon_threadsafe(leave.set))
            opening.set_result(house)
            await leave.wait()

    def ended(living: Future[None]) -> None:
        if not opening.done():
            opening.set_exception(living.exception() or RuntimeError("it was never open"))

    with ThreadPoolExecutor(1) as thread:
        living = thread.submit(asyncio.run, live())
        living.add_done_callback(ended)
        try:
            yield opening.result()
        finally:
            leaving.set_result(None)
            living.result()


@contextmanager
def api_of(fair: Fair, **changed: Any) -> Iterator[Api]:
    """A server for the convention, with other settings than the usual if any are given."""
    usual = {"allowed_origins": (FRIEND,), "secret_key": "for tests, and long enough to be one"}
    settings = Settings(database_url=str(fair.engine.url), **{**usual, **changed})
    with house_beside(settings, fair.clock) as house, httpx.Client(base_url=house.address) as client:
        made = Api(house, client, fair, fair.buyer(), fair.exhibitor())
        made.add("buyer", made.buyer.people[0])
        made.add("exhibitor", made.exhibitor.people[0])
        for role in ("organiser", "staff", "viewer"):
            made.add(role, add_person(fair, fair.host_id))
            fair.perform(SYSTEM, add_role, made.people[role], role)
        made.add("stranger", add_person(fair, fair.host_id))
        made.add("foreigner", add_person(fair, make_host(fair.engine, fair.clock)))
        yield made


@pytest.fixture
def api(sqlite_fair: Fair) -> Iterator[Api]:
    with api_of(sqlite_fair) as made:
        yield made


@pytest.fixture
def elsewhere(api: Api) -> Fair:
    """Another convention of the same host, whose organiser is the same person."""
    fair = make_fair(api.fair.engine, api.fair.clock, host_id=api.fair.host_id, slug="smc-2021")
    fair.perform(SYSTEM, add_role, api.people["organiser"], "organiser")
    return fair
