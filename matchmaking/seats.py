"""Seats: what somebody has before them for a party, and how a colleague takes it over."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, text
from sqlmodel import col, select

from matchmaking.calendar import Rules, rules
from matchmaking.changes import tell
from matchmaking.errors import Booked, NotFound, SlotTaken
from matchmaking.events import INTERPRETER, MeetingHandedOver
from matchmaking.interpreting.booking import rebook, tell_missing, tell_released
from matchmaking.people import FIND_PEOPLE, around, there
from matchmaking.ports import Work
from matchmaking.statements import Statement
from matchmaking.states import OPEN_REQUEST_STATES, MeetingState
from matchmaking.tables import Attendee, Meeting, MeetingRequest, Representative

_TYPES = [bindparam(name, type_=Uuid()) for name in ("leaver", "colleague", "holder")]
_TAKE_OVER = Statement(
    text(
        "INSERT INTO occupancy (resource_id, cell, holder_id) SELECT :colleague, cell, holder_id FROM occupancy"
        " WHERE resource_id = :leaver AND holder_id = :holder ON CONFLICT DO NOTHING"
    ).bindparams(*_TYPES)
)
_GIVE_UP = Statement(
    text("DELETE FROM occupancy WHERE resource_id = :leaver AND holder_id = :holder").bindparams(_TYPES[0], _TYPES[2])
)


class Engagements(NamedTuple):
    """What names a person: meetings to come, meetings under way, open requests; each in the order of time."""

    to_come: Sequence[Meeting]
    under_way: Sequence[Meeting]
    requests: Sequence[MeetingRequest]

    def __bool__(self) -> bool:
        return any(self)


def engagements(work: Work, person_id: UUID) -> Engagements:
    """All that somebody is expected at in this convention but to interpret, and the open requests that hold their
    time."""
    live = (MeetingState.SCHEDULED, MeetingState.IN_PROGRESS)
    attended = (
        select(Meeting)
        .join(Attendee, col(Attendee.meeting_id) == Meeting.id)
        .where(
            Meeting.convention_id == work.convention_id,
            Attendee.person_id == person_id,
            Attendee.role != INTERPRETER,
            col(Meeting.state).in_([state.value for state in live]),
        )
        .order_by(col(Meeting.starts_at))
    )
    asked = (
        select(MeetingRequest)
        .where(
            MeetingRequest.convention_id == work.convention_id,
            col(MeetingRequest.state).in_([state.value for state in OPEN_REQUEST_STATES]),
            or_(
                col(MeetingRequest.requester_person_id) == person_id,
                col(MeetingRequest.addressee_person_id) == person_id,
            ),
        )
        .order_by(col(MeetingRequest.starts_at))
    )
    meetings = work.db.exec(attended).all()
    return Engagements(
        [meeting for meeting in meetings if meeting.state == MeetingState.SCHEDULED],
        [meeting for meeting in meetings if meeting.state == MeetingState.IN_PROGRESS],
        work.db.exec(asked).all(),
    )


def hand_over(work: Work, party_id: UUID, leaver: UUID, colleague: UUID) -> None:
    """A colleague takes over all that somebody has before them; meetings and requests keep their ids and times.

    Raises:
        NotFound: the colleague does not sit for that party.
        Booked: the leaver is in a meeting right now.
        SlotTaken: the colleague is not there, or not free, at one of these times.
    """
    seat = work.db.get(Representative, (work.convention_id, colleague))
    if seat is None or not seat.active or seat.participation_id != party_id or colleague == leaver:
        raise NotFound
    ahead = engagements(work, leaver)
    if ahead.under_way:
        raise Booked(meetings=[meeting.id for meeting in ahead.under_way])
    known = rules(work)
    for request in ahead.requests:
        hand_over_one(work, party_id, request, leaver, colleague, known)
    for meeting in ahead.to_come:
        hand_over_one(work, party_id, meeting, leaver, colleague, known)


def hand_over_one(
    work: Work, party_id: UUID, what: Meeting | MeetingRequest, leaver: UUID, colleague: UUID, known: Rules
) -> None:
    """A colleague of the party takes over one request or meeting to come.

    Raises:
        SlotTaken: they are not there, or not free then. What was begun is to be taken back.
    """
    _take_over(work, party_id, what, leaver, colleague, known)
    if isinstance(what, MeetingRequest):
        if what.requester_person_id == leaver:
            what.requester_person_id = colleague
        else:
            what.addressee_person_id = colleague
        work.db.add(what)
    else:
        attendee = work.db.get_one(Attendee, (what.id, leaver))
        work.db.delete(attendee)
        work.db.flush()
        values = attendee.model_dump(exclude={"person_id"})
        work.db.add(Attendee(**values, person_id=colleague))
        tell_released(work, what.id, rebook(work, what, known))
        tell_missing(work, tell(work, what, MeetingHandedOver))
    work.db.flush()


def _take_over(
    work: Work, party_id: UUID, what: Meeting | MeetingRequest, leaver: UUID, colleague: UUID, known: Rules
) -> None:
    """Their time is the colleague's; whatever the policy, a request that held nobody's time takes none."""
    where = around((party_id, party_id), what.starts_at, what.ends_at, known.buffer_minutes)[:1]
    present = {person.person: person.stretches for person in there(FIND_PEOPLE.rows(work.db, where)[0])}
    if not any(opens <= what.starts_at and what.ends_at <= closes for opens, closes in present.get(colleague, ())):
        raise SlotTaken(starts_at=what.starts_at)
    values = {"leaver": leaver, "colleague": colleague, "holder": what.id}
    taken = _TAKE_OVER.run(work.db, values)
    given_up = _GIVE_UP.run(work.db, {"leaver": leaver, "holder": what.id})
    if taken != given_up:
        raise SlotTaken(starts_at=what.starts_at)
