"""Who sees whose mail address and phone number, over every combination of what it depends on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event

from matchmaking.meetings import assign, cancel
from matchmaking.tables import Participation
from server.accounts.actors import SYSTEM, Actor, load_actor
from server.accounts.consents import record_consents
from server.accounts.contacts import Shown, opens, people_of_parties
from server.accounts.permissions import RoleName
from server.accounts.tables import Person
from server.conventions.commands import add_role
from server.database import reading
from server.scope import Scope, reading_as
from server.work import Work
from tests.api.conftest import add_person
from tests.factories import BEFORE, SEOUL, Fair, Party, make_fair

SHARE, ABROAD = "share_contact", "transfer_abroad"
MEETS = ("nothing", "asked", "assigned", "cancelled")
COUNTRIES = ("KR", "CN", None)  # of the person shown; the reader is in KR
BOTH = (True, False)


def describe(fair: Fair, one: UUID, country: str | None = "KR") -> None:
    """Give a person contact data."""

    def write(work: Work) -> None:
        person = work.db.get_one(Person, one)
        person.name, person.country = {"en": "Kim"}, country
        person.email, person.phone = f"{one}@example.org", "+82 2 1234 5678"

    fair.perform(SYSTEM, write)


def consent(fair: Fair, one: UUID, later: int = 0, **given: bool) -> None:
    fair.perform(SYSTEM, record_consents, one, fair.id, given, "page", BEFORE + timedelta(minutes=later))


def actor_of(fair: Fair, one: UUID) -> Actor:
    with reading(fair.engine) as db:
        return load_actor(db.connection(), one, fair.id, fair.host_id, None)


def seen(fair: Fair, reader: UUID, parties: Sequence[Party]) -> dict[UUID, Shown]:
    """The people of these parties as somebody sees them, in the scope that routes read in."""
    actor = actor_of(fair, reader)
    with reading_as(fair.engine, Scope(fair.id, fair.host_id, actor)) as db:
        found = people_of_parties(db, actor, fair.id, [party.id for party in parties])
    return {one.id: one for people in found.values() for one in people}


def open_to(fair: Fair, reader: UUID, party: Party) -> bool:
    """Whether the reader sees the contact data of the party's lead; address and phone go together."""
    one = seen(fair, reader, [party])[party.people[0]]
    assert (one.email is None) == (one.phone is None)
    return one.email is not None


def walls(fair: Fair) -> list[str]:
    """All slots of the calendar, as wall times."""
    return [start.astimezone(ZoneInfo(SEOUL)).strftime("%Y-%m-%d %H:%M") for start in sorted(fair.slots)]


def approach(fair: Fair, reader: Party, other: Party, how: str, wall: str) -> UUID | None:
    """Let two parties come to this point; the meeting, if there is one."""
    if how == "asked":
        fair.ask(reader, other, wall)
    if how not in ("assigned", "cancelled"):
        return None
    slot = fair.slot(wall)
    meeting = fair.perform(SYSTEM, assign, one=reader.id, other=other.id, slot_id=slot).id
    if how == "cancelled":
        fair.perform(SYSTEM, cancel, meeting, code="other")
    return meeting


@pytest.mark.parametrize("mine", BOTH)
def test_contact_data_is_shown_in_exactly_these_cases(fair: Fair, mine: bool) -> None:
    fair.set_policies(open_requests=50, daily_requests=50)
    reader = fair.buyer()
    describe(fair, reader.people[0])
    consent(fair, reader.people[0], **{SHARE: mine})
    others = {}
    for wall, case in zip(walls(fair), product(MEETS, BOTH, BOTH, COUNTRIES), strict=False):
        how, share, abroad, country = case
        other = others[case] = fair.exhibitor()
        describe(fair, other.people[0], country)
        consent(fair, other.people[0], **{SHARE: share, ABROAD: abroad})
        approach(fair, reader, other, how, wall)
    assert len(others) == 48
    found = seen(fair, reader.people[0], list(others.values()))
    shown = {case for case, other in others.items() if found[other.people[0]].email is not None}
    expected = {
        (how, share, abroad, country)
        for how, share, abroad, country in others
        if mine and how == "assigned" and share and (abroad or country == "KR")
    }
    assert shown == expected
    assert {one.name["en"] for one in found.values() if one.name} == {"Kim"}


@pytest.mark.parametrize("case", list(product(BOTH, BOTH, BOTH, BOTH, BOTH)))
def test_the_rule_by_itself(case: tuple[bool, bool, bool, bool, bool]) -> None:
    meets, mine, share, abroad, same = case
    theirs = {purpose for purpose, given in ((SHARE, share), (ABROAD, abroad)) if given}
    shown = opens(meets=meets, mine={SHARE} if mine else set(), theirs=theirs, same_country=same)
    assert shown == (meets and mine and share and (abroad or same))


