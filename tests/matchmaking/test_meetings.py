"""Meetings: assigned by the organiser, moved, cancelled."""

import pytest

from matchmaking.attendance import join
from matchmaking.booking import occupy_if_free
from matchmaking.errors import NeedsLook, NotAllowed, NotFound, SlotTaken, SlotUnknown, WrongDirection, WrongState
from matchmaking.events import MeetingRecord
from matchmaking.meetings import assign, cancel, move
from matchmaking.requests import decline
from matchmaking.slots import Block, cells
from matchmaking.tables import Meeting
from matchmaking.wishes import prefer
from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.errors import PhaseClosed
from server.ids import new_id
from server.work import Work
from tests.factories import BEFORE, Fair, Party, at, close_phase, make_fair, refused, taken

NINE, NEXT, TEN = "2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10"


@pytest.fixture
def clinic(fair: Fair) -> Party:
    return fair.exhibitor()


@pytest.fixture
def agency(fair: Fair) -> Party:
    return fair.buyer()


def record(fair: Fair, meeting_id: object) -> MeetingRecord:
    return MeetingRecord.model_validate(fair.state()["meeting"][str(meeting_id)])


def test_the_organiser_assigns_a_meeting(fair: Fair, clinic: Party, agency: Party) -> None:
    assigned = fair.perform(SYSTEM, assign, one=clinic.id, other=agency.id, slot_id=fair.slot(NINE))
    assert (assigned.state, assigned.request, assigned.starts_at, assigned.matched_at) == (
        "scheduled",
        None,
        at(NINE),
        BEFORE,
    )
    assert {(seat.party, seat.person) for seat in assigned.attendees} == {
        (party.id, party.people[0]) for party in (clinic, agency)
    }
    assert fair.occupied() == taken(assigned.id, [clinic.people[0], agency.people[0]], NINE)
    assert fair.timers() == [(at(NINE), "meeting.start", assigned.id)]
    (event,) = fair.events()
    assert (event.type, set(event.topics)) == (
        "meeting.assigned",
        {"organiser", f"party:{clinic.id}", f"party:{agency.id}"},
    )
    assert record(fair, assigned.id) == assigned


def test_the_organiser_may_name_either_side_first(fair: Fair, clinic: Party, agency: Party) -> None:
    fair.set_policies(who_may_ask=("buyer_to_exhibitor",))
    assigned = fair.perform(SYSTEM, assign, one=clinic.id, other=agency.id, slot_id=fair.slot(NINE))
    assert {seat.party for seat in assigned.attendees} == {clinic.id, agency.id}


