"""Hands: raised, invited, on stage, lowered; told to their owners and to the moderators, in the order they went up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.ids import new_id
from sessions.errors import NoSeat, NotAllowed, NotFound, NotOffered, TooMany, WrongState
from sessions.floor import hands
from sessions.floor.events import HandRecord
from sessions.floor.hands import bring_on_stage, call, decline, invite, lower_hand, raise_hand, take_off
from sessions.running import end, go_live
from tests.factories import Fair, refused
from tests.sessions.floor.people import part, seat, state, told, viewer
from tests.sessions.programme import TEN, talk


def running(fair: Fair, **changed: Any) -> UUID:
    """A talk that is live."""
    session_id = talk(fair, **changed).id
    fair.clock.move_to(TEN)
    fair.perform(SYSTEM, go_live, session_id)
    return session_id


def topic(somebody: Actor) -> str:
    return f"person:{somebody.person_id}"


def test_hand_goes_up_comes_on_stage_and_goes_down(fair: Fair) -> None:
    session_id, somebody = running(fair), viewer()
    backstage = f"backstage:{session_id}"
    up = fair.perform(somebody, raise_hand, session_id)
    raised = {"id": up.id, "session": session_id, "person": somebody.person_id, "at": TEN}
    assert up == HandRecord(**raised, state="raised", version=1)
    invited = fair.perform(SYSTEM, invite, session_id, up.id)
    assert invited == HandRecord(**raised, state="invited", version=2)
    assert state(fair, topic(somebody), "hand") == {"hand": {str(up.id): invited.model_dump(mode="json")}}
    on_stage = fair.perform(SYSTEM, bring_on_stage, session_id, up.id)
    assert on_stage == HandRecord(**raised, state="on_stage", version=3)
    assert state(fair, backstage, "hand") == {"hand": {str(up.id): on_stage.model_dump(mode="json")}}
    down = fair.perform(SYSTEM, take_off, session_id, up.id)
    assert down == HandRecord(**raised, state="lowered", version=4)
    assert state(fair, backstage, "hand") == state(fair, topic(somebody), "hand") == {"hand": {}}
    facts = [
        *(
            (kind, {"hand": one.model_dump(mode="json")})
            for kind, one in (("hand.raised", up), ("hand.invited", invited))
        ),
        ("hand.on_stage", {"hand": on_stage.model_dump(mode="json")}),
        ("hand.lowered", {"hand": {"id": str(up.id), "gone": True}}),
    ]
    assert told(fair, backstage) == told(fair, topic(somebody)) == facts
    assert told(fair, f"session:{session_id}") == []


def test_hand_that_goes_up_again_is_the_same_and_last(fair: Fair, clock: SteppedClock) -> None:
    session_id, first, second = running(fair), viewer(), viewer()
    one = fair.perform(first, raise_hand, session_id)
    clock.move_to(TEN + timedelta(seconds=10))
    two = fair.perform(second, raise_hand, session_id)
    fair.perform(first, lower_hand, session_id)
    clock.move_to(TEN + timedelta(seconds=20))
    again = fair.perform(first, raise_hand, session_id)
    assert (again.id, again.version) == (one.id, 3)
    assert one.at < two.at < again.at
    invited = fair.perform(SYSTEM, invite, session_id, one.id)
    assert invited.at == again.at
    with refused(WrongState, subject="hand", state="invited", wanted="raised"):
        fair.perform(first, raise_hand, session_id)


def test_invitation_is_turned_down_or_taken_back(fair: Fair) -> None:
    session_id, one, other = running(fair), viewer(), viewer()
    mine, theirs = (fair.perform(somebody, raise_hand, session_id).id for somebody in (one, other))
    for hand_id in (mine, theirs):
        fair.perform(SYSTEM, invite, session_id, hand_id)
    assert fair.perform(one, lower_hand, session_id).state == "lowered"
    assert fair.perform(SYSTEM, decline, session_id, theirs).state == "lowered"
    with refused(WrongState, subject="hand", state="lowered"):
        fair.perform(SYSTEM, invite, session_id, mine)
    with refused(WrongState, subject="hand", state="lowered", wanted="lowered"):
        fair.perform(one, lower_hand, session_id)


def test_nobody_is_brought_on_stage_unasked_or_declined_there(sqlite_fair: Fair) -> None:
    session_id = running(sqlite_fair)
    hand_id = sqlite_fair.perform(viewer(), raise_hand, session_id).id
    with refused(WrongState, subject="hand", state="raised", wanted="on_stage"):
        sqlite_fair.perform(SYSTEM, bring_on_stage, session_id, hand_id)
    with refused(WrongState, subject="hand", state="raised"):
        sqlite_fair.perform(SYSTEM, take_off, session_id, hand_id)
    sqlite_fair.perform(SYSTEM, invite, session_id, hand_id)
    sqlite_fair.perform(SYSTEM, bring_on_stage, session_id, hand_id)
    with refused(WrongState, subject="hand", state="on_stage"):
        sqlite_fair.perform(SYSTEM, decline, session_id, hand_id)


def test_guests_with_a_seat_on_stage_are_called_without_raising_a_hand(fair: Fair) -> None:
    session_id, citizen, other = running(fair, registers=True, floor={"hands": False}), viewer(), viewer()
    assert citizen.person_id is not None
    assert other.person_id is not None
    seat(fair, session_id, citizen.person_id, seat="on_stage")
    seat(fair, session_id, other.person_id)
    with refused(NotOffered):
        fair.perform(citizen, raise_hand, session_id)
    called = fair.perform(part(fair, session_id, "host"), call, session_id, citizen.person_id)
    at = {"session": session_id, "person": citizen.person_id, "at": TEN}
    assert called == HandRecord(id=called.id, **at, state="invited", version=1)
    assert told(fair, topic(citizen)) == [("hand.invited", {"hand": called.model_dump(mode="json")})]
    fair.perform(SYSTEM, bring_on_stage, session_id, called.id)
    with refused(NoSeat):
        fair.perform(SYSTEM, call, session_id, other.person_id)


def test_hands_go_up_only_while_the_session_runs(sqlite_fair: Fair) -> None:
    session_id, somebody = talk(sqlite_fair).id, viewer()
    with refused(WrongState, subject="session", state="scheduled"):
        sqlite_fair.perform(somebody, raise_hand, session_id)
    sqlite_fair.perform(SYSTEM, go_live, session_id)
    sqlite_fair.perform(somebody, raise_hand, session_id)
    sqlite_fair.perform(SYSTEM, end, session_id)
    with refused(WrongState, subject="session", state="ended"):
        sqlite_fair.perform(viewer(), raise_hand, session_id)
    assert sqlite_fair.perform(somebody, lower_hand, session_id).state == "lowered"


def test_more_hands_than_anybody_can_call_do_not_go_up(sqlite_fair: Fair) -> None:
    session_id, last = running(sqlite_fair), viewer()
    crowd = [viewer() for _ in range(hands.HANDS)]
    for somebody in crowd:
        sqlite_fair.perform(somebody, raise_hand, session_id)
    with refused(TooMany, most=hands.HANDS):
        sqlite_fair.perform(last, raise_hand, session_id)
    sqlite_fair.perform(crowd[0], lower_hand, session_id)
    sqlite_fair.perform(last, raise_hand, session_id)


@pytest.mark.parametrize("command", [invite, decline, bring_on_stage, take_off])
def test_only_moderators_have_the_stage_in_hand(sqlite_fair: Fair, command: Callable[..., HandRecord]) -> None:
    session_id, other, somebody = running(sqlite_fair), talk(sqlite_fair).id, viewer()
    hand_id = sqlite_fair.perform(somebody, raise_hand, session_id).id
    with refused(NotAllowed):
        sqlite_fair.perform(somebody, command, session_id, hand_id)
    with refused(NotFound):
        sqlite_fair.perform(SYSTEM, command, other, hand_id)
    with refused(NotFound):
        sqlite_fair.perform(SYSTEM, command, new_id(), session_id)


def test_who_has_no_account_has_no_hand(sqlite_fair: Fair) -> None:
    session_id, nobody = running(sqlite_fair), Actor(None, roles=frozenset({"viewer"}))
    with refused(NotAllowed):
        sqlite_fair.perform(nobody, raise_hand, session_id)
    for somebody in (nobody, viewer()):
        with refused(WrongState, subject="hand", state="lowered"):
            sqlite_fair.perform(somebody, lower_hand, session_id)
    with refused(NotAllowed):
        sqlite_fair.perform(viewer(), call, session_id, new_id())
