"""An interpreter is booked with the meeting: when it is agreed, assigned, moved, handed over or called off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from matchmaking.attendance import join, leave, report_amount
from matchmaking.booking import occupy_if_free
from matchmaking.errors import NotAllowed, NotFound
from matchmaking.interpreting.roster import enrol
from matchmaking.meetings import assign, cancel, move
from matchmaking.seats import hand_over
from matchmaking.slots import cells
from matchmaking.tables import Representative
from server.accounts.actors import SYSTEM
from server.clock import SteppedClock
from server.ids import new_id
from server.work import Work
from tests.factories import SEOUL, Fair, Party, at, make_fair, refused, taken
from tests.matchmaking.interpreting.team import acting, interpreted, interpreter, record

NINE, NEXT, THIRD, FOURTH = (f"2020-11-09 {time}" for time in ("09:00", "09:35", "10:10", "10:45"))


@pytest.fixture
def clinic(fair: Fair) -> Party:
    return fair.exhibitor(languages=["ko"])


@pytest.fixture
def agency(fair: Fair) -> Party:
    return fair.buyer(languages=["mn", "ru"])


def test_who_shares_a_language_needs_nobody(fair: Fair, clinic: Party) -> None:
    interpreter(fair, "ko", "en")
    meeting_id = fair.meet(fair.buyer(languages=["en", "ko"]), clinic, NINE)
    assert interpreted(fair, meeting_id) == ("not_needed", None)


def test_an_agreed_meeting_has_the_interpreter_who_can(fair: Fair, clinic: Party, agency: Party) -> None:
    interpreter(fair, "ko", "en")
    wanted = interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(agency, clinic, NINE)
    assert interpreted(fair, meeting_id) == ("booked", wanted)
    people = [clinic.people[0], agency.people[0], wanted]
    assert fair.occupied() == taken(meeting_id, people, NINE)
    assert [(e.type, e.topics) for e in fair.events()[-2:]] == [
        ("request.accepted", ("organiser", f"party:{agency.id}", f"party:{clinic.id}")),
        ("interpreter.assigned", (f"person:{wanted}",)),
    ]


def test_an_instant_booking_has_one_too(fair: Fair, clinic: Party, agency: Party) -> None:
    fair.set_policies(answer="instant")
    wanted = interpreter(fair, "ko", "ru")
    request = fair.ask(agency, clinic, NINE)
    assert interpreted(fair, request.id) == ("booked", wanted)


def test_without_anybody_free_it_waits_and_the_organiser_is_told(fair: Fair, clinic: Party, agency: Party) -> None:
    interpreter(fair, "ko", "ru", hours=((600, 1080),))  # from ten on
    meeting_id = fair.meet(agency, clinic, NINE)
    assert interpreted(fair, meeting_id) == ("pending", None)
    told = fair.events()[-1]
    assert (told.type, told.topics) == ("interpreter.missing", ("organiser",))


def test_moving_keeps_the_interpreter_who_can_come_and_finds_another_for_who_cannot(
    fair: Fair, clinic: Party, agency: Party
) -> None:
    early = interpreter(fair, "ko", "mn", hours=((540, 610),))  # until 10:10
    meeting_id = fair.meet(agency, clinic, NINE)
    later = interpreter(fair, "ko", "ru")
    fair.perform(agency, move, meeting_id, slot_id=fair.slot(NEXT))
    assert interpreted(fair, meeting_id) == ("booked", early)
    fair.perform(agency, move, meeting_id, slot_id=fair.slot(THIRD))
    assert interpreted(fair, meeting_id) == ("booked", later)
    assert fair.occupied() == taken(meeting_id, [clinic.people[0], agency.people[0], later], THIRD)
    assert [(e.type, e.topics) for e in fair.events()[-2:]] == [
        ("interpreter.released", (f"person:{early}",)),
        ("meeting.moved", ("organiser", *sorted((f"party:{clinic.id}", f"party:{agency.id}")), f"person:{later}")),
    ]


def test_calling_off_frees_the_interpreter_for_who_waits(fair: Fair, clinic: Party, agency: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    first = fair.meet(agency, clinic, NINE)
    waiting = fair.meet(fair.buyer(languages=["ru"]), fair.exhibitor(languages=["ko"]), NINE)
    assert interpreted(fair, waiting) == ("pending", None)
    fair.perform(clinic, cancel, first, code="technical")
    assert interpreted(fair, waiting) == ("booked", only)
    assert fair.told()[-2:] == ["meeting.cancelled", "interpreter.assigned"]


def test_nobody_interprets_beyond_a_stretch_without_a_rest(fair: Fair, clinic: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    buyers = [fair.buyer(languages=["ru"]) for _ in range(4)]
    walls = (NINE, NEXT, THIRD, FOURTH)
    met = [fair.meet(buyer, clinic, wall) for buyer, wall in zip(buyers, walls, strict=True)]
    assert [interpreted(fair, one) for one in met] == [("booked", only)] * 3 + [("pending", None)]


def test_a_party_s_own_interpreter_comes_first_and_to_nobody_else(fair: Fair, clinic: Party, agency: Party) -> None:
    house = interpreter(fair, "ko", "ru")
    own = interpreter(fair, "ko", "ru", party=agency.id)
    assert interpreted(fair, fair.meet(agency, clinic, NINE)) == ("own", own)
    assert interpreted(fair, fair.meet(fair.buyer(languages=["ru"]), clinic, NEXT)) == ("booked", house)


def test_the_organiser_s_meetings_have_interpreters_as_well(fair: Fair, clinic: Party, agency: Party) -> None:
    wanted = interpreter(fair, "ko", "mn")
    made = fair.perform(SYSTEM, assign, one=clinic.id, other=agency.id, slot_id=fair.slot(NINE))
    assert interpreted(fair, made.id) == ("booked", wanted)
    assert record(fair, made.id) == made


def test_a_colleague_who_speaks_the_language_lets_the_interpreter_go(fair: Fair, agency: Party) -> None:
    hospital = fair.exhibitor(people=2, languages=["ko"])
    wanted = interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(agency, hospital, NINE)
    (lead,) = {seat.person for seat in record(fair, meeting_id).attendees} & set(hospital.people)
    (colleague,) = set(hospital.people) - {lead}

    def learn(work: Work) -> None:
        work.db.get_one(Representative, (fair.id, colleague)).languages = ["ru"]

    fair.perform(SYSTEM, learn)
    fair.perform(SYSTEM, hand_over, hospital.id, lead, colleague)
    assert interpreted(fair, meeting_id) == ("not_needed", None)
    assert fair.occupied() == taken(meeting_id, [colleague, agency.people[0]], NINE)
    assert fair.events()[-2].topics == (f"person:{wanted}",)


def test_an_interpreter_comes_and_goes_but_decides_nothing(fair: Fair, clinic: Party, agency: Party) -> None:
    wanted = acting(interpreter(fair, "ko", "ru"))
    stranger = acting(interpreter(fair, "ko", "en"))
    meeting_id = fair.meet(agency, clinic, NINE)
    assert wanted.person_id is not None
    assert stranger.person_id is not None
    changes: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (cancel, {"code": "other"}),
        (move, {"slot_id": fair.slot(NEXT)}),
    ]
    for command, details in changes:
        with refused(NotAllowed):
            fair.perform(wanted, command, meeting_id, **details)
    fair.move_to(NINE)
    fair.perform(wanted, join, meeting_id, wanted.person_id)
    with refused(NotFound):
        fair.perform(stranger, join, meeting_id, stranger.person_id)
    present = {seat.person for seat in record(fair, meeting_id).attendees if seat.present}
    assert present == {wanted.person_id}
    fair.perform(wanted, leave, meeting_id, wanted.person_id)


@pytest.mark.parametrize(("policy", "outcome"), [("go_on", ("held", None)), ("wait", ("not_held", "no_interpreter"))])
def test_a_meeting_without_its_interpreter_goes_on_or_waits(
    fair: Fair, clinic: Party, agency: Party, policy: str, outcome: tuple[str, str | None]
) -> None:
    fair.set_policies(without_interpreter=policy)
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.move_to(NINE)
    fair.fire_due()
    for party in (clinic, agency):
        fair.perform(party, join, meeting_id, party.people[0])
    fair.move_to("2020-11-09 09:30")
    fair.fire_due()
    ended = record(fair, meeting_id)
    assert (ended.outcome, ended.outcome_reason) == outcome
    assert ended.interpreting == {"go_on": "waived", "wait": "pending"}[policy]


def test_a_meeting_that_failed_for_want_of_its_interpreter_says_so(fair: Fair, clinic: Party, agency: Party) -> None:
    interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.move_to(NINE)
    fair.fire_due()
    for party in (clinic, agency):
        fair.perform(party, join, meeting_id, party.people[0])
    fair.move_to("2020-11-09 09:03")
    for party in (clinic, agency):
        fair.perform(party, leave, meeting_id, party.people[0])
    fair.move_to("2020-11-09 09:30")
    fair.fire_due()
    ended = record(fair, meeting_id)
    assert (ended.outcome, ended.outcome_reason) == ("not_held", "no_interpreter")


def test_amounts_are_told_by_parties_only(fair: Fair, clinic: Party, agency: Party) -> None:
    wanted = acting(interpreter(fair, "ko", "ru"))
    meeting_id = fair.meet(agency, clinic, NINE)
    for wall in (NINE, "2020-11-09 09:30"):
        fair.move_to(wall)
        fair.fire_due()
    with refused(NotAllowed):
        fair.perform(wanted, report_amount, meeting_id, "consultation", "10", "USD")


def test_people_who_share_a_language_cost_no_look_at_interpreters(sqlite_fair: Fair) -> None:
    """Booking in a rush must not pay for interpreters that nobody needs."""
    fair = sqlite_fair
    statements: list[str] = []
    event.listen(fair.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    clinic, agency = fair.exhibitor(languages=["ko"]), fair.buyer(languages=["ko", "ru"])
    fair.meet(agency, clinic, NINE)
    assert not any("language_pair" in statement for statement in statements)
    fair.meet(fair.buyer(languages=["ru"]), clinic, NEXT)
    assert any("language_pair" in statement for statement in statements)


def test_who_is_taken_at_another_convention_of_the_host_is_not_free(
    fair: Fair, clock: SteppedClock, clinic: Party, agency: Party
) -> None:
    shared, other = sorted(interpreter(fair, "ko", "ru") for _ in range(2))
    elsewhere = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    elsewhere.perform(SYSTEM, enrol, shared, zone=SEOUL, pairs={("ko", "ru"), ("ru", "ko")})
    there = elsewhere.meet(elsewhere.buyer(languages=["ru"]), elsewhere.exhibitor(languages=["ko"]), NINE)
    assert interpreted(elsewhere, there) == ("booked", shared)
    assert interpreted(fair, fair.meet(agency, clinic, NINE)) == ("booked", other)


def test_who_is_taken_this_very_moment_gives_way_whole(fair: Fair) -> None:
    """Between the look and the taking another convention's transaction may have come."""
    person, first, second = (new_id() for _ in range(3))
    start = at(NINE)
    assert fair.perform(SYSTEM, occupy_if_free, first, person, cells(start, start + timedelta(minutes=5)))
    before = fair.occupied()
    assert not fair.perform(SYSTEM, occupy_if_free, second, person, cells(start, start + timedelta(minutes=30)))
    assert fair.occupied() == before
