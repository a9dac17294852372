"""Live repair: little is moved, nothing that stands is given up, and hardly any solve from nothing is better."""

from dataclasses import replace
from random import Random

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Candidate, Helper, Mask, Placement, Problem, Schedule
from matchmaking.schedule.relaxation import relax
from matchmaking.schedule.repair import Change, Repair, Upset, away, cancelled, ill, repair, wished
from matchmaking.schedule.timetable import bits
from server.bench.schedule_instances import SIZES, convention
from tests.matchmaking.schedule.problems import EVERY, both_ways, calendar, party, problems, seat
from tests.matchmaking.schedule.verifier import breaches_so_far


def held(slot: int, *seats: int, helper: int | None = None, pending: bool = False) -> Placement:
    return Placement(slot, seats or (0, 0), helper, None, pending)


def pair(one: int, other: int, weight: int = 1, slots: Mask = EVERY, fixed: int | None = None) -> Candidate:
    return Candidate((one, other), weight, slots, fixed)


def crowd(parties: int, *candidates: Candidate) -> Problem:
    """Parties of one person each who are always there, on a day of three slots."""
    return Problem(calendar(a_day=3), tuple(party(n) for n in range(parties)), candidates)


def test_a_freed_time_goes_to_a_wish_that_had_none() -> None:
    problem = crowd(3, pair(0, 1, slots=0b001), pair(0, 2, 5, slots=0b001), pair(1, 2, 3, slots=0b001))
    found = repair(cancelled(problem, {0: held(0)}, 0))
    assert found == Repair((Change(1, None, held(0), "refills"),), weight=5, moved=0)


def test_a_meeting_is_moved_where_that_makes_room_and_by_as_few_as_possible() -> None:
    """0 meets 1 in the only slot that suits 0 and 2; 1 could meet 0 later as well."""
    problem = crowd(3, pair(0, 1), pair(0, 2, slots=0b001))
    found = repair(wished(problem, {0: held(0)}, 1))
    assert found.moved == 1
    assert found.changes == (Change(1, None, held(0), "refills"), Change(0, held(0), held(1), "makes_room"))
    assert repair(wished(problem, {0: held(0)}, 1), price=1).changes == ()
    assert repair(wished(problem, {0: held(0)}, 1), most_moves=0).changes == ()


def test_what_is_pinned_stays() -> None:
    problem = crowd(3, pair(0, 1, fixed=0), pair(0, 2, 9, slots=0b001))
    assert repair(wished(problem, {0: held(0)}, 1)).changes == ()


def test_nothing_that_stands_is_given_up_for_what_weighs_more() -> None:
    problem = crowd(3, pair(0, 1, slots=0b001), pair(0, 2, 100, slots=0b001))
    assert repair(wished(problem, {0: held(0)}, 1)).changes == ()


def test_two_moves_make_room_if_that_many_are_allowed() -> None:
    """0 and 1 are both taken in the slot in which alone they can meet, by two who could come later."""
    problem = crowd(4, pair(0, 2), pair(1, 3), pair(0, 1, slots=0b001))
    upset = wished(problem, {0: held(0), 1: held(0)}, 2)
    assert repair(upset, most_moves=1).changes == ()
    found = repair(upset)
    assert (found.moved, found.weight) == (2, 3)


def test_who_is_away_meets_at_another_time_or_not() -> None:
    problem = crowd(3, pair(0, 1), pair(0, 2, slots=0b001))
    found = repair(away(problem, {0: held(1), 1: held(0)}, 0, 0b011))
    assert found.changes == (
        Change(1, held(0), None, "lost_time"),
        Change(0, held(1), held(2), "lost_time"),
    )
    assert (found.moved, found.weight) == (0, 1)


def test_a_colleague_sits_in_for_who_is_away() -> None:
    two = party(0, seat(10), seat(11))
    problem = Problem(calendar(a_day=3), (two, party(1)), (pair(0, 1),))
    found = repair(away(problem, {0: held(1)}, 0, 0b010, seats=[0]))
    assert found.changes == (Change(0, held(1), held(1, 1, 0), "lost_person"),)


@pytest.mark.parametrize(
    ("second", "after"), [(True, held(1, helper=1)), (False, held(1, pending=True))], ids=["another", "nobody"]
)
def test_another_interpreter_takes_over_from_one_who_is_ill(second: bool, after: Placement) -> None:
    helper = Helper(seat(90).person, 0b111, both_ways("ko-ru"))
    helpers = (helper, replace(helper, person=seat(91).person, free=0b111 if second else 0))
    parties = (party(0, seat(10, languages="ko")), party(1, seat(11, languages="ru")))
    problem = Problem(calendar(a_day=3), parties, (pair(0, 1),), helpers)
    found = repair(ill(problem, {0: held(1, helper=0)}, 0, 0b111))
    assert found.changes == (Change(0, held(1, helper=0), after, "lost_interpreter"),)


def test_where_nothing_is_wrong_nothing_changes() -> None:
    problem = crowd(3, pair(0, 1), pair(1, 2))
    assert repair(Upset(problem, {0: held(0), 1: held(1)}, frozenset({0, 1, 2}))).changes == ()


