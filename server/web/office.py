"""Pages behind the scenes of a convention: who is in it, and a party's own people, pictures and ways to join."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col, func, select
from starlette.responses import HTMLResponse

from matchmaking.tables import JoinInstruction, Participation, Representative
from server.accounts.invitations import State, conditions
from server.accounts.permissions import GIVEN_ROLES, May, RoleName
from server.accounts.tables import Invitation
from server.api import invitations, parties, people, pictures
from server.api.door import Desk, Needs
from server.conventions.tables import Convention
from server.errors import NotFound
from server.i18n.catalogue import SOURCE, name_in
from server.web.rendering import render

router = APIRouter(prefix="/c/{slug}", include_in_schema=False, default_response_class=HTMLResponse)

Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PEOPLE))]
ManagingOwn = Annotated[Desk, Depends(Needs(May.MANAGE_PARTY))]


@router.get("/people")
def people_page(
    request: Request,
    desk: Managing,
    state: State | None = None,
    after: UUID | None = None,
    people_after: UUID | None = None,
) -> HTMLResponse:
    """Who has a role, who is invited and how far each invitation has come."""
    listed = invitations.list_invitations(desk, state, after)
    holders = people.list_people(desk, None, people_after)
    with desk.reading() as db:
        return render(
            request,
            "people.html",
            **shell(db, desk),
            state=state,
            counts=_counts(db, desk),
            invitations=listed.items,
            next=listed.next,
            people=holders.items,
            people_next=holders.next,
            given_roles=GIVEN_ROLES,
            parties=_by_name(db, desk),
        )


@router.get("/party")
def party_page(request: Request, desk: ManagingOwn, party: UUID | None = None) -> HTMLResponse:
    """One's own party; the organiser names whichever it is to be."""
    chosen = party or min(desk.actor.managed, default=None)
    if chosen is None or not (chosen in desk.actor.managed or desk.actor.may(May.MANAGE_PARTIES)):
        raise NotFound
    shown = parties.get_party(chosen, desk)
    with desk.reading() as db:
        mine = [db.get_one(Participation, managed) for managed in sorted(desk.actor.managed)]
        return render(
            request,
            "party.html",
            **shell(db, desk),
            party=shown,
            admins=_admins(db, desk, chosen),
            mine=mine,
            ways=_ways(db, desk, chosen),
            inherited=_ways(db, desk, desk.convention_id),
            pictures=pictures.list_pictures(chosen, desk),
        )


def shell(db: Session, desk: Desk) -> dict[str, Any]:
    """What every page of a convention shows around itself."""
    return {
        "visitor": desk.actor,
        "owner": RoleName.OWNER in desk.actor.roles,
        "convention": db.get_one(Convention, desk.convention_id),
        "mails": bool(desk.parts.settings.smtp_url),
    }


def _counts(db: Session, desk: Desk) -> dict[str, int]:
    """How many invitations are in each state."""
    every = select(func.count(col(Invitation.id))).where(Invitation.convention_id == desk.convention_id)
    states = conditions(desk.parts.clock.real_now())
    return {state: db.exec(every.where(condition)).one() for state, condition in states.items()}


def _by_name(db: Session, desk: Desk) -> list[Participation]:
    """The convention's parties, as a list to choose from has them."""
    found = db.exec(select(Participation).where(Participation.convention_id == desk.convention_id))
    return sorted(found, key=lambda party: name_in(party.name, SOURCE)[0].casefold())


def _admins(db: Session, desk: Desk, party_id: UUID) -> frozenset[UUID]:
    """Who manages the party's people."""
    query = select(Representative.person_id).where(
        Representative.convention_id == desk.convention_id,
        Representative.participation_id == party_id,
        col(Representative.active),
        col(Representative.admin),
    )
    return frozenset(db.exec(query))


def _ways(db: Session, desk: Desk, owner_id: UUID) -> list[JoinInstruction]:
    """How to join, as a party or the convention itself has said."""
    query = select(JoinInstruction).where(
        JoinInstruction.convention_id == desk.convention_id, JoinInstruction.owner_id == owner_id
    )
    return list(db.exec(query.order_by(col(JoinInstruction.channel))))
