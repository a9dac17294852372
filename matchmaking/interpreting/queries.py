"""Reading of interpreting: what topics hold, an interpreter's agenda, and how much cover is needed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.events import INTERPRETER, MeetingRecord
from matchmaking.interpreting.blocks import block_record, blocks
from matchmaking.interpreting.events import BlockRecord, InterpreterRecord
from matchmaking.interpreting.finding import interpreters_of
from matchmaking.interpreting.need import LanguagePair
from matchmaking.interpreting.roster import records
from matchmaking.records import meeting_records
from matchmaking.states import Interpreting, MeetingState
from matchmaking.tables import Attendee, Meeting, Representative


def active_interpreters(db: Session, convention_id: UUID) -> list[InterpreterRecord]:
    """Who is there for new meetings."""
    return [record for record in records(db, convention_id) if record.active]


def block_records(
    db: Session, convention_id: UUID, *, party: UUID | None = None, person: UUID | None = None
) -> list[BlockRecord]:
    """Reserved hours: of one party, of one interpreter, or all."""
    return [
        block_record(block)
        for block in blocks(db, convention_id)
        if party in (None, block.participation_id) and person in (None, block.person_id)
    ]


def interpreted_by(db: Session, convention_id: UUID, person_id: UUID) -> list[MeetingRecord]:
    """The meetings that somebody interprets, in the order of time; what was called off, too."""
    query = (
        select(Meeting)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(Meeting.convention_id == convention_id, Attendee.person_id == person_id, Attendee.role == INTERPRETER)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    return meeting_records(db, db.exec(query).all())


def pending_page(db: Session, convention_id: UUID, after: UUID | None, limit: int) -> list[MeetingRecord]:
    """Meetings to come that wait for an interpreter, behind a cursor, in the order of their ids."""
    query = select(Meeting).where(
        Meeting.convention_id == convention_id,
        col(Meeting.state).in_([MeetingState.SCHEDULED.value, MeetingState.IN_PROGRESS.value]),
        Meeting.interpreting == Interpreting.PENDING.value,
    )
    if after is not None:
        query = query.where(col(Meeting.id) > after)
    return meeting_records(db, db.exec(query.order_by(col(Meeting.id)).limit(limit)).all())


class Cover(NamedTuple):
    """How much is to be interpreted between two languages, in the order of the alphabet; None where nobody told what
    somebody speaks. `pending` of the meetings and minutes have nobody yet."""

    one: str | None
    other: str | None
    meetings: int
    minutes: int
    pending: int
    pending_minutes: int


def cover(db: Session, convention_id: UUID) -> list[Cover]:
    """The hours of interpreters that the meetings need, called off ones left out: the languages that are needed most
    first. Of several languages of a side it is those that its interpreter works between, or else the side's first."""
    wanting = [Interpreting.BOOKED.value, Interpreting.OWN.value, Interpreting.PENDING.value]
    meetings = db.exec(
        select(Meeting).where(
            Meeting.convention_id == convention_id,
            Meeting.state != MeetingState.CANCELLED.value,
            col(Meeting.interpreting).in_(wanting),
        )
    ).all()
    sides = _sides(db, convention_id, [meeting.id for meeting in meetings])
    interpreters = _pairs_of_meetings(db, convention_id, [meeting.id for meeting in meetings])
    found: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for meeting in meetings:
        minutes = int((meeting.ends_at - meeting.starts_at).total_seconds()) // 60
        waits = meeting.interpreting == Interpreting.PENDING
        counts = found[_between(sides[meeting.id], interpreters.get(meeting.id, frozenset()))]
        for position, more in enumerate((1, minutes, int(waits), minutes * waits)):
            counts[position] += more
    rows = [Cover(*languages, *counts) for languages, counts in found.items()]
    return sorted(rows, key=lambda row: (-row.minutes, row.one or "", row.other or ""))


def _sides(db: Session, convention_id: UUID, meetings: Sequence[UUID]) -> defaultdict[UUID, list[Sequence[str]]]:
    """What the people of each meeting speak, in their own order."""
    query = (
        select(Attendee.meeting_id, Representative.languages)
        .join(Representative, col(Representative.person_id) == Attendee.person_id)
        .where(
            Representative.convention_id == convention_id,
            col(Attendee.required),
            col(Attendee.meeting_id).in_(meetings),
        )
        .order_by(col(Attendee.person_id))
    )
    found: defaultdict[UUID, list[Sequence[str]]] = defaultdict(list)
    for meeting_id, languages in db.exec(query):
        found[meeting_id].append(languages)
    return found


def _pairs_of_meetings(
    db: Session, convention_id: UUID, meetings: Sequence[UUID]
) -> dict[UUID, frozenset[LanguagePair]]:
    """Between which languages each meeting's interpreter works."""
    known = interpreters_of(db, convention_id)
    query = select(Attendee.meeting_id, Attendee.person_id).where(
        col(Attendee.meeting_id).in_(meetings), Attendee.role == INTERPRETER
    )
    return {meeting_id: known[person][1] for meeting_id, person in db.exec(query) if person in known}


def _between(sides: Sequence[Sequence[str]], pairs: frozenset[LanguagePair]) -> tuple[str | None, str | None]:
    """The two languages between which a meeting is interpreted."""
    firsts = [side[0] for side in sides if side]
    worked = ((a, b) for n, one in enumerate(sides) for other in sides[n + 1 :] for a in one for b in other)
    between = next((pair for pair in worked if pair in pairs), None)
    if between is None:
        between = (firsts[0], firsts[1]) if len(firsts) > 1 else None
    if between is None:
        return (firsts[0] if firsts else None), None
    return min(between), max(between)
