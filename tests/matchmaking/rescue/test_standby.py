"""A meeting proposed on the spot: both are asked, the first holds, the second makes it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from matchmaking.errors import NeedsLook, NotAllowed, NotFound, SlotTaken, SlotUnknown, WrongState
from matchmaking.meetings import assign, cancel
from matchmaking.requests import request_meeting
from matchmaking.rescue.errors import AlreadyMet, NotWished, ProposalOpen
from matchmaking.rescue.events import StandbyRecord
from matchmaking.rescue.standby import EXPIRE, accept, decline, expire, offer, withdraw
from matchmaking.slots import cells
from matchmaking.wishes import prefer
from server.accounts.actors import SYSTEM
from tests.factories import Fair, Party, at, make_fair, refused
from tests.matchmaking.interpreting.team import interpreted, interpreter

NOW = "2020-11-09 09:10"
NEXT = "2020-11-09 09:35"


@dataclass(frozen=True, slots=True)
class Desk:
    """A fair that runs, an exhibitor and a buyer who wishes to meet it, and is idle."""

    fair: Fair
    exhibitor: Party
    buyer: Party

    def offer(self, wall: str = NEXT) -> StandbyRecord:
        return self.fair.perform(
            SYSTEM, offer, one=self.exhibitor.id, other=self.buyer.id, slot_id=self.fair.slot(wall)
        )

    def answer(self, party: Party, answer: Any, standby: StandbyRecord) -> StandbyRecord:
        answered: StandbyRecord = self.fair.perform(party, answer, standby.id, by=party.id)
        return answered

    def taken(self, standby: StandbyRecord) -> dict[tuple[UUID, int], UUID]:
        """What both sides' time is held by while the proposal holds it."""
        span = cells(standby.starts_at, standby.ends_at, 5)
        people = (*self.exhibitor.people, *self.buyer.people)
        return {(person, cell): standby.id for person in people for cell in span}


def desk_of(fair: Fair) -> Desk:
    desk = Desk(fair, fair.exhibitor(), fair.buyer())
    fair.perform(desk.buyer, prefer, by=desk.buyer.id, about=desk.exhibitor.id, wish="meet")
    fair.move_to(NOW)
    return desk


@pytest.fixture
def desk(sqlite_fair: Fair) -> Desk:
    return desk_of(sqlite_fair)


def test_the_first_acceptance_holds_and_the_second_makes_the_meeting(fair: Fair) -> None:
    desk = desk_of(fair)
    offered = desk.offer()
    assert fair.occupied() == {}
    assert (offered.state, offered.expires_at) == ("offered", at(NOW) + timedelta(minutes=5))
    held = desk.answer(desk.buyer, accept, offered)
    assert held == offered.model_copy(update={"state": "held", "held_by": desk.buyer.id, "version": 2})
    assert desk.answer(desk.buyer, accept, offered) == held
    assert fair.occupied() == desk.taken(held)
    agreed = desk.answer(desk.exhibitor, accept, offered)
    assert agreed == held.model_copy(
        update={"state": "agreed", "meeting": offered.id, "closed_at": at(NOW), "version": 3}
    )
    assert fair.occupied() == desk.taken(held)
    meeting = fair.state()["meeting"][str(offered.id)]
    assert {seat["party"] for seat in meeting["attendees"]} == {str(desk.buyer.id), str(desk.exhibitor.id)}
    assert fair.timers() == [(at(NEXT), "meeting.start", offered.id)]
    assert fair.told()[-3:] == ["standby.offered", "standby.held", "standby.agreed"]
    topics = {"organiser", f"party:{desk.buyer.id}", f"party:{desk.exhibitor.id}"}
    assert [set(event.topics) for event in fair.events()[-3:]] == [topics] * 3


@pytest.mark.parametrize("already_held", [False, True])
def test_a_decline_frees_the_slot_and_tells_both(desk: Desk, already_held: bool) -> None:
    offered = desk.offer()
    if already_held:
        desk.answer(desk.buyer, accept, offered)
    declined = desk.answer(desk.exhibitor, decline, offered)
    assert (declined.state, desk.fair.occupied(), desk.fair.timers()) == ("declined", {}, [])
    for answer in (accept, decline):
        with refused(WrongState):
            desk.answer(desk.buyer, answer, offered)
    assert desk.offer().state == "offered"


def test_nobody_answering_frees_the_slot_when_its_minutes_are_over(desk: Desk) -> None:
    offered = desk.offer()
    desk.answer(desk.exhibitor, accept, offered)
    desk.fair.clock.move_to(offered.expires_at)
    with refused(WrongState):  # the timer is late, and what both saw still holds
        desk.answer(desk.buyer, accept, offered)
    assert desk.fair.fire_due() == [EXPIRE]
    assert desk.fair.state()["standby"][str(offered.id)]["state"] == "expired"
    assert desk.fair.occupied() == {}
    assert desk.fair.perform(SYSTEM, expire, offered.id) is None


def test_the_organiser_takes_it_back(desk: Desk) -> None:
    offered = desk.offer()
    desk.answer(desk.buyer, accept, offered)
    assert desk.fair.perform(SYSTEM, withdraw, offered.id).state == "withdrawn"
    assert desk.fair.occupied() == {}
    with refused(WrongState):
        desk.fair.perform(SYSTEM, withdraw, offered.id)


