"""The door: who somebody is, asked once for all who come together."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from server.accounts.doorkeeper import Doorkeeper, Read
from server.accounts.tables import Login, Role
from server.accounts.tokens import digest, new_token
from server.database import writing
from server.ids import new_id
from tests.factories import Fair, Party


class Watched(Doorkeeper):
    """A door whose visits to the database are noted; the next fails if told so."""

    def __init__(self, fair: Fair) -> None:
        super().__init__(fair.engine, fair.clock)
        self.visits: list[int] = []
        self.fails = False

    def _read(self, reads: Sequence[Read]) -> list[object]:
        self.visits.append(len(reads))
        if self.fails:
            self.fails = False
            raise ConnectionError("the database is away")
        return super()._read(reads)


def sign_in(fair: Fair, party: Party, **about: Any) -> str:
    """A bearer token of a party's first person."""
    token, now = new_token(), fair.clock.real_now()
    usual: dict[str, Any] = {
        "id": new_id(),
        "token_digest": digest(token),
        "person_id": party.people[0],
        "kind": "token",
        "created_at": now,
        "expires_at": now + timedelta(hours=1),
    }
    with writing(fair.engine) as connection, Session(connection) as db:
        db.add(Login(**(usual | about)))
        db.flush()
    return token


def test_whoever_comes_together_is_answered_together(fair: Fair) -> None:
    parties = [fair.buyer(zone="Asia/Kathmandu") for _ in range(20)]
    tokens = [sign_in(fair, party) for party in parties]

    async def story() -> None:
        door = Watched(fair)
        entries = await asyncio.gather(*(door.entry(token, "smc-2020") for token in tokens))
        assert len(door.visits) <= 2
        for party, (visitor, house, actor) in zip(parties, entries, strict=True):
            assert visitor is not None
            assert house is not None
            assert actor is not None
            assert (visitor.person_id, house.id, actor.person_id) == (party.people[0], fair.id, party.people[0])
            assert (actor.parties, actor.zone, actor.staff) == (frozenset({party.id}), "Asia/Kathmandu", False)
        visits = len(door.visits)
        await door.entry(tokens[0], "smc-2020")
        assert len(door.visits) == visits  # it is known for a second

    asyncio.run(story())


def test_an_actor_has_every_role_and_party_of_its_person(fair: Fair) -> None:
    one, other = fair.exhibitor(), fair.buyer()
    token = sign_in(fair, one)
    with writing(fair.engine) as connection, Session(connection) as db:
        db.add_all([Role(convention_id=fair.id, person_id=one.people[0], role=role) for role in ("staff", "viewer")])
        db.flush()

    async def story() -> None:
        _, _, actor = await Doorkeeper(fair.engine, fair.clock).entry(token, "smc-2020")
        assert actor is not None
        assert actor.roles == frozenset({"staff", "viewer", "exhibitor_admin"})
        assert actor.parties == actor.managed == frozenset({one.id})
        assert other.id not in actor.parties

    asyncio.run(story())


def test_nobody_and_nothing_are_none(fair: Fair) -> None:
    buyer = fair.buyer()
    token, ended = sign_in(fair, buyer), sign_in(fair, buyer, ended_at=fair.clock.real_now())
    late = sign_in(fair, buyer, expires_at=fair.clock.real_now() - timedelta(seconds=1))

    async def story() -> None:
        door = Doorkeeper(fair.engine, fair.clock)
        for unknown in (new_token(), ended, late):
            assert (await door.entry(unknown, "smc-2020"))[0] is None
            assert await door.visitor(unknown) is None
        visitor, house, actor = await door.entry(token, "elsewhere")
        assert (visitor is not None, house, actor) == (True, None, None)

    asyncio.run(story())


def test_trouble_is_told_to_all_who_wait_and_to_nobody_later(sqlite_fair: Fair) -> None:
    tokens = [sign_in(sqlite_fair, sqlite_fair.buyer()) for _ in range(3)]

    async def story() -> None:
        door = Watched(sqlite_fair)
        door.fails = True
        told = await asyncio.gather(*(door.visitor(token) for token in tokens), return_exceptions=True)
        assert any(isinstance(one, ConnectionError) for one in told)
        assert None not in [await door.visitor(token) for token in tokens]

    asyncio.run(story())


def test_nonsense_of_one_fails_nobody_else(fair: Fair) -> None:
    token = sign_in(fair, fair.buyer())

    async def story() -> None:
        door = Doorkeeper(fair.engine, fair.clock)
        nonsense, sound = await asyncio.gather(door.entry(new_token(), "smc\0"), door.entry(token, "smc-2020"))
        assert nonsense == (None, None, None)
        assert sound[2] is not None
        assert await door.house("smc\0") is None

    asyncio.run(story())


def test_who_goes_away_takes_nobody_along(sqlite_fair: Fair) -> None:
    one, other = (sign_in(sqlite_fair, sqlite_fair.buyer()) for _ in range(2))

    async def story() -> None:
        door = Doorkeeper(sqlite_fair.engine, sqlite_fair.clock)
        leaving, staying = (asyncio.create_task(door.visitor(token)) for token in (one, other))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying is not None
        with pytest.raises(asyncio.CancelledError):
            await leaving

    asyncio.run(story())


def test_what_is_forgotten_during_a_visit_is_not_kept(sqlite_fair: Fair) -> None:
    token = sign_in(sqlite_fair, sqlite_fair.buyer())

    async def story() -> None:
        door = Watched(sqlite_fair)
        asking = asyncio.create_task(door.visitor(token))
        await asyncio.sleep(0)
        door.forget()
        assert await asking is not None
        visits = len(door.visits)
        await door.visitor(token)
        assert len(door.visits) == visits + 1

    asyncio.run(story())
