"""A server, a convention with something of every kind in it, and everybody who could ask for it."""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Engine, event
from sqlmodel import Session, SQLModel

from matchmaking.interpreting.blocks import reserve
from matchmaking.outlook import pair_key
from matchmaking.rescue.tables import Standby
from matchmaking.tables import Interpreter, Representative
from server.accounts.actors import SYSTEM
from server.accounts.logins import add_login
from server.accounts.permissions import RoleName
from server.accounts.tables import Consent, HostRole, Invitation, Login, Person, Role
from server.accounts.tokens import digest, new_token
from server.conventions.tables import Convention, Resource, Venue
from server.database import writing
from server.ids import new_id
from server.pictures.tables import Picture
from sessions.reported import FigureName, report
from sessions.tables import CalendarFeed
from tests.api.conftest import Api, api_of
from tests.api.world import UNLIMITED
from tests.factories import SEOUL, Fair, Party, at, make_fair, make_host
from tests.matchmaking.interpreting.team import interpreter
from tests.permissions.places import places_of
from tests.permissions.plans import drafts_of
from tests.permissions.secrets import plant
from tests.permissions.votes import votes_of
from tests.permissions.words import words_of
from tests.sessions.programme import talk

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=1)

# Everybody who asks. The first has not signed in, the last three are programs with a token of the organiser's.
KINDS = (
    "nobody",
    "viewer",
    "speaker",
    "interpreter",
    "buyer2",  # sits for a buyer that has nothing to do with what is asked for
    "exhibitor2",  # sits for such an exhibitor
    "admin2",  # manages that exhibitor
    "buyer",  # manages the party that asked for the request and is in the meeting
    "exhibitor",  # manages the party that was asked, is in the meeting, and is the party that is meant
    "staff",
    "organiser",
    "owner",
    "buyer3",  # manages a buyer in another convention of the host
    "organiser3",  # organises that convention
    "foreigner",  # owns another host, organises its convention, and manages an exhibitor there
    "scopeless",  # a token that may be used for nothing
    "reader",  # a token to read with, as any member does
    "token",  # a token that may be used for everything
)
PROGRAMS = {"scopeless": (), "reader": ("read",), "token": ("read", "write", "organise")}


@dataclass
class Place:
    """One convention's things, by the names that paths and bodies give them."""

    fair: Fair
    slug: str
    ids: dict[str, str]


