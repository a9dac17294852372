"""The verifier finds every breach, and nothing else; trying everything finds the optimum."""

from uuid import UUID

import pytest
from hypothesis import given, settings

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Candidate, Hall, Helper, Placement, Problem, Rules, Schedule
from tests.matchmaking.schedule.brute_force import best
from tests.matchmaking.schedule.problems import EVERY, both_ways, calendar, day_of_slots, party, problems, seat
from tests.matchmaking.schedule.verifier import breaches, breaches_so_far

PERSON = {n: UUID(int=n) for n in range(10)}
HALL = {0: EVERY}
RUSSIAN = Helper(PERSON[9], EVERY, both_ways("ko-ru"))
NEEDED = (Candidate((0, 1), 1, EVERY), Candidate((0, 2), 1, EVERY), Candidate((3, 1), 1, EVERY))
SPEAKERS = tuple(party(n, seat(n, languages="ko" if n in (0, 3) else "ru")) for n in range(4))
THREE = (Candidate((0, 1), 1, EVERY), Candidate((0, 2), 1, EVERY), Candidate((1, 2), 1, EVERY))


def at(slot: int, seats: str = "00", helper: int | None = None, hall: int | None = None) -> Placement:
    return Placement(slot, tuple(int(one) for one in seats), helper, hall)


def meeting(*parties: int, slots: int = EVERY, fixed: int | None = None) -> Candidate:
    return Candidate(parties, 1, slots, fixed)


EVENING = calendar(a_day=4, gap=5)
PAIR = (party(0), party(1))
TRIO = (party(0), party(1), party(2))

