"""Whether a schedule obeys every rule of its problem: plain and slow, and no line of it is shared with the engine.

Each rule is a function that yields a sentence for each breach.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise, product
from uuid import UUID

from matchmaking.schedule.problem import Placement, Problem, Schedule, Seat

Breaches = Iterator[str]
Meeting = tuple[int, Placement]


def breaches(problem: Problem, schedule: Schedule) -> list[str]:
    """Every breach of a rule, in words; empty for a schedule that may be published."""
    return [*misplaced(problem, schedule), *(breach for rule in RULES for breach in rule(problem, schedule))]


def misplaced(problem: Problem, schedule: Schedule) -> Breaches:
    """Fixed meetings stand in their slots."""
    for c, candidate in enumerate(problem.candidates):
        placement = schedule.placed.get(c)
        if candidate.fixed is not None and (placement is None or placement.slot != candidate.fixed):
            yield f"{c} is not in its fixed slot {candidate.fixed}"


def breaches_so_far(problem: Problem, schedule: Schedule) -> list[str]:
    """As `breaches`, of a schedule to which more may come: no rule of these is healed by another meeting."""
    return [breach for rule in RULES for breach in rule(problem, schedule)]


def slots_offered(problem: Problem, schedule: Schedule) -> Breaches:
    for c, placement in schedule.placed.items():
        candidate = problem.candidates[c]
        if candidate.fixed is None and not candidate.slots >> placement.slot & 1:
            yield f"{c} may not be in slot {placement.slot}"


def people_there(problem: Problem, schedule: Schedule) -> Breaches:
    for c, placement in schedule.placed.items():
        if len(placement.seats) != len(problem.candidates[c].parties):
            yield f"{c} has {len(placement.seats)} seats"
            continue
        people = seated(problem, c, placement)
        if len({seat.person for seat in people}) < len(people):
            yield f"{c} has somebody on two sides"
        for seat in people:
            if not seat.free >> placement.slot & 1:
                yield f"{c}: {seat.person} is not free in slot {placement.slot}"


def people_once(problem: Problem, schedule: Schedule) -> Breaches:
    """Nobody, interpreters included, is in two meetings at once."""
    for person, meetings in diaries(problem, schedule).items():
        for (one, a), (other, b) in combinations(meetings, 2):
            if a.slot == b.slot or problem.slots[a.slot].clash >> b.slot & 1:
                yield f"{person} is in {one} and {other} at once"


def people_daily(problem: Problem, schedule: Schedule) -> Breaches:
    meetings = diaries(problem, schedule)
    for seat in {seat.person: seat for party in problem.parties for seat in party.seats}.values():
        for day, held in per_day(problem, meetings[seat.person]).items():
            if seat.daily is not None and held + at(seat.booked, day) > seat.daily:
                yield f"{seat.person} has more than {seat.daily} meetings on day {day}"


def parties_most(problem: Problem, schedule: Schedule) -> Breaches:
    for p, party in enumerate(problem.parties):
        meetings = [meeting for meeting in schedule.placed.items() if p in problem.candidates[meeting[0]].parties]
        if party.most is not None and meetings and len(meetings) + sum(party.booked) > party.most:
            yield f"party {p} has more than {party.most} meetings"
        for day, held in per_day(problem, meetings).items():
            if party.most_a_day is not None and held + at(party.booked, day) > party.most_a_day:
                yield f"party {p} has more than {party.most_a_day} meetings on day {day}"


def languages_shared(problem: Problem, schedule: Schedule) -> Breaches:
    """Whoever shares no language has an interpreter of it, or waits for one where that may be."""
    for c, placement in schedule.placed.items():
        languages = [seat.languages for seat in seated(problem, c, placement)]
        understood = any(understand(choice, frozenset()) for choice in choices(languages))
        if placement.pending != (not understood and placement.helper is None):
            yield f"{c} says wrongly whether it waits for an interpreter"
        if placement.pending and not problem.rules.without_interpreter:
            yield f"{c} has no interpreter"
        if placement.helper is not None:
            pairs = problem.helpers[placement.helper].pairs
            if not any(understand(choice, pairs) for choice in choices(languages)):
                yield f"{c}: helper {placement.helper} does not speak for all of them"


def choices(languages: Sequence[frozenset[str]]) -> Iterator[tuple[str, ...]]:
    """Every choice of a language for each; whose languages nobody told takes what the others speak."""
    return product(*(sorted(spoken) for spoken in languages if spoken))


def understand(choice: Sequence[str], pairs: frozenset[tuple[str, str]]) -> bool:
    """Any two of them speak the same, or what is interpreted in both directions."""
    return all(a == b or {(a, b), (b, a)} <= pairs for a, b in combinations(choice, 2))


def helpers_there(problem: Problem, schedule: Schedule) -> Breaches:
    for c, placement in schedule.placed.items():
        if placement.helper is None:
            continue
        helper, parties = problem.helpers[placement.helper], problem.candidates[c].parties
        reserved = {party for party, block in helper.blocks.items() if block >> placement.slot & 1}
        if not helper.free >> placement.slot & 1:
            yield f"{c}: helper {placement.helper} is not free in slot {placement.slot}"
        if helper.busy >> placement.slot & 1 or helper.busy & problem.slots[placement.slot].clash:
            yield f"{c}: helper {placement.helper} works elsewhere in slot {placement.slot}"
        if reserved - set(parties):
            yield f"{c}: helper {placement.helper} is reserved in slot {placement.slot}"
        if helper.only_for is not None and helper.only_for not in parties:
            yield f"{c}: helper {placement.helper} serves party {helper.only_for} only"


def helpers_daily(problem: Problem, schedule: Schedule) -> Breaches:
    for h, helper in enumerate(problem.helpers):
        work: dict[int, float] = defaultdict(float)
        for _, placement in helped(schedule, h):
            work[problem.slots[placement.slot].day] += minutes(problem, placement.slot)
        for day, worked in work.items():
            if helper.daily_minutes is not None and worked + at(helper.booked, day) > helper.daily_minutes:
                yield f"helper {h} works more than {helper.daily_minutes} minutes on day {day}"


def helpers_rest(problem: Problem, schedule: Schedule) -> Breaches:
    """Nobody works longer than a stretch without a rest, unless it is in one meeting; what stands already is work, too,
    but at no fault of its own."""
    for h, helper in enumerate(problem.helpers):
        ours = {placement.slot for _, placement in helped(schedule, h)}
        stretches: list[list[int]] = []
        for slot in range(len(problem.slots)):
            if not (slot in ours or helper.busy >> slot & 1):
                continue
            if not stretches or gap(problem, stretches[-1][-1], slot) >= problem.rules.break_minutes:
                stretches.append([])
            stretches[-1].append(slot)
        for stretch in stretches:
            worked = sum(minutes(problem, slot) for slot in stretch)
            if worked > problem.rules.stretch_minutes and len(stretch) > 1 and ours & set(stretch):
                yield f"helper {h} has no rest in slots {stretch}"


def helpers_handover(problem: Problem, schedule: Schedule) -> Breaches:
    """From one meeting to the next, unless somebody is in both; whom they meet in what stands already is not known."""
    for h, helper in enumerate(problem.helpers):
        work = {placement.slot: set(problem.candidates[c].parties) for c, placement in helped(schedule, h)}
        ours = set(work)
        work |= {slot: set() for slot in range(len(problem.slots)) if helper.busy >> slot & 1}
        for one, following in pairwise(sorted(work)):
            close = gap(problem, one, following) < problem.rules.handover_minutes
            if close and ours & {one, following} and not work[one] & work[following]:
                yield f"helper {h} goes from slot {one} to {following} too soon"


def halls_reached(problem: Problem, schedule: Schedule) -> Breaches:
    """Who are all in one hall meet there, all others online."""
    for c, placement in schedule.placed.items():
        halls = [
            {hall for hall, there in seat.halls.items() if there >> placement.slot & 1}
            for seat in seated(problem, c, placement)
        ]
        common = set.intersection(*halls)
        if placement.hall not in common and (common or placement.hall is not None):
            yield f"{c} is in hall {placement.hall}, and could be in {sorted(common)}"


def tables_and_lines(problem: Problem, schedule: Schedule) -> Breaches:
    """At the beginning of each meeting its hall has a table for each that is going on, as have the lines."""
    for hall in [None, *range(len(problem.halls))]:
        here = [placement.slot for placement in schedule.placed.values() if placement.hall == hall]
        for slot in set(here):
            going_on = sum(other == slot or (other < slot and problem.slots[slot].clash >> other & 1) for other in here)
            room = problem.rules.lines if hall is None else problem.halls[hall].tables[slot]
            if room is not None and going_on > room:
                yield f"{'online' if hall is None else f'hall {hall}'} holds {going_on} meetings in slot {slot}"


def change_of_place(problem: Problem, schedule: Schedule) -> Breaches:
    people = {seat.person for party in problem.parties for seat in party.seats}
    for person, meetings in diaries(problem, schedule).items():
        for (one, a), (other, b) in pairwise(meetings):
            if person in people and a.hall != b.hall and gap(problem, a.slot, b.slot) < problem.rules.change_minutes:
                yield f"{person} changes places from {one} to {other} too soon"


def seated(problem: Problem, c: int, placement: Placement) -> list[Seat]:
    """Who sits there, one for each of the candidate's parties."""
    parties = [problem.parties[p] for p in problem.candidates[c].parties]
    return [party.seats[seat] for party, seat in zip(parties, placement.seats, strict=False)]


