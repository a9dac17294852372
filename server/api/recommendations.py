"""Whom to meet: what a party says of itself for matching, and the parties suggested to it."""

from functools import partial
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from matchmaking.recommend import profile as commands
from matchmaking.recommend.profile import MatchProfile, ProfileRecord, profile_of
from matchmaking.recommend.scoring import Reason
from matchmaking.recommend.suggestions import Filters, Suggestion, history, suggest
from matchmaking.tables import Participation
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.api.requests import own_party
from server.api.search import ChannelQuery, CodeQuery, CountryQuery, LanguageQuery
from server.errors import NotAllowed, NotFound
from server.recommending.crowds import Kept
from server.work import Work

router = convention_router("recommendations")

Meeting = Annotated[Desk, Depends(Needs(May.MEET))]
ManagingOwn = Annotated[Desk, Depends(Needs(May.MANAGE_PARTY))]


class ProfileIn(MatchProfile, Input):
    """What a party says of itself; what is left out is not said."""


class ProfileOut(MatchProfile):
    """What a party says of itself for matching."""

    party: UUID


class ReasonOut(BaseModel):
    """Why a party is suggested, from the reader's side. Which of the others is set depends on the code.

    `need` and `offer` are terms of the taxonomy: they_need, they_offer. `country`: your_market, their_market. `shared`:
    languages, channels, volumes, you_hold and they_hold (certificates), your_size and their_size. `minutes`: hours.
    Besides there are texts, met_before and viewed. `points` are per cent.
    """

    code: str
    points: int
    need: str | None = None
    offer: str | None = None
    country: str | None = None
    shared: list[str] = []
    minutes: int | None = None


class SuggestionOut(BaseModel):
    """A party to meet. `points` are of 100. `standing`: none, asked, agreed. `wish` is what the reader's party said."""

    party: UUID
    name: dict[str, Any]
    country: str | None
    city: str | None
    category: str | None
    points: int
    standing: str
    wish: str | None
    reasons: list[ReasonOut]


class Suggestions(BaseModel):
    """The suggestions for a party, the best first."""

    party: UUID
    items: list[SuggestionOut]


@router.get("/parties/{party_id}/profile")
def get_profile(party_id: UUID, desk: DeskDep) -> ProfileOut:
    """What a party says of itself for matching."""
    with desk.reading() as db:
        party = db.get(Participation, party_id)
        if party is None or party.convention_id != desk.convention_id:
            raise NotFound
        said = profile_of(party)
    desk.parts.views.note(desk.convention_id, desk.actor, party_id)
    return ProfileOut(party=party_id, **said.model_dump())


@router.put("/parties/{party_id}/profile", response_model=ProfileRecord)
async def put_profile(party_id: UUID, body: ProfileIn, desk: ManagingOwn) -> Response:
    """Replace what one's party says of itself; the organiser may do so for any."""
    profile = MatchProfile(**body.model_dump())
    return await desk.run(partial(_set_profile, party_id=party_id, profile=profile), body)


def _set_profile(work: Work, party_id: UUID, profile: MatchProfile) -> ProfileRecord:
    if party_id not in work.actor.managed and not work.actor.may(May.MANAGE_PARTIES):
        raise NotAllowed if work.db.get(Participation, party_id) is not None else NotFound
    return commands.set_profile(work, party_id, profile)


@router.get("/suggestions")
async def list_suggestions(
    desk: Meeting,
    by: UUID | None = None,
    country: CountryQuery = None,
    category: CodeQuery = None,
    language: LanguageQuery = None,
    channel: ChannelQuery = None,
    undecided: Annotated[bool, Query(description="Leave out those whom you wished, asked or meet already.")] = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Suggestions:
    """Whom one's party should meet, and why. Who said "no thanks", on either side, and what the organiser has ruled out
    is never there. How near the best a party stands also follows from how often it is suggested to others."""
    party_id = own_party(desk, by)
    kept = await desk.parts.crowds.of(desk.convention_id)
    filters = Filters(country, category, language, channel, undecided)
    return await run_in_threadpool(suggestions, desk, kept, party_id, filters, limit)


def suggestions(desk: Desk, kept: Kept, party_id: UUID, filters: Filters, limit: int) -> Suggestions:
    """The best suggestions for a party, of those whom the reader may see.

    Raises:
        NotFound: no such party here.
    """
    with desk.reading() as db:
        own = db.get(Participation, party_id)
        if own is None or own.convention_id != desk.convention_id:
            raise NotFound
        told = history(db, desk.convention_id, party_id)
        found = list(islice(suggest(kept.census, kept.prices, party_id, told, filters), limit))
        query = select(Participation).where(
            Participation.convention_id == desk.convention_id,
            col(Participation.id).in_([one.party for one in found]),
        )
        parties = {party.id: party for party in db.exec(query)}
    total = kept.census.crowd.house.weights.total
    items = [_out(one, parties[one.party], total) for one in found if one.party in parties]
    return Suggestions(party=party_id, items=items)


def _out(one: Suggestion, party: Participation, total: int) -> SuggestionOut:
    return SuggestionOut(
        party=party.id,
        name=party.name,
        country=party.country,
        city=party.city,
        category=party.category,
        points=one.points,
        standing=one.standing,
        wish=one.wish,
        reasons=[_reason(reason, total) for reason in one.reasons],
    )


def _reason(reason: Reason, total: int) -> ReasonOut:
    return ReasonOut(code=reason.code, points=round(100 * reason.points / max(1, total)), **reason.params)
