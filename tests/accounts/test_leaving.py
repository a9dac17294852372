"""Somebody leaves a convention for good: a colleague takes over what was before them, or it is called off."""

from matchmaking.tables import Participation, Representative
from server.accounts.actors import SYSTEM
from server.accounts.leaving import leave
from server.database import reading
from sessions.registration import register
from sessions.running import end, go_live
from tests.factories import Fair
from tests.sessions.programme import talk


def test_a_colleague_who_is_free_takes_meetings_and_requests_over(fair: Fair) -> None:
    party, clinics = fair.buyer(people=2), [fair.exhibitor() for _ in range(3)]
    me, colleague = party.people
    first = fair.meet(party, clinics[0], "2020-11-09 09:00")
    asked = fair.ask(party, clinics[1], "2020-11-09 10:10").id
    who = {attendee["person"] for attendee in fair.state()["meeting"][str(first)]["attendees"]}
    leaver, stays = (me, colleague) if str(me) in who else (colleague, me)

    fair.perform(SYSTEM, leave, leaver)

    state = fair.state()
    assert state["meeting"][str(first)]["state"] == "scheduled"
    people = {attendee["person"] for attendee in state["meeting"][str(first)]["attendees"]}
    assert people == {str(stays), str(clinics[0].people[0])}
    assert state["request"][str(asked)]["state"] == "pending"
    assert not any(person == leaver for person, _ in fair.occupied())


def test_without_a_free_colleague_meetings_are_cancelled_and_requests_withdrawn(fair: Fair) -> None:
    party, clinic, third = fair.buyer(), fair.exhibitor(), fair.exhibitor()
    meeting = fair.meet(party, clinic, "2020-11-09 09:00")
    mine = fair.ask(party, third, "2020-11-09 10:10").id
    theirs = fair.ask(fair.exhibitor(), party, "2020-11-10 09:00").id

    fair.perform(SYSTEM, leave, party.people[0])

    state = fair.state()
    assert state["meeting"][str(meeting)]["state"] == "cancelled"
    assert state["meeting"][str(meeting)]["cancelled_for"] == "cannot_attend"
    assert {state["request"][str(one)]["state"] for one in (mine, theirs)} == {"withdrawn"}
    assert fair.occupied() == {}
    assert fair.told()[-4:] == ["request.withdrawn", "request.withdrawn", "meeting.cancelled", "party.changed"]
    before = fair.told()
    fair.perform(SYSTEM, leave, party.people[0])
    assert fair.told() == before


def test_a_party_keeps_somebody_who_manages_it(fair: Fair) -> None:
    party = fair.buyer(people=3)
    fair.perform(SYSTEM, leave, party.people[0])
    with reading(fair.engine) as db:
        seats = {one: db.get_one(Representative, (fair.id, one)) for one in party.people}
        version = db.get_one(Participation, party.id).version
    assert [(seat.active, seat.admin) for seat in seats.values()] == [(False, True), (True, True), (True, False)]
    assert version == 2


def test_places_of_somebody_who_leaves_are_others(fair: Fair) -> None:
    session_id, (one, other) = talk(fair, capacity=1).id, (fair.buyer(), fair.buyer())
    for party in (one, other):
        fair.perform(party, register, session_id)
    over = talk(fair, capacity=1).id
    fair.perform(one, register, over)
    for command in (go_live, end):
        fair.perform(SYSTEM, command, over)
    fair.perform(SYSTEM, leave, one.people[0])
    assert [place.state for place in fair.places(session_id)] == ["cancelled", "registered"]
    assert [place.state for place in fair.places(over)] == ["registered"]