class Stage:
    """The server and all who may ask. `ours` is the convention that is asked about."""

    def __init__(self, api: Api, engine: Engine) -> None:
        self.api = api
        self.engine = engine
        self.people: dict[str, UUID] = {}
        self.headers: dict[str, dict[str, str]] = {"nobody": {}}
        self.cookies: dict[str, str] = {}
        self.parties: dict[str, Party] = {"buyer": api.buyer, "exhibitor": api.exhibitor}
        fair = api.fair
        self.parties["buyer2"] = fair.buyer(people=2)
        self.parties["exhibitor2"] = fair.exhibitor(people=2)
        sister = make_fair(engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
        abroad = make_fair(engine, fair.clock, host_id=make_host(engine, fair.clock), slug="abroad")
        self.parties["buyer3"], self.parties["foreigner"] = sister.buyer(), abroad.exhibitor()
        self.ours = Place(fair, "smc-2020", self._things(fair, api.buyer, api.exhibitor))
        self.sister = Place(sister, "smc-2021", self._things(sister, self.parties["buyer3"], sister.exhibitor()))
        self.abroad = Place(abroad, "abroad", self._things(abroad, abroad.buyer(), self.parties["foreigner"]))
        self._people(sister, abroad)
        self.now, self.later = NOW, LATER
        self.secrets = plant(self)

    def _people(self, sister: Fair, abroad: Fair) -> None:
        fair = self.api.fair
        for who in ("viewer", "speaker", "interpreter", "staff", "organiser"):
            self._enter(who, self._person(fair, Role(convention_id=fair.id, person_id=new_id(), role=who)))
        self._add(Interpreter(convention_id=fair.id, person_id=self.people["interpreter"], zone=SEOUL))
        self._enter("owner", UUID(self.ours.ids["owner_id"]))
        for who, party, number in (
            *(("buyer", "buyer", 0), ("exhibitor", "exhibitor", 0), ("buyer3", "buyer3", 0)),
            *(("buyer2", "buyer2", 1), ("exhibitor2", "exhibitor2", 1), ("admin2", "exhibitor2", 0)),
        ):
            self._enter(who, self.parties[party].people[number])
        organises = Role(convention_id=sister.id, person_id=new_id(), role="organiser")
        self._enter("organiser3", self._person(sister, organises))
        foreigner = self.parties["foreigner"].people[0]
        self._add(
            Role(convention_id=abroad.id, person_id=foreigner, role="organiser"),
            HostRole(host_id=abroad.host_id, person_id=foreigner, role=RoleName.OWNER),
        )
        self._enter("foreigner", foreigner)
        for who, scopes in PROGRAMS.items():
            self.people[who] = self.people["organiser"]
            self.headers[who] = {"authorization": f"Bearer {self._login(self.people[who], 'token', scopes)}"}
        self.ours.ids["login_id"], self.ours.ids["token_id"] = (
            str(self._spare_login(self.people["buyer"], kind)) for kind in ("cookie", "token")
        )

    def _things(self, fair: Fair, buyer: Party, exhibitor: Party) -> dict[str, str]:
        """Something of every kind in a convention, and of its host."""
        meeting = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
        request = fair.ask(buyer, exhibitor, "2020-11-10 09:00")
        zone, now = SEOUL, fair.clock.now()
        second = Person(host_id=fair.host_id, zone=zone, email=f"{uuid4().hex}@people.example", created_at=now)
        watcher = self._person(fair, Role(convention_id=fair.id, person_id=new_id(), role="viewer"))
        guest = self._person(fair, Role(convention_id=fair.id, person_id=new_id(), role="viewer"))
        owner = self._person(fair, HostRole(host_id=fair.host_id, person_id=new_id(), role=RoleName.OWNER))
        other_owner = self._person(fair, HostRole(host_id=fair.host_id, person_id=new_id(), role=RoleName.OWNER))
        seat = Representative(
            convention_id=fair.id, person_id=second.id, participation_id=exhibitor.id, position=1, zone=zone
        )
        invitation = Invitation(
            convention_id=fair.id, person_id=guest, created_at=NOW, sent_at=NOW, expires_at=LATER, times_sent=1
        )
        logo, picture = (
            Picture(
                convention_id=fair.id,
                participation_id=exhibitor.id,
                kind=kind,
                media_type="image/webp",
                width=1,
                height=1,
                content=b"picture",
                digest=digest(kind),
                created_at=NOW,
            )
            for kind in ("logo", "product")
        )
        venue = Venue(host_id=fair.host_id, name={"en": "Hall"}, zone=zone, created_at=NOW)
        unused = Venue(host_id=fair.host_id, name={"en": "Annex"}, zone=zone, created_at=NOW)
        resource = Resource(host_id=fair.host_id, venue_id=venue.id, kind="room", name="Room 1", created_at=NOW)
        self._add(second, venue, unused)
        said = Consent(
            person_id=watcher,
            convention_id=fair.id,
            purpose="recording",
            given=True,
            version="1",
            at=NOW,
            source="page",
        )
        feed = CalendarFeed(
            id=new_id(),
            convention_id=fair.id,
            person_id=buyer.people[0],
            digest=digest(str(fair.id)),
            created_at=NOW,
        )
        standby = Standby(
            id=new_id(),
            convention_id=fair.id,
            one_id=buyer.id,
            other_id=exhibitor.id,
            slot_id=fair.slot("2020-11-11 09:00"),
            starts_at=at("2020-11-11 09:00"),
            ends_at=at("2020-11-11 09:30"),
            state="offered",
            open_key=pair_key(buyer.id, exhibitor.id),
            expires_at=at("2020-11-11 09:00"),
            created_at=now,
        )
        self._add(seat, invitation, logo, picture, resource, said, feed, standby)
        ids = {
            "slug": "",
            "party_id": exhibitor.id,
            "other_party_id": buyer.id,
            "request_id": request.id,
            "meeting_id": meeting,
            "standby_id": standby.id,
            "session_id": talk(fair).id,
            "slot_id": fair.slot("2020-11-11 09:00"),
            "lead_id": exhibitor.people[0],
            "other_lead_id": buyer.people[0],
            "seat_id": second.id,
            "viewer_id": watcher,
            "owner_id": owner,
            "other_owner_id": other_owner,
            "invitation_id": invitation.id,
            "feed_id": feed.id,
            "picture_id": picture.id,
            "venue_id": unused.id,
            "used_venue_id": venue.id,
            "resource_id": resource.id,
            "convention_id": fair.id,
            "series_id": self._series(fair),
        }
        ids["figure_id"] = fair.perform(
            SYSTEM, report, name=FigureName.VIEWS, value=7, source="elsewhere", as_of=fair.clock.now()
        ).id
        ids["interpreter_id"] = helper = interpreter(fair, "ko", "ru")
        hours = {"starts_at": at("2020-11-12 09:00"), "ends_at": at("2020-11-12 12:00")}
        ids["block_id"] = fair.perform(SYSTEM, reserve, person_id=helper, party_id=exhibitor.id, **hours).id
        ids |= places_of(fair, UUID(str(ids["session_id"])), watcher)
        ids |= words_of(fair, UUID(str(ids["session_id"])), buyer, watcher)
        ids |= drafts_of(fair, buyer, exhibitor)
        ids |= votes_of(fair, UUID(str(ids["session_id"])), buyer, exhibitor.people[0], watcher)
        return {name: str(value) for name, value in ids.items()}

    def _series(self, fair: Fair) -> UUID:
        with writing(self.engine) as connection, Session(connection) as db:
            return db.get_one(Convention, fair.id).series_id

    def _person(self, fair: Fair, role: Role | HostRole) -> UUID:
        email = f"{role.role}-{uuid4().hex}@people.example"
        self._add(Person(id=role.person_id, host_id=fair.host_id, email=email, zone=SEOUL, created_at=fair.clock.now()))
        self._add(role)
        return role.person_id

    def _add(self, *rows: SQLModel) -> None:
        with writing(self.engine) as connection, Session(connection, expire_on_commit=False) as db:
            for row in rows:
                db.add(row)
                db.flush()

    def _enter(self, who: str, person: UUID) -> None:
        self.people[who] = person
        self.cookies[who] = f"madang_login={self._login(person, 'cookie')}"
        self.headers[who] = {"cookie": self.cookies[who], "origin": self.api.house.address}

    def _login(self, person: UUID, kind: str, scopes: Sequence[str] = ()) -> str:
        token = new_token()
        self.api.fair.perform(SYSTEM, add_login, person, digest(token), kind, "test", NOW, LATER, scopes)
        return token

    def _spare_login(self, person: UUID, kind: str) -> UUID:
        spare = Login(
            person_id=person,
            token_digest=digest(new_token()),
            kind=kind,
            label="spare",
            scopes=[],
            created_at=NOW,
            expires_at=LATER,
        )
        self._add(spare)
        return spare.id

    def send(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """What somebody is answered. The door looks everybody up anew; of a stream only the head is read."""
        self.api.house.parts.doorkeeper.forget()
        headers = {"idempotency-key": uuid4().hex, **self.headers[who], **more.pop("headers", {})}
        request = self.api.client.build_request(method, path, json=body, headers=headers, **more)
        answer = self.api.client.send(request, stream=True)
        try:
            if "event-stream" not in answer.headers.get("content-type", ""):
                answer.read()
        finally:
            answer.close()
            self.api.client.cookies.clear()
        return answer


class Trace:
    """The kinds of SQL statements that the server runs, in order, whichever way they are run."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._lock = threading.Lock()

    def __call__(self, statement: str) -> None:
        with self._lock:
            self._told.append(statement)

    def during(self, act: Callable[[], httpx.Response]) -> tuple[httpx.Response, list[str]]:
        """An answer, and the statements that were run meanwhile, without their values."""
        with self._lock:
            self._told.clear()
        answer = act()
        with self._lock:
            return answer, [without_values(statement) for statement in self._told]


def without_values(statement: str) -> str:
    text = re.sub(r"(?i)x?'(?:[^']|'')*'|\b\d+(\.\d+)?\b|\bNULL\b", "?", statement)
    return re.sub(r"\(\?(, ?\?)*\)", "(?)", text)


@contextmanager
def traced() -> Iterator[Trace]:
    """What the connections run that are made meanwhile."""
    trace = Trace()

    def listen(connection: sqlite3.Connection, _record: Any) -> None:
        connection.set_trace_callback(trace)

    event.listen(Engine, "connect", listen)
    try:
        yield trace
    finally:
        event.remove(Engine, "connect", listen)


class Rewind:
    """Takes the database back to how it was."""

    def __init__(self, engine: Engine) -> None:
        self._path = engine.url.database or ""
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        self._look = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        with sqlite3.connect(self._path) as now:
            now.backup(self._kept)
        self._version = self._data_version()
        self._rows = dump(self._kept)

    def _data_version(self) -> int:
        """Changes with every commit of anybody else."""
        return int(self._look.execute("PRAGMA data_version").fetchone()[0])

    def changes(self) -> dict[str, Any]:
        """The tables whose rows are not what they were; what merely counts and logs is left out."""
        if self._data_version() == self._version:
            return {}
        rows = dump(self._look)
        return {name: rows[name] ^ self._rows[name] for name in rows if rows[name] != self._rows[name]}

    def back(self) -> None:
        """Undo whatever has been done since."""
        if self._data_version() != self._version:
            with sqlite3.connect(self._path, timeout=10) as now:
                self._kept.backup(now)
            now.close()
            self._version = self._data_version()


# What counts and logs, and is written whatever is answered.
NOISE = ("rate_count", "audit_entry", "party_view", "login.used_at")


def dump(connection: sqlite3.Connection) -> dict[str, set[tuple[Any, ...]]]:
    """All rows of all tables."""
    rows = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
        told = ", ".join(f'"{column}"' for column in columns if f"{name}.{column}" not in NOISE)
        if name not in NOISE:
            rows[name] = set(connection.execute(f"SELECT {told} FROM {name}"))
    return rows


@contextmanager
def a_stage(fair: Fair, **changed: Any) -> Iterator[Stage]:
    """The server is there until the block is left."""
    with api_of(fair, **{**UNLIMITED, **changed}) as api:
        yield Stage(api, fair.engine)
