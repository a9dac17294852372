"""What is agreed, lifted onto the board again: a problem in which meetings that stand are candidates that are held.

Lifted are meetings of two, online, in slots to come, whose people still sit for their parties. All others, and whoever
interprets, stay where they are: their times are taken, and are nobody's to move.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.drafts import presence
from matchmaking.drafts.assembling import Ground, assemble, ground_of
from matchmaking.drafts.policy import SchedulePolicy
from matchmaking.drafts.weights import weigh
from matchmaking.rescue.pairs import Key, Wishes, all_wishes
from matchmaking.schedule.problem import Candidate, Mask, Party, Placement, Problem, Seat
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Meeting

NOTICE = timedelta(minutes=30)  # who meets sooner than that is not moved to make room for others
_INTERPRETER = "interpreter"


@dataclass(frozen=True, slots=True)
class Lifted:
    """`standing`: candidates of the problem that are held; `meetings`: candidate -> the meeting it stands for."""

    problem: Problem
    standing: Mapping[int, Placement]
    meetings: Mapping[int, Meeting]


@dataclass(frozen=True, slots=True)
class _Sitting:
    """A meeting, its slot, and who sits in it: party (index) to person."""

    meeting: Meeting
    slot: int
    people: Mapping[int, UUID]


def lift(db: Session, convention_id: UUID, now: datetime) -> Lifted:
    """What stands and what is wished, from now on.

    Raises:
        NotFound: the convention has no meeting calendar.
    """
    ground = ground_of(db, convention_id, SchedulePolicy(), (), now)
    problem = assemble(db, ground, {}).problem
    sittings = _sittings(db, convention_id, problem)
    problem = replace(problem, parties=_without(db, ground, problem.parties, sittings))
    refused = _no_longer_wished(db, convention_id)
    wishes = all_wishes(db, convention_id)
    waiting = [one for one in problem.candidates if _pair(problem, one.parties) not in refused]
    standing: dict[int, Placement] = {}
    meetings: dict[int, Meeting] = {}
    held: list[Candidate] = []
    for c, sitting in enumerate(sittings):
        placement = _placement(problem, sitting)
        soon = sitting.meeting.starts_at < now + NOTICE and _are_there(problem, sitting, placement)
        weight = _weight(wishes, _pair(problem, tuple(sitting.people)))
        everything = ground.offered.everything
        held.append(Candidate(tuple(sitting.people), weight, everything, sitting.slot if soon else None))
        standing[c], meetings[c] = placement, sitting.meeting
    return Lifted(replace(problem, candidates=(*held, *waiting)), standing, meetings)


def _sittings(db: Session, convention_id: UUID, problem: Problem) -> list[_Sitting]:
    """The meetings that can be lifted, in the order of their ids."""
    slots = {(slot.starts_at, slot.ends_at): s for s, slot in enumerate(problem.slots)}
    seats = {seat.person: p for p, party in enumerate(problem.parties) for seat in party.seats}
    parties = {party.id: p for p, party in enumerate(problem.parties)}
    query = (
        select(Meeting, Attendee)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(
            Meeting.convention_id == convention_id,
            Meeting.state == MeetingState.SCHEDULED.value,
            Meeting.mode == "online",
            Attendee.role != _INTERPRETER,
        )
        .order_by(col(Meeting.id), col(Attendee.person_id))
    )
    meetings: dict[UUID, Meeting] = {}
    attendees: defaultdict[UUID, list[Attendee]] = defaultdict(list)
    for meeting, attendee in db.exec(query):
        meetings[meeting.id] = meeting
        attendees[meeting.id].append(attendee)
    found = []
    for meeting_id, meeting in meetings.items():
        slot = slots.get((meeting.starts_at, meeting.ends_at))
        sitting = attendees[meeting_id]
        known = all(
            one.participation_id in parties and seats.get(one.person_id) == parties[one.participation_id]
            for one in sitting
        )
        people = {seats[one.person_id]: one.person_id for one in sitting} if known else {}
        if slot is not None and len(people) == len(sitting) == 2:
            found.append(_Sitting(meeting, slot, people))
    return found


def _without(db: Session, ground: Ground, parties: Sequence[Party], sittings: Sequence[_Sitting]) -> tuple[Party, ...]:
    """The parties as if these meetings were not."""
    people = sorted({person for sitting in sittings for person in sitting.people.values()})
    there = presence.presences(db, ground.convention_id, people, ground.offered, ground.curve, ())
    taken = presence.taken(db, people, ground.offered)
    lifted = frozenset(sitting.meeting.id for sitting in sittings)
    days: defaultdict[UUID | int, Counter[int]] = defaultdict(Counter)
    for sitting in sittings:
        day = ground.offered.slots[sitting.slot].day
        for party, person in sitting.people.items():
            days[party][day] += 1
            days[person][day] += 1

    def freed(seat: Seat) -> Seat:
        if seat.person not in days:
            return seat
        others = presence.union(m for holder, m in taken.get(seat.person, {}).items() if holder not in lifted)
        free: Mask = there[seat.person].there & ~others if seat.person in there else 0
        return replace(seat, free=free, booked=_less(seat.booked, days[seat.person]))

    return tuple(
        replace(party, seats=tuple(map(freed, party.seats)), booked=_less(party.booked, days[p]))
        if p in days
        else party
        for p, party in enumerate(parties)
    )


def _less(booked: Iterable[int], by: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(count - by.get(day, 0) for day, count in enumerate(booked))


def _placement(problem: Problem, sitting: _Sitting) -> Placement:
    seats = (
        next(k for k, seat in enumerate(problem.parties[party].seats) if seat.person == person)
        for party, person in sitting.people.items()
    )
    return Placement(sitting.slot, tuple(seats))


def _are_there(problem: Problem, sitting: _Sitting, placement: Placement) -> bool:
    seats = (problem.parties[p].seats[k] for p, k in zip(sitting.people, placement.seats, strict=True))
    return all(seat.free >> sitting.slot & 1 for seat in seats)


def _pair(problem: Problem, parties: Collection[int]) -> Key:
    return frozenset(problem.parties[party].id for party in parties)


def _weight(wishes: Mapping[tuple[UUID, UUID], Wishes], pair: Key) -> int:
    one, other = sorted(pair)[:2]
    said = wishes.get((one, other), Wishes())
    return weigh(said.of_one, said.of_other) or 1


def _no_longer_wished(db: Session, convention_id: UUID) -> set[Key]:
    """Pairs whose meeting was called off since somebody lost interest in it."""
    query = (
        select(Meeting.id, Attendee.participation_id)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(Meeting.convention_id == convention_id, Meeting.cancel_code == "no_longer_interested")
    )
    pairs: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for meeting_id, party in db.exec(query):
        if party is not None:
            pairs[meeting_id].add(party)
    return {frozenset(pair) for pair in pairs.values()}