def test_a_withdrawn_consent_ends_it_at_once_on_either_side(fair: Fair) -> None:
    buyer, clinic = fair.buyer(), fair.exhibitor()
    one, other = buyer.people[0], clinic.people[0]
    for person in (one, other):
        describe(fair, person)
        consent(fair, person, **{SHARE: True})
    fair.meet(buyer, clinic)
    assert open_to(fair, one, clinic)
    assert open_to(fair, other, buyer)
    consent(fair, one, 1, **{SHARE: False})
    assert not open_to(fair, one, clinic)
    assert not open_to(fair, other, buyer)
    consent(fair, one, 2, **{SHARE: True})
    assert open_to(fair, one, clinic)


def test_whose_country_is_unknown_counts_as_of_their_party_s(fair: Fair) -> None:
    buyer, clinic = fair.buyer(), fair.exhibitor()
    for person in (buyer.people[0], clinic.people[0]):
        describe(fair, person, None)
        consent(fair, person, **{SHARE: True})
    fair.meet(buyer, clinic)
    assert not open_to(fair, buyer.people[0], clinic)
    settle(fair, buyer, "KR")
    settle(fair, clinic, "KR")
    assert open_to(fair, buyer.people[0], clinic)
    settle(fair, clinic, "CN")
    assert not open_to(fair, buyer.people[0], clinic)


def settle(fair: Fair, party: Party, country: str) -> None:
    def write(work: Work) -> None:
        work.db.get_one(Participation, party.id).country = country

    fair.perform(SYSTEM, write)


def test_a_colleague_who_is_not_in_the_meeting_sees_nothing(fair: Fair) -> None:
    buyer, clinic = fair.buyer(people=2), fair.exhibitor()
    for person in (*buyer.people, clinic.people[0]):
        describe(fair, person)
        consent(fair, person, **{SHARE: True})
    meeting = fair.meet(buyer, clinic)
    there = {one["person"] for one in fair.state()["meeting"][str(meeting)]["attendees"]}
    assert {open_to(fair, one, clinic) for one in buyer.people if str(one) in there} == {True}
    assert {open_to(fair, one, clinic) for one in buyer.people if str(one) not in there} == {False}


def test_a_meeting_or_consent_of_another_convention_opens_nothing(fair: Fair) -> None:
    there = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    buyer, clinic = fair.buyer(), fair.exhibitor()
    for person in (buyer.people[0], clinic.people[0]):
        describe(fair, person)
        consent(there, person, **{SHARE: True, ABROAD: True})
    fair.meet(buyer, clinic)
    assert not open_to(fair, buyer.people[0], clinic)


@pytest.mark.parametrize(
    ("role", "people", "contact"),
    [
        (RoleName.VIEWER, False, False),
        (RoleName.SPEAKER, False, False),
        (RoleName.INTERPRETER, True, False),
        (RoleName.STAFF, True, True),
        (RoleName.ORGANISER, True, True),
    ],
)
def test_what_a_role_shows(fair: Fair, role: RoleName, people: bool, contact: bool) -> None:
    party = fair.exhibitor()
    describe(fair, party.people[0])
    somebody = add_person(fair, fair.host_id)
    fair.perform(SYSTEM, add_role, somebody, role)
    found = seen(fair, somebody, [party])
    assert (bool(found), any(one.email for one in found.values())) == (people, contact)


def test_one_s_own_party_shows_addresses_and_the_phones_of_who_shares_them(fair: Fair) -> None:
    """Anybody can be added to a party by their address: their phone is not thereby told."""
    party = fair.buyer(people=2)
    me, mate = party.people

    def shown() -> dict[UUID, tuple[bool, bool]]:
        found = seen(fair, me, [party])
        return {one: (found[one].email is not None, found[one].phone is not None) for one in party.people}

    for one in party.people:
        describe(fair, one)
    assert shown() == {me: (True, True), mate: (True, False)}
    there = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    consent(there, mate, **{SHARE: True})
    consent(fair, me, **{SHARE: True, ABROAD: True})
    assert shown() == {me: (True, True), mate: (True, False)}
    consent(fair, mate, **{SHARE: True})
    assert shown() == {me: (True, True), mate: (True, True)}
    consent(fair, mate, 1, **{SHARE: False})
    assert shown() == {me: (True, True), mate: (True, False)}


def test_many_people_take_as_many_queries_as_one(fair: Fair) -> None:
    reader = fair.buyer()
    consent(fair, reader.people[0], **{SHARE: True})
    parties = [fair.exhibitor() for _ in range(12)]
    for party, wall in zip(parties, walls(fair), strict=False):
        describe(fair, party.people[0])
        approach(fair, reader, party, "assigned", wall)
    with counted(fair.engine) as one:
        seen(fair, reader.people[0], parties[:1])
    with counted(fair.engine) as many:
        seen(fair, reader.people[0], parties)
    assert len(many) == len(one) <= 8


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that run inside."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", note)
