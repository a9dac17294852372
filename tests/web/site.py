"""A convention served for real, for a browser to look at: uvicorn in a thread, SQLite, a clock that tests move."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI
from sqlmodel import Session
from websockets.sync.client import connect

from matchmaking.tables import Participation
from server.accounts import logins
from server.accounts.tables import Person
from server.accounts.tokens import digest, new_token, sign_in_link
from server.app import create_app
from server.batch import Order, perform
from server.conventions.commands import add_person, add_role
from server.database import writing
from server.ids import new_id
from server.parts import Parts
from server.serving import make_server
from server.settings import Settings
from server.work import HOUSE, Work
from sessions.events import SessionRecord
from tests.factories import SEOUL, Fair, Party, at

A_DAY = timedelta(days=1)


class Site:
    """One convention and its server, which can be stopped and started again on the same port."""

    def __init__(self, fair: Fair, database_url: str, **changed: Any) -> None:
        self.fair = fair
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.page = f"{self.url}/c/smc-2020"
        self.api = f"{self.url}/api/v1/conventions/smc-2020"
        self._settings = Settings(database_url=database_url, base_url=self.url, timers_every=3600, **changed)
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self.app: FastAPI
        self.loop: asyncio.AbstractEventLoop
        self.organiser = self.person("organiser@smc.example", role="organiser")
        self.organiser_api = self.client(self.organiser)

    def start(self) -> None:
        """Serve, and return once it answers."""
        self.app = create_app(self._settings, self.fair.clock)
        self._server = server = make_server(self.app, "127.0.0.1", self.port)

        async def run() -> None:
            self.loop = asyncio.get_running_loop()
            await server.serve()

        self._thread = Thread(target=lambda: asyncio.run(run()))
        self._thread.start()
        while not server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            self._thread.join(0.01)
        self._look_at_rights()

    def _look_at_rights(self) -> None:
        """Let the watch see whose rights are new, as it does within a second: nobody is sent away for that later."""

        async def look() -> None:
            for _ in range(2):
                await self.parts.watch.look()

        asyncio.run_coroutine_threadsafe(look(), self.loop).result()

    def stop(self) -> None:
        """Stop serving; every connection ends."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = self._thread = None

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.state.parts
        return parts

    def cut(self) -> int:
        """Close every live connection from the server's side; how many there were."""

        async def revoke() -> int:
            return self.parts.hub.revoke(lambda _actor: True, "test")

        return asyncio.run_coroutine_threadsafe(revoke(), self.loop).result()

    def go(self, wall: str) -> None:
        """Move convention time to a wall time in Seoul; what is due by then has happened and been told."""
        self.fair.clock.move_to(at(wall))
        self.settle()

    def settle(self) -> None:
        """Return when all that is due has happened and been told, and who watches has been counted."""
        asyncio.run_coroutine_threadsafe(self._settle(), self.loop).result()

    async def _settle(self) -> None:
        await self.parts.settle()

    def person(self, email: str, role: str) -> UUID:
        """A person with a role in the convention."""
        found: list[UUID] = []

        def enrol(work: Work) -> None:
            person = add_person(work, self.fair.host_id, email, SEOUL)
            add_role(work, person, role)
            found.append(person)

        perform(self.fair.engine, self.fair.clock, Order(self.fair.id, enrol))
        if self._thread is not None:
            self._look_at_rights()
        return found[0]

    def link(self, person: UUID) -> str:
        """A fresh sign-in link."""
        token = new_token()
        expires = self.fair.clock.real_now() + A_DAY
        command = partial(logins.issue_link, person_id=person, token_digest=digest(token), expires_at=expires)
        perform(self.fair.engine, self.fair.clock, Order(HOUSE, command))
        return sign_in_link(self.url, token)

    def secret(self, person: UUID, kind: str) -> str:
        """A login's cookie or bearer token."""
        token = new_token()
        now = self.fair.clock.real_now()
        command = partial(
            logins.add_login,
            person_id=person,
            token_digest=digest(token),
            kind=kind,
            label="",
            real_now=now,
            expires_at=now + A_DAY,
        )
        perform(self.fair.engine, self.fair.clock, Order(HOUSE, command))
        return token

    def client(self, person: UUID) -> "Program":
        """A program that acts as a person."""
        return Program(self, self.secret(person, "token"))

    @contextmanager
    def watching(self, person: UUID, session_id: str) -> Iterator[None]:
        """A viewer whose live connection follows a session."""
        address = f"{self.api.replace('http', 'ws', 1)}/live"
        headers = {"authorization": f"Bearer {self.secret(person, 'token')}"}
        with connect(address, additional_headers=headers, compression=None, ping_interval=None) as stream:
            stream.send(json.dumps({"type": "subscribe", "topics": {f"session:{session_id}": None}}))
            stream.recv()
            yield

    def name(self, party: Party, names: dict[str, str], person: str = "", **about: Any) -> None:
        """Give a party its name, its lead theirs."""
        with writing(self.fair.engine) as connection, Session(connection) as db:
            row = db.get_one(Participation, party.id)
            row.name = names
            for key, value in about.items():
                setattr(row, key, value)
            row.version += 1
            lead = db.get_one(Person, party.people[0])
            lead.name = {"en": person or "Somebody", "original": "en"}
            db.add_all([row, lead])
            db.flush()


class Program:
    """Calls the API with a bearer token."""

    def __init__(self, site: Site, token: str) -> None:
        self._site = site
        self._headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        """What the convention's API answers."""
        answer = httpx.get(self._site.api + path, headers=self._headers)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        """Give a command; what it answers."""
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The same by another method."""
        headers = {**self._headers, "idempotency-key": str(new_id())}
        answer = httpx.request(method, self._site.api + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def floor_of(session: SessionRecord, path: str) -> str:
    """An address of the API below a session."""
    return f"/programme/{session.id}/{path}"


@contextmanager
def served(fair: Fair, database_url: str, **changed: Any) -> Iterator[Site]:
    """The convention's site, up and running, with other settings than the usual if any are given."""
    site = Site(fair, database_url, **changed)
    site.start()
    try:
        yield site
    finally:
        site.stop()
