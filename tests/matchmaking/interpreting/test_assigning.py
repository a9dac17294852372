"""The organiser's hand in who interprets what."""

import pytest

from matchmaking.errors import NotAllowed, NotFound, WrongState
from matchmaking.interpreting.assigning import assign_interpreter, exchange, fill_pending, unassign, waive
from matchmaking.interpreting.errors import CannotInterpret
from matchmaking.meetings import cancel
from server.accounts.actors import SYSTEM
from tests.factories import Fair, Party, refused, taken
from tests.matchmaking.interpreting.team import acting, interpreted, interpreter, record

NINE, NEXT = "2020-11-09 09:00", "2020-11-09 09:35"


@pytest.fixture
def clinic(sqlite_fair: Fair) -> Party:
    return sqlite_fair.exhibitor(languages=["ko"])


@pytest.fixture
def agency(sqlite_fair: Fair) -> Party:
    return sqlite_fair.buyer(languages=["ru"])


@pytest.fixture
def fair(sqlite_fair: Fair) -> Fair:
    return sqlite_fair


def test_somebody_else_is_assigned_by_hand(fair: Fair, clinic: Party, agency: Party) -> None:
    first, second = interpreter(fair, "ko", "ru"), interpreter(fair, "ko", "ru", "en")
    meeting_id = fair.meet(agency, clinic, NINE)
    assert interpreted(fair, meeting_id) == ("booked", first)
    fair.perform(SYSTEM, assign_interpreter, meeting_id, second)
    assert interpreted(fair, meeting_id) == ("booked", second)
    assert fair.occupied() == taken(meeting_id, [clinic.people[0], agency.people[0], second], NINE)
    assert [event.type for event in fair.events()[-2:]] == ["interpreter.released", "interpreter.assigned"]


def test_what_is_not_known_of_languages_the_organiser_decides(fair: Fair, clinic: Party) -> None:
    only = interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(fair.buyer(), clinic, NINE)
    assert interpreted(fair, meeting_id) == ("not_needed", None)
    fair.perform(SYSTEM, assign_interpreter, meeting_id, only)
    assert interpreted(fair, meeting_id) == ("booked", only)


def test_hours_hold_also_by_hand_and_a_refusal_changes_nothing(fair: Fair, clinic: Party, agency: Party) -> None:
    first, late = interpreter(fair, "ko", "ru"), interpreter(fair, "ko", "ru", hours=((600, 700),))
    meeting_id = fair.meet(agency, clinic, NINE)
    other = fair.meet(fair.buyer(languages=["ru"]), fair.exhibitor(languages=["ko"]), NINE)
    before = fair.state(), fair.occupied()
    with refused(CannotInterpret, reason="hours", meeting=meeting_id):
        fair.perform(SYSTEM, assign_interpreter, meeting_id, late)
    with refused(CannotInterpret, reason="busy", meeting=other):
        fair.perform(SYSTEM, assign_interpreter, other, first)
    with refused(NotFound):
        fair.perform(SYSTEM, assign_interpreter, meeting_id, clinic.people[0])
    for by in (clinic, acting(first)):
        with refused(NotAllowed):
            fair.perform(by, assign_interpreter, meeting_id, first)
    assert (fair.state(), fair.occupied()) == before


def test_two_meetings_exchange_their_interpreters(fair: Fair, clinic: Party, agency: Party) -> None:
    interpreter(fair, "ko", "ru")
    interpreter(fair, "ko", "ru")
    one = fair.meet(agency, clinic, NINE)
    other = fair.meet(fair.buyer(languages=["ru"]), fair.exhibitor(languages=["ko"]), NINE)
    first, second = interpreted(fair, one)[1], interpreted(fair, other)[1]
    fair.perform(SYSTEM, exchange, one, other)
    assert (interpreted(fair, one)[1], interpreted(fair, other)[1]) == (second, first)
    fair.perform(SYSTEM, unassign, other)
    with refused(WrongState, subject="interpreter"):
        fair.perform(SYSTEM, exchange, one, other)


def test_what_waits_is_filled_once_there_is_somebody(fair: Fair, clinic: Party, agency: Party) -> None:
    early, late = fair.meet(agency, clinic, NINE), fair.meet(fair.buyer(languages=["ru"]), clinic, NEXT)
    assert fair.perform(SYSTEM, fill_pending).meetings == ()
    wanted = interpreter(fair, "ko", "ru")
    assert fair.perform(SYSTEM, fill_pending).meetings == (early, late)
    assert interpreted(fair, late) == ("booked", wanted)
    fair.perform(SYSTEM, unassign, early)
    assert interpreted(fair, early) == ("pending", None)
    with refused(WrongState, subject="interpreter"):
        fair.perform(SYSTEM, unassign, early)


def test_a_meeting_that_goes_on_without_frees_its_interpreter(fair: Fair, clinic: Party, agency: Party) -> None:
    interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.perform(SYSTEM, waive, meeting_id)
    assert interpreted(fair, meeting_id) == ("waived", None)
    assert fair.occupied() == taken(meeting_id, [clinic.people[0], agency.people[0]], NINE)
    assert fair.perform(SYSTEM, fill_pending).meetings == ()


def test_what_is_over_is_left_alone(fair: Fair, clinic: Party, agency: Party) -> None:
    wanted = interpreter(fair, "ko", "ru")
    meeting_id = fair.meet(agency, clinic, NINE)
    fair.perform(clinic, cancel, meeting_id, code="technical")
    assert record(fair, meeting_id).state == "cancelled"
    for command in (unassign, waive):
        with refused(WrongState, subject="meeting", state="cancelled"):
            fair.perform(SYSTEM, command, meeting_id)
    with refused(WrongState, subject="meeting", state="cancelled"):
        fair.perform(SYSTEM, assign_interpreter, meeting_id, wanted)
