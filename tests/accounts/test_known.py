"""Who has an account: asked about one, and about all people of a host, by the same condition."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, SQLModel

from matchmaking.tables import Representative
from server.accounts.actors import SYSTEM
from server.accounts.known import accounts_of, has_account, known_elsewhere
from server.accounts.permissions import RoleName
from server.accounts.tables import Consent, Credential, HostRole, Invitation, Login, OidcIdentity, Role, SignInLink
from server.conventions.commands import add_role
from server.database import reading, writing
from tests.api.conftest import add_person
from tests.factories import SEOUL, Fair, make_fair, make_host

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
Make = Callable[[Fair, Fair, UUID], SQLModel]


def seat(fair: Fair, one: UUID) -> Representative:
    party = fair.buyer()
    return Representative(
        convention_id=fair.id, person_id=one, participation_id=party.id, position=1, zone=SEOUL, active=False
    )


def said(fair: Fair, one: UUID) -> Consent:
    return Consent(
        person_id=one, convention_id=fair.id, purpose="reuse", given=False, version="1", at=NOW, source="page"
    )


def invited(fair: Fair, one: UUID, accepted_at: datetime | None) -> Invitation:
    return Invitation(convention_id=fair.id, person_id=one, created_at=NOW, accepted_at=accepted_at)


ACCOUNTS: dict[str, Make] = {
    "a seat elsewhere, though it is past": lambda _, other, one: seat(other, one),
    "a role elsewhere": lambda _, other, one: Role(convention_id=other.id, person_id=one, role="viewer"),
    "organiser here": lambda fair, _, one: Role(convention_id=fair.id, person_id=one, role="organiser"),
    "staff here": lambda fair, _, one: Role(convention_id=fair.id, person_id=one, role="staff"),
    "owner": lambda fair, _, one: HostRole(host_id=fair.host_id, person_id=one, role=RoleName.OWNER),
    "a login that has ended": lambda _fair, _, one: Login(
        token_digest="x", person_id=one, kind="cookie", created_at=NOW, expires_at=NOW, ended_at=NOW
    ),
    "a password": lambda _fair, _, one: Credential(person_id=one, password="x"),
    "an identity": lambda _fair, _, one: OidcIdentity(issuer="i", subject="s", person_id=one, linked_at=NOW),
    "accepted elsewhere": lambda _, other, one: invited(other, one, NOW),
    "said yes or no": lambda fair, _, one: said(fair, one),
}
NONE: dict[str, Make] = {
    "a seat here": lambda fair, _, one: seat(fair, one),
    "viewer here": lambda fair, _, one: Role(convention_id=fair.id, person_id=one, role="viewer"),
    "an invitation": lambda fair, _, one: invited(fair, one, None),
    "a link": lambda _fair, _, one: SignInLink(token_digest="x", person_id=one, expires_at=LATER),
}


@pytest.mark.parametrize("what", [*ACCOUNTS, *NONE])
def test_these_have_an_account_and_nobody_else(fair: Fair, what: str) -> None:
    other = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    one, nobody = (add_person(fair, fair.host_id) for _ in range(2))
    row = {**ACCOUNTS, **NONE}[what](fair, other, one)
    with writing(fair.engine) as connection, Session(connection) as db:
        db.add(row)
        db.flush()
        found = has_account(db, fair.id, one), accounts_of(db, fair.host_id, fair.id) & {one, nobody}
    expected = frozenset([one]) if what in ACCOUNTS else frozenset()
    assert found == (bool(expected), expected)


def test_accounts_of_other_hosts_are_not_told(fair: Fair) -> None:
    abroad = make_host(fair.engine, fair.clock)
    stranger = add_person(fair, abroad)
    with writing(fair.engine) as connection, Session(connection) as db:
        db.add(Credential(person_id=stranger, password="x"))
        db.flush()
        assert (accounts_of(db, fair.host_id, fair.id), accounts_of(db, abroad, fair.id)) == (
            frozenset(),
            frozenset([stranger]),
        )


def test_any_role_here_is_a_part_besides_a_seat(fair: Fair) -> None:
    guest, nobody = (add_person(fair, fair.host_id) for _ in range(2))
    fair.perform(SYSTEM, add_role, guest, "viewer")
    with reading(fair.engine) as db:
        assert [known_elsewhere(db, fair.id, one) for one in (guest, nobody)] == [True, False]
