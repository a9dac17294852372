"""A convention in which something of every kind exists, and all who ask for it: for tests over all operations."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from server.accounts.actors import SYSTEM
from server.accounts.logins import add_login
from server.accounts.tokens import digest, new_token
from server.api.door import COOKIE
from server.conventions.commands import add_owner, add_role
from server.limits.tables import RateCount
from sessions.floor.chat import post
from sessions.floor.questions import ask
from sessions.programme import AudienceKind
from tests.api.conftest import LATER, Api, add_person, api_of
from tests.factories import Fair
from tests.sessions.programme import talk

PREFIX = "/api/v1/conventions/{slug}"
# Who is there besides those whom every test of the API knows.
MORE = ("interpreter", "speaker", "owner")
# Rate limits have tests of their own; here they would hide every other answer.
UNLIMITED = {
    "account_requests_per_minute": 1_000_000,
    "address_requests_per_minute": 1_000_000,
    "schedule_every": 1e9,  # schedules are asked for, but nobody makes them
}


class World:
    """A running server, everybody's tokens, and ids of what there is by the name that paths give them."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.cookies: dict[str, str] = {}
        for who in MORE:
            self._add_person(who)
        for who in api.tokens:
            self._add_cookie(who)
        self.ids: defaultdict[str, list[str]] = defaultdict(list)
        fair = api.fair
        pending = fair.ask(fair.buyer(), api.exhibitor, "2020-11-09 10:10").id
        meeting = fair.meet(api.buyer, api.exhibitor, "2020-11-09 09:00")
        session = talk(fair).id
        found: dict[str, list[UUID]] = {
            "party_id": [api.exhibitor.id, api.buyer.id],
            "request_id": [pending, meeting],
            "meeting_id": [meeting],
            "session_id": [session, talk(fair, audience=AudienceKind.PUBLIC).id],
            "question_id": [fair.perform(api.buyer, ask, session, text="Why?").id],
            "message_id": [fair.perform(api.buyer, post, session, text="Hello").id],
            "person_id": [api.people["viewer"], *api.buyer.people],
            "slot_id": [fair.slot("2020-11-10 09:00"), fair.slot("2020-11-09 10:10")],
        }
        for name, values in found.items():
            self.ids[name] += map(str, values)

    @property
    def everybody(self) -> tuple[str | None, ...]:
        """All who may ask; None has not signed in."""
        return (None, *self.api.tokens)

    def login(self, who: str | None, path: str) -> dict[str, str]:
        """The headers that say who it is: a program's token in conventions, a browser's cookie everywhere else."""
        if who is None:
            return {}
        if path.startswith(PREFIX):
            return {"Authorization": f"Bearer {self.api.tokens[who]}"}
        return {"Cookie": f"{COOKIE}={self.cookies[who]}", "Sec-Fetch-Site": "same-origin"}

    def learn(self, path: str, answer: Any) -> None:
        """Remember the ids of what an operation has made or listed, by the name that other paths give them."""
        kind = [part for part in path.split("/") if "{" not in part][-1]
        singular = kind[:-3] + "y" if kind.endswith("ies") else kind.removesuffix("s")
        known = self.ids[f"{singular}_id"]
        for record in records_in(answer):
            for name in ("id", singular):
                if isinstance(record.get(name), str) and record[name] not in known and len(known) < 20:
                    known.append(record[name])

    def let_in_again(self, who: str) -> None:
        """Give somebody a login, and another person's name if they themselves are no more."""
        self.api.add(who, self.api.people[who])
        self._add_cookie(who)
        if self.is_known(who):
            return
        if who in ("buyer", "exhibitor"):
            party = self.api.fair.buyer() if who == "buyer" else self.api.fair.exhibitor()
            self.api.add(who, party.people[0])
        else:
            self._add_person(who)
        self._add_cookie(who)

    def is_known(self, who: str) -> bool:
        """Their token and their cookie still let them in."""
        logins = (self.login(who, "/"), self.login(who, PREFIX))
        return all(self.api.client.get("/api/v1/me", headers=login).status_code == 200 for login in logins)

    def forget_tries(self) -> None:
        """Let what was tried too often be tried again."""
        with self.api.fair.engine.begin() as connection:
            connection.execute(delete(RateCount.__table__))  # type: ignore[attr-defined]

    def _add_cookie(self, who: str) -> None:
        secret, now = new_token(), datetime.now(UTC)
        self.cookies[who] = secret
        self.api.fair.perform(SYSTEM, add_login, self.api.people[who], digest(secret), "cookie", "", now, now + LATER)

    def _add_person(self, who: str) -> None:
        fair = self.api.fair
        self.api.add(who, add_person(fair, fair.host_id))
        if who == "owner":
            fair.perform(SYSTEM, add_owner, fair.host_id, self.api.people[who])
        elif who not in ("stranger", "foreigner"):
            fair.perform(SYSTEM, add_role, self.api.people[who], who)


def records_in(answer: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(answer, dict):
        yield answer
        answer = list(answer.values())
    if isinstance(answer, list):
        for value in answer:
            yield from records_in(value)


@contextmanager
def a_world(fair: Fair) -> Iterator[World]:
    """The server is there until the block is left."""
    with api_of(fair, **UNLIMITED) as api:
        yield World(api)
