"""Requests: a thread of proposals between two participations, from asking to an answer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, select

from matchmaking.booking import Seats, choose_people, choose_seats, held, occupy, release
from matchmaking.calendar import Rules, Stretch, future_slot, rules
from matchmaking.errors import NotAllowed, NotFound, SlotTaken, ThreadOpen, WrongState
from matchmaking.events import (
    Fact,
    PreferenceSet,
    RequestAccepted,
    RequestCountered,
    RequestDeadlineMoved,
    RequestDeclined,
    RequestExpired,
    RequestRecord,
    RequestSent,
    RequestTurned,
    RequestWithdrawn,
    topics_for,
)
from matchmaking.interpreting.booking import interpret, tell_newly_booked
from matchmaking.interpreting.helper import Engagement
from matchmaking.limits import Standing
from matchmaking.meetings import INSERT_REQUEST, create_meeting
from matchmaking.notes import check_note
from matchmaking.outlook import Ask, asked, pair_key
from matchmaking.ports import Work
from matchmaking.records import preference_record, request_record, request_values
from matchmaking.statements import Statement
from matchmaking.states import OPEN_REQUEST_STATES, RequestState, move_request
from matchmaking.tables import MeetingRequest, Preference, Proposal

EXPIRE = "request.expire"

_INSERT_PROPOSAL = Statement(insert(Proposal.__table__), after=INSERT_REQUEST)  # type: ignore[attr-defined]


def request_meeting(work: Work, *, by: UUID, to: UUID, slot_id: UUID, note: str = "") -> RequestRecord:
    """Ask another party for a slot. If that party's own request is waiting for ours, the two match: the meeting is at
    the time they asked first, which both are known to be free for; either side can move it.

    Raises:
        NotFound, WrongDirection, NeedsLook, PhaseClosed, ThreadOpen, TooManyOpen, TooManyToday, CoolingDown,
        SlotUnknown, SlotTaken, IdentifiesPatient.
    """
    work.require_phase("requests")
    if by not in work.actor.parties and not work.actor.staff:
        raise NotFound
    check_note(note)
    known = rules(work)
    ask = Ask(by, to, slot_id)
    standing = Standing(work, ask, known)
    standing.check_direction()
    if standing.open_thread is not None and expire(work, standing.open_thread):
        standing = Standing(work, ask, known)
    if standing.open_thread is not None:
        return _cross(work, standing.open_thread, by)
    standing.check_limits()
    slot = standing.slot()
    if standing.unwanted or standing.addressee_needs_look:
        raise SlotTaken(slot=slot_id)  # "no thanks" and an unconfirmed party answer like a full calendar
    seats = choose_seats(work, (by, to), slot, known)
    people = seats.people
    record = _new_thread(work, by, to, slot, known)
    asked(work, ask)
    if known.policies.pending_occupies or known.policies.answer == "instant":
        occupy(work, record.id, people, slot.starts_at, slot.ends_at, known)
    open_key = pair_key(by, to) if record.awaiting else None
    work.store(INSERT_REQUEST, request_values(record, work.convention_id, people, open_key))
    proposal = {"request_id": record.id, "number": 1, "by_id": by, "slot_id": slot.id, "note": note, "at": work.now}
    work.store(_INSERT_PROPOSAL, proposal)
    if known.policies.answer == "instant":
        return _met(work, record, seats, known)
    work.at(record.expires_at, EXPIRE, record.id)
    work.record(RequestSent(request=record), topics_for((by, to)))
    return record


def _new_thread(work: Work, by: UUID, to: UUID, slot: Stretch, known: Rules) -> RequestRecord:
    """A thread with its first proposal; where answers are instant, one that is agreed already."""
    instant = known.policies.answer == "instant"
    request_id = work.new_id()
    return RequestRecord(
        id=request_id,
        requester=by,
        addressee=to,
        awaiting=None if instant else to,
        state=move_request(RequestState.PENDING, RequestState.ACCEPTED) if instant else RequestState.PENDING.value,
        proposals=1,
        slot=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        expires_at=_expiry(work, slot.starts_at, known),
        created_at=work.now,
        closed_at=work.now if instant else None,
        meeting=request_id if instant else None,
        version=2 if instant else 1,
    )


def _expiry(work: Work, starts_at: datetime, known: Rules) -> datetime:
    """An open proposal ends after the policy's hours, with the answers' deadline, or when its slot begins."""
    deadline = work.phase_end("answers")
    ends = [work.now + timedelta(hours=known.policies.expiry_hours), starts_at]
    return min([*ends, deadline] if deadline and deadline > work.now else ends)


def _cross(work: Work, request_id: UUID, by: UUID) -> RequestRecord:
    request = _load(work, request_id)
    if request.awaiting_id != by:
        raise ThreadOpen(request=request_id)
    return _agree(work, request, rules(work))


def accept(work: Work, request_id: UUID) -> RequestRecord:
    """Agree to the slot proposed last: there is a meeting.

    Raises:
        NotFound, NotAllowed, PhaseClosed, WrongState, SlotTaken.
    """
    request = _to_answer(work, request_id)
    return _agree(work, request, rules(work))


def _agree(work: Work, request: MeetingRequest, known: Rules) -> RequestRecord:
    people = request.requester_person_id, request.addressee_person_id
    occupied, speakers = held(work, request.id, people)
    seats = Seats(people, speakers)
    _close(work, request, RequestState.ACCEPTED)
    if not occupied:
        slot = future_slot(work, request.slot_id)
        seats = choose_seats(work, (request.requester_id, request.addressee_id), slot, known)
        occupy(work, request.id, seats.people, slot.starts_at, slot.ends_at, known)
    request.meeting_id = request.id
    work.db.flush()
    return _met(work, request_record(request), seats, known)


def _met(work: Work, record: RequestRecord, seats: Seats, known: Rules) -> RequestRecord:
    """Make the meeting of a request that is agreed, and tell it."""
    leads = {record.requester: seats.people[0], record.addressee: seats.people[1]}
    wanted = Engagement(record.id, record.starts_at, record.ends_at, frozenset(leads))
    interpreting = interpret(work, wanted, seats.speakers, known)
    times = record.starts_at, record.ends_at
    meeting = create_meeting(work, record.id, leads, *times, request_id=record.id, interpreting=interpreting)
    work.record(RequestAccepted(request=record, meeting=meeting), topics_for(leads))
    tell_newly_booked(work, meeting)
    return record


def decline(work: Work, request_id: UUID) -> RequestRecord:
    """Say no. The side whose proposal this was must cool down before it may ask again.

    Raises:
        NotFound, NotAllowed, PhaseClosed, WrongState.
    """
    request = _to_answer(work, request_id)
    _close(work, request, RequestState.DECLINED)
    release(work, request.id)
    return _told(work, request, RequestDeclined)


def counter(work: Work, request_id: UUID, *, slot_id: UUID, note: str = "") -> RequestRecord:
    """Propose another slot instead; now the other side has to answer.

    Raises:
        NotFound, NotAllowed, PhaseClosed, WrongState, SlotUnknown, SlotTaken, IdentifiesPatient.
    """
    request = _to_answer(work, request_id)
    check_note(note)
    request.state = move_request(request.state, RequestState.COUNTERED)
    by = request.awaiting_id
    assert by is not None  # as in every open state
    known = rules(work)
    slot = future_slot(work, slot_id)
    release(work, request.id)
    people = choose_people(work, (request.requester_id, request.addressee_id), slot, known)
    if known.policies.pending_occupies:
        occupy(work, request.id, people, slot.starts_at, slot.ends_at, known)
    request.requester_person_id, request.addressee_person_id = people
    request.slot_id, request.starts_at, request.ends_at = slot.id, slot.starts_at, slot.ends_at
    request.awaiting_id = request.addressee_id if by == request.requester_id else request.requester_id
    request.proposals += 1
    request.version += 1
    request.expires_at = _expiry(work, slot.starts_at, known)
    work.db.add(request)
    work.db.add(
        Proposal(request_id=request.id, number=request.proposals, by_id=by, slot_id=slot.id, note=note, at=work.now)
    )
    work.at(request.expires_at, EXPIRE, request.id)
    return _told(work, request, RequestCountered)


def withdraw(work: Work, request_id: UUID) -> RequestRecord:
    """Take the request back: the requester at any time, the other side its own counter-proposal.

    Raises:
        NotFound, NotAllowed, PhaseClosed, WrongState.
    """
    request = _load(work, request_id)
    work.require_phase("answers")
    proposer = {request.requester_id, request.addressee_id} - {request.awaiting_id}
    if not work.actor.staff and not work.actor.parties & {request.requester_id, *proposer}:
        raise NotAllowed
    _close(work, request, RequestState.WITHDRAWN)
    release(work, request.id)
    return _told(work, request, RequestWithdrawn)


def expire(work: Work, request_id: UUID) -> RequestRecord | None:
    """The timer's answer when nobody else gave one; nothing if somebody did, or if the deadline was moved."""
    request = work.db.get(MeetingRequest, request_id)
    if request is None or request.state not in OPEN_REQUEST_STATES or request.expires_at > work.now:
        return None
    _close(work, request, RequestState.EXPIRED)
    work.db.flush()  # the pair's key is free before a new thread takes it
    release(work, request.id)
    return _told(work, request, RequestExpired)


