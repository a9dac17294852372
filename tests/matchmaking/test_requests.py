"""Requests, told as what two parties do."""

from datetime import timedelta
from uuid import UUID

import pytest

from matchmaking.errors import (
    NeedsLook,
    NotAllowed,
    NotFound,
    SlotTaken,
    SlotUnknown,
    ThreadOpen,
    WrongState,
)
from matchmaking.events import AttendeeRecord, MeetingRecord, RequestRecord
from matchmaking.outlook import pair_key
from matchmaking.requests import EXPIRE, accept, counter, decline, expire, request_meeting, withdraw
from matchmaking.tables import MeetingRequest, Proposal
from server.accounts.actors import SYSTEM
from server.database import reading
from server.errors import PhaseClosed
from server.ids import new_id
from tests.factories import BEFORE, SEOUL, Fair, Party, at, close_phase, refused, taken

NINE, NEXT, TEN = "2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10"
DAY = timedelta(hours=24)


@pytest.fixture
def clinic(fair: Fair) -> Party:
    return fair.exhibitor()


@pytest.fixture
def agency(fair: Fair) -> Party:
    return fair.buyer()


def people(*parties: Party) -> list[UUID]:
    return [party.people[0] for party in parties]


def test_a_request_waits_for_the_other_side_and_holds_both_peoples_time(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    sent = fair.ask(agency, clinic, NINE)
    assert sent == RequestRecord(
        id=sent.id,
        requester=agency.id,
        addressee=clinic.id,
        awaiting=clinic.id,
        state="pending",
        proposals=1,
        slot=fair.slot(NINE),
        starts_at=at(NINE),
        ends_at=at("2020-11-09 09:30"),
        expires_at=BEFORE + DAY,
        created_at=BEFORE,
        closed_at=None,
        meeting=None,
        version=1,
    )
    assert fair.occupied() == taken(sent.id, people(agency, clinic), NINE)
    assert fair.timers() == [(BEFORE + DAY, EXPIRE, sent.id)]
    (event,) = fair.events()
    assert (event.type, event.topics) == (
        "request.sent",
        ("organiser", f"party:{agency.id}", f"party:{clinic.id}"),
    )


def test_accepting_makes_a_meeting_of_the_same_people_at_that_time(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic, NINE)
    answered = fair.perform(clinic, accept, sent.id)
    assert answered == sent.model_copy(
        update={"state": "accepted", "awaiting": None, "closed_at": BEFORE, "meeting": sent.id, "version": 2}
    )
    lead = {"role": "lead", "required": True, "present": False}
    seats = sorted([(agency.people[0], agency.id), (clinic.people[0], clinic.id)])
    meeting = MeetingRecord(
        id=sent.id,
        request=sent.id,
        state="scheduled",
        starts_at=at(NINE),
        ends_at=at("2020-11-09 09:30"),
        matched_at=BEFORE,
        attendees=tuple(AttendeeRecord(person=person, party=party, **lead) for person, party in seats),
        outcome=None,
        outcome_reason=None,
        outcome_source=None,
        missing=(),
        no_show=(),
        cancelled_for=None,
        moves=0,
        version=1,
    )
    state = fair.state()
    assert state["request"] == {str(sent.id): answered.model_dump(mode="json")}
    assert state["meeting"] == {str(sent.id): meeting.model_dump(mode="json")}
    assert fair.told() == ["request.sent", "request.accepted"]
    assert fair.occupied() == taken(sent.id, people(agency, clinic), NINE)
    assert fair.timers() == [(at(NINE), "meeting.start", sent.id)]


def test_declining_gives_the_time_back(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic)
    answered = fair.perform(clinic, decline, sent.id)
    assert (answered.state, answered.awaiting, answered.closed_at) == ("declined", None, BEFORE)
    assert (fair.occupied(), fair.timers(), fair.told()) == ({}, [], ["request.sent", "request.declined"])


def test_a_counter_proposal_moves_the_hold_and_the_turn(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic, NINE)
    fair.move_to("2020-11-02 10:00")
    countered = fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN), note="later?")
    assert countered == sent.model_copy(
        update={
            "awaiting": agency.id,
            "state": "countered",
            "proposals": 2,
            "slot": fair.slot(TEN),
            "starts_at": at(TEN),
            "ends_at": at("2020-11-09 10:40"),
            "expires_at": at("2020-11-03 10:00"),
            "version": 2,
        }
    )
    assert fair.occupied() == taken(sent.id, people(agency, clinic), TEN)
    assert fair.timers() == [(at("2020-11-03 10:00"), EXPIRE, sent.id)]
    with reading(fair.engine) as db:
        second = db.get_one(Proposal, (sent.id, 2))
        assert (second.by_id, second.slot_id, second.note) == (clinic.id, fair.slot(TEN), "later?")


