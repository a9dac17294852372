"""The operator's commands about accounts, as typed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from server.accounts import totp
from server.accounts.actors import SYSTEM
from server.accounts.credentials import set_password
from server.accounts.logins import add_login
from server.accounts.tables import Credential, HostRole, Login, Person
from server.accounts.tokens import digest
from server.accounts.vault import Vault
from server.cli import app
from server.database import reading, writing
from tests.factories import SEOUL, Fair, make_fair
from tests.server.test_cli import type_in

__all__ = ["type_in"]

LEE = "lee@city.example"


def person(fair: Fair, email: str = LEE) -> UUID:
    with writing(fair.engine) as connection, Session(connection) as db:
        one = Person(host_id=fair.host_id, email=email, zone=SEOUL, created_at=fair.clock.now())
        db.add(one)
        db.flush()
        return one.id


def owns(fair: Fair, one: UUID) -> tuple[bool, bool]:
    """Whether they own the host, and whether their connections are to be judged anew."""
    with reading(fair.engine) as db:
        owner = db.get(HostRole, (fair.host_id, one, "owner")) is not None
        return owner, db.get_one(Person, one).rights_changed_at is not None


def test_somebody_is_made_owner_once(type_in: CliRunner, fair: Fair) -> None:
    one = person(fair)
    assert owns(fair, one) == (False, False)
    for _ in range(2):
        told = type_in.invoke(app, ["owner", LEE.upper()])
        assert (told.exit_code, told.output.strip()) == (0, f"{LEE.upper()} owns Seongnam City.")
    assert owns(fair, one) == (True, True)


def test_an_address_that_several_hosts_know_needs_a_convention(type_in: CliRunner, fair: Fair) -> None:
    other = make_fair(fair.engine, fair.clock, slug="busan-2020")
    here, there = person(fair), person(other)
    told = type_in.invoke(app, ["owner", LEE])
    assert (told.exit_code, "--convention SLUG" in told.output) == (1, True)
    assert type_in.invoke(app, ["owner", LEE, "--convention", "busan-2020"]).exit_code == 0
    assert [owns(fair, here)[0], owns(other, there)[0]] == [False, True]


@pytest.mark.parametrize("command", ["owner", "reset-totp"])
def test_an_unknown_address_is_said_to_be_unknown(type_in: CliRunner, fair: Fair, command: str) -> None:
    told = type_in.invoke(app, [command, "nobody@nowhere.example"])
    assert (told.exit_code, "Nobody has the address nobody@nowhere.example" in told.output) == (1, True)


def test_lost_codes_are_forgotten(type_in: CliRunner, fair: Fair) -> None:
    one, vault, secret = person(fair), Vault("a long and random key for this test", Path()), totp.new_secret()
    fair.perform(SYSTEM, totp.set_up, one, vault.seal(secret, one))
    told = type_in.invoke(app, ["reset-totp", LEE])
    assert (told.exit_code, told.output.strip()) == (0, f"{LEE} signs in at Seongnam City without one-time codes.")
    with reading(fair.engine) as db:
        credential = db.get_one(Credential, one)
    assert (credential.totp_secret, credential.totp_step) == (None, None)
    again = type_in.invoke(app, ["reset-totp", LEE])
    assert (again.exit_code, "has no one-time codes" in again.output) == (1, True)


def test_somebody_is_signed_out_everywhere_and_their_password_forgotten(type_in: CliRunner, fair: Fair) -> None:
    one, other = person(fair), person(fair, "kim@city.example")
    now = datetime.now(UTC)
    for who in (one, other):
        fair.perform(SYSTEM, set_password, who, "a hash", None, now)
        for kind in ("cookie", "token"):
            fair.perform(SYSTEM, add_login, who, digest(f"{kind} {who}"), kind, "", now, now + timedelta(days=1))
    told = type_in.invoke(app, ["sign-out", LEE])
    assert (told.exit_code, told.output.split()) == (
        0,
        f"{LEE} is signed out everywhere at Seongnam City, and has no password.".split(),
    )
    with reading(fair.engine) as db:
        ended = {(login.person_id, login.kind, login.ended_at is not None) for login in db.exec(select(Login))}
        passwords = [db.get_one(Credential, who).password for who in (one, other)]
    assert ended == {(who, kind, who == one) for who in (one, other) for kind in ("cookie", "token")}
    assert passwords == [None, "a hash"]
