"""The postman with a real SMTP server: what arrives, what is tried again, what is given up, and what stays secret."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from server.accounts import invitations
from server.accounts.actors import SYSTEM
from server.accounts.tables import Invitation, Person, SignInLink
from server.accounts.tokens import digest
from server.batch import Order
from server.conventions.commands import add_role
from server.database import reading, writing
from server.integrations.smtp import Smtp
from server.mail import outbox
from server.mail.letters import NOBODY, prepare
from server.mail.postman import Postman
from server.mail.tables import Mail
from server.settings import Settings
from server.work import HOUSE
from server.writer import Writer
from tests.factories import SEOUL, Fair, make_host
from tests.mail.relay import Relay, open_relay, plain
from tests.server.test_writer import run
from tests.server.test_writer import writing as open_writer

KNOWN = "lee@buyer.example"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as opened:
        yield opened


def person(fair: Fair, email: str, host_id: UUID | None = None) -> UUID:
    with writing(fair.engine) as connection, Session(connection) as db:
        one = Person(host_id=host_id or fair.host_id, email=email, zone=SEOUL, created_at=fair.clock.now())
        db.add(one)
        db.flush()
        return one.id


def postman(fair: Fair, writer: Writer, relay: Relay, sender: str = "madang <no@fair.example>") -> Postman:
    settings = Settings(base_url="https://fair.example", mail_from=sender)
    return Postman(fair.engine, writer, fair.clock, Smtp(relay.url), settings)


async def post(fair: Fair, writer: Writer, *addresses: str) -> None:
    now = fair.clock.real_now()
    for address in addresses:
        await writer.run(Order(HOUSE, partial(outbox.ask_for_link, address=address, real_now=now)))


def states(fair: Fair) -> list[tuple[str, str | None, int, str]]:
    with reading(fair.engine) as db:
        found = db.exec(select(Mail).order_by(col(Mail.created_at), col(Mail.id)))
        return [(mail.state, mail.address, mail.attempts, mail.trouble) for mail in found]


def links(fair: Fair) -> dict[str, UUID]:
    with reading(fair.engine) as db:
        return {link.token_digest: link.person_id for link in db.exec(select(SignInLink))}


def deliver(fair: Fair, relay: Relay, *addresses: str, rounds: int = 1) -> None:
    """Post sign-in mails and let the postman go round so often, however long the pauses are."""

    async def story() -> None:
        async with open_writer(fair) as writer:
            await post(fair, writer, *addresses)
            for _ in range(rounds):
                await postman(fair, writer, relay).send_due()
                make_due(fair)

    run(story())


def make_due(fair: Fair) -> None:
    with writing(fair.engine) as connection:
        connection.execute(update(Mail).where(col(Mail.state) == outbox.WAITING).values(due_at=fair.clock.real_now()))


def test_a_known_address_gets_a_link_that_only_the_mail_holds(
    fair: Fair, relay: Relay, capfd: pytest.CaptureFixture[str]
) -> None:
    who = person(fair, KNOWN)
    deliver(fair, relay, KNOWN)
    (mail,) = relay.wait_for(1)
    assert (mail["To"], mail["From"]) == (KNOWN, "madang <no@fair.example>")
    (token,) = set(re.findall(r"https://fair\.example/sign-in#([\w-]{43})\s", plain(mail)))
    assert links(fair) == {digest(token): who}
    assert states(fair) == [("sent", None, 1, "")]
    with reading(fair.engine) as db:
        kept = [str(row) for table in ("mail", "sign_in_link") for row in db.execute(text(f"SELECT * FROM {table}"))]
    printed = capfd.readouterr()
    assert token not in " ".join([*kept, printed.out, printed.err])


def test_the_link_of_a_mail_works_for_ten_minutes(fair: Fair, relay: Relay) -> None:
    person(fair, KNOWN)
    deliver(fair, relay, KNOWN)
    with reading(fair.engine) as db:
        (link,) = db.exec(select(SignInLink)).all()
    left = link.expires_at - fair.clock.real_now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_an_unknown_address_gets_nothing_and_is_not_kept(fair: Fair, relay: Relay) -> None:
    deliver(fair, relay, "nobody@nowhere.example")
    assert (relay.mails, states(fair), links(fair)) == ([], [("dropped", None, 1, "")], {})


def test_an_address_that_two_hosts_know_gets_a_link_for_each(fair: Fair, relay: Relay) -> None:
    both = {person(fair, KNOWN), person(fair, KNOWN, make_host(fair.engine, fair.clock))}
    deliver(fair, relay, KNOWN)
    (mail,) = relay.wait_for(1)
    tokens = re.findall(r"/sign-in#([\w-]{43})", plain(mail))
    known = links(fair)
    assert len(set(tokens)) == 2
    assert {known[digest(token)] for token in tokens} == both


def test_a_refused_recipient_is_given_up_and_the_others_get_theirs(fair: Fair, relay: Relay) -> None:
    gone = "gone@buyer.example"
    relay.refused[gone] = f"550 5.1.1 no mailbox {gone}"
    for address in (gone, KNOWN):
        person(fair, address)
    deliver(fair, relay, gone, KNOWN)
    assert [mail["To"] for mail in relay.wait_for(1)] == [KNOWN]
    assert states(fair) == [("dead", gone, 1, "550 the recipient was refused"), ("sent", None, 1, "")]


def test_a_full_mailbox_is_tried_again(fair: Fair, relay: Relay) -> None:
    person(fair, KNOWN)
    relay.refused[KNOWN] = "452 4.2.2 mailbox full"
    deliver(fair, relay, KNOWN)
    assert states(fair) == [("waiting", KNOWN, 1, "452 the recipient was refused")]


def test_a_server_that_dies_in_the_middle_gets_the_mail_again(fair: Fair, relay: Relay) -> None:
    person(fair, KNOWN)
    relay.drops = 2
    deliver(fair, relay, KNOWN, rounds=3)
    assert [mail["To"] for mail in relay.wait_for(1)] == [KNOWN]
    assert states(fair) == [("sent", None, 3, "")]


def test_a_server_that_is_never_there_gets_eight_attempts(fair: Fair, relay: Relay) -> None:
    person(fair, KNOWN)
    relay.drops = 100
    deliver(fair, relay, KNOWN, rounds=10)
    assert states(fair) == [("dead", KNOWN, 8, "no conversation with the relay: SMTPServerDisconnected")]
    assert relay.drops == 92


def test_two_postmen_at_once_send_each_mail_once(fair: Fair, relay: Relay) -> None:
    addresses = [f"p{number}@buyer.example" for number in range(30)]
    for address in addresses:
        person(fair, address)

    async def story() -> None:
        # Two processes: each has a writer of its own.
        async with open_writer(fair) as one, open_writer(fair) as other:
            await post(fair, one, *addresses)
            postmen = [postman(fair, writer, relay) for writer in (one, other)]

            async def work(man: Postman) -> int:
                sent = 0
                while count := await man.send_due():
                    sent += count
                return sent

            assert sum(await asyncio.gather(*map(work, postmen))) == len(addresses)

    run(story())
    assert sorted(str(mail["To"]) for mail in relay.mails) == sorted(addresses)
    assert [state for state, *_ in states(fair)] == ["sent"] * len(addresses)


def test_a_running_postman_sends_what_comes_and_survives_trouble(fair: Fair, relay: Relay) -> None:
    person(fair, KNOWN)

    async def story() -> None:
        async with open_writer(fair) as writer:
            running = asyncio.create_task(postman(fair, writer, relay).run())
            await post(fair, writer, KNOWN)
            await asyncio.to_thread(relay.wait_for, 1)
            running.cancel()

    run(story())
    assert [mail["To"] for mail in relay.mails] == [KNOWN]


def test_an_invitation_is_mailed_with_a_token_that_only_the_mail_holds(fair: Fair, relay: Relay) -> None:
    """The link of the mail before is dead, and one that was revoked meanwhile is not mailed."""
    guest, other = (person(fair, email) for email in (KNOWN, "kim@buyer.example"))
    now = fair.clock.real_now()
    for one in (guest, other):
        fair.perform(SYSTEM, add_role, one, "viewer")
    fair.perform(SYSTEM, invitations.invite, now, mailed=True)
    with reading(fair.engine) as db:
        invited = {one.person_id: one.id for one in db.exec(select(Invitation))}
    fair.perform(SYSTEM, invitations.revoke, invited[other], now)

    async def story() -> None:
        async with open_writer(fair) as writer:
            await postman(fair, writer, relay).send_due()

    run(story())
    (mail,) = relay.wait_for(1)
    assert mail["To"] == KNOWN
    (token,) = set(re.findall(r"https://fair\.example/invitation#([\w-]{43})\s", plain(mail)))
    with reading(fair.engine) as db:
        kept = db.get_one(Invitation, invited[guest])
        assert (kept.token_digest, kept.times_sent, kept.sent_at is not None) == (digest(token), 1, True)
    looked = fair.perform(SYSTEM, invitations.look, digest(token), fair.clock.real_now())
    assert looked.slug == "smc-2020"


def test_a_mail_that_is_recalled_after_it_was_claimed_is_not_sent(fair: Fair, relay: Relay) -> None:
    guest, now = person(fair, KNOWN), fair.clock.real_now()
    fair.perform(SYSTEM, add_role, guest, "viewer")
    fair.perform(SYSTEM, invitations.invite, now, mailed=True)
    (mail,) = fair.perform(SYSTEM, outbox.claim, now, now + timedelta(minutes=5), 10).mails
    assert mail.subject_id is not None
    fair.perform(SYSTEM, invitations.revoke, mail.subject_id, now)
    fair.perform(SYSTEM, invitations.send_again, mail.subject_id, now + timedelta(microseconds=1))

    async def story() -> None:
        async with open_writer(fair) as writer:
            man = postman(fair, writer, relay)
            await man._try(mail)
            assert relay.mails == []
            await man.send_due()

    run(story())
    assert [mail["To"] for mail in relay.wait_for(1)] == [KNOWN], "the one in its place is"
    assert sorted(state for state, *_ in states(fair)) == ["dropped", "sent"]


def test_a_recalled_sign_in_mail_makes_no_link(fair: Fair) -> None:
    person(fair, KNOWN)
    now = fair.clock.real_now()
    fair.perform(SYSTEM, outbox.ask_for_link, KNOWN, now)
    (mail,) = fair.perform(SYSTEM, outbox.claim, now, now + timedelta(minutes=5), 10).mails
    fair.perform(SYSTEM, outbox.settle, mail.id, outbox.DROPPED)
    letter = fair.perform(SYSTEM, prepare, mail, [digest("x")], now, Settings())
    assert (letter, links(fair)) == (NOBODY, {})


def test_without_a_configured_sender_mails_come_from_the_site(fair: Fair, relay: Relay) -> None:
    person(fair, KNOWN)

    async def story() -> None:
        async with open_writer(fair) as writer:
            await post(fair, writer, KNOWN)
            await postman(fair, writer, relay, sender="").send_due()

    run(story())
    assert relay.wait_for(1)[0]["From"] == "madang <no-reply@fair.example>"


@pytest.mark.parametrize("url", ["", "http://relay.example", "smtp://", "relay.example:25", "smtp+tls://secret@relay"])
def test_what_names_no_relay_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="MADANG_SMTP_URL") as refused:
        Smtp(url)
    assert "secret" not in str(refused.value)