def test_a_counter_can_be_countered_until_somebody_agrees(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic, NINE)
    fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))
    with refused(NotAllowed):
        fair.perform(clinic, accept, sent.id)
    third = fair.perform(agency, counter, sent.id, slot_id=fair.slot(NEXT))
    assert (third.awaiting, third.proposals, third.version) == (clinic.id, 3, 3)
    with refused(NotAllowed):
        fair.perform(agency, counter, sent.id, slot_id=fair.slot(NINE))
    agreed = fair.perform(clinic, accept, sent.id)
    assert (agreed.state, agreed.starts_at, agreed.meeting) == ("accepted", at(NEXT), sent.id)
    assert fair.occupied() == taken(sent.id, people(agency, clinic), NEXT)
    assert fair.told() == ["request.sent", "request.countered", "request.countered", "request.accepted"]


def test_a_counter_to_a_taken_slot_changes_nothing(fair: Fair, clinic: Party, agency: Party) -> None:
    other = fair.buyer()
    first = fair.ask(other, clinic, TEN)
    sent = fair.ask(agency, clinic, NINE)
    before = fair.state(), fair.occupied(), fair.timers(), fair.told()
    with refused(SlotTaken, slot=fair.slot(TEN)):
        fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))
    assert (fair.state(), fair.occupied(), fair.timers(), fair.told()) == before
    assert set(fair.occupied().values()) == {first.id, sent.id}


@pytest.mark.parametrize("countered", [False, True])
def test_the_requester_withdraws_at_any_time(fair: Fair, clinic: Party, agency: Party, countered: bool) -> None:
    sent = fair.ask(agency, clinic)
    if countered:
        fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))
    gone = fair.perform(agency, withdraw, sent.id)
    assert (gone.state, gone.awaiting) == ("withdrawn", None)
    assert (fair.occupied(), fair.timers(), fair.told()[-1]) == ({}, [], "request.withdrawn")


def test_the_other_side_withdraws_only_its_own_counter(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic)
    with refused(NotAllowed):
        fair.perform(clinic, withdraw, sent.id)
    fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))
    assert fair.perform(clinic, withdraw, sent.id).state == "withdrawn"


@pytest.mark.parametrize("answer", [accept, decline, withdraw])
def test_a_closed_request_takes_no_further_answer(fair: Fair, clinic: Party, agency: Party, answer: object) -> None:
    assert callable(answer)
    sent = fair.ask(agency, clinic)
    fair.perform(clinic, decline, sent.id)
    for by in (clinic, agency, SYSTEM):
        with refused(WrongState):
            fair.perform(by, answer, sent.id)
    with refused(WrongState):
        fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))


def test_a_stranger_sees_no_request_and_asks_for_nobody_else(fair: Fair, clinic: Party, agency: Party) -> None:
    sent, stranger = fair.ask(agency, clinic), fair.buyer()
    for answer in (accept, decline, withdraw):
        with refused(NotFound):
            fair.perform(stranger, answer, sent.id)
        with refused(NotFound):
            fair.perform(stranger, answer, new_id())
    with refused(NotFound):
        fair.perform(stranger, request_meeting, by=agency.id, to=clinic.id, slot_id=fair.slot(TEN))
    with refused(NotFound):
        fair.ask(agency, Party(new_id(), ()))
    with refused(NotFound):
        fair.ask(agency, agency)


def test_staff_ask_and_answer_for_anybody(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.perform(SYSTEM, request_meeting, by=agency.id, to=clinic.id, slot_id=fair.slot(NINE))
    assert (sent.requester, sent.awaiting) == (agency.id, clinic.id)
    assert fair.perform(SYSTEM, accept, sent.id).state == "accepted"


def test_a_request_expires_by_its_timer(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic)
    fair.move_to("2020-11-03 08:59")
    assert fair.fire_due() == []
    fair.move_to("2020-11-03 09:00")
    assert fair.fire_due() == [EXPIRE]
    assert fair.state()["request"][str(sent.id)]["state"] == "expired"
    assert (fair.occupied(), fair.timers(), fair.told()) == ({}, [], ["request.sent", "request.expired"])


def test_a_timer_that_comes_early_late_or_twice_does_no_harm(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic)
    assert fair.perform(SYSTEM, expire, sent.id) is None
    fair.move_to("2020-11-05 09:00")
    gone = fair.perform(SYSTEM, expire, sent.id)
    assert gone is not None
    assert gone.state == "expired"
    assert fair.perform(SYSTEM, expire, sent.id) is None
    assert fair.perform(SYSTEM, expire, new_id()) is None
    assert fair.told() == ["request.sent", "request.expired"]


def test_nobody_accepts_what_has_expired_even_before_the_timer_says_so(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    """While the process was dead no timer fired; the deadline that both sides saw holds all the same."""
    sent = fair.ask(agency, clinic)
    fair.move_to("2020-11-03 09:00")
    for answer in (accept, decline):
        with refused(WrongState, subject="request", state="expired"):
            fair.perform(clinic, answer, sent.id)
    with refused(WrongState, subject="request", state="expired"):
        fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))


