"""What a schedule is worth, and why somebody got too little, as tables."""

from dataclasses import replace
from uuid import UUID

import pytest

from matchmaking.schedule.floor import least_discomfort
from matchmaking.schedule.gaps import gaps
from matchmaking.schedule.problem import (
    Candidate,
    Hall,
    Helper,
    Mask,
    Placement,
    Problem,
    Quality,
    Reason,
    Rules,
    Schedule,
    SlotTime,
    Unserved,
)
from matchmaking.schedule.quality import judge
from matchmaking.schedule.timetable import Timetable
from tests.matchmaking.schedule.problems import EVERY, both_ways, calendar, day_of_slots, party, seat, within

FOUR = calendar(a_day=4)
TWO_DAYS = calendar(days=2, a_day=3)


def at(slot: int, parties: int = 2, helper: int | None = None, pending: bool = False) -> Placement:
    return Placement(slot, (0,) * parties, helper, pending=pending)


def meet(*parties: int, weight: int = 1, slots: Mask = EVERY) -> Candidate:
    return Candidate(parties, weight, slots)


@pytest.mark.parametrize(
    ("slots", "held", "free", "expected"),
    [
        (FOUR, 0b0000, 0b1111, 0),
        (FOUR, 0b0100, 0b1111, 0),
        (FOUR, 0b0011, 0b1111, 0),
        (FOUR, 0b0101, 0b1111, 1),
        (FOUR, 0b1001, 0b1111, 1),  # two empty slots, one gap
        (FOUR, 0b1011, 0b1111, 1),
        (calendar(a_day=5), 0b10101, 0b11111, 2),
        (FOUR, 0b0101, 0b1101, 0),  # away meanwhile
        (FOUR, 0b1001, 0b1101, 1),  # away for a part of it
        (TWO_DAYS, 0b001100, 0b111111, 0),
        (TWO_DAYS, 0b001001, 0b111111, 0),  # a night is no gap
        (TWO_DAYS, 0b101101, 0b111111, 2),
        (day_of_slots([30, 30, 30], [0, -10, -10]), 0b101, 0b111, 0),  # the one between overlaps both
        (day_of_slots([30, 30, 30], [0, 0, 0], buffer=10), 0b101, 0b111, 0),
    ],
)
def test_gaps(slots: tuple[SlotTime, ...], held: Mask, free: Mask, expected: int) -> None:
    assert gaps(held, free, Timetable(slots)) == expected


def test_a_schedule_is_judged() -> None:
    """Four parties on two days: one never there with others, one meeting pending, one interpreted."""
    problem = Problem(
        TWO_DAYS,
        (
            party(0, seat(0, languages="ko"), least=3, discomfort=(0, 5, 10, 20, 40, 80)),
            party(1, seat(1, languages="ru"), discomfort=(1, 1, 1, 1, 1, 1)),
            party(2, seat(2, languages="ko")),
            party(3, seat(3, free=0b1, languages="zh"), booked=(1,)),
            party(4, seat(4, free=0)),
        ),
        (
            meet(0, 1, weight=5),
            meet(0, 2, weight=4),
            meet(0, 3, weight=3),
            meet(1, 2, weight=2),
            meet(0, 4, weight=9),
        ),
        (Helper(UUID(int=9), EVERY, both_ways("ko-ru")),),
    )
    schedule = Schedule({0: at(0, helper=0), 1: at(2), 3: at(5, pending=True)})
    assert judge(within(problem), schedule, 16.0, 11) == Quality(
        meetings=3,
        weight=11,
        bound=16.0,
        gap_percent=31.25,
        left_out=1,
        pending=1,
        idle_gaps=1,  # of party 0, between slots 0 and 2
        discomfort=0 + 1 + 10 + 1,
        worst_discomfort=10,
        share_of_worst=0.5,  # party 3 had one of two, which stands already
        interpreter_minutes=60,
        unserved=(Unserved(0, 3, 2, "no_shared_hours"), Unserved(4, 1, 0, "no_hours")),
        discomfort_bound=11,
    )


def test_an_empty_schedule_is_judged() -> None:
    assert judge(Problem((), (), ()), Schedule({}), 0.0) == Quality(0, 0, 0.0, 0.0, 0, 0, 0, 0, 0, 1.0, 0, ())


def test_somebody_of_two_parties_waits_once() -> None:
    problem = Problem(FOUR, (party(0), party(1), party(2, seat(0))), (meet(0, 1), meet(2, 1)))
    assert judge(within(problem), Schedule({0: at(0), 1: at(2)}), 2.0).idle_gaps == 2
    assert judge(within(problem), Schedule({0: at(0), 1: at(1)}), 2.0).idle_gaps == 0


WAIT = Rules(without_interpreter=False)
KOREAN, RUSSIAN = seat(0, languages="ko"), seat(1, languages="ru")
OTHERS = (party(2), party(3))
BETWEEN = Helper(UUID(int=9), EVERY, both_ways("ko-ru"))
HALL = {0: EVERY}
NO_TABLES = (Hall(UUID(int=0), (0,) * 4),)

