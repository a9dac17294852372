"""Organisations take part and send people; what the host knows of a person is no party's to overwrite."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import col, select

from matchmaking.errors import BadCalendar, Booked, NotAllowed, NotFound, SlotTaken
from matchmaking.parties import Day
from matchmaking.queries import slots_for
from matchmaking.tables import Attendee, Availability, Participation, Representative
from server.accounts.actors import SYSTEM, Actor
from server.accounts.invitations import invite
from server.accounts.permissions import RoleName
from server.accounts.tables import Invitation, Person
from server.conventions.commands import add_person, add_role
from server.conventions.representatives import (
    Newcomer,
    Profile,
    SeatRecord,
    add_party,
    add_representative,
    remove_representative,
    set_hours,
    update_representative,
)
from server.conventions.tables import Organisation
from server.database import reading
from server.errors import LastOne, PartyExists, SeatedElsewhere
from server.ids import new_id
from server.work import Work
from tests.factories import SEOUL, Fair, Party, make_fair, refused

KIM = Newcomer("kim@firm.example", {"ko": "김민지", "original": "ko"}, "Sales", "+82 31 1", ("ko", "en"), None, False)
FIRM = Profile({"en": "Mir Labs"}, "KR", SEOUL, True, False, None, None, ["X-ray"], [], ["MN"])


def manager(party: Party) -> Actor:
    """The party's admin, as the door lets them in."""
    return replace(party.actor(), managed=frozenset({party.id}))


def person(fair: Fair, person_id: UUID) -> Person:
    with reading(fair.engine) as db:
        return db.get_one(Person, person_id)


def seat(fair: Fair, person_id: UUID) -> Representative:
    with reading(fair.engine) as db:
        return db.get_one(Representative, (fair.id, person_id))


def version(fair: Fair, party: UUID) -> int:
    with reading(fair.engine) as db:
        return db.get_one(Participation, party).version


def test_an_organisation_is_invited_with_its_first_representative(fair: Fair) -> None:
    made = fair.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM)
    with reading(fair.engine) as db:
        party = db.get_one(Participation, made.party)
        organisation = db.get_one(Organisation, party.organisation_id)
    assert (party.name, party.country, party.zone, party.offers, party.seeks) == (FIRM.name, "KR", SEOUL, True, False)
    assert (party.products, party.target_countries, party.needs_look) == (["X-ray"], ["MN"], [])
    assert (organisation.name, organisation.match_key, organisation.host_id) == (FIRM.name, "mirlabs", fair.host_id)
    first, sits = person(fair, made.person), seat(fair, made.person)
    assert (first.email, first.name, first.phone, first.position) == (KIM.email, KIM.name, KIM.phone, KIM.position)
    assert (sits.participation_id, sits.position, sits.admin, sits.zone) == (made.party, 0, True, SEOUL)
    assert first.rights_changed_at is not None
    assert fair.told() == ["party.changed"]


def test_a_new_party_has_slots_at_once(fair: Fair) -> None:
    made = fair.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM)
    buyer = fair.buyer()
    with reading(fair.engine) as db:
        assert slots_for(db, fair.id, buyer.id, made.party, fair.clock.now())


def test_an_organisation_takes_part_once_whatever_its_spelling(fair: Fair) -> None:
    made = fair.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM)
    again = FIRM._replace(name={"en": "MIR  LABS."})
    with refused(PartyExists, party=made.party):
        fair.perform(SYSTEM, add_party, fair.host_id, again, KIM._replace(email="other@firm.example"))
    other = fair.perform(
        SYSTEM, add_party, fair.host_id, again._replace(country="MN"), KIM._replace(email="mn@firm.example")
    )
    assert other.party != made.party, "a namesake in another country is another organisation"