@pytest.mark.parametrize("again", ["requester", "addressee"])
def test_asking_again_after_the_deadline_opens_a_new_thread(
    fair: Fair, clinic: Party, agency: Party, again: str
) -> None:
    sent = fair.ask(agency, clinic, NINE)
    fair.move_to("2020-11-03 09:00")
    pair = (agency, clinic) if again == "requester" else (clinic, agency)
    second = fair.ask(*pair, NINE)
    assert (second.state, second.requester) == ("pending", pair[0].id)
    assert second.id != sent.id
    assert fair.told() == ["request.sent", "request.expired", "request.sent"]
    assert fair.occupied() == taken(second.id, people(agency, clinic), NINE)
    assert fair.fire_due() == []


def test_a_request_never_outlives_its_slot_or_the_answers_deadline(fair: Fair, clinic: Party, agency: Party) -> None:
    fair.move_to("2020-11-09 08:00")
    soon = fair.ask(agency, clinic, NINE)
    assert soon.expires_at == at(NINE)
    close_phase(fair, "answers", "2020-11-09 20:00")
    later = fair.ask(fair.buyer(), clinic, "2020-11-10 09:00")
    assert later.expires_at == at("2020-11-09 20:00")


def test_crossing_requests_match_at_the_time_asked_for_first(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic, NINE)
    crossed = fair.ask(clinic, agency, TEN)
    assert (crossed.id, crossed.state, crossed.starts_at, crossed.meeting) == (
        sent.id,
        "accepted",
        at(NINE),
        sent.id,
    )
    assert fair.told() == ["request.sent", "request.accepted"]
    assert fair.occupied() == taken(sent.id, people(agency, clinic), NINE)


def test_asking_while_a_counter_waits_agrees_to_the_counter(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic, NINE)
    fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN))
    with refused(ThreadOpen, request=sent.id):
        fair.ask(clinic, agency, NEXT)
    crossed = fair.ask(agency, clinic, NEXT)
    assert (crossed.state, crossed.starts_at) == ("accepted", at(TEN))


def test_a_pair_has_one_open_thread(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic, NINE)
    with refused(ThreadOpen, request=sent.id):
        fair.ask(agency, clinic, TEN)
    assert pair_key(agency.id, clinic.id) == pair_key(clinic.id, agency.id)
    with reading(fair.engine) as db:
        assert db.get_one(MeetingRequest, sent.id).open_key == pair_key(clinic.id, agency.id)


def test_a_company_meets_in_parallel_as_often_as_it_has_free_people(fair: Fair, agency: Party) -> None:
    hospital = fair.exhibitor(people=2)
    first, second = fair.ask(agency, hospital), fair.ask(fair.buyer(), hospital)
    held = fair.occupied()
    assert {held[person, cell] for person in hospital.people for cell in _cells(fair, NINE)} == {first.id, second.id}
    with refused(SlotTaken, slot=fair.slot(NINE)):
        fair.ask(fair.buyer(), hospital)
    fair.perform(hospital, decline, second.id)
    fair.ask(fair.buyer(), hospital)


def _cells(fair: Fair, wall: str) -> set[int]:
    nobody = new_id()
    return {cell for _, cell in taken(nobody, [nobody], wall)}


