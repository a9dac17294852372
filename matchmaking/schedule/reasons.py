"""Why a party got less than it wished: of the reasons that keep each of its meetings from being held, the commonest."""

from collections import Counter
from itertools import product
from typing import get_args

from matchmaking.schedule.board import Board
from matchmaking.schedule.languages import bridged, shared
from matchmaking.schedule.problem import Mask, Party, Problem, Reason, Unserved
from matchmaking.schedule.timetable import bits

_BY_RANK: tuple[Reason, ...] = get_args(Reason)


def unserved(board: Board) -> tuple[Unserved, ...]:
    """Every party that got less than it wished, in the order of the problem."""
    return tuple(
        Unserved(p, wished(party), board.counts[p], reason(board, p))
        for p, party in enumerate(board.problem.parties)
        if board.counts[p] < wished(party)
    )


def wished(party: Party) -> int:
    """How many meetings somebody who came surely wants: one, or as many as they named, but no more than their most."""
    least = max(party.least, 1)
    return least if party.most is None else min(least, party.most)


def reason(board: Board, party: int) -> Reason:
    """What keeps most of a party's meetings from being held; of two as common, that which stands first in `Reason`."""
    waiting = [c for c in board.offered[party] if c not in board.placed]
    if not waiting:
        return "nobody_wishes"
    if not _there(board.problem.parties[party]):
        return "no_hours"
    found = Counter(obstacle(board, c) for c in waiting)
    return max(found, key=lambda why: (found[why], -_BY_RANK.index(why)))


def obstacle(board: Board, candidate: int) -> Reason:
    """What keeps one meeting that is not held, as things stand.

    Of its slots those count that come nearest: where all are free and only an interpreter, or else a table, is missing;
    then where they are in other meetings; and where they may have no more last.
    """
    slots = shared_slots(board.problem, candidate)
    if not slots:
        return "no_shared_hours"
    if not board.problem.rules.without_interpreter and not _understood(board.problem, candidate, slots):
        return "no_interpreter"
    met = {board.obstacle(candidate, slot) for slot in bits(slots)}
    if "interpreter" in met:
        return "interpreters_busy"
    if "table" in met:
        return "tables_full"
    return "at_its_most" if met == {"most"} else "others_first"


def shared_slots(problem: Problem, candidate: int) -> Mask:
    """The slots of a candidate in which each of its parties has somebody there."""
    one = problem.candidates[candidate]
    slots = one.slots if one.fixed is None else 1 << one.fixed
    for party in one.parties:
        slots &= _there(problem.parties[party])
    return slots


def _there(party: Party) -> Mask:
    there = 0
    for seat in party.seats:
        there |= seat.free
    return there


def _understood(problem: Problem, candidate: int, slots: Mask) -> bool:
    """Whether any people who could meet share a language, or somebody interprets between theirs at all."""
    parties = [problem.parties[p] for p in problem.candidates[candidate].parties]
    there = [{seat.languages for seat in party.seats if seat.free & slots} for party in parties]
    mine = [h for h in problem.helpers if h.only_for is None or h.only_for in problem.candidates[candidate].parties]
    return any(shared(tongues) or any(bridged(tongues, helper.pairs) for helper in mine) for tongues in product(*there))