def test_an_organisation_lasts_from_edition_to_edition(fair: Fair) -> None:
    fair.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM)
    following = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    following.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM)
    with reading(fair.engine) as db:
        assert len(db.exec(select(Organisation)).all()) == 1
        assert len(db.exec(select(Participation)).all()) == 2
        assert len(db.exec(select(Person).where(col(Person.email).is_not(None))).all()) == 1


def test_however_long_a_name_is_it_is_one_organisations(fair: Fair) -> None:
    long = FIRM._replace(name={"en": "\ufdfa" * 120})  # one character that stands for eighteen
    made = fair.perform(SYSTEM, add_party, fair.host_id, long, KIM)
    with refused(PartyExists, party=made.party):
        fair.perform(SYSTEM, add_party, fair.host_id, long, KIM)


def test_a_name_of_signs_is_no_other_firms_name(fair: Fair) -> None:
    for country in ("KR", "MN"):
        newcomer = KIM._replace(email=f"{country}@firm.example")
        fair.perform(SYSTEM, add_party, fair.host_id, FIRM._replace(country=country), newcomer)
    signs = FIRM._replace(name={"en": "%"}, country="MN")
    fair.perform(SYSTEM, add_party, fair.host_id, signs, KIM)
    with reading(fair.engine) as db:
        assert set(db.exec(select(Organisation.match_key))) == {"mirlabs", "mirlabs@MN1", "%"}


def test_two_conventions_that_add_a_firm_at_once_make_one_organisation(fair: Fair) -> None:
    following = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    barrier = Barrier(2)

    def add(one: Fair) -> SeatRecord:
        barrier.wait()
        return one.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM)

    with ThreadPoolExecutor(2) as threads:
        assert len({seat.party for seat in threads.map(add, [fair, following])}) == 2
    with reading(fair.engine) as db:
        assert list(db.exec(select(Organisation.match_key))) == ["mirlabs"]


def test_a_party_adds_its_own_people(fair: Fair) -> None:
    party = fair.exhibitor()
    before = version(fair, party.id)
    made = fair.perform(manager(party), add_representative, party.id, KIM)
    assert made == SeatRecord(party=party.id, person=made.person, active=True, admin=False)
    assert (seat(fair, made.person).position, seat(fair, made.person).languages) == (1, ["ko", "en"])
    assert version(fair, party.id) == before + 1
    again = fair.perform(manager(party), add_representative, party.id, KIM)
    assert (again, version(fair, party.id)) == (made, before + 1), "nothing happens twice"


def test_what_the_host_knows_of_somebody_is_only_filled_in(fair: Fair) -> None:
    name: dict[str, object] = {"en": "Kim M."}
    known = fair.perform(SYSTEM, add_person, fair.host_id, KIM.email, SEOUL, name, phone="+82 10 999")
    party = fair.exhibitor()
    made = fair.perform(manager(party), add_representative, party.id, KIM)
    found = person(fair, known)
    assert (made.person, made.kept) == (known, ("name",)), "whether a phone is known is not told"
    assert (found.name, found.phone, found.position) == ({"en": "Kim M."}, "+82 10 999", "Sales")


def test_nobody_sits_for_two_parties(fair: Fair) -> None:
    party, other = fair.exhibitor(), fair.buyer()
    fair.perform(manager(party), add_representative, party.id, KIM)
    with refused(SeatedElsewhere):
        fair.perform(manager(other), add_representative, other.id, KIM)


def test_only_a_partys_admins_and_the_organiser_manage_it(fair: Fair) -> None:
    party, other = fair.exhibitor(people=2), fair.exhibitor()
    staff = Actor(new_id(), roles=frozenset({RoleName.STAFF}))
    organiser = Actor(new_id(), roles=frozenset({RoleName.ORGANISER}))
    for who in (manager(other), party.actor(1), staff):
        with refused(NotAllowed):
            fair.perform(who, add_representative, party.id, KIM)
        with refused(NotAllowed):
            fair.perform(who, update_representative, party.id, party.people[0], {"admin": False})
        with refused(NotAllowed):
            fair.perform(who, remove_representative, party.id, party.people[1])
    fair.perform(organiser, add_representative, party.id, KIM)
    with refused(NotFound):
        fair.perform(organiser, add_representative, new_id(), KIM)