def test_whoever_is_booked_meanwhile_makes_it_lapse(desk: Desk) -> None:
    offered = desk.offer()
    rival = desk.fair.buyer()
    rivals = desk.fair.perform(rival, request_meeting, by=rival.id, to=desk.exhibitor.id, slot_id=desk.fair.slot(NEXT))
    lapsed = desk.answer(desk.buyer, accept, offered)
    assert (lapsed.state, lapsed.held_by) == ("lapsed", None)
    assert set(desk.fair.occupied().values()) == {rivals.id}
    assert desk.fair.told()[-1] == "standby.lapsed"


def test_what_is_held_nobody_else_can_book(desk: Desk) -> None:
    offered = desk.offer()
    desk.answer(desk.buyer, accept, offered)
    rival, slot = desk.fair.buyer(), desk.fair.slot(NEXT)
    with refused(SlotTaken):
        desk.fair.perform(rival, request_meeting, by=rival.id, to=desk.exhibitor.id, slot_id=slot)


def test_of_two_proposals_to_one_party_the_first_accepted_holds(desk: Desk) -> None:
    second = desk.fair.buyer()
    desk.fair.perform(second, prefer, by=second.id, about=desk.exhibitor.id, wish="must_meet")
    first = desk.offer()
    other = desk.fair.perform(SYSTEM, offer, one=desk.exhibitor.id, other=second.id, slot_id=desk.fair.slot(NEXT))
    assert desk.answer(desk.exhibitor, accept, first).state == "held"
    assert desk.answer(second, accept, other).state == "lapsed"
    assert desk.answer(desk.buyer, accept, first).state == "agreed"


def test_those_who_have_met_meanwhile_are_not_to_meet_twice(desk: Desk) -> None:
    offered = desk.offer()
    pair = {"one": desk.exhibitor.id, "other": desk.buyer.id}
    later = desk.fair.perform(SYSTEM, assign, **pair, slot_id=desk.fair.slot("2020-11-09 10:10"))
    assert desk.answer(desk.buyer, accept, offered).state == "lapsed"
    with refused(AlreadyMet):
        desk.offer()
    desk.fair.perform(SYSTEM, cancel, later.id, code="technical")
    assert desk.offer().state == "offered"


def test_a_slot_that_runs_is_used_as_far_as_it_is_left(desk: Desk) -> None:
    running = desk.offer("2020-11-09 09:00")
    assert (running.starts_at, running.ends_at) == (at("2020-11-09 09:15"), at("2020-11-09 09:30"))
    desk.fair.perform(SYSTEM, withdraw, running.id)
    desk.fair.move_to("2020-11-09 09:16")
    with refused(SlotUnknown):
        desk.offer("2020-11-09 09:00")


def test_only_the_organiser_proposes_and_only_to_who_wishes_it(desk: Desk) -> None:
    slot = desk.fair.slot(NEXT)

    def propose(one: UUID, other: UUID) -> StandbyRecord:
        return desk.fair.perform(SYSTEM, offer, one=one, other=other, slot_id=slot)

    with refused(NotAllowed):
        desk.fair.perform(desk.buyer, offer, one=desk.exhibitor.id, other=desk.buyer.id, slot_id=slot)
    with refused(NotFound):
        propose(desk.exhibitor.id, desk.exhibitor.id)
    with refused(NotFound):
        propose(desk.exhibitor.id, make_fair(desk.fair.engine, desk.fair.clock, slug="other").buyer().id)
    with refused(NeedsLook):
        propose(desk.exhibitor.id, desk.fair.buyer(needs_look=["zone"]).id)
    with refused(NotWished):
        propose(desk.exhibitor.id, desk.fair.buyer().id)
    open_one = propose(desk.exhibitor.id, desk.buyer.id)
    with refused(ProposalOpen, standby=open_one.id):
        propose(desk.buyer.id, desk.exhibitor.id)
    desk.fair.perform(SYSTEM, withdraw, open_one.id)
    desk.fair.perform(desk.exhibitor, prefer, by=desk.exhibitor.id, about=desk.buyer.id, wish="no_thanks")
    with refused(NotWished):
        propose(desk.exhibitor.id, desk.buyer.id)


def test_only_the_two_sides_answer(desk: Desk) -> None:
    offered, rival = desk.offer(), desk.fair.buyer()
    for answer in (accept, decline):
        with refused(NotFound):
            desk.fair.perform(rival, answer, offered.id, by=rival.id)
        with refused(NotFound):
            desk.fair.perform(rival, answer, offered.id, by=desk.buyer.id)
    with refused(NotAllowed):
        desk.fair.perform(desk.buyer, withdraw, offered.id)
    assert desk.fair.perform(SYSTEM, accept, offered.id, by=desk.buyer.id).state == "held"  # told by telephone


def test_an_interpreter_comes_with_the_meeting_if_one_is_needed(sqlite_fair: Fair) -> None:
    desk = Desk(sqlite_fair, sqlite_fair.exhibitor(languages=["ko"]), sqlite_fair.buyer(languages=["ru"]))
    sqlite_fair.perform(desk.buyer, prefer, by=desk.buyer.id, about=desk.exhibitor.id, wish="meet")
    helper = interpreter(sqlite_fair, "ko", "ru")
    sqlite_fair.move_to(NOW)
    offered = desk.offer()
    for party in (desk.exhibitor, desk.buyer):
        desk.answer(party, accept, offered)
    assert interpreted(sqlite_fair, offered.id) == ("booked", helper)
    assert f"person:{helper}" in sqlite_fair.events()[-1].topics
