"""Inviting people into a convention, and accepting an invitation."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field, model_validator
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from matchmaking.tables import Participation, Representative
from server.accounts import invitations as commands
from server.accounts.invitations import InvitationRecord, InvitedRecord, State
from server.accounts.permissions import May
from server.accounts.tables import Invitation, Person
from server.accounts.tokens import digest, new_token
from server.api.door import Desk, Input, Needs, convention_router, required_key
from server.errors import NotFound

router = convention_router("invitations", "/invitations")

Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PEOPLE))]
Ids = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=5000)]


class Whom(Input):
    """Either these people, or those who sit for these parties, or everybody of the convention."""

    people: Ids | None = None
    parties: Ids | None = None
    all: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> "Whom":
        if sum((self.people is not None, self.parties is not None, self.all)) != 1:
            raise ValueError("say either people, parties, or all: true")
        return self


class Invited(BaseModel):
    """Whom an invitation is for."""

    id: UUID
    name: dict[str, Any] | None
    email: str | None


class InvitationOut(BaseModel):
    """An invitation and how far it has come. `party` is whom the person sits for; null for others."""

    id: UUID
    person: Invited
    party: dict[str, Any] | None
    state: State
    made_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    accepted_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    times_sent: int


class InvitationPage(BaseModel):
    """Invitations in the order of their ids. `next` is the cursor of the next page; null at the end."""

    items: list[InvitationOut]
    next: str | None


class Handed(BaseModel):
    """A link to hand over, shown this once."""

    link: str
    expires_at: datetime


@router.post("", status_code=201, response_model=InvitedRecord)
async def invite(body: Whom, desk: Managing) -> Response:
    """Invite people who have an address and no invitation yet; they are mailed, where mail is sent."""
    command = partial(
        commands.invite,
        real_now=desk.parts.clock.real_now(),
        mailed=bool(desk.parts.settings.smtp_url),
        people=body.people,
        parties=body.parties,
    )
    return await desk.run(command, body, 201)


@router.get("")
def list_invitations(
    desk: Managing,
    state: State | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> InvitationPage:
    """Who was invited, and how far each has come. Looking at their addresses is recorded."""
    now = desk.parts.clock.real_now()
    query = (
        select(Invitation, Person, Participation)
        .join(Person, col(Person.id) == Invitation.person_id)
        .outerjoin(
            Representative,
            (col(Representative.person_id) == Invitation.person_id)
            & (col(Representative.convention_id) == desk.convention_id)
            & col(Representative.active),
        )
        .outerjoin(Participation, col(Participation.id) == Representative.participation_id)
        .where(Invitation.convention_id == desk.convention_id)
    )
    if state is not None:
        query = query.where(commands.conditions(now)[state])
    if after is not None:
        query = query.where(col(Invitation.id) > after)
    with desk.reading() as db:
        found = db.exec(query.order_by(col(Invitation.id)).limit(limit + 1)).all()
    items = [_shown(row, person, party, now) for row, person, party in found[:limit]]
    desk.saw_personal_data("invitations", [one.person.id for one in items if one.person.email])
    return InvitationPage(items=items, next=str(items[-1].id) if len(found) > limit else None)


def _shown(row: Invitation, person: Person, party: Participation | None, now: datetime) -> InvitationOut:
    return InvitationOut(
        **row.model_dump(include=set(InvitationOut.model_fields) - {"person"}),
        person=Invited(id=person.id, name=person.name, email=person.email),
        party={"id": party.id, "name": party.name} if party else None,
        state=commands.state_of(row, now),
        made_at=row.created_at,
    )


@router.post("/{invitation_id}/resend", response_model=InvitationRecord)
async def resend(invitation_id: UUID, desk: Managing) -> Response:
    """Mail a new link; the one before is dead."""
    required_key(desk.request)
    await run_in_threadpool(_require, desk, invitation_id)
    await desk.parts.limiter.take("invitation.resent", (str(desk.convention_id), str(invitation_id)))
    command = partial(
        commands.send_again,
        invitation_id=invitation_id,
        real_now=desk.parts.clock.real_now(),
        mailed=bool(desk.parts.settings.smtp_url),
    )
    return await desk.run(command)


def _require(desk: Desk, invitation_id: UUID) -> None:
    """Raises NotFound for what is no invitation of this convention: only those are counted."""
    with desk.reading() as db:
        row = db.get(Invitation, invitation_id)
        if row is None or row.convention_id != desk.convention_id:
            raise NotFound


@router.post("/{invitation_id}/revoke", response_model=InvitationRecord)
async def revoke(invitation_id: UUID, desk: Managing) -> Response:
    """Make the link worthless."""
    command = partial(commands.revoke, invitation_id=invitation_id, real_now=desk.parts.clock.real_now())
    return await desk.run(command)


@router.post("/{invitation_id}/link")
async def make_link(invitation_id: UUID, desk: Managing) -> Handed:
    """A link to hand over oneself, shown this once; the one before is dead."""
    token, now = new_token(), desk.parts.clock.real_now()
    expires = now + timedelta(seconds=desk.parts.settings.invitation_seconds)
    command = partial(
        commands.hand_over,
        invitation_id=invitation_id,
        token_digest=digest(token),
        real_now=now,
        expires_at=expires,
    )
    await desk.run(command, repeats=True)
    return Handed(link=f"{desk.parts.settings.base_url.rstrip('/')}/invitation#{token}", expires_at=expires)