CASES: dict[str, tuple[Problem, dict[int, Placement], list[str]]] = {
    "all is well": (
        Problem(EVENING, TRIO, THREE),
        {0: at(0), 1: at(1), 2: at(2)},
        [],
    ),
    "fixed elsewhere": (
        Problem(EVENING, PAIR, (meeting(0, 1, fixed=2),)),
        {0: at(1)},
        ["0 is not in its fixed slot 2"],
    ),
    "fixed and not there": (
        Problem(EVENING, PAIR, (meeting(0, 1, fixed=2),)),
        {},
        ["0 is not in its fixed slot 2"],
    ),
    "a slot that is not offered": (
        Problem(EVENING, PAIR, (meeting(0, 1, slots=0b0101),)),
        {0: at(1)},
        ["0 may not be in slot 1"],
    ),
    "a party without anybody": (
        Problem(EVENING, PAIR, (meeting(0, 1),)),
        {0: at(1, "0")},
        ["0 has 1 seats"],
    ),
    "somebody away": (
        Problem(EVENING, (party(0), party(1, seat(1, free=0b1101))), (meeting(0, 1),)),
        {0: at(1)},
        [f"0: {PERSON[1]} is not free in slot 1"],
    ),
    "somebody on two sides": (
        Problem(EVENING, (party(0, seat(1)), party(1, seat(1))), (meeting(0, 1),)),
        {0: at(1)},
        ["0 has somebody on two sides"],
    ),
    "somebody in two meetings": (
        Problem(EVENING, TRIO, THREE),
        {0: at(1), 1: at(1)},
        [f"{PERSON[0]} is in 0 and 1 at once"],
    ),
    "two people of one party in two meetings": (
        Problem(EVENING, (party(0, seat(0), seat(3)), party(1), party(2)), THREE),
        {0: at(1), 1: at(1, "10")},
        [],
    ),
    "somebody of two parties in two meetings": (
        Problem(EVENING, (party(0), party(1), party(2), party(3, seat(1))), (meeting(0, 1), meeting(2, 3))),
        {0: at(1), 1: at(1)},
        [f"{PERSON[1]} is in 0 and 1 at once"],
    ),
    "meetings over each other": (
        Problem(day_of_slots([30, 30], [0, -10]), TRIO, THREE),
        {0: at(0), 1: at(1)},
        [f"{PERSON[0]} is in 0 and 1 at once"],
    ),
    "somebody's day is full": (
        Problem(EVENING, (party(0, seat(0, daily=2, booked=(1,))), party(1), party(2)), THREE),
        {0: at(0), 1: at(1)},
        [f"{PERSON[0]} has more than 2 meetings on day 0"],
    ),
    "a party's day is full": (
        Problem(calendar(days=2, a_day=2), (party(0, most_a_day=1), party(1), party(2)), THREE),
        {0: at(0), 1: at(1)},
        ["party 0 has more than 1 meetings on day 0"],
    ),
    "a party's two days": (
        Problem(calendar(days=2, a_day=2), (party(0, most_a_day=1), party(1), party(2)), THREE),
        {0: at(0), 1: at(2)},
        [],
    ),
    "a party at its most": (
        Problem(EVENING, (party(0, most=2, booked=(1,)), party(1), party(2)), THREE),
        {0: at(0), 1: at(1)},
        ["party 0 has more than 2 meetings"],
    ),
    "no interpreter, and none told": (
        Problem(EVENING, SPEAKERS, NEEDED, (RUSSIAN,)),
        {0: at(0)},
        ["0 says wrongly whether it waits for an interpreter"],
    ),
    "no interpreter where one must be": (
        Problem(EVENING, SPEAKERS, NEEDED, (), rules=Rules(without_interpreter=False)),
        {0: Placement(0, (0, 0), pending=True)},
        ["0 has no interpreter"],
    ),
    "waits for an interpreter": (
        Problem(EVENING, SPEAKERS, NEEDED),
        {0: Placement(0, (0, 0), pending=True)},
        [],
    ),
    "an interpreter of one direction": (
        Problem(EVENING, SPEAKERS, NEEDED, (Helper(PERSON[9], EVERY, frozenset({("ko", "ru")})),)),
        {0: at(0, helper=0)},
        ["0: helper 0 does not speak for all of them"],
    ),
    "an interpreter between three": (
        Problem(
            EVENING,
            (
                party(0, seat(0, languages="ko")),
                party(1, seat(1, languages="ru en")),
                party(2, seat(2, languages="ru")),
            ),
            (meeting(0, 1, 2),),
            (RUSSIAN,),
        ),
        {0: at(0, "000", helper=0)},
        [],
    ),
    "an interpreter who is away": (
        Problem(EVENING, SPEAKERS, NEEDED, (Helper(PERSON[9], 0b10, both_ways("ko-ru")),)),
        {0: at(0, helper=0)},
        ["0: helper 0 is not free in slot 0"],
    ),
    "an interpreter at work": (
        Problem(EVENING, SPEAKERS, NEEDED, (Helper(PERSON[9], EVERY, both_ways("ko-ru"), busy=0b1),)),
        {0: at(0, helper=0)},
        ["0: helper 0 works elsewhere in slot 0"],
    ),
    "an interpreter in two meetings": (
        Problem(EVENING, SPEAKERS, NEEDED, (RUSSIAN,)),
        {1: at(0, helper=0), 2: at(0, helper=0)},
        [f"{PERSON[9]} is in 1 and 2 at once"],
    ),
    "an interpreter of others": (
        Problem(EVENING, SPEAKERS, NEEDED, (Helper(PERSON[9], EVERY, both_ways("ko-ru"), only_for=3),)),
        {0: at(0, helper=0), 2: at(1, helper=0)},
        ["0: helper 0 serves party 3 only"],
    ),
    "an interpreter reserved for others": (
        Problem(EVENING, SPEAKERS, NEEDED, (Helper(PERSON[9], EVERY, both_ways("ko-ru"), blocks={3: 0b11}),)),
        {0: at(0, helper=0), 1: at(2, helper=0), 2: at(1, helper=0)},
        ["0: helper 0 is reserved in slot 0"],
    ),
    "an interpreter's day is full": (
        Problem(
            EVENING, SPEAKERS, NEEDED, (Helper(PERSON[9], EVERY, both_ways("ko-ru"), daily_minutes=80, booked=(30,)),)
        ),
        {0: at(0, helper=0), 1: at(2, helper=0)},
        ["helper 0 works more than 80 minutes on day 0"],
    ),
    "an interpreter without a rest": (
        Problem(EVENING, SPEAKERS, NEEDED, (RUSSIAN,), rules=Rules(stretch_minutes=60, break_minutes=10)),
        {0: at(0, helper=0), 1: at(1, helper=0), 2: at(2, helper=0)},
        ["helper 0 has no rest in slots [0, 1, 2]"],
    ),
    "an interpreter with a rest": (
        Problem(EVENING, SPEAKERS, NEEDED, (RUSSIAN,), rules=Rules(stretch_minutes=60, break_minutes=10)),
        {0: at(0, helper=0), 1: at(1, helper=0), 2: at(3, helper=0)},
        [],
    ),
    "an interpreter in a long meeting": (
        Problem(EVENING, SPEAKERS, NEEDED, (RUSSIAN,), rules=Rules(stretch_minutes=20, break_minutes=10)),
        {0: at(0, helper=0)},
        [],
    ),
    "an interpreter who comes from what stands": (
        Problem(
            EVENING,
            SPEAKERS,
            NEEDED,
            (Helper(PERSON[9], EVERY, both_ways("ko-ru"), busy=0b11),),
            rules=Rules(stretch_minutes=60, break_minutes=10, handover_minutes=10),
        ),
        {0: at(2, helper=0)},
        ["helper 0 has no rest in slots [0, 1, 2]", "helper 0 goes from slot 1 to 2 too soon"],
    ),
    "an interpreter hurries to others": (
        Problem(EVENING, SPEAKERS, NEEDED, (RUSSIAN,), rules=Rules(handover_minutes=10)),
        {0: at(0, helper=0), 1: at(1, helper=0), 2: at(2, helper=0)},
        ["helper 0 goes from slot 1 to 2 too soon"],
    ),
    "a hall where one is not": (
        Problem(
            EVENING,
            (party(0, seat(0, halls=HALL)), party(1, seat(1, halls={0: 0b10}))),
            (meeting(0, 1),),
            halls=(Hall(PERSON[0], (1, 1, 1, 1)),),
        ),
        {0: at(0, hall=0)},
        ["0 is in hall 0, and could be in []"],
    ),
    "online though all are in the hall": (
        Problem(
            EVENING,
            (party(0, seat(0, halls=HALL)), party(1, seat(1, halls=HALL))),
            (meeting(0, 1),),
            halls=(Hall(PERSON[0], (1, 1, 1, 1)),),
        ),
        {0: at(0)},
        ["0 is in hall None, and could be in [0]"],
    ),
    "no table": (
        Problem(
            EVENING,
            tuple(party(n, seat(n, halls=HALL)) for n in range(4)),
            (meeting(0, 1), meeting(2, 3)),
            halls=(Hall(PERSON[0], (1, 1, 1, 1)),),
        ),
        {0: at(0, hall=0), 1: at(0, hall=0)},
        ["hall 0 holds 2 meetings in slot 0"],
    ),
    "no line while another meeting goes on": (
        Problem(
            day_of_slots([30, 30], [0, -10]),
            tuple(party(n) for n in range(4)),
            (meeting(0, 1), meeting(2, 3)),
            rules=Rules(lines=1),
        ),
        {0: at(0), 1: at(1)},
        ["online holds 2 meetings in slot 1"],
    ),
    "no time to leave the hall": (
        Problem(
            EVENING,
            (party(0, seat(0, halls=HALL)), party(1, seat(1, halls=HALL)), party(2)),
            THREE,
            halls=(Hall(PERSON[0], (1, 1, 1, 1)),),
        ),
        {0: at(0, hall=0), 1: at(1), 2: at(2)},
        [f"{PERSON[0]} changes places from 0 to 1 too soon"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_breach_is_found(name: str) -> None:
    problem, placed, expected = CASES[name]
    assert breaches(problem, Schedule(placed)) == expected


@settings(max_examples=50)
@given(problems())
def test_what_the_board_places_breaks_no_rule(problem: Problem) -> None:
    board = Board(problem)
    for c in range(len(problem.candidates)):
        for slot in range(len(problem.slots)):
            if board.place(c, slot):
                break
    assert breaches_so_far(problem, board.schedule()) == []


def test_trying_everything_finds_the_optimum() -> None:
    # Two slots: the three cannot all meet, and the pair that must meet is worth least.
    heavy = Problem(
        calendar(a_day=2),
        TRIO,
        (Candidate((0, 1), 5, EVERY), Candidate((0, 2), 4, EVERY), Candidate((1, 2), 3, 0b1, must=True)),
    )
    found = best(heavy)
    assert found is not None
    assert (found.musts, found.weight, found.heaviest) == (1, 8, 9)
    assert {c: placement.slot for c, placement in found.schedule.placed.items()} == {0: 1, 2: 0}
    assert best(Problem(calendar(a_day=2), PAIR, (meeting(0, 1, fixed=1), meeting(1, 0, fixed=1)))) is None