def test_nobody_is_changed_through_another_party(fair: Fair) -> None:
    party, other = fair.exhibitor(), fair.exhibitor(people=2)
    for command in (
        lambda work: update_representative(work, party.id, other.people[1], {"languages": ["en"]}),
        lambda work: remove_representative(work, party.id, other.people[1]),
        lambda work: set_hours(work, party.id, other.people[1], None, []),
    ):
        with refused(NotFound):
            fair.perform(manager(party), command)


def test_a_party_changes_people_that_only_it_knows(fair: Fair) -> None:
    party = fair.exhibitor()
    made = fair.perform(manager(party), add_representative, party.id, KIM)
    changes = {"name": {"en": "Minji Kim"}, "phone": "+82 2 22", "languages": ["en"], "zone": "Asia/Dhaka"}
    assert fair.perform(manager(party), update_representative, party.id, made.person, changes).kept == ()
    found, sits = person(fair, made.person), seat(fair, made.person)
    assert (found.name, found.phone, found.position) == ({"en": "Minji Kim"}, "+82 2 22", "Sales")
    assert (sits.languages, sits.zone) == (["en"], "Asia/Dhaka")
    with reading(fair.engine) as db:
        zones = set(db.exec(select(Availability.zone).where(Availability.person_id == made.person)))
    assert zones == {"Asia/Dhaka"}


@pytest.mark.parametrize("elsewhere", ["another convention", "a role"])
def test_whom_others_know_too_is_the_hosts_to_change(fair: Fair, elsewhere: str) -> None:
    party = fair.exhibitor()
    made = fair.perform(manager(party), add_representative, party.id, KIM._replace(phone=None))
    if elsewhere == "a role":
        fair.perform(SYSTEM, add_role, made.person, "speaker")
    else:
        following = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
        following.perform(SYSTEM, add_party, fair.host_id, FIRM, KIM._replace(phone=None))
    changes = {"name": {"en": "Somebody"}, "phone": "+82 2 22"}
    answer = fair.perform(manager(party), update_representative, party.id, made.person, changes)
    assert answer.kept == ("name",)
    assert (person(fair, made.person).name, person(fair, made.person).phone) == (KIM.name, "+82 2 22")
    fair.perform(SYSTEM, update_representative, party.id, made.person, changes)
    assert person(fair, made.person).name == {"en": "Somebody"}


def test_a_party_keeps_an_admin(fair: Fair) -> None:
    party = fair.exhibitor(people=2)
    lead, colleague = party.people
    with refused(LastOne):
        fair.perform(manager(party), remove_representative, party.id, lead)
    with refused(LastOne):
        fair.perform(manager(party), update_representative, party.id, lead, {"admin": False})
    fair.perform(manager(party), update_representative, party.id, colleague, {"admin": True})
    assert fair.perform(manager(party), remove_representative, party.id, lead).active is False
    assert person(fair, lead).rights_changed_at is not None


def test_who_has_meetings_before_them_leaves_only_if_a_colleague_takes_over(fair: Fair) -> None:
    party, buyer = fair.exhibitor(people=3), fair.buyer()
    meeting = fair.meet(buyer, party, "2020-11-09 09:00")
    with reading(fair.engine) as db:
        sits = select(Attendee.person_id).where(Attendee.meeting_id == meeting, Attendee.participation_id == party.id)
        booked = db.exec(sits).one()
    free, busy = (one for one in party.people if one != booked)
    other = fair.meet(fair.buyer(), party, "2020-11-09 09:00")
    with reading(fair.engine) as db:
        taken_now = set(db.exec(select(Attendee.person_id).where(Attendee.meeting_id == other)))
    if free in taken_now:
        free, busy = busy, free
    fair.perform(SYSTEM, update_representative, party.id, free, {"admin": True})
    fair.perform(SYSTEM, update_representative, party.id, busy, {"admin": True})
    with refused(Booked, meetings=[meeting], requests=[]):
        fair.perform(manager(party), remove_representative, party.id, booked)
    with refused(SlotTaken):
        fair.perform(manager(party), remove_representative, party.id, booked, busy)
    assert fair.perform(manager(party), remove_representative, party.id, booked, free).active is False
    with reading(fair.engine) as db:
        attending = set(db.exec(select(Attendee.person_id).where(Attendee.meeting_id == meeting)))
    assert attending == {buyer.people[0], free}


