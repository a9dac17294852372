"""Chains: one who finds no slot is set by others who move, and nothing changes if that cannot be."""

from matchmaking.schedule.board import Board
from matchmaking.schedule.chains import Chains
from matchmaking.schedule.problem import Candidate, Helper, Problem, Rules
from tests.matchmaking.schedule.problems import EVERY, both_ways, calendar, party, seat, within

FOUR = tuple(party(n) for n in range(4))


def slots_of(board: Board) -> dict[int, int]:
    return {c: placement.slot for c, placement in board.placed.items()}


def laid(problem: Problem, *slots: int) -> Board:
    """A board on which the first candidates stand in these slots."""
    board = Board(within(problem))
    assert all(board.place(c, slot) for c, slot in enumerate(slots))
    return board


def chains(board: Board) -> Chains:
    return Chains(board, lambda c: board.problem.candidates[c].weight)


def test_one_moves_to_make_room() -> None:
    wishes = (Candidate((0, 1), 1, EVERY), Candidate((0, 2), 1, 0b01))
    board = laid(Problem(calendar(a_day=2), FOUR, wishes), 0)
    assert chains(board).insert(1)
    assert slots_of(board) == {0: 1, 1: 0}


def test_a_chain_goes_to_and_fro_between_two_slots() -> None:
    # 1-2 can take the first slot only if 2-3 takes the second, which 0-3 has to leave for the first.
    wishes = (Candidate((2, 3), 1, EVERY), Candidate((0, 3), 1, EVERY), Candidate((1, 2), 1, 0b01))
    board = laid(Problem(calendar(a_day=2), FOUR, wishes), 0, 1)
    assert chains(board).insert(2)
    assert slots_of(board) == {0: 1, 1: 0, 2: 0}


def test_what_is_worth_less_may_be_given_up_and_only_that() -> None:
    wishes = (Candidate((0, 1), 2, 0b1), Candidate((0, 2), 3, 0b1), Candidate((0, 3), 3, 0b1))
    board = laid(Problem(calendar(a_day=1), FOUR, wishes), 0)
    search = chains(board)
    assert not search.insert(1)
    assert slots_of(board) == {0: 0}
    assert search.insert(1, spare=3)
    assert (slots_of(board), search.given_up) == ({1: 0}, [0])
    assert not search.insert(2, spare=3)


def test_what_is_pinned_stays() -> None:
    wishes = (Candidate((0, 1), 1, 0b11, fixed=0), Candidate((0, 2), 9, 0b01))
    board = laid(Problem(calendar(a_day=2), FOUR, wishes), 0)
    assert not chains(board).insert(1, spare=9)
    assert slots_of(board) == {0: 0}


def test_a_meeting_moves_for_its_interpreter() -> None:
    parties = tuple(party(n, seat(n, languages="ko" if n % 2 else "ru")) for n in range(4))
    wishes = (Candidate((0, 1), 1, EVERY), Candidate((2, 3), 1, 0b01))
    helper = Helper(parties[0].id, EVERY, both_ways("ko-ru"))
    board = laid(Problem(calendar(a_day=2), parties, wishes, (helper,), (), Rules(without_interpreter=False)), 0)
    assert (board.missing(1, 0), board.users(1, 0)) == ("interpreter", [0])
    assert chains(board).insert(1)
    assert slots_of(board) == {0: 1, 1: 0}