def helped(schedule: Schedule, helper: int) -> list[Meeting]:
    """The meetings of an interpreter in order of time."""
    return sorted((pair for pair in schedule.placed.items() if pair[1].helper == helper), key=lambda pair: pair[1].slot)


def diaries(problem: Problem, schedule: Schedule) -> dict[UUID, list[Meeting]]:
    """The meetings of each person in order of time, of interpreters too."""
    found: dict[UUID, list[Meeting]] = defaultdict(list)
    for c, placement in sorted(schedule.placed.items(), key=lambda pair: pair[1].slot):
        people = {seat.person for seat in seated(problem, c, placement)}
        if placement.helper is not None:
            people.add(problem.helpers[placement.helper].person)
        for person in people:
            found[person].append((c, placement))
    return found


def per_day(problem: Problem, meetings: Sequence[Meeting]) -> Counter[int]:
    return Counter(problem.slots[placement.slot].day for _, placement in meetings)


def at(booked: tuple[int, ...], day: int) -> int:
    return booked[day] if day < len(booked) else 0


def minutes(problem: Problem, slot: int) -> float:
    return (problem.slots[slot].ends_at - problem.slots[slot].starts_at).total_seconds() / 60


def gap(problem: Problem, one: int, following: int) -> float:
    """Minutes from the end of a slot to the beginning of a later one."""
    return (problem.slots[following].starts_at - problem.slots[one].ends_at).total_seconds() / 60


RULES: tuple[Callable[[Problem, Schedule], Breaches], ...] = (
    *(slots_offered, people_there, people_once, people_daily, parties_most),
    *(languages_shared, helpers_there, helpers_daily, helpers_rest, helpers_handover),
    *(halls_reached, tables_and_lines, change_of_place),
)
