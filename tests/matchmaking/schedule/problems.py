"""Small problems of every kind: written by hand in few words, or drawn by hypothesis."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import strategies as st

from matchmaking.schedule.problem import (
    Candidate,
    Hall,
    Helper,
    Mask,
    Party,
    Problem,
    Rules,
    Seat,
    SlotTime,
)

FIRST = datetime(2020, 11, 9, tzinfo=UTC)
LANGUAGES = ("en", "ko", "ru")
EVERY = (1 << 62) - 1


def day_of_slots(lengths: Sequence[int], gaps: Sequence[int], day: int = 0, buffer: int = 0) -> tuple[SlotTime, ...]:
    """Slots of the given lengths, each so many minutes after the one before (a negative gap overlaps)."""
    found, start = [], FIRST + timedelta(days=day)
    for length, gap in zip(lengths, gaps, strict=True):
        start += timedelta(minutes=gap)
        found.append(SlotTime(UUID(int=0), start, start + timedelta(minutes=length), day))
        start += timedelta(minutes=length)
    return numbered(found, buffer)


def numbered(slots: Sequence[SlotTime], buffer: int = 0) -> tuple[SlotTime, ...]:
    """The slots in order of time, each with the others that overlap it or its buffer."""
    slots = sorted(slots, key=lambda slot: (slot.starts_at, slot.ends_at))
    rest = timedelta(minutes=buffer)
    return tuple(
        SlotTime(
            UUID(int=s),
            one.starts_at,
            one.ends_at,
            one.day,
            sum(
                1 << o
                for o, other in enumerate(slots)
                if o != s and one.starts_at < other.ends_at + rest and other.starts_at < one.ends_at + rest
            ),
        )
        for s, one in enumerate(slots)
    )


def calendar(days: int = 1, a_day: int = 4, length: int = 30, gap: int = 0) -> tuple[SlotTime, ...]:
    """`days` days of `a_day` slots each."""
    gaps = [0, *[gap] * (a_day - 1)]
    return numbered([slot for day in range(days) for slot in day_of_slots([length] * a_day, gaps, day)])


def seat(
    person: int,
    free: Mask = EVERY,
    languages: str = "en",
    halls: Mapping[int, Mask] | None = None,
    daily: int | None = None,
    booked: tuple[int, ...] = (),
) -> Seat:
    """Somebody; `languages` are parted by blanks."""
    return Seat(UUID(int=person), free, frozenset(languages.split()), halls or {}, daily, booked)


def party(
    number: int,
    *seats: Seat,
    least: int = 0,
    most: int | None = None,
    most_a_day: int | None = None,
    booked: tuple[int, ...] = (),
    discomfort: tuple[int, ...] = (),
) -> Party:
    """A party of these people, of one who is always there and speaks English unless told otherwise."""
    people = seats or (seat(number),)
    return Party(UUID(int=number), people, least, most, most_a_day, booked, discomfort)


def both_ways(*pairs: str) -> frozenset[tuple[str, str]]:
    """ "ko-ru" -> from Korean to Russian and back."""
    return frozenset(way for pair in pairs for a, b in [pair.split("-")] for way in ((a, b), (b, a)))


def within(problem: Problem) -> Problem:
    """The same problem, with no slots in its masks but those there are."""
    all_slots = (1 << len(problem.slots)) - 1

    def cut(seat: Seat) -> Seat:
        halls = {hall: there & all_slots for hall, there in seat.halls.items()}
        return replace(seat, free=seat.free & all_slots, halls=halls)

    return replace(
        problem,
        parties=tuple(replace(one, seats=tuple(cut(seat) for seat in one.seats)) for one in problem.parties),
        candidates=tuple(replace(one, slots=one.slots & all_slots) for one in problem.candidates),
        helpers=tuple(replace(one, free=one.free & all_slots) for one in problem.helpers),
    )


@st.composite
def problems(draw: st.DrawFn, *, resources: bool = True, most_candidates: int = 6) -> Problem:
    """At most five parties, six slots and `most_candidates` candidates.

    Without `resources` everybody speaks English and meets online, and there are no caps, fixed or must meetings.
    """
    slots = draw(calendars(overlapping=resources))
    halls = draw(st.integers(0, 2)) if resources else 0
    people = count(1)
    parties = tuple(draw(_parties(len(slots), n, people, halls, resources)) for n in range(draw(st.integers(2, 5))))
    candidates = draw(_candidates(len(slots), len(parties), resources, most_candidates))
    if not resources:
        return Problem(slots, parties, candidates)
    helpers = tuple(draw(_helpers(len(slots), len(parties), people)) for _ in range(draw(st.integers(0, 2))))
    tables = st.integers(0, 2)
    rooms = tuple(Hall(UUID(int=h), tuple(draw(tables) for _ in slots)) for h in range(halls))
    return Problem(slots, parties, candidates, helpers, rooms, draw(_rules()))


@st.composite
def calendars(draw: st.DrawFn, *, overlapping: bool) -> tuple[SlotTime, ...]:
    """One or two days of one to three slots, some of them close, apart, or over each other."""
    lengths = st.sampled_from([20, 30, 50])
    gaps = st.sampled_from([0, 5, 15, 60, *([-10] if overlapping else [])])
    buffer = draw(st.sampled_from([0, 0, 10])) if overlapping else 0
    found: list[SlotTime] = []
    for day in range(draw(st.integers(1, 2))):
        number = draw(st.integers(1, 3))
        long, apart = (draw(st.lists(of, min_size=number, max_size=number)) for of in (lengths, gaps))
        found += day_of_slots(long, apart, day)
    return numbered(found, buffer)


def _masks(slots: int) -> st.SearchStrategy[Mask]:
    """Often everything, else anything."""
    everything = (1 << slots) - 1
    return st.just(everything) | st.integers(0, everything)


def _caps(highest: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.none() | st.integers(0, highest)


@st.composite
def _parties(draw: st.DrawFn, slots: int, number: int, people: "count[int]", halls: int, resources: bool) -> Party:
    seats = []
    for _ in range(draw(st.integers(1, 2))):
        languages = draw(st.sets(st.sampled_from(LANGUAGES), min_size=1, max_size=2)) if resources else {"en"}
        sites = draw(st.dictionaries(st.integers(0, halls - 1), _masks(slots), max_size=1)) if halls else {}
        daily = draw(_caps(3)) if resources else None
        booked = tuple(draw(st.lists(st.integers(0, 1), max_size=2))) if daily is not None else ()
        seats.append(Seat(UUID(int=next(people)), draw(_masks(slots)), frozenset(languages), sites, daily, booked))
    least, costs = draw(st.integers(0, 2)), draw(st.lists(st.integers(0, 100), min_size=slots, max_size=slots))
    caps = draw(st.tuples(_caps(3), _caps(2))) if resources else (None, None)
    booked = tuple(draw(st.lists(st.integers(0, 1), max_size=2))) if resources else ()
    return Party(UUID(int=number), tuple(seats), least, *caps, booked, tuple(costs))


@st.composite
def _candidates(draw: st.DrawFn, slots: int, parties: int, resources: bool, most: int) -> tuple[Candidate, ...]:
    """Each set of parties once; of three or four parties now and then; at most one fixed."""
    sizes = [2, 2, 2, 3, 4] if resources else [2]
    groups = st.sampled_from(sizes).flatmap(
        lambda size: st.permutations(range(parties)).map(lambda order: tuple(sorted(order[: min(size, parties)])))
    )
    found = []
    fixed_at = draw(st.none() | st.integers(0, slots - 1)) if resources else None
    for n, group in enumerate(draw(st.lists(groups, max_size=most, unique=True))):
        fixed = fixed_at if n == 0 else None
        must = resources and draw(st.integers(0, 5)) == 0
        found.append(Candidate(group, draw(st.integers(1, 9)), draw(_masks(slots)), fixed, must))
    return tuple(found)


@st.composite
def _helpers(draw: st.DrawFn, slots: int, parties: int, people: "count[int]") -> Helper:
    pairs = both_ways(*draw(st.sets(st.sampled_from(["en-ko", "en-ru", "ko-ru"]), min_size=1)))
    free = draw(_masks(slots))
    reserved = draw(st.none() | st.integers(0, parties - 1))
    blocks = {} if reserved is None else {reserved: free & draw(_masks(slots))}
    return Helper(
        UUID(int=next(people)),
        free,
        pairs,
        daily_minutes=draw(st.sampled_from([None, None, 30, 60])),
        blocks=blocks,
        only_for=draw(st.sampled_from([None, None, None, 0])),
        booked=tuple(draw(st.lists(st.sampled_from([0, 30]), max_size=2))),
        busy=draw(st.just(0) | _masks(slots)) & ~free,
    )


@st.composite
def _rules(draw: st.DrawFn) -> Rules:
    return Rules(
        without_interpreter=draw(st.booleans()),
        stretch_minutes=draw(st.sampled_from([30, 60, 90])),
        break_minutes=draw(st.sampled_from([5, 15])),
        handover_minutes=draw(st.sampled_from([0, 0, 10])),
        change_minutes=draw(st.sampled_from([0, 10])),
        lines=draw(st.sampled_from([None, None, 1, 2])),
    )
