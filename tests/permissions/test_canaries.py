"""Secrets planted in everything private, and everybody listening: none is heard, logged, counted or kept.

The matrix looks for them in every single answer (test_matrix.py); here people act, and say private things while others
listen to all topics.
"""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel
from rich.console import Console
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from matchmaking.tables import Participation, Representative
from server.accounts.logins import add_login
from server.accounts.tables import Person, Role
from server.accounts.tokens import digest, new_token
from server.batch import Order, perform
from server.clock import SystemClock
from server.database import make_engine, reading
from server.demo.live import demo_settings, free_port, live_through
from server.settings import Settings
from server.work import HOUSE
from tests.permissions.asks import ASKS, USUAL, ask, operations
from tests.permissions.conftest import Theatre, logged
from tests.permissions.secrets import BACKSTAGE, MEMBERS, Secrets
from tests.permissions.stage import KINDS, Stage
from tests.permissions.test_topics import FOLLOWED_BY, listening

WAIT = 20.0
PRIVATE = ("proposal", "meeting_change", "person", "question")  # tables in which what people tell has its place
LISTENERS = [who for who in KINDS if who in MEMBERS - {"scopeless"}]


class Ear:
    """Everything that a websocket says, read by a thread of its own until it is closed."""

    def __init__(self, socket: ClientConnection, topics: Iterable[str], heard: list[str] | None = None) -> None:
        self.heard: list[str] = [] if heard is None else heard
        self._more = threading.Condition()
        socket.send(json.dumps({"type": "subscribe", "topics": dict.fromkeys(topics)}))
        self._socket = socket
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(WebSocketException):
            while True:
                message = str(self._socket.recv())
                with self._more:
                    self.heard.append(message)
                    self._more.notify_all()

    @property
    def closed(self) -> bool:
        return not self._thread.is_alive()

    def wait_for(self, what: Callable[[str], bool]) -> None:
        """Until such a message has come."""
        with self._more:
            assert self._more.wait_for(lambda: any(map(what, self.heard)), WAIT), self.heard[-3:]


@contextmanager
def ears(stage: Stage) -> Iterator[dict[str, Ear]]:
    """Everybody listens to every topic that there is, also to those that are not theirs."""
    topics = [topic.format(**stage.ours.ids) for topic in FOLLOWED_BY]
    with ExitStack() as open_ones:
        yield {who: Ear(open_ones.enter_context(listening(stage, who)), topics) for who in LISTENERS}


def private_things(stage: Stage, secrets: Secrets) -> list[tuple[str, str, str, Any]]:
    """Who says what where: a journey in which everybody tells something private."""
    ids, base = stage.ours.ids, "/api/v1/conventions/smc-2020"
    slots = [str(slot) for start, slot in sorted(stage.ours.fair.slots.items())][-8:]
    party, mine = str(stage.parties["exhibitor2"].id), str(stage.parties["buyer2"].id)

    def said(name: str, form: str = "{}") -> str:
        return secrets.make(name, form=form)

    asked = secrets.make("asked", BACKSTAGE | {"buyer2"})  # it waits for a moderator
    person = {
        "email": said("new email", "{}@people.example"),
        "name": {"en": said("new name"), "original": "en"},
        "position": said("new position"),
        "phone": secrets.number("new phone", ()),
    }
    return [
        ("buyer2", "POST", f"{base}/requests", {"to": party, "by": mine, "slot": slots[0], "note": said("note")}),
        ("buyer2", "POST", f"{base}/programme/{ids['session_id']}/questions", {"text": asked}),
        ("exhibitor", "POST", f"{base}/requests/{ids['request_id']}/counter", {"slot": slots[1], "note": said("note")}),
        ("buyer", "POST", f"{base}/requests/{ids['request_id']}/accept", None),
        ("buyer", "POST", f"{base}/meetings/{ids['meeting_id']}/move", {"slot": slots[2], "reason": said("reason")}),
        ("buyer", "POST", f"{base}/meetings/{ids['meeting_id']}/cancel", {"code": "other", "reason": said("reason")}),
        ("exhibitor", "POST", f"{base}/parties/{ids['party_id']}/people", person),
        ("organiser", "POST", f"{base}/people", {"people": [{"email": said("e", "{}@p.example"), "role": "viewer"}]}),
        ("organiser", "POST", f"{base}/programme/{ids['session_id']}/go-live", None),
        ("organiser", "POST", f"{base}/invitations/{ids['invitation_id']}/link", None),
        ("buyer", "PUT", "/api/v1/me/password", {"new": said("password", "long {}")}),
        ("buyer", "POST", "/api/v1/me/totp", None),
        ("buyer", "POST", "/api/v1/tokens", {"label": said("label"), "scopes": ["read"]}),
        ("nobody", "POST", "/api/v1/sign-in/password", {"email": said("e", "{}@p.example"), "password": said("pass")}),
        ("nobody", "POST", "/api/v1/sign-in/link", {"email": said("e", "{}@p.example")}),
        ("nobody", "POST", "/api/v1/sign-in", {"token": said("link token")}),
    ]