# Why party 0 has not what it wished: a problem, what stands, and the reason.
WHY: dict[str, tuple[Problem, dict[int, Placement], Reason]] = {
    "nobody wishes": (Problem(FOUR, (party(0), party(1)), ()), {}, "nobody_wishes"),
    "nobody else wishes": (
        Problem(FOUR, (party(0, least=2), party(1)), (meet(0, 1),)),
        {0: at(0)},
        "nobody_wishes",
    ),
    "never there": (Problem(FOUR, (party(0, seat(0, free=0)), party(1)), (meet(0, 1),)), {}, "no_hours"),
    "never there together": (
        Problem(FOUR, (party(0, seat(0, free=0b0011)), party(1, seat(1, free=0b1100))), (meet(0, 1),)),
        {},
        "no_shared_hours",
    ),
    "there together, but not when they may": (
        Problem(FOUR, (party(0), party(1)), (meet(0, 1, slots=0),)),
        {},
        "no_shared_hours",
    ),
    "a calendar without slots": (Problem((), (party(0), party(1)), (meet(0, 1),)), {}, "no_hours"),
    "nobody speaks both": (
        Problem(FOUR, (party(0, KOREAN), party(1, RUSSIAN)), (meet(0, 1),), rules=WAIT),
        {},
        "no_interpreter",
    ),
    "the interpreter is another's": (
        Problem(
            FOUR,
            (party(0, KOREAN), party(1, RUSSIAN), *OTHERS),
            (meet(0, 1),),
            (replace(BETWEEN, only_for=2),),
            (),
            WAIT,
        ),
        {},
        "no_interpreter",
    ),
    "the interpreter is away": (
        Problem(FOUR, (party(0, KOREAN), party(1, RUSSIAN)), (meet(0, 1),), (replace(BETWEEN, free=0),), (), WAIT),
        {},
        "interpreters_busy",
    ),
    "no table at any time": (
        Problem(FOUR, (party(0, seat(0, halls=HALL)), party(1, seat(1, halls=HALL))), (meet(0, 1),), (), NO_TABLES),
        {},
        "tables_full",
    ),
    "no line": (
        Problem(calendar(a_day=1), (party(0), party(1), *OTHERS), (meet(0, 1), meet(2, 3)), rules=Rules(lines=1)),
        {1: at(0)},
        "tables_full",
    ),
    "the other has enough": (
        Problem(FOUR, (party(0), party(1, most=1), party(2)), (meet(0, 1), meet(1, 2))),
        {1: at(0)},
        "at_its_most",
    ),
    "the other has enough on each day": (
        Problem(calendar(days=1, a_day=2), (party(0), party(1, most_a_day=1), party(2)), (meet(0, 1), meet(1, 2))),
        {1: at(0)},
        "at_its_most",
    ),
    "the other's times went to others": (
        Problem(calendar(a_day=1), (party(0), party(1), party(2)), (meet(0, 1), meet(1, 2, weight=2))),
        {1: at(0)},
        "others_first",
    ),
    "its own time went to another": (
        Problem(calendar(a_day=1), (party(0, least=2), party(1), party(2)), (meet(0, 1), meet(0, 2, weight=2))),
        {1: at(0)},
        "others_first",
    ),
    "of two reasons the first": (
        Problem(
            calendar(a_day=1),
            (party(0), party(1), party(2, seat(2, free=0)), party(3)),
            (meet(0, 1), meet(0, 2), meet(1, 3)),
        ),
        {2: at(0)},
        "no_shared_hours",
    ),
    "of three the commonest": (
        Problem(
            calendar(a_day=1),
            (party(0), party(1), party(2, seat(2, free=0)), party(3), party(4)),
            (meet(0, 1), meet(0, 2), meet(1, 3), meet(0, 3)),
        ),
        {2: at(0)},
        "others_first",
    ),
}


@pytest.mark.parametrize("name", WHY)
def test_why_a_party_got_less_than_it_wished(name: str) -> None:
    problem, placed, expected = WHY[name]
    unserved = {one.party: one.reason for one in judge(within(problem), Schedule(placed), 9.0).unserved}
    assert unserved[0] == expected


def test_who_has_what_it_wished_is_not_unserved() -> None:
    problem = Problem(FOUR, (party(0, least=2, booked=(1,)), party(1), party(2, least=3, most=0)), (meet(0, 1),))
    assert judge(within(problem), Schedule({0: at(0)}), 1.0).unserved == ()


@pytest.mark.parametrize(
    ("candidates", "placed", "least"),
    [
        ((), {}, 0),
        ((meet(0, 1),), {0: at(3)}, 10),
        ((meet(0, 1), meet(0, 2)), {0: at(3), 1: at(2)}, 40),  # both want slot 0, one gets slot 1
        ((meet(0, 1), meet(2, 3)), {0: at(3), 1: at(2)}, 20),  # others may have the same slot
        ((meet(0, 1, slots=0b1000),), {0: at(3)}, 80),
        ((Candidate((0, 1), 1, EVERY, fixed=2), meet(0, 2)), {0: at(2), 1: at(3)}, 60),
        ((meet(0, 1, 2),), {0: at(1, parties=3)}, 20),
    ],
)
def test_what_the_same_meetings_cost_at_least(
    candidates: tuple[Candidate, ...], placed: dict[int, Placement], least: int
) -> None:
    costs = ((10, 20, 40, 80), (0, 0, 0, 0), (10, 10, 10, 10), ())
    problem = Problem(FOUR, tuple(party(n, discomfort=cost) for n, cost in enumerate(costs)), candidates)
    assert least_discomfort(within(problem), Schedule(placed)) == least
