"""Links, tickets and logins as commands: each secret is good once, however many processes try at the same time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import select

from server.accounts import logins
from server.accounts.actors import SYSTEM
from server.accounts.logins import Entrance
from server.accounts.tables import LiveTicket, Login, SignInLink
from server.accounts.vault import Vault
from server.batch import Order
from server.database import reading
from server.errors import LinkSpent
from server.work import HOUSE, Work
from tests.api.conftest import add_person
from tests.factories import Fair, refused
from tests.server.test_writer import run
from tests.server.test_writer import writing as open_writer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
VAULT = Vault("a long and random key for this test", Path())


def entrance(number: int = 0) -> Entrance:
    return Entrance(token_digest=f"cookie {number}", expires_at=LATER, real_now=NOW, vault=VAULT)


def login(fair: Fair, person: UUID, number: int = 0) -> UUID:
    return fair.perform(SYSTEM, logins.add_login, person, f"digest {number}", "cookie", "", NOW, LATER).id


def outcomes(fair: Fair, command_for: Callable[[int], Callable[[Work], BaseModel | None]]) -> dict[str, int]:
    """What comes of fifty uses of something at once, in two processes' writers."""

    async def story() -> list[object]:
        async with open_writer(fair) as one, open_writer(fair) as other:
            writers = 25 * [one, other]
            uses = (writer.run(Order(HOUSE, command_for(number))) for number, writer in enumerate(writers))
            return list(await asyncio.gather(*uses, return_exceptions=True))

    return Counter(type(answer).__name__ for answer in run(story()))


def test_a_link_lets_one_of_fifty_in(fair: Fair) -> None:
    person = add_person(fair, fair.host_id)
    fair.perform(SYSTEM, logins.issue_link, person, "link", LATER)
    seen = outcomes(fair, lambda number: partial(logins.sign_in, entrance=entrance(number), link_digest="link"))
    assert seen == {"str": 1, "LinkSpent": 49}
    with reading(fair.engine) as db:
        assert len(db.exec(select(Login).where(Login.person_id == person)).all()) == 1


def test_a_ticket_lets_one_of_fifty_in(fair: Fair) -> None:
    holder = login(fair, add_person(fair, fair.host_id))
    fair.perform(SYSTEM, logins.issue_ticket, holder, "ticket", LATER)
    seen = outcomes(fair, lambda _number: partial(logins.take_ticket, token_digest="ticket", real_now=NOW))
    assert seen == {"str": 1, "LinkSpent": 49}


def test_an_expired_link_or_ticket_lets_nobody_in(fair: Fair) -> None:
    person = add_person(fair, fair.host_id)
    fair.perform(SYSTEM, logins.issue_link, person, "link", NOW)
    fair.perform(SYSTEM, logins.issue_ticket, login(fair, person), "ticket", NOW)
    with refused(LinkSpent):
        fair.perform(SYSTEM, logins.sign_in, entrance(), "link")
    with refused(LinkSpent):
        fair.perform(SYSTEM, logins.person_of_link, "link", NOW)
    with refused(LinkSpent):
        fair.perform(SYSTEM, logins.take_ticket, "ticket", NOW)


def test_looking_whose_link_it_is_does_not_use_it(fair: Fair) -> None:
    person = add_person(fair, fair.host_id)
    fair.perform(SYSTEM, logins.issue_link, person, "link", LATER)
    for _ in range(2):
        assert fair.perform(SYSTEM, logins.person_of_link, "link", NOW).person == person
    assert fair.perform(SYSTEM, logins.sign_in, entrance(), "link").person == person
    with refused(LinkSpent):
        fair.perform(SYSTEM, logins.person_of_link, "link", NOW)


def test_last_use_only_moves_forward(fair: Fair) -> None:
    holder = login(fair, add_person(fair, fair.host_id))
    seen = []
    for minutes in (5, 3, 8):
        fair.perform(SYSTEM, logins.note_use, {holder: NOW + timedelta(minutes=minutes)})
        with reading(fair.engine) as db:
            seen.append(db.get_one(Login, holder).used_at)
    assert seen == [NOW + timedelta(minutes=minutes) for minutes in (5, 5, 8)]


def test_what_is_over_is_swept_and_what_is_not_stays(fair: Fair) -> None:
    person = add_person(fair, fair.host_id)
    kept, ended, ended_lately = (login(fair, person, number) for number in range(3))
    for one, at in ((ended, NOW - 2 * logins.KEEP), (ended_lately, NOW)):
        fair.perform(SYSTEM, logins.sign_out, one, at)
    for name, until in (("old", NOW - timedelta(minutes=1)), ("new", LATER)):
        fair.perform(SYSTEM, logins.issue_link, person, name, until)
        fair.perform(SYSTEM, logins.issue_ticket, kept, name, until)
    fair.perform(SYSTEM, logins.sweep, NOW)
    with reading(fair.engine) as db:
        left = {table: len(db.exec(select(table)).all()) for table in (SignInLink, LiveTicket)}
        logins_left = {one.id for one in db.exec(select(Login))}
    assert (left, logins_left) == ({SignInLink: 1, LiveTicket: 1}, {kept, ended_lately})


def test_an_entrance_tells_no_secret_when_printed() -> None:
    shown = repr(Entrance("digest", LATER, NOW, VAULT, code="123456"))
    assert "123456" not in shown
    assert "Vault" not in shown
