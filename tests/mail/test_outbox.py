"""The outbox: a mail goes in once, is claimed by one, and leaves no address behind."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text, update
from sqlmodel import Session, select

from server.accounts.actors import SYSTEM
from server.database import glancing, reading, writing
from server.mail import outbox
from server.mail.tables import Mail
from server.work import HOUSE, Later, Work
from tests.factories import Fair

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLAIM = timedelta(minutes=5)


def mails(fair: Fair) -> list[Mail]:
    with reading(fair.engine) as db:
        return list(db.exec(select(Mail).order_by(Mail.unique_key)))


def post(fair: Fair, key: str, at: datetime = NOW) -> bool:
    return fair.perform(SYSTEM, outbox.post, key, "sign_in", real_now=at, address=f"{key}@people.example")


def claimed(fair: Fair, at: datetime, limit: int = 10) -> list[str]:
    record = fair.perform(SYSTEM, outbox.claim, at, at + CLAIM, limit)
    return sorted(str(mail.address).partition("@")[0] for mail in record.mails)


def state_of(fair: Fair) -> tuple[str, int, str | None, str]:
    (mail,) = mails(fair)
    return mail.state, mail.attempts, mail.address, mail.trouble


def test_a_key_is_posted_once(fair: Fair) -> None:
    assert [post(fair, "a"), post(fair, "a"), post(fair, "b")] == [True, False, True]
    assert [mail.unique_key for mail in mails(fair)] == ["a", "b"]


def test_a_claimed_mail_is_nobody_elses_until_the_claim_ends(fair: Fair) -> None:
    for key in "abc":
        post(fair, key)
    assert claimed(fair, NOW, limit=2) == ["a", "b"]
    assert claimed(fair, NOW + timedelta(minutes=1)) == ["c"]
    assert claimed(fair, NOW + timedelta(minutes=4)) == []
    assert claimed(fair, NOW + CLAIM) == ["a", "b"]


def test_of_two_who_claim_at_the_same_moment_one_gets_a_mail(fair: Fair) -> None:
    """The second waits for the first's lock, and then finds the mail claimed."""
    post(fair, "a")
    taken: list[int] = []
    first_has_claimed, second_is_about_to = threading.Event(), threading.Event()

    def claim_in_a_transaction(before_committing: Callable[[], object]) -> None:
        with writing(fair.engine) as connection, Session(connection) as db:
            work = Work(db, connection, Later(connection), NOW, HOUSE, SYSTEM, {}, fair.clock)
            taken.append(len(outbox.claim(work, NOW, NOW + CLAIM, 10).mails))
            before_committing()

    def first_after() -> None:
        first_has_claimed.set()
        second_is_about_to.wait(5)
        waits_for_a_lock(fair, 0.5)

    def begin_second() -> None:
        first_has_claimed.wait(5)
        second_is_about_to.set()
        claim_in_a_transaction(lambda: None)

    threads = [
        threading.Thread(target=claim_in_a_transaction, args=(first_after,)),
        threading.Thread(target=begin_second),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(taken) == [0, 1]


def waits_for_a_lock(fair: Fair, most: float) -> None:
    """Return once some transaction on PostgreSQL waits for another's lock, or after so many seconds on SQLite."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + (most if fair.engine.dialect.name == "sqlite" else 10)
    while time.monotonic() < until:
        if fair.engine.dialect.name == "postgresql":
            with fair.engine.connect() as connection:
                if connection.scalar(waiting):
                    return
        time.sleep(0.02)


def test_what_is_sent_keeps_no_address(fair: Fair) -> None:
    post(fair, "a")
    fair.perform(SYSTEM, outbox.settle, mails(fair)[0].id, outbox.SENT)
    assert state_of(fair) == ("sent", 0, None, "")


def test_what_was_recalled_after_it_was_claimed_stays_so(fair: Fair) -> None:
    post(fair, "a")
    claimed(fair, NOW)
    (mail,) = mails(fair)
    with writing(fair.engine) as connection:
        connection.execute(update(Mail).values(state=outbox.DROPPED))
    fair.perform(SYSTEM, outbox.settle, mail.id, outbox.SENT)
    fair.perform(SYSTEM, outbox.try_later, mail.id, "421 come back", NOW)
    assert state_of(fair) == ("dropped", 1, "a@people.example", "")


def test_trouble_brings_growing_pauses_and_then_the_end(fair: Fair) -> None:
    post(fair, "a")
    at, pauses = NOW, []
    while claimed(fair, at):
        fair.perform(SYSTEM, outbox.try_later, mails(fair)[0].id, "421 come back", at)
        (mail,) = mails(fair)
        if mail.state == outbox.WAITING:
            assert claimed(fair, mail.due_at - timedelta(seconds=1)) == []
            pauses.append(mail.due_at - at)
            at = mail.due_at
    assert pauses == list(outbox.PAUSES) == sorted(outbox.PAUSES)
    # The operator sees whom it was for.
    assert state_of(fair) == ("dead", 8, "a@people.example", "421 come back")


def test_only_waiting_mails_are_due(fair: Fair) -> None:
    def any_due(at: datetime) -> bool:
        with glancing(fair.engine) as db:
            return outbox.any_due(db, at)

    assert not any_due(NOW)
    post(fair, "a")
    assert [any_due(NOW - timedelta(seconds=1)), any_due(NOW)] == [False, True]
    claimed(fair, NOW)
    assert [any_due(NOW), any_due(NOW + CLAIM)] == [False, True]
    fair.perform(SYSTEM, outbox.settle, mails(fair)[0].id, outbox.DROPPED)
    assert not any_due(NOW + CLAIM)


def test_old_mails_are_forgotten_and_waiting_ones_are_not(fair: Fair) -> None:
    for key, at in (("old", NOW - outbox.KEEP * 2), ("new", NOW), ("waiting", NOW - outbox.KEEP * 2)):
        post(fair, key, at)

    def settle_and_sweep(work: Work) -> None:
        for mail in mails(fair):
            if mail.unique_key != "waiting":
                outbox.settle(work, mail.id, outbox.DEAD, "550")
        work.db.flush()
        outbox.sweep(work, NOW)

    fair.perform(SYSTEM, settle_and_sweep)
    assert [mail.unique_key for mail in mails(fair)] == ["new", "waiting"]
