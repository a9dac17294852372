"""A meeting proposed on the spot: offered to both, held by the first who accepts, made by the second.

A proposal takes nobody's time. The first acceptance does, for both, by the same key as every booking, so whoever comes
later, be it a request or another proposal, finds it taken. If the time went elsewhere before, the proposal lapses.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from matchmaking.booking import Seats, choose_people, choose_seats, occupy, release
from matchmaking.calendar import Stretch, rules
from matchmaking.errors import NeedsLook, NotAllowed, NotFound, SlotTaken, SlotUnknown, WrongState
from matchmaking.events import Fact, topics_for
from matchmaking.interpreting.booking import interpret, tell_newly_booked
from matchmaking.interpreting.helper import Engagement
from matchmaking.meetings import create_meeting
from matchmaking.outlook import pair_key
from matchmaking.ports import Work
from matchmaking.rescue.errors import AlreadyMet, NotWished, ProposalOpen
from matchmaking.rescue.events import (
    StandbyAgreed,
    StandbyDeclined,
    StandbyExpired,
    StandbyHeld,
    StandbyLapsed,
    StandbyOffered,
    StandbyRecord,
    StandbyWithdrawn,
)
from matchmaking.rescue.pairs import have_met, time_left, wishes_of, worth
from matchmaking.rescue.records import standby_record
from matchmaking.rescue.states import OPEN, StandbyState, move_standby
from matchmaking.rescue.tables import Standby
from matchmaking.tables import Participation, Slot

EXPIRE = "standby.expire"


def offer(work: Work, *, one: UUID, other: UUID, slot_id: UUID) -> StandbyRecord:
    """Propose to two parties to meet in this slot, which may have begun.

    Raises:
        NotAllowed, NotFound, NeedsLook, NotWished, AlreadyMet, ProposalOpen.
        SlotUnknown: no such slot, or too little of it is left.
        SlotTaken: one of the parties has nobody there and free.
    """
    if not work.actor.staff:
        raise NotAllowed
    _check_parties(work, one, other)
    _check_pair(work, one, other)
    open_key = pair_key(one, other)
    waiting = select(Standby).where(Standby.convention_id == work.convention_id, Standby.open_key == open_key)
    if row := work.db.exec(waiting).first():
        raise ProposalOpen(standby=row.id)
    known = rules(work)
    slot = work.db.get(Slot, slot_id)
    if slot is None or slot.convention_id != work.convention_id:
        raise SlotUnknown
    left = time_left(slot.starts_at, slot.ends_at, work.now, known.policies)
    if left is None:
        raise SlotUnknown
    choose_people(work, (one, other), Stretch(slot.id, *left), known)
    row = Standby(
        id=work.new_id(),
        convention_id=work.convention_id,
        one_id=one,
        other_id=other,
        slot_id=slot.id,
        starts_at=left[0],
        ends_at=left[1],
        state=StandbyState.OFFERED.value,
        open_key=open_key,
        expires_at=work.now + timedelta(minutes=known.policies.standby_minutes),
        created_by=work.actor.person_id,
        created_at=work.now,
    )
    work.db.add(row)
    work.at(row.expires_at, EXPIRE, row.id)
    return _told(work, row, StandbyOffered)


def _check_parties(work: Work, one: UUID, other: UUID) -> None:
    for party_id in (one, other):
        party = work.db.get(Participation, party_id)
        if party is None or party.convention_id != work.convention_id or one == other:
            raise NotFound
        if party.needs_look:
            raise NeedsLook(fields=party.needs_look)


def _check_pair(work: Work, one: UUID, other: UUID) -> None:
    if worth(wishes_of(work.db, work.convention_id, one, other)) is None:
        raise NotWished
    if have_met(work.db, work.convention_id, one, other):
        raise AlreadyMet


def accept(work: Work, standby_id: UUID, *, by: UUID) -> StandbyRecord:
    """A party agrees: the first takes the time of both, the second makes the meeting. Agreeing again changes nothing.
    If it is no longer possible, the proposal lapses, and its record says so.

    Raises:
        NotFound, PhaseClosed, WrongState (it is over).
    """
    row = _to_answer(work, standby_id, by)
    if row.held_by == by and row.state == StandbyState.HELD:
        return standby_record(row)
    held = row.state == StandbyState.HELD
    target = move_standby(row.state, StandbyState.AGREED if held else StandbyState.HELD)
    try:
        seats = _take_time(work, row)
    except (SlotTaken, NotWished, AlreadyMet):
        release(work, row.id)
        return _close(work, row, StandbyState.LAPSED, StandbyLapsed)
    if held:
        return _agree(work, row, seats)
    row.state, row.held_by = target, by
    row.version += 1
    return _told(work, row, StandbyHeld)


def _take_time(work: Work, row: Standby) -> Seats:
    """Take the time of both; what was held is given back first, since who is there may have changed."""
    pair = (row.one_id, row.other_id)
    _check_pair(work, *pair)
    known = rules(work)
    release(work, row.id)
    seats = choose_seats(work, pair, Stretch(row.slot_id, row.starts_at, row.ends_at), known)
    occupy(work, row.id, seats.people, row.starts_at, row.ends_at, known)
    return seats


def _agree(work: Work, row: Standby, seats: Seats) -> StandbyRecord:
    """The meeting has the proposal's id, under which its time is taken; an interpreter's, too, if it needs one."""
    leads = {row.one_id: seats.people[0], row.other_id: seats.people[1]}
    times = row.starts_at, row.ends_at
    interpreting = interpret(work, Engagement(row.id, *times, frozenset(leads)), seats.speakers, rules(work))
    meeting = create_meeting(work, row.id, leads, *times, interpreting=interpreting)
    row.meeting_id = meeting.id
    record = _close(work, row, StandbyState.AGREED, lambda standby: StandbyAgreed(standby=standby, meeting=meeting))
    tell_newly_booked(work, meeting)
    return record


def decline(work: Work, standby_id: UUID, *, by: UUID) -> StandbyRecord:
    """A party would rather not; also one that has accepted, as long as the other has not.

    Raises:
        NotFound, PhaseClosed, WrongState (it is over).
    """
    row = _to_answer(work, standby_id, by)
    release(work, row.id)
    return _close(work, row, StandbyState.DECLINED, StandbyDeclined)


def withdraw(work: Work, standby_id: UUID) -> StandbyRecord:
    """The organiser takes it back.

    Raises:
        NotAllowed, NotFound, WrongState (it is over).
    """
    if not work.actor.staff:
        raise NotAllowed
    row = _load(work, standby_id)
    release(work, row.id)
    return _close(work, row, StandbyState.WITHDRAWN, StandbyWithdrawn)


def expire(work: Work, standby_id: UUID) -> StandbyRecord | None:
    """The timer's answer when the parties gave none."""
    row = work.db.get(Standby, standby_id)
    if row is None or row.state not in OPEN or row.expires_at > work.now:
        return None
    release(work, row.id)
    return _close(work, row, StandbyState.EXPIRED, StandbyExpired)


def _load(work: Work, standby_id: UUID) -> Standby:
    row = work.db.get(Standby, standby_id)
    if row is None or row.convention_id != work.convention_id:
        raise NotFound
    return row


def _to_answer(work: Work, standby_id: UUID, by: UUID) -> Standby:
    row = _load(work, standby_id)
    if by not in (row.one_id, row.other_id) or (by not in work.actor.parties and not work.actor.staff):
        raise NotFound
    work.require_phase("scheduling", "live")
    if row.state in OPEN and row.expires_at <= work.now:  # its timer is late, but that time is what both saw
        raise WrongState(subject="standby", state=StandbyState.EXPIRED.value)
    return row


def _close(work: Work, row: Standby, state: StandbyState, fact: Callable[..., Fact]) -> StandbyRecord:
    row.state = move_standby(row.state, state)
    row.open_key = None
    row.closed_at = work.now
    row.version += 1
    work.forget(row.id, EXPIRE)
    return _told(work, row, fact)


def _told(work: Work, row: Standby, fact: Callable[..., Fact]) -> StandbyRecord:
    work.db.add(row)
    work.db.flush()
    record = standby_record(row)
    work.record(fact(standby=record), topics_for((row.one_id, row.other_id)))
    return record