def bring_deadline_forward(work: Work, deadline: datetime) -> None:
    """The answers close at `deadline`: open requests that could be answered later expire with it."""
    late = select(MeetingRequest).where(
        MeetingRequest.convention_id == work.convention_id,
        col(MeetingRequest.state).in_([state.value for state in OPEN_REQUEST_STATES]),
        col(MeetingRequest.expires_at) > deadline,
    )
    for request in work.db.exec(late).all():
        request.expires_at = deadline
        request.version += 1
        work.db.add(request)
        work.at(deadline, EXPIRE, request.id)
        _told(work, request, RequestDeadlineMoved)


def turn_into_wishes(work: Work) -> None:
    """The organiser has the schedule made: open requests become wishes of whoever proposed a time in them, and give
    back the time that they hold. A wish that was said before stays, but for a "no thanks" to whom one has asked since.
    """
    waiting = select(MeetingRequest).where(
        MeetingRequest.convention_id == work.convention_id,
        col(MeetingRequest.state).in_([state.value for state in OPEN_REQUEST_STATES]),
    )
    for request in work.db.exec(waiting.order_by(col(MeetingRequest.id))).all():
        _close(work, request, RequestState.TURNED)
        release(work, request.id)
        _told(work, request, RequestTurned)
        pair = request.requester_id, request.addressee_id
        for by, about in (pair, pair[::-1])[: min(request.proposals, 2)]:
            _wish(work, by, about)


