"""Meetings: assigned, moved, cancelled, joined, left, judged."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import select
from starlette.concurrency import run_in_threadpool

from matchmaking import attendance, channels
from matchmaking import meetings as commands
from matchmaking.events import MeetingRecord
from matchmaking.outlook import Ask
from matchmaking.queries import changes_of, find_meeting, meetings_page
from matchmaking.states import NotHeldReason, Outcome
from matchmaking.tables import Attendee
from server.accounts import contacts
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Instant
from server.api.requests import Limit, run_booking
from server.errors import NotFound

router = convention_router("meetings", "/meetings")

Joining = Annotated[Desk, Depends(Needs(May.JOIN))]
Meeting = Annotated[Desk, Depends(Needs(May.MEET))]
Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]

Reason = Annotated[str, StringConstraints(max_length=1000)]


class Assign(Input):
    """Two parties and a slot."""

    one: UUID
    other: UUID
    slot: UUID


class Move(Input):
    """Another slot."""

    slot: UUID
    reason: Reason = ""


class Cancel(Input):
    """Why it is called off."""

    code: Literal["cannot_attend", "no_longer_interested", "technical", "organiser", "other"]
    reason: Reason = ""


class Join(Input):
    """Who joins; left out (or without a body), the visitor."""

    person: UUID | None = None


VISITOR = Join()


class OutcomeIn(Input):
    """What became of it, as staff know."""

    outcome: Outcome
    reason: NotHeldReason | None = None
    evidence: Reason = ""


class Stay(Input):
    """A stay that the platform did not see."""

    person: UUID
    joined_at: Instant
    left_at: Instant | None = None
    evidence: Reason = ""


class Instruction(BaseModel):
    """How to join by one channel. `kind`: link, account, qr, number, phone, table."""

    channel: str
    kind: str
    value: str
    inherited: bool


class HowToJoin(BaseModel):
    """The ways both sides share; `known` is false while a side's channels are unknown."""

    starts_at: datetime
    known: bool
    instructions: list[Instruction]


class Change(BaseModel):
    """Why a meeting was changed; `what`: moved, cancelled, corrected. `by` is a person."""

    version: int
    what: str
    reason: str
    by: UUID | None
    at: datetime


class SeenPerson(BaseModel):
    """Somebody of a meeting. `email` and `phone` are null where they are not for the reader to see."""

    id: UUID
    party: UUID | None
    role: str
    name: dict[str, Any] | None
    position: str | None
    languages: list[str]
    zone: str | None
    email: str | None
    phone: str | None


class MeetingPage(BaseModel):
    """Meetings from the newest on. `next` is the cursor of the next page; null at the end."""

    items: list[MeetingRecord]
    next: UUID | None


class Amount(Input):
    """A rung of the money ladder for this meeting; decimal text, ISO 4217 code."""

    rung: Literal["consultation", "in_progress", "mou", "signed", "concluded"]
    amount: Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,2})?$")]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


@router.post("", status_code=201, response_model=MeetingRecord)
async def assign(body: Assign, desk: Running) -> Response:
    """The organiser sets a meeting, past caps and wishes."""
    command = partial(commands.assign, one=body.one, other=body.other, slot_id=body.slot)
    return await run_booking(desk, command, body, Ask(body.one, body.other, body.slot), 201)


@router.get("")
def list_meetings(desk: Joining, after: UUID | None = None, limit: Limit = 50) -> MeetingPage:
    """The meetings of the visitor's parties; all of them for staff."""
    with desk.reading() as db:
        items = meetings_page(db, desk.convention_id, after, limit + 1)
    return MeetingPage(items=items[:limit], next=items[limit - 1].id if len(items) > limit else None)


@router.get("/{meeting_id}")
def get_meeting(meeting_id: UUID, desk: Joining) -> MeetingRecord:
    """One meeting."""
    with desk.reading() as db:
        found = find_meeting(db, desk.convention_id, meeting_id)
    if found is None:
        raise NotFound
    return found


@router.get("/{meeting_id}/changes")
def list_changes(meeting_id: UUID, desk: Joining) -> list[Change]:
    """Why it was moved, cancelled or corrected, in order."""
    with desk.reading() as db:
        if find_meeting(db, desk.convention_id, meeting_id) is None:
            raise NotFound
        return [
            Change(version=row.version, what=row.what, reason=row.reason, by=row.by_id, at=row.at)
            for row in changes_of(db, meeting_id)
        ]


@router.post("/{meeting_id}/move", response_model=MeetingRecord)
async def move(meeting_id: UUID, body: Move, desk: Meeting) -> Response:
    """Give it another slot; it keeps its id."""
    command = partial(commands.move, meeting_id=meeting_id, slot_id=body.slot, reason=body.reason)
    pair = await run_in_threadpool(_pair, desk, meeting_id)
    return await run_booking(desk, command, body, Ask(*pair, body.slot) if pair else None, 200)


