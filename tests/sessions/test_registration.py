import itertools
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.ids import new_id
from sessions.errors import Full, NotAllowed, NotFound, NotRegistering, WrongState
from sessions.events import Gone, RegistrationRecord
from sessions.programme import AudienceKind, cancel, change, take_back
from sessions.registration import TICK, Seat, give_places, give_up, register, remove_place
from sessions.running import end, go_live
from sessions.states import SessionState
from tests.factories import BEFORE, Fair, make_fair, refused
from tests.sessions.programme import read, talk

ON_STAGE = Seat.ON_STAGE


def viewers(count: int) -> list[Actor]:
    return [Actor(person_id=new_id(), roles=frozenset({"viewer"})) for _ in range(count)]


def people(those: Sequence[Actor]) -> list[UUID]:
    return [one.person_id for one in those if one.person_id]


def places(fair: Fair, session_id: UUID, who: Sequence[Actor]) -> list[str]:
    """How each of them stands."""
    found = {place.person_id: place.state for place in fair.places(session_id)}
    return [found.get(person, "none") for person in people(who)]


def told(fair: Fair) -> list[tuple[str, set[str]]]:
    """What the log says besides that a session was planned, and whom it told."""
    return [(event.type, set(event.topics)) for event in fair.events()[1:]]


def test_people_register_wait_give_up_and_move_up(fair: Fair) -> None:
    session_id, who = talk(fair, capacity=2).id, viewers(4)
    records = [fair.perform(one, register, session_id) for one in who]
    assert records == [
        RegistrationRecord(
            id=record.id, session=session_id, person=person, seat="audience", state=state, at=at, version=1
        )
        for record, person, state, at in zip(
            records,
            people(who),
            ("registered", "registered", "waiting", "waiting"),
            (BEFORE, BEFORE, BEFORE, BEFORE + TICK),
            strict=True,
        )
    ]
    assert (read(fair, session_id).places, read(fair, session_id).version) == (2, 1)
    gone = fair.perform(who[0], give_up, session_id)
    assert gone == records[0].model_copy(update={"state": "cancelled", "version": 2})
    assert places(fair, session_id, who) == ["cancelled", "registered", "registered", "waiting"]
    fair.perform(who[0], register, session_id)
    fair.perform(who[1], give_up, session_id)
    assert places(fair, session_id, who) == ["waiting", "cancelled", "registered", "registered"]
    assert read(fair, session_id).places == 2


def test_each_place_is_told_to_whom_it_is_about_and_to_the_moderators(fair: Fair) -> None:
    session_id, (one, other) = talk(fair, capacity=1).id, viewers(2)
    for who in (one, other):
        fair.perform(who, register, session_id)
    fair.perform(one, give_up, session_id)
    mine, theirs = ({f"person:{who.person_id}", f"backstage:{session_id}"} for who in (one, other))
    assert told(fair) == [("registration.changed", topics) for topics in (mine, theirs, mine, theirs)]


def test_doing_it_again_changes_nothing(fair: Fair) -> None:
    session_id, (one, other) = talk(fair, capacity=1).id, viewers(2)
    for who in (one, other):
        assert fair.perform(who, register, session_id) == fair.perform(who, register, session_id)
    fair.perform(one, give_up, session_id)
    assert fair.perform(one, give_up, session_id).version == 2
    assert places(fair, session_id, [one, other]) == ["cancelled", "registered"]
    assert len(told(fair)) == 4


def test_more_places_let_those_who_wait_longest_move_up_and_fewer_throw_nobody_out(fair: Fair) -> None:
    session_id, who = talk(fair, capacity=1).id, viewers(5)
    for one in who:
        fair.perform(one, register, session_id)
    fair.perform(SYSTEM, change, session_id, capacity=3)
    assert places(fair, session_id, who) == [*3 * ["registered"], *2 * ["waiting"]]
    fair.perform(SYSTEM, change, session_id, capacity=1)
    fair.perform(who[0], give_up, session_id)
    assert places(fair, session_id, who) == ["cancelled", *2 * ["registered"], *2 * ["waiting"]]
    assert read(fair, session_id).places == 2
    fair.perform(SYSTEM, change, session_id, capacity=None)
    assert places(fair, session_id, who) == ["cancelled", *4 * ["registered"]]
    assert read(fair, session_id).places == 4


