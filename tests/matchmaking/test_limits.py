"""Who may ask whom, and how often."""

from typing import Any

import pytest

from matchmaking.errors import (
    CoolingDown,
    NotFound,
    Refusal,
    SlotTaken,
    TooManyOpen,
    TooManyToday,
    WrongDirection,
)
from matchmaking.queries import slots_for
from matchmaking.requests import accept, counter, decline, withdraw
from matchmaking.wishes import prefer
from server.database import reading
from tests.factories import Fair, Party, at, make_fair, refused

SLOTS = ["2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10", "2020-11-09 10:45"]
DIRECTIONS = ["buyer_to_exhibitor", "exhibitor_to_buyer", "buyer_to_buyer", "exhibitor_to_exhibitor"]


def kind(fair: Fair, name: str) -> Party:
    return fair.buyer() if name == "buyer" else fair.exhibitor()


@pytest.mark.parametrize("allowed", DIRECTIONS)
@pytest.mark.parametrize("asked", DIRECTIONS)
def test_the_policy_says_which_kind_may_ask_which(sqlite_fair: Fair, allowed: str, asked: str) -> None:
    sqlite_fair.set_policies(who_may_ask=(allowed,))
    by, to = (kind(sqlite_fair, name) for name in asked.split("_to_"))
    if asked == allowed:
        assert sqlite_fair.ask(by, to).state == "pending"
    else:
        with refused(WrongDirection):
            sqlite_fair.ask(by, to)


