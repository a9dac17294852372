"""Bookings of one batch see each other, although they are looked up before the first of them is made."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from matchmaking import statements
from matchmaking.calendar import change_policies
from matchmaking.errors import CoolingDown, NotFound, SlotTaken, ThreadOpen, TooManyOpen
from matchmaking.meetings import assign
from matchmaking.outlook import Ask
from matchmaking.policies import Policies
from matchmaking.requests import decline, request_meeting
from server.accounts.actors import SYSTEM, Actor
from server.batch import Command, Order, Surprise, run_batch
from server.database import writing
from server.ids import new_id
from tests.factories import Fair, Party

NINE, NEXT, TEN = "2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10"


def order(fair: Fair, by: Party, to: Party, wall: str, *, ahead: bool = True) -> Order:
    """The order of a request, such as the API gives it; or one that nobody looks ahead for."""
    slot = fair.slot(wall)
    command = partial(request_meeting, by=by.id, to=to.id, slot_id=slot)
    return Order(fair.id, command, by.actor(), ask=Ask(by.id, to.id, slot) if ahead else None)


def other(fair: Fair, command: Command, actor: Actor = SYSTEM) -> Order:
    return Order(fair.id, command, actor)


def answers(fair: Fair, orders: Sequence[Order]) -> list[Any]:
    """What a batch of them comes to: "ok" or the kind of the refusal."""
    with writing(fair.engine) as connection:
        result = run_batch(connection, orders, fair.clock)
    return ["ok" if isinstance(answer, str) else type(answer) for answer in result.answers]


def test_a_person_is_booked_once_in_a_batch(fair: Fair) -> None:
    clinic, one, two = fair.exhibitor(), fair.buyer(), fair.buyer()
    told = answers(
        fair, [order(fair, one, clinic, NINE), order(fair, two, clinic, NINE), order(fair, two, clinic, NEXT)]
    )
    assert told == ["ok", SlotTaken, "ok"]


def test_an_exhibitor_meets_in_parallel_as_often_as_it_has_people(fair: Fair) -> None:
    clinic = fair.exhibitor(people=2)
    buyers = [fair.buyer() for _ in range(3)]
    assert answers(fair, [order(fair, buyer, clinic, NINE) for buyer in buyers]) == ["ok", "ok", SlotTaken]


def test_the_less_busy_of_two_is_chosen_within_a_batch_too(fair: Fair) -> None:
    clinic = fair.exhibitor(people=2)
    one, two = fair.buyer(), fair.buyer()
    assert answers(fair, [order(fair, one, clinic, NINE), order(fair, two, clinic, NEXT)]) == ["ok", "ok"]
    assert {person for person, _ in fair.occupied()} >= set(clinic.people)


def test_caps_and_open_threads_count_what_the_batch_has_done(fair: Fair) -> None:
    fair.set_policies(open_requests=2)
    buyer, clinics = fair.buyer(), [fair.exhibitor() for _ in range(3)]
    walls = (NINE, NEXT, TEN)
    orders = [order(fair, buyer, clinic, wall) for clinic, wall in zip(clinics, walls, strict=True)]
    assert answers(fair, [*orders[:1], order(fair, buyer, clinics[0], TEN), *orders[1:]]) == [
        "ok",
        ThreadOpen,
        "ok",
        TooManyOpen,
    ]


def test_crossing_requests_of_one_batch_match(fair: Fair) -> None:
    fair.set_policies(who_may_ask=("buyer_to_exhibitor", "exhibitor_to_buyer"))
    clinic, buyer = fair.exhibitor(), fair.buyer()
    assert answers(fair, [order(fair, buyer, clinic, NINE), order(fair, clinic, buyer, NEXT)]) == ["ok", "ok"]
    assert fair.told()[-2:] == ["request.sent", "request.accepted"]


def test_what_another_command_of_the_batch_changes_is_seen(fair: Fair) -> None:
    clinic, buyer, late = fair.exhibitor(), fair.buyer(), fair.buyer()
    first = fair.ask(buyer, clinic, NINE)
    fair.set_policies(cooldown_hours=5)
    told = answers(
        fair,
        [
            order(fair, late, clinic, NINE),
            other(fair, partial(decline, request_id=first.id), clinic.actor()),
            order(fair, late, clinic, NINE),
            order(fair, buyer, clinic, NEXT),
        ],
    )
    assert told == [SlotTaken, "ok", "ok", CoolingDown]


def test_new_policies_hold_from_the_next_command_on(fair: Fair) -> None:
    clinic, buyer = fair.exhibitor(), fair.buyer()

    def forbid(work: Any) -> None:
        change_policies(work, Policies(open_requests=1))

    orders = [order(fair, buyer, clinic, NINE), other(fair, forbid), order(fair, buyer, fair.exhibitor(), NEXT)]
    assert answers(fair, orders) == ["ok", "ok", TooManyOpen]


@pytest.mark.parametrize("ahead", [True, False])
def test_looking_ahead_changes_nothing_but_the_cost(fair: Fair, ahead: bool) -> None:
    clinics, buyers = [fair.exhibitor() for _ in range(2)], [fair.buyer() for _ in range(3)]
    nobody = Party(new_id(), (new_id(),))
    told = answers(
        fair,
        [
            order(fair, buyers[0], clinics[0], NINE, ahead=ahead),
            order(fair, buyers[0], nobody, NINE, ahead=ahead),
            order(fair, buyers[1], clinics[0], NINE, ahead=ahead),
            order(fair, buyers[0], clinics[1], NINE, ahead=ahead),
            order(fair, buyers[2], clinics[1], NINE, ahead=ahead),
        ],
    )
    assert told == ["ok", NotFound, SlotTaken, SlotTaken, "ok"]


def test_a_meeting_that_is_set_before_one_that_is_asked_for_goes_in_with_it(fair: Fair) -> None:
    """The asked-for one refers to its request, whose kind of row came later into the batch."""
    fair.set_policies(answer="instant")
    one, two, clinic, other_clinic = fair.buyer(), fair.buyer(), fair.exhibitor(), fair.exhibitor()
    slot = fair.slot(NINE)
    set_by_staff = partial(assign, one=one.id, other=clinic.id, slot_id=slot)
    orders = [
        Order(fair.id, set_by_staff, SYSTEM, ask=Ask(one.id, clinic.id, slot)),
        order(fair, two, other_clinic, NINE),
    ]
    assert answers(fair, orders) == ["ok", "ok"]
    assert fair.told() == ["meeting.assigned", "request.accepted"]


def test_a_batch_sends_no_more_statements_than_one_booking(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    usual = statements._guarded

    def counted(run: Any, dialect: Any, sql: str, given: Any) -> None:
        sent.append(sql)
        usual(run, dialect, sql, given)

    monkeypatch.setattr(statements, "_guarded", counted)
    clinic = fair.exhibitor(people=9)
    buyers = [fair.buyer() for _ in range(9)]
    sent.clear()
    assert answers(fair, [order(fair, buyers[0], clinic, NINE)]) == ["ok"]
    alone = len(sent)
    sent.clear()
    assert answers(fair, [order(fair, buyer, clinic, NINE) for buyer in buyers[1:]]) == ["ok"] * 8
    assert len(sent) == alone


def test_somebody_taken_meanwhile_by_another_convention_takes_the_batch_back(fair: Fair) -> None:
    """Blind to what it looked up, as if the other convention's meeting had come after the look."""
    clinic, one, two = fair.exhibitor(), fair.buyer(), fair.buyer()
    held = fair.ask(fair.buyer(), clinic, NINE)
    orders = [order(fair, one, clinic, NINE), order(fair, two, clinic, NEXT)]
    with pytest.raises(Surprise) as surprise, writing(fair.engine) as connection:
        run_batch(connection, orders, fair.clock, blind_to_occupancy=True)
    assert isinstance(surprise.value.__cause__, SlotTaken)
    assert set(fair.occupied().values()) == {held.id}
    assert fair.told() == ["request.sent"]
