"""One-time codes: RFC 6238's own examples, one use of each, and who is asked."""

import asyncio
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pyotp
import pytest
from sqlmodel import Session, select

from server.accounts import totp
from server.accounts.actors import SYSTEM
from server.accounts.logins import add_login
from server.accounts.tables import Credential, Login
from server.accounts.vault import Vault
from server.audit.tables import AuditEntry
from server.batch import Order
from server.database import reading, writing
from server.errors import CodeNeeded, CodesOff, CodesOn, CodeWrong, Refusal
from server.work import HOUSE, Later, Work
from tests.api.conftest import add_person
from tests.factories import Fair, refused
from tests.server.test_writer import run
from tests.server.test_writer import writing as open_writer

VAULT = Vault("a long and random key for this test", Path())
NOW = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
STEP = timedelta(seconds=30)
# RFC 6238, appendix B: the secret "12345678901234567890" for SHA-1, and the last six of the eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard_with_a_step_of_leeway(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    asked = [totp.step_of(RFC_SECRET, code, at + offset * STEP) for offset in (0, 1, 2)]
    assert asked == [seconds // 30, seconds // 30, None]
    if seconds > 60:
        before = [totp.step_of(RFC_SECRET, code, at - offset * STEP) for offset in (1, 2)]
        assert before == [seconds // 30, None]


def code_at(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def enrolled(fair: Fair, *, confirmed: bool = True) -> tuple[UUID, UUID, str]:
    """A person with codes, a login of theirs, and their secret. The code of two steps ago has confirmed it."""
    person, secret = add_person(fair, fair.host_id), totp.new_secret()
    login = fair.perform(
        SYSTEM, add_login, person, f"digest of {person}", "cookie", "", NOW, NOW + timedelta(days=1)
    ).id
    fair.perform(SYSTEM, totp.set_up, person, VAULT.seal(secret, person))
    if confirmed:
        before = NOW - 2 * STEP
        fair.perform(SYSTEM, totp.confirm, VAULT, person, login, code_at(secret, before), before)
    return person, login, secret


def check(fair: Fair, person: UUID, code: str | None, at: datetime = NOW) -> bool:
    return fair.perform(SYSTEM, totp.check, VAULT, person, code, at)


def test_who_has_set_up_no_codes_is_not_asked(fair: Fair) -> None:
    assert check(fair, add_person(fair, fair.host_id), None) is False


def test_codes_count_once_the_first_has_confirmed_them(fair: Fair) -> None:
    person, login, secret = enrolled(fair, confirmed=False)
    assert check(fair, person, None) is False
    with refused(CodeWrong):
        fair.perform(SYSTEM, totp.confirm, VAULT, person, login, "000000", datetime.fromtimestamp(59, UTC))
    assert check(fair, person, None) is False
    fair.perform(SYSTEM, totp.confirm, VAULT, person, login, code_at(secret, NOW), NOW)
    with refused(CodeNeeded):
        check(fair, person, None)
    with reading(fair.engine) as db:
        assert db.get_one(Login, login).second_factor, "this login has shown a code"


def test_a_code_is_good_once_and_an_older_one_never_again(fair: Fair) -> None:
    person, _, secret = enrolled(fair)
    assert check(fair, person, code_at(secret, NOW)) is True
    for used in (code_at(secret, NOW), code_at(secret, NOW - STEP)):
        with refused(CodeWrong):
            check(fair, person, used)
    assert check(fair, person, code_at(secret, NOW + STEP)) is True


def test_the_code_that_confirmed_does_not_also_sign_in(fair: Fair) -> None:
    person, login, secret = enrolled(fair, confirmed=False)
    fair.perform(SYSTEM, totp.confirm, VAULT, person, login, code_at(secret, NOW), NOW)
    with refused(CodeWrong):
        check(fair, person, code_at(secret, NOW))


def test_codes_are_set_up_once_and_taken_away_with_a_code(fair: Fair) -> None:
    person, login, secret = enrolled(fair)
    with refused(CodesOn):
        fair.perform(SYSTEM, totp.set_up, person, VAULT.seal(totp.new_secret(), person))
    with refused(CodesOn):
        fair.perform(SYSTEM, totp.confirm, VAULT, person, login, code_at(secret, NOW), NOW)
    with refused(CodeWrong):
        fair.perform(SYSTEM, totp.remove, VAULT, person, "000000", datetime.fromtimestamp(59, UTC))
    fair.perform(SYSTEM, totp.remove, VAULT, person, code_at(secret, NOW), NOW)
    assert check(fair, person, None) is False
    for command in (partial(totp.remove, vault=VAULT, code="000000", real_now=NOW), totp.reset):
        with refused(CodesOff):
            fair.perform(SYSTEM, command, person_id=person)


def test_the_secret_is_not_stored_as_it_is(fair: Fair) -> None:
    person, _, secret = enrolled(fair)
    with reading(fair.engine) as db:
        stored = db.get_one(Credential, person).totp_secret
    assert stored is not None
    assert secret not in stored
    assert VAULT.open(stored, person) == secret


def test_a_secret_that_another_key_sealed_lets_nobody_in(fair: Fair) -> None:
    person, _, secret = enrolled(fair)
    other = Vault("another long and random key, forgotten", Path())
    with refused(CodeWrong):
        fair.perform(SYSTEM, totp.check, other, person, code_at(secret, NOW), NOW)


def test_fifty_uses_of_one_code_in_two_processes_are_one(fair: Fair) -> None:
    person, _, secret = enrolled(fair)
    code = code_at(secret, NOW)

    def use(work: Work) -> None:
        totp.check(work, VAULT, person, code, NOW)

    async def story() -> list[object]:
        async with open_writer(fair) as one, open_writer(fair) as other:
            uses = (writer.run(Order(HOUSE, use)) for writer in 25 * [one, other])
            return await asyncio.gather(*uses, return_exceptions=True)

    outcomes = Counter(type(answer).__name__ for answer in run(story()))
    assert outcomes == {"str": 1, "CodeWrong": 49}


def test_of_two_transactions_that_use_one_code_at_once_one_fails(fair: Fair) -> None:
    """The one that comes second waits for the first's lock, and then finds the code used."""
    if fair.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writing transaction at a time")
    person, _, secret = enrolled(fair)
    code, answers = code_at(secret, NOW), list[str]()
    begun = threading.Barrier(2)

    def use() -> None:
        with writing(fair.engine) as connection, Session(connection) as db:
            db.get(Credential, person)  # both have seen the code unused
            begun.wait(10)
            try:
                _use_code(fair, db, person, code)
                answers.append("used")
            except Refusal as refusal:
                answers.append(refusal.code)

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == ["code_wrong", "used"]


def _use_code(fair: Fair, db: Session, person: UUID, code: str) -> None:
    connection = db.connection()
    work = Work(db, connection, Later(connection), NOW, HOUSE, SYSTEM, {}, fair.clock)
    totp.check(work, VAULT, person, code, NOW)


def test_setting_up_and_taking_away_stand_in_the_audit_trail_without_the_secret(fair: Fair) -> None:
    person, _, secret = enrolled(fair)
    fair.perform(SYSTEM, totp.reset, person)
    with reading(fair.engine) as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.about_id == person, AuditEntry.subject == "credential"))
        told = [(entry.action, entry.new) for entry in entries]
    assert ("credential.codes_on", None) in told
    assert ("credential.changed", {"totp_secret": "removed"}) in told
    assert secret not in str(told)