def test_what_people_tell_is_not_heard_by_others_nor_kept_where_it_should_not_be(theatre: Theatre) -> None:
    stage, secrets = theatre.stage, theatre.stage.secrets
    theatre.logs.taken()
    answers = []
    with ears(stage) as listening_ones:
        for who, method, path, body in private_things(stage, secrets):
            answer = stage.send(who, method, path, body)
            answers.append((path, answer.status_code))
            if answer.is_success and path.startswith("/api/v1/") and answer.content:
                keep_secrets_of(answer.json(), secrets)
        for who in LISTENERS:  # the last fact of the journey that everybody may hear
            listening_ones[who].wait_for(lambda message: "session.went_live" in message)
        heard = {who: "\n".join(ear.heard) for who, ear in listening_ones.items()}
    assert [status for _, status in answers[:-5]] == [201, 201, 200, 200, 200, 200, 201, 201, 200, 200, 204], answers
    assert {who: [*secrets.told_to(who, text)] for who, text in heard.items()} == {who: [] for who in LISTENERS}
    assert secrets.found_in(theatre.logs.taken()) == []
    metrics = stage.api.client.get("/metrics")
    assert (metrics.status_code, secrets.found_in(metrics.text)) == (200, [])
    written = {name.split()[0] for name in secrets.found_in(rows_of(stage.engine, *PRIVATE))}
    assert {"note", "reason", "new", "asked"} <= written
    for table in ("event", "idempotency_key", "timer", "rate_count"):
        assert secrets.found_in(rows_of(stage.engine, table)) == [], table
    theatre.rewind.back()


def keep_secrets_of(answer: dict[str, Any], secrets: Secrets) -> None:
    """What an answer has shown once is a secret from now on."""
    for name in ("secret", "link", "uri"):
        if isinstance(answer.get(name), str) and len(answer[name]) > 15:
            secrets.keep(f"answered {name}", answer[name].rpartition("#")[2])


def rows_of(engine: Engine, *tables: str) -> str:
    """All rows as one text."""
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row)) for table in tables for row in connection.execute(text(f"SELECT * FROM {table}"))
        )


def spoilt(body: Any, secret: str) -> Iterator[Any]:
    """Bodies that cannot be read, with a secret in them."""
    yield {**(body or {}), "surprise": secret}
    for name in body or {}:
        yield {**body, name: {"": [secret]}}
        yield {**body, name: secret * 200}


def test_errors_do_not_repeat_what_was_sent(theatre: Theatre) -> None:
    stage, secret = theatre.stage, Secrets()
    text = secret.make("sent")
    repeated = set()
    for name, door in operations():
        if isinstance(door.body, type) and issubclass(door.body, BaseModel):
            usual = ASKS.get(name, USUAL)
            for body in spoilt(usual.body, text):
                who = "owner" if "/host" in door.path else "buyer" if "/me" in door.path else "organiser"
                wanted = type(usual)(body, usual.query, usual.path, usual.more)
                answer = ask(stage, who, name, door, stage.ours.ids, "smc-2020", wanted)
                if answer.status_code >= 400 and secret.found_in(f"{answer.headers} {answer.text}"):
                    repeated.add(f"{name}: {answer.text}")
                theatre.rewind.back()
    assert repeated == set()
    assert secret.found_in(theatre.logs.taken()) == []