def test_by_default_exhibitors_and_buyers_ask_each_other(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    assert fair.ask(fair.buyer(), fair.exhibitor()).state == "pending"
    assert fair.ask(fair.exhibitor(), fair.buyer()).state == "pending"
    for same in (fair.buyer, fair.exhibitor):
        with refused(WrongDirection):
            fair.ask(same(), same())


def test_whoever_offers_and_seeks_may_do_what_either_may(sqlite_fair: Fair) -> None:
    both = sqlite_fair.party(offers=True, seeks=True)
    sqlite_fair.set_policies(who_may_ask=("buyer_to_exhibitor",))
    assert sqlite_fair.ask(sqlite_fair.buyer(), both).state == "pending"
    assert sqlite_fair.ask(both, sqlite_fair.exhibitor(), SLOTS[1]).state == "pending"


def test_parties_of_another_convention_do_not_exist(fair: Fair) -> None:
    other = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    with refused(NotFound):
        fair.ask(fair.buyer(), other.exhibitor())


def test_the_cap_of_open_requests_counts_only_open_ones_that_we_sent(fair: Fair) -> None:
    fair.set_policies(open_requests=2)
    clinic, agency = fair.exhibitor(people=4), fair.buyer()
    one = fair.ask(agency, clinic, SLOTS[0])
    fair.ask(agency, fair.exhibitor(), SLOTS[1])
    fair.ask(fair.exhibitor(), agency, SLOTS[2])
    with refused(TooManyOpen, limit=2):
        fair.ask(agency, fair.exhibitor(), SLOTS[3])
    fair.perform(agency, withdraw, one.id)
    assert fair.ask(agency, fair.exhibitor(), SLOTS[3]).state == "pending"


def test_a_crossing_request_is_an_answer_and_counts_towards_no_cap(fair: Fair) -> None:
    fair.set_policies(open_requests=1, daily_requests=1)
    clinic, agency = fair.exhibitor(people=2), fair.buyer()
    fair.ask(agency, clinic, SLOTS[0])
    other = fair.exhibitor()
    fair.ask(other, agency, SLOTS[1])
    assert fair.ask(agency, other, SLOTS[1]).state == "accepted"


def test_the_cap_of_a_day_counts_withdrawn_ones_and_ends_at_midnight_in_the_conventions_zone(fair: Fair) -> None:
    fair.set_policies(daily_requests=2)
    agency = fair.buyer()
    fair.move_to("2020-11-03 00:00")
    for slot in SLOTS[:2]:
        sent = fair.ask(agency, fair.exhibitor(), slot)
        fair.perform(agency, withdraw, sent.id)
    fair.move_to("2020-11-03 23:59")
    with refused(TooManyToday, limit=2, next_day=at("2020-11-04 00:00")):
        fair.ask(agency, fair.exhibitor(), SLOTS[2])
    fair.move_to("2020-11-04 00:00")
    assert fair.ask(agency, fair.exhibitor(), SLOTS[2]).state == "pending"


def test_the_cap_is_the_organisations_however_many_people_it_has(fair: Fair) -> None:
    fair.set_policies(daily_requests=1)
    agency, clinic = fair.buyer(people=3), fair.exhibitor()
    fair.ask(agency, clinic, SLOTS[0])
    with refused(TooManyToday):
        fair.ask(agency, fair.exhibitor(), SLOTS[1])


def test_after_a_decline_the_same_side_waits_and_the_other_may_ask(fair: Fair) -> None:
    fair.set_policies(cooldown_hours=24)
    clinic, agency = fair.exhibitor(), fair.buyer()
    fair.perform(clinic, decline, fair.ask(agency, clinic).id)
    with refused(CoolingDown, until=at("2020-11-03 09:00")):
        fair.ask(agency, clinic)
    back = fair.ask(clinic, agency)
    assert back.state == "pending"
    fair.perform(clinic, withdraw, back.id)
    fair.move_to("2020-11-03 08:59")
    with refused(CoolingDown):
        fair.ask(agency, clinic)
    fair.move_to("2020-11-03 09:00")
    assert fair.ask(agency, clinic).state == "pending"


def test_whose_counter_proposal_was_declined_is_the_side_that_waits(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    sent = fair.ask(agency, clinic, SLOTS[0])
    fair.perform(clinic, counter, sent.id, slot_id=fair.slot(SLOTS[1]))
    fair.perform(agency, decline, sent.id)
    with refused(CoolingDown):
        fair.ask(clinic, agency, SLOTS[2])
    assert fair.ask(agency, clinic, SLOTS[2]).state == "pending"


@pytest.mark.parametrize("closing", [withdraw, None])
def test_what_was_withdrawn_or_has_expired_cools_nobody_down(fair: Fair, closing: Any) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    sent = fair.ask(agency, clinic)
    if closing is None:
        fair.move_to("2020-11-03 09:00")
        fair.fire_due()
    else:
        fair.perform(agency, closing, sent.id)
    assert fair.ask(agency, clinic).state == "pending"


def test_an_expired_thread_still_counts_towards_the_day(fair: Fair) -> None:
    fair.set_policies(daily_requests=1, expiry_hours=1)
    clinic, agency = fair.exhibitor(), fair.buyer()
    fair.ask(agency, clinic)
    fair.move_to("2020-11-02 10:00")
    with refused(TooManyToday):
        fair.ask(agency, clinic)


def answer_to(fair: Fair, by: Party, to: Party, wall: str) -> tuple[Any, ...]:
    """Everything a refused asker can learn."""
    with pytest.raises(Refusal) as caught:
        fair.ask(by, to, wall)
    refusal = caught.value
    return type(refusal), str(refusal), refusal.code, refusal.advice, refusal.message, refusal.details


def test_no_thanks_answers_like_a_full_calendar(fair: Fair) -> None:
    full, unwilling, agency = fair.exhibitor(), fair.exhibitor(), fair.buyer()
    for wall in SLOTS:
        fair.ask(fair.buyer(), full, wall)
    fair.perform(unwilling, prefer, by=unwilling.id, about=agency.id, wish="no_thanks")
    for wall in SLOTS:
        told = answer_to(fair, agency, unwilling, wall)
        assert told == answer_to(fair, agency, full, wall)
        assert told[0] is SlotTaken
    away = fair.exhibitor(hours=[(0, 0)])
    with reading(fair.engine) as db:
        free = [slots_for(db, fair.id, agency.id, party.id, fair.clock.now()) for party in (unwilling, away)]
        assert free == [[], []]


def test_no_thanks_stops_neither_its_sayer_nor_anybody_else(fair: Fair) -> None:
    unwilling, agency = fair.exhibitor(), fair.buyer()
    fair.perform(unwilling, prefer, by=unwilling.id, about=agency.id, wish="no_thanks")
    assert fair.ask(fair.buyer(), unwilling, SLOTS[0]).state == "pending"
    asked = fair.ask(unwilling, agency, SLOTS[1])
    assert fair.perform(agency, accept, asked.id).state == "accepted"
    fair.perform(unwilling, prefer, by=unwilling.id, about=agency.id, wish="meet")
    assert fair.ask(agency, unwilling, SLOTS[2]).state == "pending"