def test_invited_people_see_the_session_take_their_places_and_are_sent_away(fair: Fair) -> None:
    session_id, (guest, stranger) = talk(fair, audience=AudienceKind.INVITED, capacity=1).id, viewers(2)
    for command in (register, give_up):
        with refused(NotFound):
            fair.perform(stranger, command, session_id)
    given = fair.perform(SYSTEM, give_places, session_id, people([guest]))
    assert (given.taken, [place.state for place in given.places]) == (0, ["invited"])
    assert fair.perform(guest, register, session_id).state == "registered"
    assert fair.perform(SYSTEM, give_places, session_id, people([guest])).taken == 1
    removed = fair.perform(SYSTEM, remove_place, session_id, given.places[0].id)
    assert removed == Gone(id=given.places[0].id)
    with refused(NotFound):
        fair.perform(guest, register, session_id)
    topic, backstage = f"person:{guest.person_id}", f"backstage:{session_id}"
    assert told(fair) == [
        ("registration.changed", {topic, backstage}),
        ("session.changed", {topic}),
        ("registration.changed", {topic, backstage}),
        ("registration.removed", {topic, backstage}),
        ("session.hidden", {topic}),
    ]
    assert (fair.places(session_id), read(fair, session_id).places) == ([], 0)


def test_people_invited_to_a_draft_are_told_of_it_when_it_is_announced(fair: Fair) -> None:
    session_id, (guest,) = talk(fair, audience=AudienceKind.INVITED, state=SessionState.DRAFT).id, viewers(1)
    fair.perform(SYSTEM, give_places, session_id, people([guest]))
    with refused(NotFound):
        fair.perform(guest, register, session_id)
    assert [kind for kind, _ in told(fair)] == ["registration.changed"]


def test_seats_on_stage_are_none_of_the_capacity(fair: Fair) -> None:
    session_id, citizens, (late, last) = talk(fair, capacity=1).id, viewers(20), viewers(2)
    given = fair.perform(SYSTEM, give_places, session_id, people(citizens), seat=ON_STAGE, settled=True)
    assert {(place.seat, place.state) for place in given.places} == {("on_stage", "registered")}
    assert [place.person for place in given.places] == people(citizens)
    assert (given.taken, fair.perform(late, register, session_id).state) == (0, "registered")
    assert fair.perform(last, register, session_id).state == "waiting"
    fair.perform(SYSTEM, give_places, session_id, people([late]), seat=ON_STAGE)
    assert places(fair, session_id, [late, last]) == ["registered", "registered"]
    with refused(Full, capacity=1):
        fair.perform(SYSTEM, give_places, session_id, people([late]))
    invited = fair.perform(SYSTEM, give_places, session_id, people(viewers(1)), seat=ON_STAGE)
    [guest] = [Actor(person_id=place.person, roles=frozenset({"viewer"})) for place in invited.places]
    assert fair.perform(guest, register, session_id).state == "registered"
    assert read(fair, session_id).places == 1


def test_places_are_settled_as_far_as_there_are_any(fair: Fair) -> None:
    session_id, who = talk(fair, capacity=2).id, viewers(3)
    with refused(Full, capacity=2):
        fair.perform(SYSTEM, give_places, session_id, people(who), settled=True)
    assert (fair.places(session_id), read(fair, session_id).places) == ([], 0)
    assert fair.perform(SYSTEM, give_places, session_id, people(who[:2]), settled=True).taken == 2