def test_who_is_gone_gets_no_slots_and_may_come_back_to_another_party(fair: Fair) -> None:
    party, other, buyer = fair.exhibitor(people=2), fair.exhibitor(), fair.buyer()
    gone = party.people[1]
    fair.perform(manager(party), remove_representative, party.id, gone)
    with refused(NotFound):
        fair.perform(manager(party), update_representative, party.id, gone, {"admin": True})
    mail = "gone@firm.example"

    def give_address(work: Work) -> None:
        work.db.get_one(Person, gone).email = mail

    fair.perform(SYSTEM, give_address)
    back = fair.perform(manager(other), add_representative, other.id, KIM._replace(email=mail))
    assert (back.person, back.party, seat(fair, gone).participation_id) == (gone, other.id, other.id)
    fair.meet(buyer, other)


def test_who_is_gone_is_not_invited_any_more(fair: Fair) -> None:
    party = fair.exhibitor()
    made = fair.perform(manager(party), add_representative, party.id, KIM)
    fair.perform(SYSTEM, invite, fair.clock.real_now(), mailed=False, people=[made.person])
    fair.perform(manager(party), remove_representative, party.id, made.person)
    with reading(fair.engine) as db:
        assert db.exec(select(Invitation.revoked_at)).one() is not None


def test_hours_are_kept_date_by_date(fair: Fair) -> None:
    party, buyer = fair.exhibitor(), fair.buyer()
    days = [Day(date(2020, 11, 10), "online", ((540, 720),)), Day(date(2020, 11, 11), "on_site", ((780, 1020),))]
    me = party.actor()
    fair.perform(me, set_hours, party.id, party.people[0], None, days)
    with reading(fair.engine) as db:
        rows = db.exec(
            select(Availability).where(Availability.person_id == party.people[0]).order_by(col(Availability.local_date))
        ).all()
        offered = [slot.starts_at for slot in slots_for(db, fair.id, buyer.id, party.id, fair.clock.now())]
    assert [(row.local_date.day, row.mode, row.hours) for row in rows] == [
        *((day, "absent", []) for day in (8, 9)),
        (10, "online", [[540, 720]]),
        (11, "on_site", [[780, 1020]]),
        *((day, "absent", []) for day in (12, 13)),
    ]
    assert {row.source for row in rows} == {"stated"}
    assert {(start.hour + 9, start.day) for start in offered} == {
        *((hour, 10) for hour in (9, 10, 11)),
        *((hour, 11) for hour in (13, 14, 15, 16)),
    }


def test_hours_are_ones_own_or_ones_partys_and_of_the_conventions_days(fair: Fair) -> None:
    party = fair.exhibitor(people=2)
    day = [Day(date(2020, 11, 10), "online", ((540, 720),))]
    fair.perform(party.actor(1), set_hours, party.id, party.people[1], None, day)
    with refused(NotAllowed):
        fair.perform(party.actor(1), set_hours, party.id, party.people[0], None, day)
    fair.perform(manager(party), set_hours, party.id, party.people[1], "Asia/Dhaka", day)
    assert seat(fair, party.people[1]).zone == "Asia/Dhaka"
    with refused(BadCalendar):
        fair.perform(manager(party), set_hours, party.id, party.people[0], None, [day[0]._replace(local_date=date.max)])
