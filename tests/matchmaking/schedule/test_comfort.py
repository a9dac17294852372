"""The same meetings at better times: every rule is kept, nothing given up, and what is left is proved to be little."""

from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaking.schedule.board import Board
from matchmaking.schedule.comfort import settle_comfort
from matchmaking.schedule.floor import least_discomfort
from matchmaking.schedule.problem import Candidate, Placement, Problem, Quality, Rules, Schedule
from matchmaking.schedule.quality import judge
from matchmaking.schedule.timetable import bits
from server.bench.schedule_instances import SIZES, convention
from tests.matchmaking.schedule.brute_force import every_schedule
from tests.matchmaking.schedule.problems import EVERY, calendar, day_of_slots, party, problems, seat, within
from tests.matchmaking.schedule.verifier import breaches_so_far

Slots = dict[int, int]


def first_come(problem: Problem) -> Board:
    """Each candidate in the first slot that holds it, those that are fixed first."""
    board = Board(problem)
    for c in sorted(range(len(problem.candidates)), key=lambda c: problem.candidates[c].fixed is None):
        any(board.place(c, slot) for slot in bits(board.options(c)))
    return board


def settled(board: Board, seed: int = 1, effort: float = 1.0) -> Quality:
    settle_comfort(board, seed=seed, effort=effort, report=lambda done, of: None, stop=lambda: False)
    return judge(board.problem, board.schedule(), float(board.weight))


def pains(quality: Quality) -> tuple[int, int, int]:
    return quality.idle_gaps, quality.discomfort, quality.worst_discomfort


def meet(*parties: int, slots: int = EVERY, fixed: int | None = None) -> Candidate:
    return Candidate(parties, 1, slots, fixed)