def test_who_is_removed_makes_room(fair: Fair) -> None:
    session_id, who = talk(fair, capacity=1).id, viewers(2)
    first, second = (fair.perform(one, register, session_id) for one in who)
    fair.perform(SYSTEM, remove_place, session_id, first.id)
    assert places(fair, session_id, who) == ["none", "registered"]
    with refused(NotFound):
        fair.perform(SYSTEM, remove_place, talk(fair).id, second.id)


def test_places_are_taken_while_there_is_something_to_come_to(sqlite_fair: Fair) -> None:
    fair, (one,) = sqlite_fair, viewers(1)
    for command, open_ in ((take_back, False), (cancel, False), (go_live, True), (end, False)):
        session_id = talk(fair, capacity=1).id
        if command is end:
            fair.perform(SYSTEM, go_live, session_id)
        fair.perform(SYSTEM, command, session_id)
        if open_:
            assert fair.perform(one, register, session_id).state == "registered"
        else:
            with refused(NotFound if command is take_back else WrongState):
                fair.perform(one, register, session_id)


def test_who_may_not_is_refused(sqlite_fair: Fair, clock: SteppedClock) -> None:
    fair, (one, other) = sqlite_fair, viewers(2)
    session_id, free = talk(fair, capacity=1).id, talk(fair).id
    theirs = talk(make_fair(fair.engine, clock, slug="smc-2021"), capacity=1).id
    with refused(NotRegistering):
        fair.perform(one, register, free)
    with refused(NotAllowed):
        fair.perform(SYSTEM, register, session_id)
    with refused(WrongState, subject="registration", state="none", wanted="cancelled"):
        fair.perform(one, give_up, session_id)
    for command in (register, give_up):
        with refused(NotFound):
            fair.perform(one, command, theirs)
    with refused(NotAllowed):
        fair.perform(one, give_places, session_id, people([other]))
    with refused(NotAllowed):
        fair.perform(one, remove_place, session_id, new_id())
    with refused(NotFound):
        fair.perform(SYSTEM, give_places, theirs, people([other]))


Step = tuple[str, int]
STEPS = some.lists(
    some.one_of(
        some.tuples(
            some.sampled_from(["register", "give up", "invite", "settle", "on stage", "remove"]), some.integers(0, 5)
        ),
        some.tuples(some.just("capacity"), some.integers(1, 5)),
    ),
    max_size=25,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_places_add_up_and_nobody_waits_beside_a_free_one(
    sqlite_fair: Fair, steps: list[Step]
) -> None:
    fair, who = sqlite_fair, viewers(6)
    session_id, taken = talk(fair, capacity=2).id, 0
    for what, number in steps:
        before = taken
        outcome = attempt(lambda what=what, number=number: act(fair, session_id, who, what, number))  # type: ignore[misc]
        rows, session = fair.places(session_id), read(fair, session_id)
        seated = [row for row in rows if (row.state, row.seat) == ("registered", "audience")]
        waiting = [row.at for row in rows if row.state == "waiting"]
        taken = len(seated)
        assert session.places == taken
        assert not waiting or taken >= (session.capacity or 0)
        assert len(set(waiting)) == len(waiting)
        assert taken <= max(before, session.capacity or 0), (what, outcome)


def attempt(command: Callable[[], Any]) -> str:
    try:
        command()
    except (Full, WrongState) as refusal:
        return refusal.code
    return "done"


def act(fair: Fair, session_id: UUID, who: Sequence[Actor], what: str, number: int) -> None:
    match what:
        case "register":
            fair.perform(who[number], register, session_id)
        case "give up":
            fair.perform(who[number], give_up, session_id)
        case "invite" | "settle" | "on stage":
            seat = ON_STAGE if what == "on stage" else Seat.AUDIENCE
            fair.perform(SYSTEM, give_places, session_id, people([who[number]]), seat=seat, settled=what == "settle")
        case "remove":
            for place in itertools.islice(fair.places(session_id), number, number + 1):
                fair.perform(SYSTEM, remove_place, session_id, place.id)
        case _:
            fair.perform(SYSTEM, change, session_id, capacity=number)
