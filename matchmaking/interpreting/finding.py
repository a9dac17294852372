"""Who could interpret a meeting: the rows of interpreters around its time, as `helper.Helper`."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from matchmaking.booking import busy_cells
from matchmaking.calendar import Rules, day_of
from matchmaking.events import INTERPRETER
from matchmaking.interpreting.helper import Engagement, Helper, Reserved
from matchmaking.interpreting.need import LanguagePair
from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.slots import Interval, cells, expand, merge
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Availability, Interpreter, Meeting
from matchmaking.tables import LanguagePair as PairRow

_NEAR = timedelta(hours=12)


Known = tuple[Interpreter, frozenset[LanguagePair]]


def interpreters_of(db: Session, convention_id: UUID) -> dict[UUID, Known]:
    """Everybody who interprets, also those who do not at present, and between which languages."""
    pairs = _pairs(db, PairRow.convention_id == convention_id)
    found = db.exec(select(Interpreter).where(Interpreter.convention_id == convention_id))
    return {one.person_id: (one, frozenset(pairs[one.person_id])) for one in found}


def interpreters_between(
    db: Session, convention_id: UUID, languages: Collection[str], also: UUID | None = None
) -> dict[UUID, Known]:
    """Who is there for new meetings and works between some of these languages.

    Args:
        also: somebody who is wanted whatever they work between.
    """
    able = select(PairRow.person_id).where(
        PairRow.convention_id == convention_id, col(PairRow.source).in_(languages), col(PairRow.target).in_(languages)
    )
    wanted = or_(col(Interpreter.person_id).in_(able), col(Interpreter.person_id) == also)
    here = Interpreter.convention_id == convention_id, col(Interpreter.active)
    found = db.exec(select(Interpreter).where(*here, wanted)).all()
    people = [one.person_id for one in found]
    pairs = _pairs(db, PairRow.convention_id == convention_id, col(PairRow.person_id).in_(people))
    return {one.person_id: (one, frozenset(pairs[one.person_id])) for one in found}


def _pairs(db: Session, *where: ColumnElement[bool] | bool) -> defaultdict[UUID, set[LanguagePair]]:
    pairs: defaultdict[UUID, set[LanguagePair]] = defaultdict(set)
    for person, source, target in db.exec(select(PairRow.person_id, PairRow.source, PairRow.target).where(*where)):
        pairs[person].add((source, target))
    return pairs


def helpers(
    db: Session,
    convention_id: UUID,
    wanted: Engagement,
    who: Iterable[Known],
    rules: Rules,
) -> list[Helper]:
    """These interpreters as they stand around a meeting, with all they do then but that meeting itself."""
    chosen = {one.person_id: (one, pairs) for one, pairs in who}
    if not chosen:
        return []
    there = _there(db, convention_id, chosen, wanted)
    work = engagements(db, convention_id, chosen, *_around(wanted, rules))
    blocks = _blocks(db, convention_id, chosen, wanted)
    span = cells(wanted.starts_at, wanted.ends_at, rules.buffer_minutes)
    resources = [*chosen, *(block.id for each in blocks.values() for block in each)]
    taken = busy_cells(db, resources, span)
    return [
        Helper(
            person=person,
            pairs=pairs,
            party=one.participation_id,
            daily_minutes=one.daily_minutes,
            there=there[person],
            taken=taken,
            work=tuple(engagement for engagement in work[person] if engagement.meeting != wanted.meeting),
            blocks=blocks[person],
        )
        for person, (one, pairs) in chosen.items()
    ]


def _around(wanted: Engagement, rules: Rules) -> Interval:
    """The convention's day of a meeting, and the hours that can be one stretch of work with it."""
    start, end = day_of(wanted.starts_at, rules)
    return min(start, wanted.starts_at - _NEAR), max(end, wanted.ends_at + _NEAR)


def _there(
    db: Session, convention_id: UUID, people: Collection[UUID], wanted: Engagement
) -> defaultdict[UUID, tuple[Interval, ...]]:
    first, last = wanted.starts_at.date() - timedelta(days=2), wanted.ends_at.date() + timedelta(days=1)
    query = select(Availability).where(
        Availability.convention_id == convention_id,
        col(Availability.person_id).in_(people),
        col(Availability.local_date).between(first, last),
        Availability.mode != "absent",
    )
    stretches: defaultdict[UUID, list[Interval]] = defaultdict(list)
    for day in db.exec(query):
        stretches[day.person_id] += expand(day.local_date, day.hours, day.zone)
    return defaultdict(tuple, {person: tuple(merge(each)) for person, each in stretches.items()})


def engagements(
    db: Session, convention_id: UUID, people: Collection[UUID], start: datetime, end: datetime
) -> defaultdict[UUID, list[Engagement]]:
    """What interpreters interpret, or have interpreted, that begins between two instants."""
    query = (
        select(Attendee.person_id, Meeting.id, Meeting.starts_at, Meeting.ends_at)
        .join(Meeting, col(Meeting.id) == Attendee.meeting_id)
        .where(
            Meeting.convention_id == convention_id,
            Meeting.state != MeetingState.CANCELLED.value,
            col(Meeting.starts_at) >= start,
            col(Meeting.starts_at) < end,
            Attendee.role == INTERPRETER,
            col(Attendee.person_id).in_(people),
        )
    )
    rows = db.exec(query).all()
    parties = parties_of(db, [meeting_id for _, meeting_id, _, _ in rows])
    found: defaultdict[UUID, list[Engagement]] = defaultdict(list)
    for person, meeting_id, starts_at, ends_at in rows:
        found[person].append(Engagement(meeting_id, starts_at, ends_at, parties[meeting_id]))
    return found


def parties_of(db: Session, meetings: Collection[UUID]) -> defaultdict[UUID, frozenset[UUID]]:
    """Which parties meet in these meetings."""
    if not meetings:
        return defaultdict(frozenset)
    query = select(Attendee.meeting_id, Attendee.participation_id).where(col(Attendee.meeting_id).in_(meetings))
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for meeting_id, party in db.exec(query):
        if party is not None:
            found[meeting_id].add(party)
    return defaultdict(frozenset, {meeting_id: frozenset(each) for meeting_id, each in found.items()})


def _blocks(
    db: Session, convention_id: UUID, people: Collection[UUID], wanted: Engagement
) -> defaultdict[UUID, tuple[Reserved, ...]]:
    query = select(InterpreterBlock).where(
        InterpreterBlock.convention_id == convention_id,
        col(InterpreterBlock.person_id).in_(people),
        col(InterpreterBlock.participation_id).in_(wanted.parties),
        col(InterpreterBlock.starts_at) <= wanted.starts_at,
        col(InterpreterBlock.ends_at) >= wanted.ends_at,
    )
    found: defaultdict[UUID, tuple[Reserved, ...]] = defaultdict(tuple)
    for row in db.exec(query):
        found[row.person_id] += (Reserved(row.id, row.participation_id, row.starts_at, row.ends_at),)
    return found