DEAR = (40, 10, 0, 10)  # midday is best
CASES: dict[str, tuple[Problem, Slots, Slots]] = {
    "to midday": (
        Problem(calendar(a_day=4), (party(0, discomfort=DEAR), party(1)), (meet(0, 1),)),
        {0: 0},
        {0: 2},
    ),
    "a gap is closed": (
        Problem(
            calendar(a_day=4),
            (party(0), party(1, seat(1, free=0b1)), party(2, seat(2, free=0b1110))),
            (meet(0, 1), meet(0, 2)),
        ),
        {0: 0, 1: 3},
        {0: 0, 1: 1},
    ),
    "two change places": (
        Problem(
            calendar(a_day=2),
            (party(0), party(1, discomfort=(0, 90)), party(2, discomfort=(90, 0))),
            (meet(0, 1), meet(0, 2)),
        ),
        {0: 1, 1: 0},
        {0: 0, 1: 1},
    ),
    "what is fixed stays": (
        Problem(calendar(a_day=2), (party(0, discomfort=(0, 90)), party(1)), (meet(0, 1, fixed=1),)),
        {0: 1},
        {0: 1},
    ),
    "what is fixed is in the way": (
        Problem(
            calendar(a_day=2),
            (party(0), party(1, discomfort=(0, 90)), party(2)),
            (meet(0, 1), meet(0, 2, fixed=0)),
        ),
        {0: 1, 1: 0},
        {0: 1, 1: 0},
    ),
    "only where it may be": (
        Problem(calendar(a_day=4), (party(0, discomfort=DEAR), party(1)), (meet(0, 1, slots=0b1001),)),
        {0: 0},
        {0: 3},
    ),
    "a full day": (
        Problem(
            calendar(days=2, a_day=2),
            (party(0, most_a_day=1, discomfort=(0, 0, 9, 9)), party(1), party(2, seat(2, free=0b11))),
            (meet(0, 1), meet(0, 2)),
        ),
        {0: 3, 1: 1},
        {0: 3, 1: 1},
    ),
    "slots over each other": (
        Problem(
            day_of_slots([30, 30, 30], [0, -10, 0]),
            (party(0, discomfort=(50, 0, 50)), party(1), party(2, seat(2, free=0b1))),
            (meet(0, 1), meet(0, 2)),
        ),
        {0: 2, 1: 0},
        {0: 2, 1: 0},
    ),
    "of equal sums the more even": (
        Problem(
            calendar(a_day=2),
            (party(0, discomfort=(80, 40)), party(1, discomfort=(0, 40))),
            (meet(0, 1),),
        ),
        {0: 0},
        {0: 1},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_meetings_move_to_where_they_cost_least(name: str) -> None:
    problem, before, after = CASES[name]
    board = Board.of(within(problem), Schedule({c: Placement(slot, (0, 0)) for c, slot in before.items()}))
    settled(board)
    assert {c: placement.slot for c, placement in board.placed.items()} == after


@pytest.mark.parametrize(("languages", "gaps"), [(("en", "en"), 0), (("en", "ko"), 2)])
def test_who_of_a_party_sits_there_changes_if_that_closes_gaps(languages: tuple[str, str], gaps: int) -> None:
    """Two people of party 0 take turns in four slots that cannot change; either could have a half day to themselves,
    unless they speak different languages."""
    people = (seat(0, languages=languages[0]), seat(9, languages=languages[1]))
    others = tuple(party(n, seat(n, free=0b1 << n - 1, languages="en ko")) for n in range(1, 5))
    problem = within(Problem(calendar(a_day=4), (party(0, *people), *others), tuple(meet(0, n) for n in range(1, 5))))
    board = Board.of(problem, Schedule({c: Placement(c, (c % 2, 0)) for c in range(4)}))
    assert judge(problem, board.schedule(), 0.0).idle_gaps == 2
    assert settled(board).idle_gaps == gaps
    assert breaches_so_far(problem, board.schedule()) == []


@pytest.mark.parametrize(
    ("judged", "prices", "weight", "must", "least", "kept"),
    [
        ("lexicographic", (9.0, 9.0), 1, False, 0, True),  # wishes before comfort, whatever it costs
        ("weighted", (0.0, 0.1), 3, False, 0, False),  # 40 points for a meeting of weight 3
        ("weighted", (0.0, 0.1), 4, False, 0, True),
        ("weighted", (0.0, 0.0), 1, False, 0, True),
        ("weighted", (0.0, 0.1), 3, True, 0, True),
        ("weighted", (0.0, 0.1), 3, False, 2, True),  # as many as it wished, and no more
    ],
)
def test_what_costs_more_than_it_weighs_is_given_up_if_rules_say_so(
    judged: Literal["lexicographic", "weighted"],
    prices: tuple[float, float],
    weight: int,
    must: bool,
    least: int,
    kept: bool,
) -> None:
    """Party 0 meets 1 by day, and 2, who has met 3, in the evening, when it is late for both."""
    problem = Problem(
        calendar(a_day=3),
        (
            party(0, seat(0, free=0b101), discomfort=(0, 0, 30), least=least),
            party(1, seat(1, free=0b001)),
            party(2, discomfort=(0, 0, 10)),
            party(3, seat(3, free=0b010)),
        ),
        (meet(0, 1), Candidate((0, 2), weight, 0b100, must=must), meet(2, 3)),
        rules=Rules(judged=judged, prices=prices),
    )
    board = first_come(within(problem))
    assert set(board.placed) == {0, 1, 2}
    settled(board)
    assert set(board.placed) == ({0, 1, 2} if kept else {0, 2})


def test_a_gap_is_given_up_with_the_lighter_of_its_meetings() -> None:
    """Parties 0 and 3 both meet 1 in the first slot and 2 in the third, which costs either of them a gap."""
    early = party(1, seat(1, free=0b001), seat(5, free=0b001))
    late = party(2, seat(2, free=0b100), seat(4, free=0b100))
    candidates = (meet(0, 1), Candidate((0, 2), 4, EVERY), Candidate((2, 3), 6, EVERY), Candidate((1, 3), 5, EVERY))
    rules = Rules(judged="weighted", prices=(4.5, 0.0))
    board = first_come(within(Problem(calendar(a_day=3), (party(0), early, late, party(3)), candidates, rules=rules)))
    assert (set(board.placed), judge(board.problem, board.schedule(), 0.0).idle_gaps) == ({0, 1, 2, 3}, 2)
    after = settled(board)
    assert (set(board.placed), after.idle_gaps, after.weight) == ({1, 2, 3}, 1, 15)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_every_rule_is_kept_and_nothing_given_up(problem: Problem) -> None:
    board = first_come(problem)
    before, placed = judge(problem, board.schedule(), 0.0), set(board.placed)
    after = settled(board, effort=0.2)
    assert breaches_so_far(problem, board.schedule()) == []
    assert (set(board.placed), after.weight) == (placed, before.weight)
    assert after.pending <= before.pending
    assert Board.of(problem, board.schedule()).open == board.open
    assert after.discomfort >= least_discomfort(problem, board.schedule())


def priced(quality: Quality) -> int:
    return 40 * quality.idle_gaps + quality.discomfort


@settings(max_examples=25, deadline=None)
@given(problems(resources=False, most_candidates=4))
def test_a_tiny_problem_is_settled_as_well_as_can_be(problem: Problem) -> None:
    board = first_come(problem)
    held = set(board.placed)
    found = priced(settled(board))
    schedules = [one for one in every_schedule(problem) if set(one.placed) == held]
    assert found <= 1.02 * min(priced(judge(problem, one, 0.0)) for one in schedules)
    cheapest = min(judge(problem, one, 0.0).discomfort for one in schedules)
    assert least_discomfort(problem, board.schedule()) <= cheapest


@pytest.mark.parametrize(
    ("effort", "over"),
    [(0.2, 1.05), pytest.param(1.5, 1.0, marks=pytest.mark.long)],
)
def test_a_convention_of_the_size_of_our_own_has_no_gaps_and_provably_good_hours(effort: float, over: float) -> None:
    board = first_come(convention(SIZES["s"]))
    before = judge(board.problem, board.schedule(), 0.0)
    after = settled(board, effort=effort)
    assert (before.idle_gaps > 100, before.discomfort > 7_000) == (True, True)
    assert (after.meetings, after.weight, after.idle_gaps) == (before.meetings, before.weight, 0)
    assert after.discomfort <= over * least_discomfort(board.problem, board.schedule())


def test_a_seed_gives_one_schedule() -> None:
    problem = convention(SIZES["s"], contended=True, resources=True)
    boards = [first_come(problem) for _ in range(3)]
    for board, seed in zip(boards, (1, 1, 2), strict=True):
        settled(board, seed, effort=0.003)
    one, same, other = (board.schedule() for board in boards)
    assert one == same != other


def stopping_after(asked: int) -> Callable[[], bool]:
    answers = iter([False] * asked)
    return lambda: next(answers, True)


@given(st.integers(0, 3))
@settings(max_examples=4, deadline=None)
def test_who_stops_it_gets_the_best_so_far(asked: int) -> None:
    board = first_come(convention(SIZES["s"]))
    before, told = judge(board.problem, board.schedule(), 0.0), list[tuple[int, int]]()
    settle_comfort(board, seed=1, effort=0.1, report=lambda *done: told.append(done), stop=stopping_after(asked))
    after = judge(board.problem, board.schedule(), 0.0)
    assert [(of, n * 2_000 <= done < n * 2_000 + 500) for n, (done, of) in enumerate(told, 1)] == [
        (56_550, True)
    ] * asked
    assert priced(after) <= priced(before)
    assert breaches_so_far(board.problem, board.schedule()) == []
