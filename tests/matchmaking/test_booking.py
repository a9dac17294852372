"""Taking people's time: the guard is the key of the occupancy table, across the conventions of a host."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from matchmaking.booking import busy_cells, free_slots, held, occupy, release
from matchmaking.calendar import rules, rules_of
from matchmaking.errors import SlotTaken
from matchmaking.interpreting.need import Speaker
from matchmaking.parties import set_availability
from matchmaking.queries import nearest, slots_for
from matchmaking.requests import request_meeting, withdraw
from matchmaking.slots import cells
from matchmaking.tables import Occupancy, Representative, Slot
from server.accounts.actors import SYSTEM
from server.batch import Order, Surprise, run_batch
from server.clock import SteppedClock
from server.database import reading, writing
from server.ids import new_id
from server.work import Work
from tests.factories import ALWAYS, Fair, Party, at, make_fair, refused, taken

NINE, NEXT, TEN = "2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10"


def take(work: Work, holder: UUID, people: tuple[UUID, UUID], wall: str) -> None:
    start = at(wall)
    occupy(work, holder, people, start, start + timedelta(minutes=30), rules(work))


def test_the_key_alone_keeps_two_from_holding_one_cell(engine: Engine) -> None:
    person = new_id()

    def insert() -> None:
        with writing(engine) as connection, Session(connection) as db:
            db.add(Occupancy(resource_id=person, cell=1, holder_id=new_id()))
            db.flush()

    insert()
    with pytest.raises(IntegrityError):
        insert()


def test_time_is_taken_whole_or_not_at_all(fair: Fair) -> None:
    one, other, third, first, second = (new_id() for _ in range(5))
    fair.perform(SYSTEM, take, first, (one, other), NINE)
    assert fair.occupied() == taken(first, [one, other], NINE)
    with refused(SlotTaken):
        fair.perform(SYSTEM, take, second, (other, third), NINE)
    assert fair.occupied() == taken(first, [one, other], NINE)
    fair.perform(SYSTEM, take, second, (other, third), NEXT)
    assert fair.occupied() == taken(first, [one, other], NINE) | taken(second, [other, third], NEXT)


def test_release_gives_back_what_the_holder_held_and_nothing_else(fair: Fair) -> None:
    one, other, first, second = (new_id() for _ in range(4))
    fair.perform(SYSTEM, take, first, (one, other), NINE)
    fair.perform(SYSTEM, take, second, (one, other), NEXT)
    unknown = Speaker(frozenset()), Speaker(frozenset())
    assert fair.perform(SYSTEM, held, first, (one, other)) == (True, unknown)
    fair.perform(SYSTEM, release, first)
    assert fair.perform(SYSTEM, held, first, (one, other)) == (False, unknown)
    assert fair.occupied() == taken(second, [one, other], NEXT)


def test_a_command_that_does_not_look_is_stopped_by_the_key(fair: Fair) -> None:
    """The same race as between two processes: both found the person free."""
    clinic, agency, other = fair.exhibitor(), fair.buyer(), fair.buyer()
    first = fair.ask(agency, clinic, NINE)
    slot_id = fair.slot(NINE)

    def ask_blindly(work: Work) -> None:
        request_meeting(work, by=other.id, to=clinic.id, slot_id=slot_id)

    order = Order(fair.id, ask_blindly, other.actor())
    with pytest.raises(Surprise) as surprise, writing(fair.engine) as connection:
        run_batch(connection, [order], fair.clock, blind_to_occupancy=True)
    assert isinstance(surprise.value.__cause__, SlotTaken)
    assert fair.occupied() == taken(first.id, [clinic.people[0], agency.people[0]], NINE)


def second_edition_with(fair: Fair, party: Party, clock: SteppedClock) -> tuple[Fair, Party]:
    """Another convention of the host, in which the same person sits for another party."""
    second = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    there = second.exhibitor()

    def lend(work: Work) -> None:
        mine = work.db.get_one(Representative, (second.id, there.people[0]))
        mine.active = False
        row = Representative(convention_id=second.id, person_id=party.people[0], participation_id=there.id, position=0)
        work.db.add_all([mine, row])
        work.db.flush()
        set_availability(work, party.people[0], "Asia/Seoul", kind="stated", hours=ALWAYS)

    second.perform(SYSTEM, lend)
    return second, Party(there.id, party.people)


def test_a_person_taken_in_one_convention_is_busy_in_the_hosts_others(fair: Fair, clock: SteppedClock) -> None:
    clinic = fair.exhibitor()
    second, there = second_edition_with(fair, clinic, clock)
    held = fair.ask(fair.buyer(), clinic, NINE)
    with refused(SlotTaken, slot=second.slot(NINE)):
        second.ask(second.buyer(), there, NINE)
    assert second.ask(second.buyer(), there, NEXT).state == "pending"
    with reading(fair.engine) as db:
        start = at(NINE)
        span = cells(start, start + timedelta(minutes=30), 5)
        assert busy_cells(db, clinic.people, span) == {clinic.people[0]: frozenset(span)}
    assert list(fair.occupied().values()).count(held.id) == 14


def starts(slots: list[Slot]) -> list[str]:
    return [slot.starts_at.strftime("%d %H:%M") for slot in slots]


def test_free_slots_are_those_in_which_both_sides_have_somebody(fair: Fair) -> None:
    """Kathmandu is 3 h 15 min behind Seoul: 09:00-18:00 there is 12:15-21:15 here."""
    clinic = fair.exhibitor(hours=[(9 * 60, 18 * 60)])
    buyer = fair.buyer(zone="Asia/Kathmandu", hours=[(9 * 60, 18 * 60)])
    fair.ask(fair.buyer(), clinic, "2020-11-09 13:05")
    with reading(fair.engine) as db:
        free = slots_for(db, fair.id, buyer.id, clinic.id, fair.clock.now())
        assert [slot for slot in starts(free) if slot.startswith("09")] == [
            "09 03:30",  # 12:30 in Seoul, 09:15 in Kathmandu
            *["09 04:40", "09 05:15", "09 05:50", "09 06:25", "09 07:00", "09 07:35", "09 08:10"],
        ]
        assert len(free) == 4 * 9 - 1
        assert free_slots(db, fair.id, (buyer.id, clinic.id), [], rules_of(db, fair.id)) == []


def test_free_slots_are_exactly_those_that_can_be_asked_for(fair: Fair) -> None:
    clinic = fair.exhibitor(hours=[(540, 1080)])
    buyer = fair.buyer(zone="America/Sao_Paulo", hours=[(480, 600), (1200, 1500)])
    fair.set_policies(daily_requests=500)
    fair.ask(fair.buyer(), clinic, "2020-11-09 09:35")
    with reading(fair.engine) as db:
        free = {slot.id for slot in slots_for(db, fair.id, buyer.id, clinic.id, fair.clock.now())}
    asked = set()
    for slot_id in fair.slots.values():
        try:
            request = fair.perform(buyer, request_meeting, by=buyer.id, to=clinic.id, slot_id=slot_id)
        except SlotTaken:
            continue
        asked.add(slot_id)
        fair.perform(buyer, withdraw, request.id)
    assert free == asked
    assert 0 < len(free) < len(fair.slots)


def test_nearest_slots_are_offered_the_closest_first(sqlite_fair: Fair) -> None:
    clinic, buyer = sqlite_fair.exhibitor(), sqlite_fair.buyer()
    sqlite_fair.ask(sqlite_fair.buyer(), clinic, TEN)
    with reading(sqlite_fair.engine) as db:
        free = slots_for(db, sqlite_fair.id, buyer.id, clinic.id, sqlite_fair.clock.now())
        assert [slot.starts_at for slot in nearest(free, at(TEN))] == [
            at(NEXT),
            at("2020-11-09 10:45"),
            at(NINE),
        ]
