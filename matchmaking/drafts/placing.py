"""A schedule as a draft's rows, and a draft's rows as the schedule to begin from."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from matchmaking.drafts.assembling import Assembled
from matchmaking.drafts.standing import Pair
from matchmaking.drafts.tables import DraftMeeting
from matchmaking.schedule.languages import shared
from matchmaking.schedule.problem import Mask, Placement, Problem, Schedule

Values = dict[str, Any]


def meeting_rows(assembled: Assembled, schedule: Schedule) -> list[Values]:
    """The values of `DraftMeeting` for all that is placed, but for ids; in the order of time."""
    taken = dict(assembled.taken)
    placed = sorted(schedule.placed.items(), key=lambda one: (one[1].slot, one[0]))
    return [meeting_row(assembled, candidate, placement, taken) for candidate, placement in placed]


def meeting_row(assembled: Assembled, candidate: int, placement: Placement, taken: dict[UUID, Mask]) -> Values:
    """The same of one; a table that it takes is taken from then on."""
    problem = assembled.problem
    one = problem.candidates[candidate]
    parties = [problem.parties[party] for party in one.parties]
    people = {party.id: party.seats[seat].person for party, seat in zip(parties, placement.seats, strict=True)}
    ids = sorted(people)
    return {
        "one_id": ids[0],
        "other_id": ids[1],
        "others": [str(party) for party in ids[2:]],
        "slot_id": problem.slots[placement.slot].id,
        "people": {str(party): str(person) for party, person in people.items()},
        "interpreter_id": None if placement.helper is None else problem.helpers[placement.helper].person,
        "interpreting": interpreting_of(problem, candidate, placement),
        "mode": "online" if placement.hall is None else "onsite",
        "resource_id": None if placement.hall is None else _table(assembled, placement, taken),
        "weight": one.weight,
        "pinned": one.fixed is not None,
    }


def interpreting_of(problem: Problem, candidate: int, placement: Placement) -> str:
    """How they will understand each other, as `Meeting.interpreting` has it."""
    if placement.helper is not None:
        return "booked" if problem.helpers[placement.helper].only_for is None else "own"
    parties = problem.candidates[candidate].parties
    sitting = (problem.parties[party].seats[seat] for party, seat in zip(parties, placement.seats, strict=True))
    return "not_needed" if shared(tuple(seat.languages for seat in sitting)) else "pending"


def _table(assembled: Assembled, placement: Placement, taken: dict[UUID, Mask]) -> UUID:
    """The first free table of the hall. There is one: a hall never holds more meetings than it has tables."""
    assert placement.hall is not None
    slot = assembled.problem.slots[placement.slot]
    tables = assembled.sites[placement.hall].tables
    table = next(one for one in tables if not taken.get(one, 0) >> placement.slot & 1)
    taken[table] = taken.get(table, 0) | 1 << placement.slot | slot.clash
    return table


def starting_slots(problem: Problem, rows: Iterable[DraftMeeting]) -> Mapping[int, int]:
    """Candidate -> slot of a draft's meetings that still could be, to begin a search from."""
    slots = {slot.id: s for s, slot in enumerate(problem.slots)}
    candidates: dict[Pair, int] = {}
    for c, candidate in enumerate(problem.candidates):
        one, other = sorted(problem.parties[party].id for party in candidate.parties[:2])
        candidates[one, other] = c
    return {
        candidates[row.one_id, row.other_id]: slots[row.slot_id]
        for row in rows
        if (row.one_id, row.other_id) in candidates and row.slot_id in slots and row.lost is None
    }
