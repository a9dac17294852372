"""A colleague takes over what somebody has before them."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlmodel import select

from matchmaking.errors import Booked, NotFound, SlotTaken
from matchmaking.meetings import assign
from matchmaking.parties import set_availability
from matchmaking.requests import accept
from matchmaking.seats import engagements, hand_over
from matchmaking.tables import Attendee, MeetingRequest
from server.accounts.actors import SYSTEM
from server.database import reading
from server.ids import new_id
from server.work import Work
from tests.factories import Fair, Party, refused, taken


def people_of(fair: Fair, meeting: UUID) -> set[UUID]:
    with reading(fair.engine) as db:
        return set(db.exec(select(Attendee.person_id).where(Attendee.meeting_id == meeting)))


def pair(fair: Fair) -> tuple[Party, Party]:
    """A buyer, and an exhibitor whose colleague is asked for nothing unless the lead is busy."""
    return fair.buyer(), fair.exhibitor(people=2)


def test_meetings_and_requests_go_to_the_colleague_and_keep_their_ids_and_times(fair: Fair) -> None:
    buyer, exhibitor = pair(fair)
    lead, colleague = exhibitor.people
    meeting = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
    before = people_of(fair, meeting)
    leaver, other = (lead, colleague) if lead in before else (colleague, lead)
    request = fair.ask(fair.buyer(), exhibitor, "2020-11-09 10:10")
    with reading(fair.engine) as db:
        asked = db.get_one(MeetingRequest, request.id).addressee_person_id
    if asked != leaver:  # whoever has fewer meetings is asked: give the request to the one who leaves
        fair.perform(SYSTEM, hand_over, exhibitor.id, asked, leaver)
    told = len(fair.told())

    fair.perform(SYSTEM, hand_over, exhibitor.id, leaver, other)

    assert people_of(fair, meeting) == before - {leaver} | {other}
    with reading(fair.engine) as db:
        assert db.get_one(MeetingRequest, request.id).addressee_person_id == other
    assert fair.told()[told:] == ["meeting.handed_over"], "who is asked is told to nobody"
    held = {person for person, _ in fair.occupied()}
    assert leaver not in held
    assert other in held
    fair.perform(exhibitor, accept, request.id)
    assert other in people_of(fair, request.id)


def test_exactly_the_leavers_time_changes_hands(fair: Fair) -> None:
    buyer, exhibitor = pair(fair)
    meeting = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
    (leaver,) = people_of(fair, meeting) & set(exhibitor.people)
    (other,) = set(exhibitor.people) - {leaver}
    assert fair.occupied() == taken(meeting, [buyer.people[0], leaver], "2020-11-09 09:00")
    fair.perform(SYSTEM, hand_over, exhibitor.id, leaver, other)
    assert fair.occupied() == taken(meeting, [buyer.people[0], other], "2020-11-09 09:00")


def test_nothing_changes_if_the_colleague_is_busy_at_one_of_the_times(fair: Fair) -> None:
    buyer, exhibitor = pair(fair)
    one = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
    other = fair.meet(fair.buyer(), exhibitor, "2020-11-09 09:00")  # at the same time: the colleague's
    (leaver,) = people_of(fair, one) & set(exhibitor.people)
    (colleague,) = people_of(fair, other) & set(exhibitor.people)
    before, told = fair.occupied(), fair.told()
    with refused(SlotTaken):
        fair.perform(SYSTEM, hand_over, exhibitor.id, leaver, colleague)
    assert (fair.occupied(), fair.told()) == (before, told)
    assert leaver in people_of(fair, one)


def test_the_colleague_has_to_be_there(fair: Fair) -> None:
    buyer, exhibitor = pair(fair)
    meeting = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
    (leaver,) = people_of(fair, meeting) & set(exhibitor.people)
    (colleague,) = set(exhibitor.people) - {leaver}

    def stay_away(work: Work) -> None:
        hours = ((13 * 60, 18 * 60),)
        set_availability(work, colleague, "Asia/Seoul", kind="stated", hours=hours, absent=[date(2020, 11, 10)])

    fair.perform(SYSTEM, stay_away)
    with refused(SlotTaken):
        fair.perform(SYSTEM, hand_over, exhibitor.id, leaver, colleague)


def test_only_colleagues_take_over(fair: Fair) -> None:
    buyer, exhibitor = pair(fair)
    lead = exhibitor.people[0]
    for stranger in (new_id(), buyer.people[0], lead):
        with refused(NotFound):
            fair.perform(SYSTEM, hand_over, exhibitor.id, lead, stranger)


def test_nobody_is_taken_out_of_a_meeting_under_way(fair: Fair) -> None:
    buyer, exhibitor = pair(fair)
    meeting = fair.meet(buyer, exhibitor, "2020-11-09 09:00")
    (leaver,) = people_of(fair, meeting) & set(exhibitor.people)
    (colleague,) = set(exhibitor.people) - {leaver}
    fair.move_to("2020-11-09 09:00")
    fair.fire_due()
    with refused(Booked, meetings=[meeting]):
        fair.perform(SYSTEM, hand_over, exhibitor.id, leaver, colleague)


def test_requests_that_hold_nobodys_time_take_none(fair: Fair) -> None:
    fair.set_policies(pending_occupies=False)
    buyer, exhibitor = pair(fair)
    request = fair.ask(buyer, exhibitor, "2020-11-09 09:00")
    with reading(fair.engine) as db:
        leaver = db.get_one(MeetingRequest, request.id).addressee_person_id
    (colleague,) = set(exhibitor.people) - {leaver}
    fair.perform(SYSTEM, hand_over, exhibitor.id, leaver, colleague)
    assert fair.occupied() == {}


def test_engagements_are_those_to_come(fair: Fair) -> None:
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    person = exhibitor.people[0]
    slot = {"slot_id": fair.slot("2020-11-10 09:00")}
    assigned = fair.perform(SYSTEM, assign, one=buyer.id, other=exhibitor.id, **slot)
    request = fair.ask(fair.buyer(), exhibitor, "2020-11-09 10:10")
    found: list[object] = []

    def look(work: Work) -> None:
        ahead = engagements(work, person)
        found.extend([[m.id for m in ahead.to_come], [m.id for m in ahead.under_way], [r.id for r in ahead.requests]])
        found.append(bool(engagements(work, new_id())))

    fair.perform(replace(SYSTEM), look)
    assert found == [[assigned.id], [], [request.id], False]
