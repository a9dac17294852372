"""Who takes part: the directory, a party's free slots, channels, and what the organiser has to look at."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, StringConstraints
from sqlmodel import Session, col, select

from matchmaking import channels, instructions
from matchmaking.events import DirectoryRecord
from matchmaking.queries import slots_for
from matchmaking.tables import Availability, Participation, Representative
from server.accounts import contacts
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.api.fields import Zone
from server.api.requests import own_party
from server.api.times import SlotOut, slot_out
from server.errors import NotAllowed, NotFound
from server.imports import confirming
from server.imports.tables import ImportFinding
from server.settings import Settings
from server.work import Work

router = convention_router("parties")

Meeting = Annotated[Desk, Depends(Needs(May.MEET))]
ManagingOwn = Annotated[Desk, Depends(Needs(May.MANAGE_PARTY))]
Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PARTIES))]


CONTACT_FIELDS = ("email", "phone")  # of sheets


class PersonOut(BaseModel):
    """A representative. Who sees address and phone: see server/accounts/contacts.py; null is "not for you"."""

    id: UUID
    name: dict[str, Any] | None
    position: str | None
    languages: list[str]
    zone: str | None
    email: str | None = None
    phone: str | None = None


class PartyOut(BaseModel):
    """A party as others see it; `needs_look` is for staff and the party itself, `people` not for mere viewers."""

    id: UUID
    name: dict[str, Any]
    offers: bool
    seeks: bool
    country: str | None
    city: str | None
    zone: str | None
    category: str | None
    products: list[str]
    interests: list[str]
    target_countries: list[str]
    channels: list[str] | None
    people: list[PersonOut]
    needs_look: list[str] | None = None


class PartyPage(BaseModel):
    """Parties in the order of their ids. `next` is the cursor of the next page; null at the end."""

    items: list[PartyOut]
    next: str | None


class FreeSlots(BaseModel):
    """The slots in which both parties have somebody there and free. `assumed`: nobody stated the hours."""

    party: UUID
    zone: str
    convention_zone: str
    assumed: bool
    slots: list[SlotOut]


class Confirmation(Input):
    """What the organiser confirms; a field left out is right as it stands, or as its finding proposes."""

    zone: Zone | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    proposed: bool = False


class Finding(BaseModel):
    """A cell of an imported sheet that needs a look. `column` is its title, `field` what it is in every sheet.

    `proposal` is what confirming would set, and `choices` are its other values that fit.
    """

    party: UUID
    row: int
    column: str
    field: str
    value: str
    severity: str
    code: str
    reason: str
    proposal: dict[str, Any] | None
    choices: list[str]
    found_at: datetime


class InstructionIn(Input):
    """How to join by a channel."""

    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,24}$")]
    kind: instructions.Kind
    value: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    party: UUID | None = None


@router.get("/parties")
def list_parties(
    desk: DeskDep,
    kind: Literal["exhibitor", "buyer"] | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PartyPage:
    """The directory, a page at a time."""
    query = select(Participation).where(Participation.convention_id == desk.convention_id)
    if kind is not None:
        query = query.where(col(Participation.offers if kind == "exhibitor" else Participation.seeks))
    if after is not None:
        query = query.where(col(Participation.id) > after)
    with desk.reading() as db:
        found = db.exec(query.order_by(col(Participation.id)).limit(limit + 1)).all()
        more = str(found[limit - 1].id) if len(found) > limit else None
        return PartyPage(items=shown(db, desk, found[:limit]), next=more)


@router.get("/parties/{party_id}")
def get_party(party_id: UUID, desk: DeskDep) -> PartyOut:
    """One party."""
    with desk.reading() as db:
        found = shown(db, desk, [_find(db, desk, party_id)])[0]
    desk.parts.views.note(desk.convention_id, desk.actor, party_id)
    return found


@router.get("/parties/{party_id}/slots")
def list_slots(party_id: UUID, desk: Meeting, by: UUID | None = None) -> FreeSlots:
    """The free slots of a party in the reader's own wall time."""
    me = own_party(desk, by)
    with desk.reading() as db:
        mine, other = _find(db, desk, me), _find(db, desk, party_id)
        if me not in desk.actor.parties and not desk.actor.staff:
            raise NotFound
        zone = mine.zone or desk.house.zone
        free = slots_for(db, desk.convention_id, me, other.id, desk.parts.clock.now())
        return FreeSlots(
            party=other.id,
            zone=zone,
            convention_zone=desk.house.zone,
            assumed=_assumed(db, desk.convention_id, (me, other.id)),
            slots=[slot_out(slot, zone, desk.house.zone) for slot in free],
        )