def test_the_organiser_goes_past_caps_and_wishes_but_not_past_the_calendar(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    fair.set_policies(daily_requests=1, open_requests=1)
    fair.ask(agency, fair.exhibitor(), TEN)
    fair.perform(clinic, prefer, by=clinic.id, about=agency.id, wish="no_thanks")
    assert fair.perform(SYSTEM, assign, one=agency.id, other=clinic.id, slot_id=fair.slot(NINE)).state == "scheduled"
    with refused(SlotTaken, slot=fair.slot(NINE)):
        fair.perform(SYSTEM, assign, one=fair.buyer().id, other=clinic.id, slot_id=fair.slot(NINE))
    with refused(SlotUnknown):
        fair.perform(SYSTEM, assign, one=fair.buyer().id, other=clinic.id, slot_id=new_id())
    with refused(WrongDirection):
        fair.perform(SYSTEM, assign, one=agency.id, other=fair.buyer().id, slot_id=fair.slot(NEXT))
    with refused(NotFound):
        fair.perform(SYSTEM, assign, one=agency.id, other=new_id(), slot_id=fair.slot(NEXT))
    with refused(NotAllowed):
        fair.perform(agency, assign, one=agency.id, other=clinic.id, slot_id=fair.slot(NEXT))


@pytest.mark.parametrize("unclear_first", [True, False])
def test_nobody_is_assigned_to_a_party_that_needs_a_look(fair: Fair, clinic: Party, unclear_first: bool) -> None:
    unclear = fair.buyer(needs_look=["hours"])
    one, other = (unclear, clinic) if unclear_first else (clinic, unclear)
    with refused(NeedsLook, fields=["hours"]):
        fair.perform(SYSTEM, assign, one=one.id, other=other.id, slot_id=fair.slot(NINE))


@pytest.mark.parametrize("mover", ["clinic", "agency", "staff"])
def test_moving_keeps_the_id_and_takes_the_new_time_for_the_old(
    fair: Fair, clinic: Party, agency: Party, mover: str
) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    before = record(fair, meeting_id)
    actors: dict[str, Party | Actor] = {"clinic": clinic, "agency": agency, "staff": SYSTEM}
    moved = fair.perform(actors[mover], move, meeting_id, slot_id=fair.slot(TEN))
    assert moved == before.model_copy(
        update={"starts_at": at(TEN), "ends_at": at("2020-11-09 10:40"), "moves": 1, "version": 2}
    )
    assert fair.occupied() == taken(meeting_id, [clinic.people[0], agency.people[0]], TEN)
    assert fair.timers() == [(at(TEN), "meeting.start", meeting_id)]
    assert fair.told()[-1] == "meeting.moved"
    fair.move_to(NINE)
    assert fair.fire_due() == []


def test_a_meeting_moves_into_the_buffer_that_it_holds_itself(fair: Fair, clock: SteppedClock) -> None:
    """Two blocks touch, so the second slot begins in the buffer after the first."""
    blocks = (Block("first", 540, 570), Block("second", 570, 600))
    narrow = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021", blocks=blocks)
    clinic, agency = narrow.exhibitor(), narrow.buyer()
    meeting_id = narrow.meet(agency, clinic, NINE)
    with refused(SlotTaken):
        narrow.ask(narrow.buyer(), clinic, "2020-11-09 09:30")
    narrow.perform(agency, move, meeting_id, slot_id=narrow.slot("2020-11-09 09:30"))
    assert narrow.occupied() == taken(meeting_id, [clinic.people[0], agency.people[0]], "2020-11-09 09:30")


def test_moving_to_a_taken_slot_changes_nothing(fair: Fair, clinic: Party, agency: Party) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.meet(fair.buyer(), clinic, TEN)
    before = fair.state(), fair.occupied(), fair.timers(), fair.told()
    with refused(SlotTaken, slot=fair.slot(TEN)):
        fair.perform(agency, move, meeting_id, slot_id=fair.slot(TEN))
    with refused(SlotUnknown):
        fair.perform(agency, move, meeting_id, slot_id=new_id())
    assert (fair.state(), fair.occupied(), fair.timers(), fair.told()) == before


def test_moving_may_bring_a_colleague_who_is_free_then(fair: Fair, agency: Party) -> None:
    hospital = fair.exhibitor(people=2)
    first = fair.meet(agency, hospital, NINE)
    (lead,) = {seat.person for seat in record(fair, first).attendees} & set(hospital.people)
    (colleague,) = set(hospital.people) - {lead}
    second = fair.meet(fair.buyer(), hospital, TEN)
    busy = {seat.person for seat in record(fair, second).attendees} & set(hospital.people)
    moved = fair.perform(agency, move, first, slot_id=fair.slot(TEN))
    seated = {seat.person for seat in moved.attendees} & set(hospital.people)
    assert (busy | seated, len(moved.attendees)) == ({lead, colleague}, 2)
    assert record(fair, first) == moved
    held = fair.occupied()
    assert {person for (person, _), holder in held.items() if holder == first} == seated | {agency.people[0]}


def test_cancelling_frees_everybody_and_keeps_the_reasons_words_out_of_the_log(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    gone = fair.perform(clinic, cancel, meeting_id, code="ill", reason="Dr. Kim has a fever")
    assert (gone.state, gone.cancelled_for, gone.version) == ("cancelled", "ill", 2)
    assert (fair.occupied(), fair.timers(), fair.told()[-1]) == ({}, [], "meeting.cancelled")
    assert "fever" not in "".join(event.data for event in fair.events())
    assert fair.ask(agency, clinic, NINE).state == "pending"


def test_cancelling_a_meeting_in_progress_sends_everybody_out(fair: Fair, clinic: Party, agency: Party) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.move_to(NINE)
    fair.fire_due()
    fair.perform(agency, join, meeting_id, agency.people[0])
    gone = fair.perform(clinic, cancel, meeting_id, code="technical")
    assert (gone.state, {seat.present for seat in gone.attendees}) == ("cancelled", {False})
    assert (fair.occupied(), fair.timers()) == ({}, [])


def test_on_site_a_meeting_keeps_its_table_if_that_is_free(fair: Fair, clinic: Party, agency: Party) -> None:
    table, meeting_id = new_id(), fair.meet(agency, clinic, NINE)

    def sit_down(work: Work) -> None:
        meeting = work.db.get_one(Meeting, meeting_id)
        meeting.mode, meeting.resource_id = "onsite", table
        assert occupy_if_free(work, meeting_id, table, cells(at(NINE), meeting.ends_at, 5))
        assert occupy_if_free(work, new_id(), table, cells(at(TEN), at("2020-11-09 10:40"), 5))

    fair.perform(SYSTEM, sit_down)
    kept = fair.perform(SYSTEM, move, meeting_id, slot_id=fair.slot(NEXT))
    assert (kept.mode, kept.place) == ("onsite", table)
    assert taken(meeting_id, [table], NEXT).items() <= fair.occupied().items()
    gone = fair.perform(SYSTEM, move, meeting_id, slot_id=fair.slot(TEN))
    assert (gone.mode, gone.place) == ("onsite", None)


def test_what_has_begun_is_not_moved_and_what_is_over_not_cancelled(fair: Fair, clinic: Party, agency: Party) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.move_to(NINE)
    fair.fire_due()
    with refused(WrongState, subject="meeting", state="in_progress"):
        fair.perform(agency, move, meeting_id, slot_id=fair.slot(TEN))
    fair.move_to("2020-11-09 09:30")
    fair.fire_due()
    with refused(WrongState, subject="meeting", state="ended", wanted="cancelled"):
        fair.perform(agency, cancel, meeting_id, code="ill")


def test_a_stranger_or_another_convention_sees_no_meeting(fair: Fair, clinic: Party, agency: Party) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    other = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="smc-2021")
    for where, by in ((fair, fair.buyer()), (other, SYSTEM)):
        with refused(NotFound):
            where.perform(by, move, meeting_id, slot_id=where.slot(TEN))
        with refused(NotFound):
            where.perform(by, cancel, meeting_id, code="ill")


def test_after_the_last_day_nothing_is_moved_or_cancelled_but_by_staff(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    meeting_id = fair.meet(agency, clinic, NINE)
    for phase in ("scheduling", "live"):
        close_phase(fair, phase, "2020-11-02 09:00")
    with refused(PhaseClosed):
        fair.perform(agency, move, meeting_id, slot_id=fair.slot(TEN))
    with refused(PhaseClosed):
        fair.perform(agency, cancel, meeting_id, code="ill")
    assert fair.perform(SYSTEM, cancel, meeting_id, code="ill").state == "cancelled"


def test_a_company_that_declines_one_meeting_keeps_its_others(fair: Fair, clinic: Party, agency: Party) -> None:
    kept = fair.meet(agency, clinic, NINE)
    fair.perform(clinic, decline, fair.ask(fair.buyer(), clinic, TEN).id)
    assert fair.occupied() == taken(kept, [clinic.people[0], agency.people[0]], NINE)
