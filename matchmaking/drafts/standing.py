"""What stands already while a schedule is made: meetings that are agreed, and those of a draft that are to stay."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from matchmaking.calendar import Rules
from matchmaking.drafts.tables import DraftMeeting
from matchmaking.events import INTERPRETER
from matchmaking.states import MeetingState, Outcome
from matchmaking.tables import Attendee, Meeting

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that stands: when, and whose it is. `draft_slot` is its slot if nobody's time is taken for it yet."""

    starts_at: datetime
    ends_at: datetime
    parties: tuple[UUID, ...]
    people: tuple[UUID, ...]
    interpreters: tuple[UUID, ...] = ()
    table: UUID | None = None
    draft_slot: int | None = None


@dataclass(slots=True)
class Standing:
    """What stands, by whom it concerns (parties and people, interpreters, tables); which pairs need not meet again."""

    of: defaultdict[UUID, list[Held]] = field(default_factory=lambda: defaultdict(list))
    interpreted: defaultdict[UUID, list[Held]] = field(default_factory=lambda: defaultdict(list))
    tables: list[tuple[UUID, Held]] = field(default_factory=list)
    pairs: set[Pair] = field(default_factory=set)

    def add(self, held: Held) -> None:
        """One more."""
        for one in (*held.parties, *held.people):
            self.of[one].append(held)
        for interpreter in held.interpreters:
            self.interpreted[interpreter].append(held)
        if held.table is not None:
            self.tables.append((held.table, held))
        self.pairs |= {(a, b) for a in held.parties for b in held.parties if a < b}


def agreed(db: Session, convention_id: UUID, parties: Collection[UUID] | None = None) -> list[Held]:
    """The meetings of these parties (None: of all) that stand, are going on or were held."""
    query = (
        select(Meeting, Attendee)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(Meeting.convention_id == convention_id, Meeting.state != MeetingState.CANCELLED.value)
    )
    if parties is not None:
        mine = select(Attendee.meeting_id).where(col(Attendee.participation_id).in_(parties))
        query = query.where(col(Meeting.id).in_(mine))
    meetings: dict[UUID, Meeting] = {}
    attendees: defaultdict[UUID, list[Attendee]] = defaultdict(list)
    for meeting, attendee in db.exec(query):
        if meeting.outcome != Outcome.NOT_HELD.value:
            meetings[meeting.id] = meeting
            attendees[meeting.id].append(attendee)
    return [_held(meeting, attendees[meeting.id]) for meeting in meetings.values()]


def _held(meeting: Meeting, attendees: Sequence[Attendee]) -> Held:
    sitting = [one for one in attendees if one.participation_id is not None and one.role != INTERPRETER]
    return Held(
        meeting.starts_at,
        meeting.ends_at,
        tuple(sorted({one.participation_id for one in sitting if one.participation_id is not None})),
        tuple(one.person_id for one in sitting),
        tuple(one.person_id for one in attendees if one.role == INTERPRETER),
    )


def drafted(rows: Iterable[DraftMeeting], slots: Sequence[tuple[UUID, datetime, datetime]]) -> list[Held]:
    """The same of a draft's meetings in these slots (id, start, end). Those in others are over, and left out."""
    found = {slot[0]: (s, slot) for s, slot in enumerate(slots)}
    held = []
    for row in rows:
        if row.slot_id in found and row.lost is None and row.meeting_id is None:
            s, (_, starts_at, ends_at) = found[row.slot_id]
            parties, people = tuple(map(UUID, row.people)), tuple(map(UUID, row.people.values()))
            helpers = (row.interpreter_id,) if row.interpreter_id else ()
            held.append(Held(starts_at, ends_at, parties, people, helpers, row.resource_id, s))
    return held


def by_day(held: Iterable[Held], rules: Rules, days: int) -> tuple[int, ...]:
    """How many of these meetings are on each of the convention's local days."""
    return _sums(((one, 1) for one in held), rules, days)


def minutes_by_day(held: Iterable[Held], rules: Rules, days: int) -> tuple[int, ...]:
    """How many minutes of these meetings are on each of the convention's local days."""
    return _sums(((one, int((one.ends_at - one.starts_at).total_seconds()) // 60) for one in held), rules, days)


def _sums(amounts: Iterable[tuple[Held, int]], rules: Rules, days: int) -> tuple[int, ...]:
    zone = ZoneInfo(rules.zone)
    sums = [0] * days
    for held, amount in amounts:
        day = (held.starts_at.astimezone(zone).date() - rules.first_day).days
        sums += [0] * (max(day, 0) + 1 - len(sums))
        sums[max(day, 0)] += amount
    return tuple(sums) if any(sums) else ()