@router.post("/parties/{party_id}/confirm", response_model=DirectoryRecord)
async def confirm(party_id: UUID, body: Confirmation, desk: Managing) -> Response:
    """Confirm a party that needed a look; from now on it has slots."""
    return await desk.run(partial(confirming.confirm, party_id=party_id, **body.model_dump()), body)


def join_hosts(settings: Settings) -> frozenset[str]:
    """Where links for joining may lead: the usual places, the operator's further ones, and this site."""
    own = urlsplit(settings.base_url).hostname
    return instructions.JOIN_HOSTS | {host.lower() for host in settings.join_hosts} | ({own} if own else set())


@router.put("/instructions", status_code=200)
async def instruct(body: InstructionIn, desk: ManagingOwn) -> Response:
    """Set how to join by a channel: the organiser the convention's, others their party's. Links need known hosts."""
    value = instructions.checked(body.kind, body.channel, body.value, join_hosts(desk.parts.settings))
    owner = body.party or desk.convention_id
    command = partial(_instruct, owner_id=owner, channel=body.channel, kind=body.kind, value=value)
    return await desk.run(command, body)


def _instruct(work: Work, owner_id: UUID, **told: Any) -> None:
    """The convention's ways are the organiser's to set, a party's its administrators' and the organiser's."""
    if owner_id not in work.actor.managed and not work.actor.may(May.MANAGE_PARTIES):
        raise NotAllowed if work.actor.staff or owner_id == work.convention_id else NotFound
    channels.instruct(work, owner_id, **told)


@router.get("/findings")
def list_findings(desk: Managing) -> list[Finding]:
    """The imported cells that need a look and have not been confirmed yet."""
    query = (
        select(ImportFinding, Participation)
        .join(Participation, col(Participation.id) == ImportFinding.participation_id)
        .where(ImportFinding.convention_id == desk.convention_id)
        .order_by(col(ImportFinding.row))
    )
    with desk.reading() as db:
        found = [(finding, party) for finding, party in db.exec(query) if finding.field in party.needs_look]
        asked = {party.id for finding, party in found if finding.field in CONTACT_FIELDS}
        seats = select(Representative.person_id).where(
            Representative.convention_id == desk.convention_id, col(Representative.participation_id).in_(asked)
        )
        desk.saw_personal_data("findings", db.exec(seats).all())
    return [
        Finding(party=party.id, **finding.model_dump(exclude={"id", "convention_id", "participation_id"}))
        for finding, party in found
    ]


def _find(db: Session, desk: Desk, party_id: UUID) -> Participation:
    party = db.get(Participation, party_id)
    if party is None or party.convention_id != desk.convention_id:
        raise NotFound
    return party


def _assumed(db: Session, convention_id: UUID, parties: tuple[UUID, UUID]) -> bool:
    people = select(Representative.person_id).where(
        Representative.convention_id == convention_id, col(Representative.participation_id).in_(parties)
    )
    query = select(Availability.person_id).where(
        Availability.convention_id == convention_id,
        col(Availability.person_id).in_(people),
        Availability.source == "assumed",
    )
    return db.exec(query).first() is not None


def shown(db: Session, desk: Desk, parties: Sequence[Participation]) -> list[PartyOut]:
    people = contacts.people_of_parties(db, desk.actor, desk.convention_id, [party.id for party in parties])
    desk.saw_contacts("parties", ((party, one) for party, seated in people.items() for one in seated))
    return [
        PartyOut(
            **{name: getattr(party, name) for name in PartyOut.model_fields if name not in ("people", "needs_look")},
            people=[PersonOut.model_validate(one, from_attributes=True) for one in people.get(party.id, ())],
            needs_look=party.needs_look if desk.actor.staff or party.id in desk.actor.parties else None,
        )
        for party in parties
    ]
