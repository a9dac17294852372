"""The board: what fits, what is in the way, and that every change can be taken back."""

from hypothesis import given, settings

from matchmaking.schedule.board import Board
from matchmaking.schedule.problem import Candidate, Hall, Placement, Problem, Rules, Schedule
from tests.matchmaking.schedule.problems import EVERY, calendar, party, problems, seat

TRIO = (party(0), party(1), party(2))


def pair(one: int, other: int, slots: int = EVERY) -> Candidate:
    return Candidate((one, other), 1, slots)


def test_a_party_meets_in_parallel_as_often_as_it_has_people() -> None:
    crowded = (party(0, seat(0), seat(9)), party(1), party(2), party(3))
    board = Board(Problem(calendar(a_day=1), crowded, (pair(0, 1), pair(0, 2), pair(0, 3))))
    assert [board.place(c, 0) for c in range(3)] == [True, True, False]
    assert board.placed == {0: Placement(0, (0, 0)), 1: Placement(0, (1, 0))}
    assert (board.open, board.obstacle(2, 0), board.counts) == ([0, 0, 0, 1], "taken", [2, 1, 1, 0])


def test_it_says_what_is_in_the_way() -> None:
    capped = (party(0, most=1), party(1), party(2), party(3, seat(3, 0b01)))
    candidates = (pair(0, 1), pair(0, 2), pair(1, 2), pair(2, 3))
    board = Board(Problem(calendar(a_day=2), capped, candidates))
    board.place(0, 0)
    assert [board.obstacle(1, slot) for slot in (0, 1)] == ["most", "most"]
    assert [board.obstacle(2, slot) for slot in (0, 1)] == ["taken", None]
    assert [board.obstacle(3, slot) for slot in (0, 1)] == [None, "hours"]
    assert (board.rivals(0, 1), board.rivals(1, 0), board.rivals(1, 1)) == ([(0,)], [(0,)], [])


def test_whoever_is_pinned_is_nobodys_rival() -> None:
    problem = Problem(calendar(a_day=1), TRIO, (Candidate((0, 1), 1, 1, fixed=0), pair(0, 2)))
    board = Board.of(problem, Schedule({0: Placement(0, (0, 0))}))
    assert (board.rivals(0, 0), board.obstacle(1, 0)) == ([], "taken")


def test_those_who_share_a_language_sit_together_if_they_can() -> None:
    guests = (party(0, seat(0, languages="ko"), seat(1, languages="ru")), party(1, seat(2, languages="ru")))
    board = Board(Problem(calendar(a_day=2), guests, (pair(0, 1),)))
    assert board.fit(0, 0) == Placement(0, (1, 0))
    assert list(board.ways(0, 0)) == [Placement(0, (0, 0), pending=True), Placement(0, (1, 0))]


def test_those_in_one_hall_need_a_table_and_others_a_line() -> None:
    there = tuple(party(n, seat(n, halls={0: EVERY})) for n in range(4))
    online = (party(4), party(5))
    candidates = (pair(0, 1), pair(2, 3), pair(4, 5), pair(3, 5))
    halls = (Hall(TRIO[0].id, (1, 1)),)
    board = Board(Problem(calendar(a_day=2), there + online, candidates, (), halls, Rules(lines=1)))
    assert [board.place(c, 0) for c in range(4)] == [True, False, True, False]
    assert board.placed == {0: Placement(0, (0, 0), hall=0), 2: Placement(0, (0, 0))}
    assert [board.obstacle(c, 0) for c in (1, 3)] == ["table", "taken"]
    assert (board.obstacle(3, 1), board.place(1, 1), board.obstacle(3, 1)) == (None, True, "taken")


def test_a_trial_leaves_nothing_behind() -> None:
    board = Board(Problem(calendar(a_day=2), TRIO, (pair(0, 1), pair(0, 2))))
    board.place(0, 0)
    before = (board.schedule(), list(board.open), board.weight)
    board.begin_trial()
    board.take_away(0)
    board.place(1, 0)
    board.place(0, 1)
    assert board.trial == {0: Placement(0, (0, 0)), 1: None}
    board.end_trial(keep=False)
    assert (board.schedule(), board.open, board.weight) == before


@settings(max_examples=30)
@given(problems())
def test_what_is_taken_away_leaves_an_empty_board(problem: Problem) -> None:
    board, empty = Board(problem), Board(problem)
    for c in range(len(problem.candidates)):
        any(board.place(c, slot) for slot in range(len(problem.slots)))
    assert board.weight == sum(problem.candidates[c].weight for c in board.placed)
    for c in list(board.placed):
        board.take_away(c)
    slots = range(len(problem.slots))
    assert (board.open, board.counts, board.weight) == (empty.open, empty.counts, 0)
    for c in range(len(problem.candidates)):
        assert [board.fit(c, slot) for slot in slots] == [empty.fit(c, slot) for slot in slots]