def placed_greedily(problem: Problem) -> Board:
    board = Board(problem)
    for c in range(len(problem.candidates)):
        next((True for slot in bits(board.options(c)) if board.place(c, slot)), False)
    return board


def after(upset: Upset, found: Repair) -> dict[int, Placement]:
    """What stands once it is done."""
    stands = dict(upset.standing)
    for change in found.changes:
        stands.pop(change.candidate, None)
        if change.after is not None:
            stands[change.candidate] = change.after
    return stands


def some_upset(random: Random, problem: Problem, standing: dict[int, Placement]) -> Upset:
    """Something happens: a meeting is called off, somebody is gone for half a day, two wish to meet."""
    waiting = [c for c, one in enumerate(problem.candidates) if c not in standing and one.slots]
    kind = random.choice(["cancelled", "away", *(["wished"] if waiting else [])])
    if kind == "cancelled" and standing:
        return cancelled(problem, standing, random.choice(sorted(standing)))
    if kind == "wished":
        return wished(problem, standing, random.choice(waiting))
    first = random.randrange(len(problem.slots))
    hours = sum(1 << s for s in range(first, min(first + 9, len(problem.slots))))
    return away(problem, standing, random.randrange(len(problem.parties)), hours)


@settings(max_examples=60)
@given(problem=problems(), seed=st.integers(0, 99), moves=st.integers(0, 2))
def test_every_repair_keeps_the_rules_and_what_it_promises(problem: Problem, seed: int, moves: int) -> None:
    random = Random(seed)
    standing = dict(placed_greedily(problem).placed)
    for _ in range(3):
        upset = some_upset(random, problem, standing)
        found = repair(upset, most_moves=moves)
        problem, standing = upset.problem, after(upset, found)
        assert breaches_so_far(problem, Schedule(standing)) == []
        assert found.weight == sum(problem.candidates[c].weight for c in standing)
        assert {change.why for change in found.changes if change.after is None} <= {"lost_time"}
        assert found == repair(upset, most_moves=moves)
    assert repair(Upset(problem, standing)).changes == ()


PRICE = 30  # the weight of a meeting that one side must have and the other said nothing of


def optimum(
    problem: Problem, kept: list[int], stood: dict[int, int], *, whole: bool = False
) -> tuple[float, dict[int, int]]:
    """The most that a schedule weighs in which candidates that are `kept` have some time each, less the price of those
    that are not where they `stood`; and candidate -> slot of one. Unless it is to be a `whole` one, it is a bound that
    no schedule exceeds, and there is none."""
    relaxed = relax(problem)
    columns, rows = len(relaxed.owner), len(relaxed.capacity)
    owners, owner = np.unique(relaxed.owner, return_inverse=True)
    row, column = np.concatenate([relaxed.row, rows + owner]), np.concatenate([relaxed.column, np.arange(columns)])
    order = np.lexsort((row, column))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows + len(owners)
    places = zip(relaxed.owner, relaxed.slot, strict=True)
    stays = np.array([PRICE if stood.get(int(c)) == int(slot) else 0 for c, slot in places])
    model.col_cost_, model.col_lower_, model.col_upper_ = -relaxed.weight - stays, np.zeros(columns), np.ones(columns)
    model.row_lower_ = np.concatenate([np.full(rows, -highspy.kHighsInf), np.isin(owners, kept).astype(float)])
    model.row_upper_ = np.concatenate([relaxed.capacity, np.ones(len(owners))])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.searchsorted(column[order], np.arange(columns + 1)).astype(np.int32)
    model.a_matrix_.index_ = row[order].astype(np.int32)
    model.a_matrix_.value_ = np.ones(len(row))
    model.integrality_ = [highspy.HighsVarType.kInteger] * columns if whole else []
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(model)
    solver.run()
    value = np.array(solver.getSolution().col_value)
    chosen = np.flatnonzero(value > 0.5) if whole else np.array([], int)
    slots = {int(relaxed.owner[column]): int(relaxed.slot[column]) for column in chosen}
    return float(-solver.getInfo().objective_function_value) - PRICE * len(stood), slots


@pytest.mark.long
def test_at_the_size_of_smc_it_is_almost_the_optimum_and_moves_hardly_anybody() -> None:
    """Events at a contended convention, each repaired after the one before. A solve would move hundreds."""
    random, problem = Random(2020), convention(SIZES["s"], contended=True)
    standing = {c: held(slot) for c, slot in optimum(problem, [], {}, whole=True)[1].items()}
    best = reached = moved = 0.0
    for _ in range(100):
        upset = some_upset(random, problem, standing)
        found = repair(upset, price=PRICE)
        problem, standing = upset.problem, after(upset, found)
        reached, moved = reached + found.weight - PRICE * found.moved, moved + found.moved
        lost = {change.candidate for change in found.changes if change.why == "lost_time"}
        stood = {c: placement.slot for c, placement in upset.standing.items() if c not in lost}
        best += optimum(problem, [c for c in upset.standing if c in standing], stood)[0]
        assert breaches_so_far(problem, Schedule(standing)) == []
    assert reached >= 0.999 * best
    assert moved <= 0.1 * 100