class Audience:
    """People of the demo's convention with a login each, who listen while it runs in another thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = make_engine(settings)
        self.heard: defaultdict[str, list[str]] = defaultdict(list)
        self.pages: list[tuple[int, str, str]] = []
        self.tokens: dict[str, str] = {}
        self.over = threading.Event()

    def people(self) -> dict[str, UUID]:
        """One person of each kind, as soon as they have come."""
        while not self.over.is_set():
            with suppress(Exception), reading(self._engine) as db:
                found = self._found(db)
                if len(found) == 4:
                    return found
            time.sleep(0.2)
        raise AssertionError("the demo was over before anybody had come")

    def _found(self, db: Session) -> dict[str, UUID]:
        roles = db.exec(select(Role.role, Role.person_id))
        found = {role: person for role, person in roles if role in ("organiser", "viewer")}
        for kind, does in (("exhibitor", Participation.offers), ("buyer", Participation.seeks)):
            seats = select(Representative.person_id).join(Participation).where(col(does))
            if (person := db.exec(seats).first()) is not None:
                found[kind] = person
        return found

    def attend(self) -> None:
        """Sign everybody in, listen to everything, and look at every page again and again."""
        now = datetime.now(UTC)
        with ExitStack() as sockets:
            for who, person in self.people().items():
                token = self.tokens[who] = new_token()

                def command(work: Any, person: UUID = person, token: str = token) -> None:
                    add_login(work, person, digest(token), "token", "listens", now, now + timedelta(hours=1))

                perform(self._engine, SystemClock(), Order(HOUSE, command))
            ears = {who: self._listen(who, sockets) for who in self.tokens}
            while not self.over.is_set():
                self._look()
                self.over.wait(1.0)
                # Whose rights are new is sent away once, and comes again.
                with suppress(OSError, WebSocketException):
                    ears |= {who: self._listen(who, sockets) for who, ear in ears.items() if ear.closed}

    def _listen(self, who: str, sockets: ExitStack) -> Ear:
        url = f"{self._settings.base_url.replace('http', 'ws', 1)}/api/v1/conventions/smc-2020/live"
        headers = {"authorization": f"Bearer {self.tokens[who]}"}
        socket = sockets.enter_context(connect(url, additional_headers=headers, close_timeout=1))
        return Ear(socket, ("me", "organiser", "programme"), self.heard[who])

    def _look(self) -> None:
        convention = "/api/v1/conventions/smc-2020"
        with httpx.Client(base_url=self._settings.base_url, timeout=WAIT) as client, suppress(httpx.TransportError):
            self.pages.append((200, "metrics", client.get("/metrics").text))
            for who, token in self.tokens.items():
                for path in ("/c/smc-2020", f"{convention}/people", f"{convention}/history", f"{convention}/parties/x"):
                    answer = client.get(path, headers={"authorization": f"Bearer {token}"})
                    self.pages.append((answer.status_code, f"{who} {path}", answer.text))


@pytest.mark.long
def test_nothing_private_gets_out_of_a_whole_demo(tmp_path: Path) -> None:
    port = free_port("127.0.0.1", 0)
    settings = demo_settings(Settings(), tmp_path, f"http://127.0.0.1:{port}")
    audience = Audience(settings)
    listeners = threading.Thread(target=audience.attend)
    with logged() as logs, (tmp_path / "told.txt").open("w") as told:
        listeners.start()
        try:
            asyncio.run(live_through(settings, "127.0.0.1", port, 0.0, Console(file=told), stay=False))
        finally:
            audience.over.set()
            listeners.join()
    engine = make_engine(settings)
    secrets = people_of(engine, audience.tokens)
    assert len(secrets.all) > 200
    assert all(len(heard) > 3 for heard in audience.heard.values()), "nobody heard anything"
    deaf = [who for who, heard in audience.heard.items() if not any('"type":"event"' in frame for frame in heard)]
    assert deaf == []
    for heard in audience.heard.values():
        assert secrets.found_in("\n".join(heard)) == []
    assert secrets.found_in(logs.taken()) == []
    refused = [(what, body) for status, what, body in audience.pages if status >= 400 or what == "metrics"]
    assert len(refused) > 5
    assert [what for what, body in refused if secrets.found_in(body)] == []
    shown = [what for status, what, body in audience.pages if status < 400 and what.startswith("viewer")]
    assert [what for what in shown if "people" in what or "history" in what] == []
    for table in ("event", "idempotency_key", "timer"):
        assert secrets.found_in(rows_of(engine, table)) == [], table
    engine.dispose()


def people_of(engine: Engine, tokens: dict[str, str]) -> Secrets:
    """Everybody's address, phone and name, and the tokens, as secrets."""
    secrets = Secrets()
    for who, token in tokens.items():
        secrets.keep(f"token of {who}", token)
    with reading(engine) as db:
        for person in db.exec(select(Person)):
            names = [name for key, name in (person.name or {}).items() if key != "original" and len(str(name)) > 7]
            for value in (person.email, person.phone, *names):
                if value:
                    secrets.keep(f"{value} of {person.id}", str(value))
    return secrets
