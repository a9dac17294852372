"""The bound: never below the best schedule, whatever the prices, and near it where a crowd makes it hard to see."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.schedule.bound import find_bound, without_solver
from matchmaking.schedule.problem import Candidate, Helper, Problem, Rules
from matchmaking.schedule.relaxation import relax
from tests.matchmaking.schedule.brute_force import best
from tests.matchmaking.schedule.problems import EVERY, both_ways, calendar, party, problems, seat, within

TRIO = (party(0), party(1), party(2))
TRIANGLE = (Candidate((0, 1), 4, EVERY), Candidate((0, 2), 4, EVERY), Candidate((1, 2), 4, EVERY))


@settings(max_examples=40, deadline=None)
@given(problems(), st.lists(st.floats(-1, 9), min_size=1, max_size=5))
def test_any_prices_prove_a_bound(problem: Problem, prices: list[float]) -> None:
    optimum = best(problem)
    if optimum is None:
        return
    relaxation = relax(problem)
    anything = np.resize(np.array(prices), len(relaxation.capacity))
    assert relaxation.bound(anything) >= optimum.heaviest - 1e-6
    assert without_solver(problem) >= optimum.heaviest


@pytest.mark.parametrize(
    ("slots", "bound"),
    [(1, 4), (2, 12)],  # half of each of three meetings, 6 in all, is more than whole meetings can weigh
)
def test_a_bound_is_a_weight_that_a_schedule_can_have(slots: int, bound: int) -> None:
    found = find_bound(within(Problem(calendar(a_day=slots), TRIO, TRIANGLE)), lambda: False)
    assert found.bound == bound


def test_limits_and_interpreters_lower_it() -> None:
    slots = calendar(a_day=5)
    host = party(0, seat(0, languages="ko"), seat(1, languages="ko"), most=8)
    guests = tuple(party(n, seat(n + 1, languages="ru")) for n in range(1, 11))
    wishes = tuple(Candidate((0, n), 1, EVERY) for n in range(1, 11))
    helper = Helper(TRIO[0].id, EVERY, both_ways("ko-ru"))
    alone = Problem(slots, (host, *guests), wishes, (helper,), (), Rules(without_interpreter=False))
    assert find_bound(within(alone), lambda: False).bound == 4  # a rest after three of them
    assert find_bound(within(Problem(slots, (host, *guests), wishes)), lambda: False).bound == 8


def test_whoever_cannot_wait_gets_a_rough_bound() -> None:
    problem = within(Problem(calendar(a_day=1), TRIO, TRIANGLE))
    hasty = find_bound(problem, lambda: True)
    assert hasty.bound in (4, 8)
    assert find_bound(problem, lambda: False).bound == 4