@router.post("/{meeting_id}/cancel", response_model=MeetingRecord)
async def cancel(meeting_id: UUID, body: Cancel, desk: Meeting) -> Response:
    """Call it off, with a reason."""
    return await desk.run(partial(commands.cancel, meeting_id=meeting_id, code=body.code, reason=body.reason), body)


@router.post("/{meeting_id}/join", response_model=MeetingRecord)
async def join(meeting_id: UUID, desk: Joining, body: Join = VISITOR) -> Response:
    """Be there. Staff may join somebody else, as what they saw."""
    person, evidence = body.person or desk.actor.person_id, "platform"
    if person != desk.actor.person_id:
        evidence = "staff"
    return await desk.run(
        partial(attendance.join, meeting_id=meeting_id, person_id=_somebody(person), evidence=evidence), body
    )


@router.post("/{meeting_id}/leave", response_model=MeetingRecord)
async def leave(meeting_id: UUID, desk: Joining, body: Join = VISITOR) -> Response:
    """No longer be there."""
    person = _somebody(body.person or desk.actor.person_id)
    return await desk.run(partial(attendance.leave, meeting_id=meeting_id, person_id=person), body)


@router.post("/{meeting_id}/confirm", response_model=MeetingRecord)
async def confirm(meeting_id: UUID, desk: Meeting) -> Response:
    """Say for one's side that it was held."""
    return await desk.run(partial(attendance.confirm_held, meeting_id=meeting_id))


@router.post("/{meeting_id}/outcome", response_model=MeetingRecord)
async def correct(meeting_id: UUID, body: OutcomeIn, desk: Running) -> Response:
    """Set the outcome right."""
    command = partial(
        attendance.correct_outcome,
        meeting_id=meeting_id,
        outcome=body.outcome,
        reason=body.reason,
        evidence=body.evidence,
    )
    return await desk.run(command, body)


@router.post("/{meeting_id}/attendance", response_model=MeetingRecord)
async def add_stay(meeting_id: UUID, body: Stay, desk: Running) -> Response:
    """Add a stay that the platform did not see."""
    command = partial(
        attendance.correct_attendance,
        meeting_id=meeting_id,
        person_id=body.person,
        joined_at=body.joined_at,
        left_at=body.left_at,
        evidence=body.evidence,
    )
    return await desk.run(command, body)


@router.post("/{meeting_id}/amounts", response_model=MeetingRecord)
async def report_amount(meeting_id: UUID, body: Amount, desk: Meeting) -> Response:
    """Tell what was talked about or signed in this meeting, rung by rung."""
    command = partial(
        attendance.report_amount, meeting_id=meeting_id, rung=body.rung, amount=body.amount, currency=body.currency
    )
    return await desk.run(command, body)


@router.get("/{meeting_id}/how-to-join")
def how_to_join(meeting_id: UUID, desk: Joining) -> HowToJoin:
    """The instructions of the visitor's side."""
    with desk.reading() as db:
        told = channels.how_to_join(db, desk.convention_id, meeting_id)
        return HowToJoin.model_validate(told, from_attributes=True)


@router.get("/{meeting_id}/contacts")
def list_contacts(meeting_id: UUID, desk: Joining) -> list[SeenPerson]:
    """Who is to be there, and how to reach them: the other side's contact data once both sides have agreed to show
    theirs, and as long as the meeting is not called off."""
    with desk.reading() as db:
        if find_meeting(db, desk.convention_id, meeting_id) is None:
            raise NotFound
        there = contacts.people_of_meeting(db, desk.convention_id, meeting_id)
        shown = contacts.show(db, desk.actor, desk.convention_id, [seated for seated, _ in there])
    desk.saw_contacts("contacts", ((seated.party, one) for (seated, _), one in zip(there, shown, strict=True)))
    return [
        SeenPerson(party=seated.party, role=role, **asdict(one))
        for (seated, role), one in zip(there, shown, strict=True)
    ]


def _somebody(person: UUID | None) -> UUID:
    if person is None:
        raise NotFound
    return person


def _pair(desk: Desk, meeting_id: UUID) -> tuple[UUID, UUID] | None:
    """The first two parties of a meeting, the visitor's own first; None if it is none of theirs."""
    with desk.reading() as db:
        found = db.exec(select(Attendee.participation_id).where(Attendee.meeting_id == meeting_id)).all()
    parties = sorted({party for party in found if party is not None})
    if len(parties) < 2:
        return None
    parties.sort(key=lambda party: party not in desk.actor.parties)
    return parties[0], parties[1]
