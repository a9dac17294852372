"""Invitations: each is for one person, has one link at a time, and is accepted once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matchmaking.errors import WrongState
from server.accounts import invitations
from server.accounts.actors import SYSTEM
from server.accounts.consents import newest
from server.accounts.invitations import InvitedRecord, State, conditions, state_of
from server.accounts.logins import Entrance
from server.accounts.tables import Consent, Credential, Invitation, Login, Person
from server.accounts.tokens import digest, new_token
from server.batch import Order, perform
from server.conventions.commands import add_person, add_role
from server.database import reading, writing
from server.errors import CodeNeeded, HasAccount, LinkSpent, NotFound, SentLately, Unreadable
from server.ids import new_id
from server.mail.tables import Mail
from server.work import HOUSE, Later, Work
from tests.factories import FIRST_DAY, LAST_DAY, SEOUL, Fair, make_fair, refused
from tests.mail.test_outbox import waits_for_a_lock

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Desk:
    """Invites somebody of a convention, and plays the postman."""

    fair: Fair
    person: UUID
    now: datetime = NOW
    tokens: list[str] = field(default_factory=list)

    def invite(self, **whom: object) -> InvitedRecord:
        return self.fair.perform(SYSTEM, invitations.invite, self.now, mailed=True, **whom)  # type: ignore[arg-type]

    @property
    def row(self) -> Invitation:
        with reading(self.fair.engine) as db:
            return db.exec(select(Invitation).where(Invitation.person_id == self.person)).one()

    def is_in(self, state: State) -> bool:
        """Whether the invitation is in that state now."""
        return state_of(self.row, self.now) is state

    def send_again(self, now: datetime) -> None:
        """The organiser has it mailed again."""
        self.fair.perform(SYSTEM, invitations.send_again, self.row.id, now)

    def mail(self) -> str:
        """The postman makes a token and sends it."""
        token = new_token()
        self.house(invitations.token_for_mail, self.row.id, digest(token), self.now, self.now + 14 * DAY)
        return token

    def house(self, command: object, *details: object) -> str:
        """A command of no convention, as those who have not signed in give it."""

        def run(work: object) -> object:
            return command(work, *details)  # type: ignore[operator]

        return perform(self.fair.engine, self.fair.clock, Order(HOUSE, run))  # type: ignore[arg-type]

    def accept(self, token: str, **consents: bool) -> UUID:
        """The login of who accepts."""
        secret = digest(new_token())
        entrance = Entrance(secret, self.now + DAY, self.now, vault=None)  # type: ignore[arg-type]
        self.house(invitations.accept, entrance, digest(token), consents)
        with reading(self.fair.engine) as db:
            return db.exec(select(Login.person_id).where(Login.token_digest == secret)).one()


@pytest.fixture
def desk(fair: Fair) -> Desk:
    """A viewer, not invited yet."""
    person = fair.perform(SYSTEM, add_person, fair.host_id, "guest@people.example", SEOUL, {"en": "Guest"})
    fair.perform(SYSTEM, add_role, person, "viewer")
    return Desk(fair, person)


def mails(fair: Fair) -> list[tuple[str, UUID | None, str | None, str]]:
    with reading(fair.engine) as db:
        found = db.exec(select(Mail).order_by(col(Mail.created_at)))
        return [(mail.kind, mail.person_id, mail.address, mail.state) for mail in found]


def give_address(fair: Fair, person: UUID) -> None:
    with writing(fair.engine) as connection, Session(connection) as db:
        db.get_one(Person, person).email = f"{person.hex}@firm.example"
        db.flush()


def test_everybody_with_an_address_is_invited_once(fair: Fair, desk: Desk) -> None:
    party, nobody = fair.exhibitor(people=2), fair.buyer()
    give_address(fair, party.people[0])
    first = desk.invite()
    assert first == InvitedRecord(made=2, waiting=0, accepted=0, without_address=2, mailed=True)
    assert sorted(mails(fair), key=str) == sorted(
        [("invitation", one, None, "waiting") for one in (desk.person, party.people[0])], key=str
    ), "an address is looked up when the mail is sent"
    give_address(fair, nobody.people[0])
    desk.accept(desk.mail())
    second = desk.invite()
    assert second == InvitedRecord(made=1, waiting=1, accepted=1, without_address=1, mailed=True)
    assert len(mails(fair)) == 3


def test_single_people_and_parties_are_invited(fair: Fair, desk: Desk) -> None:
    party, other = fair.exhibitor(people=2), fair.buyer()
    for person in (*party.people, *other.people):
        give_address(fair, person)
    assert desk.invite(parties=[party.id]).made == 2
    assert desk.invite(people=[desk.person, party.people[0]]) == InvitedRecord(
        made=1, waiting=1, accepted=0, without_address=0, mailed=True
    )


def test_who_has_no_part_in_the_convention_is_not_invited(fair: Fair, desk: Desk) -> None:
    elsewhere = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    stranger, party = elsewhere.perform(SYSTEM, add_person, fair.host_id, "x@x.example", SEOUL), elsewhere.exhibitor()
    give_address(fair, party.people[0])
    none = InvitedRecord(made=0, waiting=0, accepted=0, without_address=0, mailed=True)
    assert desk.invite(people=[stranger, new_id(), *party.people]) == none
    assert desk.invite(parties=[party.id, new_id()]) == none


def test_an_invitation_goes_its_way(desk: Desk) -> None:
    desk.invite()
    seen = [state_of(desk.row, desk.now)]
    token = desk.mail()
    seen.append(state_of(desk.row, desk.now))
    desk.house(invitations.look, digest(token), desk.now)
    seen.append(state_of(desk.row, desk.now))
    assert desk.accept(token, share_contact=True, recording=False) == desk.person
    seen.append(state_of(desk.row, desk.now))
    assert seen == [State.MADE, State.SENT, State.OPENED, State.ACCEPTED]
    assert (desk.row.times_sent, desk.row.token_digest) == (1, None)
    with reading(desk.fair.engine) as db:
        said = newest(db, desk.fair.id, [desk.person])[desk.person]
    assert {purpose: (word.given, word.source) for purpose, word in said.items()} == {
        "share_contact": (True, "invitation"),
        "recording": (False, "invitation"),
    }


def test_a_look_tells_what_it_is_and_uses_nothing_up(fair: Fair, desk: Desk) -> None:
    desk.invite()
    token = desk.mail()
    answers = {desk.house(invitations.look, digest(token), desk.now + n * MINUTE) for n in range(3)}
    told = invitations.LookRecord.model_validate_json(answers.pop())
    assert answers == set()
    assert told.model_dump() == {
        "slug": "smc-2020",
        "host": {"en": "Seongnam City"},
        "convention": {"en": "SMC 2020"},
        "zone": SEOUL,
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "person": {"en": "Guest"},
        "party": None,
        "expires_at": NOW + 14 * DAY,
    }
    assert desk.row.opened_at == NOW, "the first time counts"
    assert desk.accept(token) == desk.person


def spent(desk: Desk, token: str) -> None:
    """Neither looking nor accepting works, and both say the same."""
    for attempt in (
        lambda: desk.house(invitations.look, digest(token), desk.now),
        lambda: desk.house(invitations.person_of, digest(token), desk.now),
        lambda: desk.accept(token),
    ):
        with refused(LinkSpent):
            attempt()


def test_links_that_are_used_revoked_replaced_expired_or_invented_are_spent(desk: Desk) -> None:
    desk.invite()
    spent(desk, "never-given-to-anybody")
    replaced = desk.mail()
    desk.now += 6 * MINUTE
    desk.send_again(desk.now)
    spent(desk, replaced)
    revoked = desk.mail()
    desk.fair.perform(SYSTEM, invitations.revoke, desk.row.id, desk.now)
    spent(desk, revoked)
    assert desk.is_in(State.REVOKED)
    desk.send_again(desk.now)
    used = desk.mail()
    desk.now += 14 * DAY
    spent(desk, used)
    assert desk.is_in(State.EXPIRED)
    desk.now -= timedelta(seconds=1)
    desk.accept(used)
    spent(desk, used)


def test_refusing_consents_that_do_not_exist_leaves_the_invitation(desk: Desk) -> None:
    desk.invite()
    token = desk.mail()
    with refused(Unreadable):
        desk.accept(token, marriage=True)
    assert desk.accept(token) == desk.person


def test_a_mail_is_not_sent_again_at_once(desk: Desk) -> None:
    desk.invite()
    with refused(SentLately, until=NOW + 5 * MINUTE):
        desk.send_again(NOW + 4 * MINUTE)
    desk.send_again(NOW + 5 * MINUTE)
    assert [state for *_, state in mails(desk.fair)] == ["dropped", "waiting"], "one link, one mail"
    desk.now = NOW + 9 * MINUTE
    desk.mail()
    with refused(SentLately, until=NOW + 14 * MINUTE):
        desk.send_again(NOW + 11 * MINUTE)


def test_a_link_is_handed_over_instead_of_a_mail(desk: Desk) -> None:
    desk.invite()
    mailed, token = desk.mail(), new_token()
    desk.fair.perform(SYSTEM, invitations.hand_over, desk.row.id, digest(token), desk.now, desk.now + DAY)
    spent(desk, mailed)
    assert desk.is_in(State.SENT)
    assert [state for *_, state in mails(desk.fair)] == ["dropped"]
    assert desk.accept(token) == desk.person


def test_no_link_is_handed_over_for_who_has_an_account(fair: Fair, desk: Desk) -> None:
    """An organiser who adds somebody by their address must not get to be them elsewhere."""
    desk.invite()
    mailed = desk.mail()
    there = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    there.perform(SYSTEM, add_role, desk.person, "organiser")
    before = desk.row.model_dump()
    with refused(HasAccount):
        fair.perform(SYSTEM, invitations.hand_over, desk.row.id, digest("mine"), desk.now, desk.now + DAY)
    assert desk.row.model_dump() == before
    assert desk.accept(mailed) == desk.person, "what was mailed to themself works"


def test_what_was_accepted_stays_so(desk: Desk) -> None:
    desk.invite()
    desk.accept(desk.mail())
    later = desk.now + DAY
    for command in (
        lambda work: invitations.send_again(work, desk.row.id, later),
        lambda work: invitations.revoke(work, desk.row.id, later),
        lambda work: invitations.hand_over(work, desk.row.id, "x", later, later),
    ):
        with refused(WrongState):
            desk.fair.perform(SYSTEM, command)
    with refused(LinkSpent):
        desk.mail()


def test_nothing_is_mailed_for_a_revoked_invitation(desk: Desk) -> None:
    desk.invite()
    desk.fair.perform(SYSTEM, invitations.revoke, desk.row.id, desk.now)
    assert [state for *_, state in mails(desk.fair)] == ["dropped"]
    with refused(LinkSpent):
        desk.mail()


@pytest.mark.parametrize("end", ["revoke", "accept"])
def test_a_mail_that_is_made_while_the_invitation_ends_gets_no_link(desk: Desk, end: str) -> None:
    """The postman waits for whoever is about to commit, and then finds that it is over."""
    desk.invite()
    token, refusals = desk.mail(), []
    with writing(desk.fair.engine) as connection, Session(connection) as db:
        work = Work(db, connection, Later(connection), NOW, desk.fair.id, SYSTEM, {}, desk.fair.clock)
        if end == "revoke":
            invitations.revoke(work, desk.row.id, desk.now)
        else:
            entrance = Entrance(digest("cookie"), desk.now + DAY, desk.now, vault=None)  # type: ignore[arg-type]
            invitations.accept(work, entrance, digest(token), {})
        db.flush()

        def mail() -> None:
            try:
                desk.mail()
            except LinkSpent as refusal:
                refusals.append(refusal)

        postman = Thread(target=mail)
        postman.start()
        waits_for_a_lock(desk.fair, 0.5)
    postman.join(20)
    assert (len(refusals), desk.row.token_digest, desk.row.times_sent) == (1, None, 1)


@pytest.mark.parametrize("end", ["accepted_at", "revoked_at"])
def test_a_link_of_an_invitation_that_is_over_is_spent_whatever_its_digest(desk: Desk, end: str) -> None:
    desk.invite()
    token = desk.mail()
    with writing(desk.fair.engine) as connection, Session(connection) as db:
        setattr(db.get_one(Invitation, desk.row.id), end, NOW)
        db.flush()
    spent(desk, token)


def test_invitations_of_another_convention_are_not_there(fair: Fair, desk: Desk) -> None:
    elsewhere = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    desk.invite()
    later = desk.now + DAY
    for command in (
        lambda work: invitations.send_again(work, desk.row.id, later),
        lambda work: invitations.revoke(work, desk.row.id, later),
        lambda work: invitations.hand_over(work, desk.row.id, "x", later, later),
    ):
        with refused(NotFound):
            elsewhere.perform(SYSTEM, command)


def test_of_fifty_who_accept_at_once_one_does(desk: Desk) -> None:
    desk.invite()
    token, came, barrier = desk.mail(), [0], Barrier(50)

    def use() -> None:
        barrier.wait()
        try:
            desk.accept(token)
        except LinkSpent:
            return
        came[0] += 1

    threads = [Thread(target=use) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(desk.fair.engine) as db:
        assert (came, len(db.exec(select(Login)).all())) == ([1], 1)


def rows() -> Iterator[dict[str, datetime | None]]:
    """Every combination of what may have happened to an invitation."""
    moments = (None, NOW)
    names = ("sent_at", "opened_at", "accepted_at", "revoked_at", "expires_at")
    for values in product(moments, moments, moments, moments, (None, NOW - MINUTE, NOW, NOW + MINUTE)):
        yield dict(zip(names, values, strict=True))


def test_every_row_is_in_one_state_and_both_ways_of_telling_it_agree(engine: Engine, fair: Fair) -> None:
    with writing(engine) as connection, Session(connection) as db:
        for happened in rows():
            person = Person(host_id=fair.host_id, zone=SEOUL, created_at=NOW)
            db.add(person)
            db.flush()
            row = Invitation(convention_id=fair.id, person_id=person.id, created_at=NOW)
            db.add(row.sqlmodel_update(happened))
        db.flush()
        told = [
            (row_id, state)
            for state, condition in conditions(NOW).items()
            for row_id in db.exec(select(Invitation.id).where(condition))
        ]
        assert sorted(told) == sorted((row.id, state_of(row, NOW)) for row in db.exec(select(Invitation)))
    assert len(told) == len(list(rows()))
    assert {state for _, state in told} == set(State)


def test_without_its_persons_one_time_code_an_invitation_is_not_used_up(desk: Desk) -> None:
    desk.invite()
    token = desk.mail()
    with writing(desk.fair.engine) as connection, Session(connection) as db:
        db.add(Credential(person_id=desk.person, totp_secret="sealed", totp_step=-1))
        db.flush()
    with refused(CodeNeeded):
        desk.accept(token, share_contact=True)
    assert desk.is_in(State.SENT)
    with reading(desk.fair.engine) as db:
        assert db.exec(select(Consent)).all() == []
