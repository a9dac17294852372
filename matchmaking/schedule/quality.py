"""How good a schedule is, reckoned anew from the problem and what stands."""

from collections import defaultdict
from uuid import UUID

from matchmaking.schedule.board import Board
from matchmaking.schedule.gaps import gaps
from matchmaking.schedule.problem import Mask, Party, Placement, Problem, Quality, Schedule
from matchmaking.schedule.reasons import unserved
from matchmaking.schedule.timetable import bits


def judge(problem: Problem, schedule: Schedule, bound: float, discomfort_bound: int = 0) -> Quality:
    """The quality of a schedule. That none weighs more than `bound` is known, and that the same meetings cost at least
    `discomfort_bound` (`floor.least_discomfort`, which takes up to some seconds), or 0."""
    board = Board.of(problem, schedule)
    could = holdable(problem)
    costs = [cost for c, placement in schedule.placed.items() for cost in costs_of(problem, c, placement)]
    return Quality(
        meetings=len(schedule.placed),
        weight=board.weight,
        bound=bound,
        gap_percent=max(0.0, 100 * (bound - board.weight) / bound) if bound > 0 else 0.0,
        left_out=could.count(False),
        pending=sum(placement.pending for placement in schedule.placed.values()),
        idle_gaps=idle_gaps(board),
        discomfort=sum(costs),
        worst_discomfort=max(costs, default=0),
        share_of_worst=share_of_worst(board, could),
        interpreter_minutes=interpreter_minutes(board),
        unserved=unserved(board),
        discomfort_bound=discomfort_bound,
    )


def holdable(problem: Problem) -> list[bool]:
    """For each candidate, whether some slot could hold it if nothing else were set."""
    empty = Board(problem)
    return [
        any(empty.fit(c, slot) is not None for slot in bits(empty.options(c))) for c in range(len(problem.candidates))
    ]


def costs_of(problem: Problem, candidate: int, placement: Placement) -> list[int]:
    """What a meeting costs each of its parties."""
    parties = (problem.parties[p] for p in problem.candidates[candidate].parties)
    return [party.discomfort[placement.slot] for party in parties if party.discomfort]


def idle_gaps(board: Board) -> int:
    """The gaps of everybody who sits in meetings, whichever party they sit for."""
    held: dict[UUID, Mask] = defaultdict(int)
    free: dict[UUID, Mask] = defaultdict(int)
    for p, party in enumerate(board.problem.parties):
        for s, seat in enumerate(party.seats):
            held[seat.person] |= sum(1 << slot for slot in board.agenda(p, s))
            free[seat.person] |= seat.free
    return sum(gaps(mask, free[person], board.times) for person, mask in held.items())


def share_of_worst(board: Board, could: list[bool]) -> float:
    """Meetings got by meetings wished, of the party for which that is least; 1.0 if there is none that could have any.

    Wished are all that somebody wishes and some slot could hold, and those that stand already, up to the party's most.
    """
    shares = (
        board.counts[p] / wishes
        for p, party in enumerate(board.problem.parties)
        if any(could[c] for c in board.offered[p]) and (wishes := _wishes(board, p, party, could))
    )
    return min(shares, default=1.0)


def _wishes(board: Board, p: int, party: Party, could: list[bool]) -> int:
    wishes = sum(party.booked) + sum(could[c] for c in board.offered[p])
    return wishes if party.most is None else min(wishes, party.most)


def interpreter_minutes(board: Board) -> int:
    """How long meetings are that need an interpreter, whether one is found or not."""
    return sum(
        board.times.minutes[placement.slot]
        for placement in board.placed.values()
        if placement.helper is not None or placement.pending
    )