def _wish(work: Work, by: UUID, about: UUID) -> None:
    row = work.db.get(Preference, (work.convention_id, by, about))
    if row is None or row.wish == "no_thanks":
        row = row or Preference(convention_id=work.convention_id, by_id=by, about_id=about, wish="meet", at=work.now)
        row.wish, row.at = "meet", work.now
        work.db.add(row)
        work.record(PreferenceSet(preference=preference_record(row)), topics_for((by,)))


def _load(work: Work, request_id: UUID) -> MeetingRequest:
    request = work.db.get(MeetingRequest, request_id)
    if request is None or request.convention_id != work.convention_id:
        raise NotFound
    if not work.actor.staff and not work.actor.parties & {request.requester_id, request.addressee_id}:
        raise NotFound
    return request


def _to_answer(work: Work, request_id: UUID) -> MeetingRequest:
    request = _load(work, request_id)
    work.require_phase("answers")
    if request.state not in OPEN_REQUEST_STATES:
        return request
    if not work.actor.staff and request.awaiting_id not in work.actor.parties:
        raise NotAllowed("It is the other party's turn to answer.")
    if request.expires_at <= work.now:  # its timer is late, but the deadline is what both sides saw
        raise WrongState(subject="request", state=RequestState.EXPIRED.value)
    return request


def _close(work: Work, request: MeetingRequest, state: RequestState) -> None:
    request.state = move_request(request.state, state)
    request.open_key = None
    request.awaiting_id = None
    request.closed_at = work.now
    request.version += 1
    work.db.add(request)
    work.forget(request.id, EXPIRE)


def _told(work: Work, request: MeetingRequest, fact: type[Fact]) -> RequestRecord:
    record = request_record(request)
    work.record(fact(request=record), topics_for((record.requester, record.addressee)))  # type: ignore[call-arg]
    return record