def test_the_buffer_after_a_slot_is_taken_too_and_the_next_slot_is_free(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    first, second = fair.ask(agency, clinic, NINE), fair.ask(fair.buyer(), clinic, NEXT)
    assert [list(fair.occupied().values()).count(holder) for holder in (first.id, second.id)] == [14, 14]


def test_a_request_that_occupies_nothing_is_settled_by_whoever_agrees_first(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    fair.set_policies(pending_occupies=False)
    other = fair.buyer()
    first, second = fair.ask(agency, clinic), fair.ask(other, clinic)
    assert fair.occupied() == {}
    agreed = fair.perform(clinic, accept, second.id)
    assert (agreed.state, agreed.meeting) == ("accepted", second.id)
    assert fair.occupied() == taken(second.id, people(other, clinic), NINE)
    assert fair.state()["request"][str(second.id)] == agreed.model_dump(mode="json")
    with refused(SlotTaken, slot=fair.slot(NINE)):
        fair.perform(clinic, accept, first.id)
    assert fair.perform(clinic, counter, first.id, slot_id=fair.slot(TEN)).state == "countered"
    assert fair.perform(agency, accept, first.id).state == "accepted"
    assert fair.occupied() == taken(second.id, people(other, clinic), NINE) | taken(
        first.id, people(agency, clinic), TEN
    )


@pytest.mark.parametrize("occupies", [True, False])
def test_a_request_is_agreed_properly_after_the_policy_has_changed(
    fair: Fair, clinic: Party, agency: Party, occupies: bool
) -> None:
    fair.set_policies(pending_occupies=occupies)
    sent = fair.ask(agency, clinic, NINE)
    fair.set_policies(pending_occupies=not occupies)
    assert fair.perform(clinic, accept, sent.id).state == "accepted"
    assert fair.occupied() == taken(sent.id, people(agency, clinic), NINE)


def test_where_answers_are_instant_a_request_is_a_meeting_at_once(fair: Fair, clinic: Party, agency: Party) -> None:
    fair.set_policies(answer="instant", pending_occupies=False)
    booked = fair.ask(agency, clinic, NINE)
    assert (booked.state, booked.meeting, booked.awaiting) == ("accepted", booked.id, None)
    assert fair.told() == ["request.accepted"]
    assert fair.occupied() == taken(booked.id, people(agency, clinic), NINE)
    assert fair.timers() == [(at(NINE), "meeting.start", booked.id)]
    with refused(SlotTaken, slot=fair.slot(NINE)):
        fair.ask(fair.buyer(), clinic, NINE)


def test_slots_that_are_not_in_the_calendar_or_have_begun_are_unknown(fair: Fair, clinic: Party, agency: Party) -> None:
    with refused(SlotUnknown):
        fair.perform(agency, request_meeting, by=agency.id, to=clinic.id, slot_id=new_id())
    sent = fair.ask(agency, clinic, "2020-11-10 09:00")
    with refused(SlotUnknown):
        fair.perform(clinic, counter, sent.id, slot_id=new_id())
    fair.move_to(NINE)
    with refused(SlotUnknown):
        fair.ask(fair.buyer(), clinic, NINE)


def test_phases_say_when_to_ask_and_when_to_answer(fair: Fair, clinic: Party, agency: Party) -> None:
    sent = fair.ask(agency, clinic)
    close_phase(fair, "requests", "2020-11-02 09:00")
    with refused(PhaseClosed):
        fair.ask(fair.buyer(), clinic)
    assert fair.perform(clinic, counter, sent.id, slot_id=fair.slot(TEN)).state == "countered"
    close_phase(fair, "answers", "2020-11-02 09:00")
    for command in (accept, decline, withdraw):
        with refused(PhaseClosed):
            fair.perform(agency, command, sent.id)
    assert fair.perform(SYSTEM, accept, sent.id).state == "accepted"  # staff may at any time


def test_a_party_that_needs_a_look_neither_asks_nor_has_slots(fair: Fair, clinic: Party) -> None:
    unclear = fair.buyer(needs_look=["zone"])
    with refused(NeedsLook, fields=["zone"]):
        fair.ask(unclear, clinic)
    with refused(SlotTaken, slot=fair.slot(NINE)):
        fair.ask(clinic, unclear)


def test_people_meet_only_while_they_are_there_in_their_own_zone(fair: Fair, clinic: Party) -> None:
    """09:00 in Seoul is 05:45 in Kathmandu and 21:00 the evening before in Sao Paulo."""
    hours = [(9 * 60, 18 * 60)]
    kathmandu = fair.buyer(zone="Asia/Kathmandu", hours=hours)
    sao_paulo = fair.buyer(zone="America/Sao_Paulo", hours=hours)
    with refused(SlotTaken):
        fair.ask(kathmandu, clinic, NINE)
    with refused(SlotTaken):
        fair.ask(sao_paulo, clinic, NINE)
    assert fair.ask(kathmandu, clinic, "2020-11-09 12:30").starts_at == at("2020-11-09 09:15", "Asia/Kathmandu")
    assert fair.ask(sao_paulo, clinic, "2020-11-09 21:35").starts_at == at("2020-11-09 09:35", "America/Sao_Paulo")
    assert fair.ask(fair.buyer(zone=SEOUL, hours=hours), clinic, NINE).state == "pending"
