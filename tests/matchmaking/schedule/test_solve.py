"""The whole search: its schedules keep the rules, are the best there are, and its bound is never below the best."""

from random import Random

import pytest
from hypothesis import given, settings

from matchmaking.schedule.problem import Candidate, Helper, Party, Placement, Problem, Schedule
from matchmaking.schedule.solve import Impossible, Progress, solve
from tests.matchmaking.schedule.brute_force import best
from tests.matchmaking.schedule.problems import EVERY, both_ways, calendar, party, problems, seat, within
from tests.matchmaking.schedule.verifier import breaches

TRIO = (party(0), party(1), party(2))


def value(problem: Problem, schedule: Schedule) -> tuple[int, int]:
    """Meetings that must be, and the weight of all."""
    held = [problem.candidates[c] for c in schedule.placed]
    return sum(one.must for one in held), sum(one.weight for one in held)


@settings(max_examples=35, deadline=None)
@given(problems(resources=False, most_candidates=7))
def test_a_small_convention_gets_the_best_schedule(problem: Problem) -> None:
    optimum, solved = best(problem), solve(problem)
    assert optimum is not None
    assert breaches(problem, solved.schedule) == []
    assert value(problem, solved.schedule) == (optimum.musts, optimum.weight)
    assert solved.bound >= optimum.heaviest


@settings(max_examples=35, deadline=None)
@given(problems())
def test_with_interpreters_halls_and_limits_no_rule_is_broken_and_the_bound_holds(problem: Problem) -> None:
    optimum = best(problem)
    if optimum is None:
        with pytest.raises(Impossible):
            solve(problem)
        return
    solved = solve(problem)
    assert breaches(problem, solved.schedule) == []
    assert solved.bound >= optimum.heaviest
    assert value(problem, solved.schedule)[1] >= 0.7 * optimum.weight


def crowd(seed: int, parties: int = 40, a_day: int = 6, wishes: int = 110) -> Problem:
    """A convention in which half of the parties would like to meet the others, everybody half of the time there."""
    random = Random(seed)
    slots = calendar(days=2, a_day=a_day)
    half = parties // 2
    people: list[Party] = [party(n, seat(n, random.getrandbits(len(slots)))) for n in range(parties)]
    pairs = {(random.randrange(half), half + random.randrange(half)) for _ in range(wishes)}
    wishes_of = tuple(Candidate(pair, random.randint(1, 9), EVERY) for pair in sorted(pairs))
    return within(Problem(slots, tuple(people), wishes_of))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crowded_convention_reaches_its_bound_and_a_seed_gives_one_schedule(seed: int) -> None:
    problem = crowd(seed)
    solved = solve(problem, seed=seed, effort=0.1)
    assert breaches(problem, solved.schedule) == []
    assert value(problem, solved.schedule)[1] >= 0.99 * solved.bound
    assert solve(problem, seed=seed, effort=0.1) == solved


def test_what_must_be_comes_before_what_weighs_more() -> None:
    candidates = (Candidate((0, 1), 9, EVERY), Candidate((0, 2), 1, EVERY, must=True))
    solved = solve(within(Problem(calendar(a_day=1), TRIO, candidates)))
    assert (solved.schedule, solved.bound) == (Schedule({1: Placement(0, (0, 0))}), 9)


def test_of_two_wishes_of_the_same_weight_the_one_of_who_has_less_is_granted() -> None:
    # The first has one slot left for two who want it equally; the third meets nobody else, the second does.
    capped = (party(0, seat(0, 0b01)), party(1), party(2, seat(2, 0b01)), party(3))
    candidates = (Candidate((0, 1), 5, EVERY), Candidate((0, 2), 5, EVERY), Candidate((1, 3), 5, 0b10))
    solved = solve(within(Problem(calendar(a_day=2), capped, candidates)))
    assert {c: one.slot for c, one in solved.schedule.placed.items()} == {1: 0, 2: 1}


def test_a_meeting_is_held_when_there_is_an_interpreter_if_it_can_be() -> None:
    guests = (party(0, seat(0, languages="ko")), party(1, seat(1, languages="ru")))
    helper = Helper(TRIO[0].id, 0b10, both_ways("ko-ru"))
    problem = within(Problem(calendar(a_day=3), guests, (Candidate((0, 1), 1, EVERY),), (helper,)))
    assert solve(problem).schedule == Schedule({0: Placement(1, (0, 0), helper=0)})


def test_contradictions_are_named_all_at_once() -> None:
    away = (party(0), party(1), party(2, seat(2, 0b10)), party(3))
    pins = (Candidate((0, 1), 1, 1, 0), Candidate((0, 3), 1, 1, 0), Candidate((2, 3), 1, 1, 0))
    with pytest.raises(Impossible) as refused:
        solve(within(Problem(calendar(a_day=2), away, pins)))
    first, _, third, fourth = (str(one.id) for one in away)
    assert refused.value.reasons == (
        f"2020-11-09 00:00 {first}, {fourth}: a party is in another pinned meeting then",
        f"2020-11-09 00:00 {third}, {fourth}: somebody is not there then",
    )


def test_pins_stand_whoever_has_to_sit_elsewhere_for_them() -> None:
    # Whoever is placed first takes the only one who speaks Korean, unless it is looked at who needs them.
    host = party(0, seat(0, 0b01, "en ko"), seat(1, 0b11, "en"))
    guests = (host, party(1), party(2, seat(2, languages="en")))
    pins = (Candidate((0, 1), 1, 1, 0), Candidate((0, 2), 1, 1, 0))
    solved = solve(within(Problem(calendar(a_day=2), guests, pins)))
    assert sorted(one.seats[0] for one in solved.schedule.placed.values()) == [0, 1]


def test_nobody_and_nothing_is_no_trouble() -> None:
    for slots in ((), calendar(a_day=2)):
        lonely = within(Problem(slots, TRIO, (Candidate((0, 1), 3, 0),)))
        assert solve(lonely).schedule == Schedule({})
        assert solve(Problem(slots, (), ())).bound == 0


def test_it_tells_how_far_it_is_and_stops_when_told_with_the_best_so_far() -> None:
    problem, told = crowd(1), []

    def report(progress: Progress) -> None:
        told.append(progress)

    finished = solve(problem, effort=0.1, report=report)
    assert {one.stage for one in told} == {"filling", "bounding", "improving", "sharing", "comfort"}
    assert all(0 <= one.done <= one.of for one in told)
    assert (told[-1].weight, told[-1].bound) == (value(problem, finished.schedule)[1], finished.bound)
    hasty = solve(problem, stop=lambda: True)
    assert (hasty.stopped, finished.stopped) == (True, False)
    assert breaches(problem, hasty.schedule) == []
    assert 0 < value(problem, hasty.schedule)[1] <= finished.bound <= hasty.bound
