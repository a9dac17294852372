"""Wishes before the schedule: whom a party wants to meet, how many meetings, and the organiser's own pairs."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

import matchmaking.wishes as commands
from matchmaking.events import LimitsRecord, PairGone, PairRuleRecord, PreferenceGone, PreferenceRecord, WishesRecord
from matchmaking.policies import MANY
from matchmaking.records import limits_record, pair_record
from matchmaking.tables import PairRule, PartyLimits, Preference
from matchmaking.wishes import RuleName, Wished, WishName
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.requests import own_party
from server.errors import Unreadable

router = convention_router("wishes")

Meeting = Annotated[Desk, Depends(Needs(May.MEET))]
Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]

MOST_AT_ONCE = 1_000
Note = Annotated[str, StringConstraints(max_length=300)]
Number = Annotated[int, Field(ge=0, le=MANY)]
Limit = Annotated[int, Query(ge=1, le=200)]
PairCursor = Annotated[str | None, Query(max_length=80)]


class Wish(Input):
    """A wish about a party. A `note` that is left out stays as it is."""

    wish: WishName
    by: UUID | None = None
    note: Note | None = None


class WishAbout(Input):
    """A wish, and about whom."""

    about: UUID
    wish: WishName
    note: Note | None = None


class Wishes(Input):
    """Many wishes of one party. Of two about the same party the last counts; what is not named stays."""

    by: UUID | None = None
    wishes: Annotated[list[WishAbout], Field(min_length=1, max_length=MOST_AT_ONCE)]


class WishOut(BaseModel):
    """A wish with its note, for its sayer and the organiser."""

    by: UUID
    about: UUID
    wish: str
    note: str


class WishPage(BaseModel):
    """Wishes in the order of their ids. `next` is the cursor of the next page; null at the end."""

    items: list[WishOut]
    next: str | None


class Limits(Input):
    """How many meetings a party wants: in all, and on one day of the convention. null is any number."""

    least: Number = 0
    most: Number | None = None
    most_a_day: Annotated[int, Field(ge=1, le=MANY)] | None = None


class LimitsPage(BaseModel):
    """Parties that have said how many meetings they want. `next` is the cursor of the next page; null at the end."""

    items: list[LimitsRecord]
    next: UUID | None


class Pair(Input):
    """The organiser's word on two parties."""

    one: UUID
    other: UUID
    rule: RuleName


class PairPage(BaseModel):
    """Pairs with a word of the organiser's. `next` is the cursor of the next page; null at the end."""

    items: list[PairRuleRecord]
    next: str | None


def behind(after: str, one: Any, other: Any) -> ColumnElement[bool]:
    """The rows whose two ids come after those of a cursor.

    Raises:
        Unreadable: it is none.
    """
    try:
        first, second = (UUID(part) for part in after.split(":"))
    except ValueError:
        raise Unreadable("This is no cursor of ours.", field="after") from None
    return or_(col(one) > first, (col(one) == first) & (col(other) > second))


@router.put("/parties/{party_id}/wish", response_model=PreferenceRecord)
async def wish(party_id: UUID, body: Wish, desk: Meeting) -> Response:
    """Say what one's party wishes of another; the other is never told."""
    by = own_party(desk, body.by)
    return await desk.run(partial(commands.prefer, by=by, about=party_id, wish=body.wish, note=body.note), body)


@router.get("/wishes")
def list_wishes(
    desk: Meeting,
    by: UUID | None = None,
    about: UUID | None = None,
    party: UUID | None = None,
    wish: WishName | None = None,
    after: PairCursor = None,
    limit: Limit = 50,
) -> WishPage:
    """What one's own parties wish; the organiser sees everybody's: `by` or `about` a party, or both ways (`party`)."""
    query = select(Preference).where(Preference.convention_id == desk.convention_id)
    if not desk.actor.may(May.RUN_MEETINGS):
        query = query.where(col(Preference.by_id).in_(desk.actor.parties))
    for column, value in ((Preference.by_id, by), (Preference.about_id, about), (Preference.wish, wish)):
        if value is not None:
            query = query.where(col(column) == value)
    if party is not None:
        query = query.where(or_(col(Preference.by_id) == party, col(Preference.about_id) == party))
    if after is not None:
        query = query.where(behind(after, Preference.by_id, Preference.about_id))
    query = query.order_by(col(Preference.by_id), col(Preference.about_id)).limit(limit + 1)
    with desk.reading() as db:
        rows = db.exec(query).all()
    shown = [WishOut(by=row.by_id, about=row.about_id, wish=row.wish, note=row.note) for row in rows[:limit]]
    return WishPage(items=shown, next=f"{shown[-1].by}:{shown[-1].about}" if len(rows) > limit else None)


@router.put("/wishes", response_model=WishesRecord)
async def say_wishes(body: Wishes, desk: Meeting) -> Response:
    """Say many wishes of one's party at once, all or none."""
    wishes = [Wished(one.about, one.wish, one.note) for one in body.wishes]
    return await desk.run(partial(commands.prefer_many, by=own_party(desk, body.by), wishes=wishes), body)


@router.delete("/wishes/{by_id}/{about_id}", response_model=PreferenceGone)
async def take_back_wish(by_id: UUID, about_id: UUID, desk: Meeting) -> Response:
    """Take back what one's party wishes of another: nothing is said of it any more."""
    return await desk.run(partial(commands.unprefer, by=by_id, about=about_id))


@router.get("/limits")
def list_limits(desk: Meeting, after: UUID | None = None, limit: Limit = 50) -> LimitsPage:
    """How many meetings one's own parties want; the organiser sees everybody's."""
    query = select(PartyLimits).where(PartyLimits.convention_id == desk.convention_id)
    if after is not None:
        query = query.where(col(PartyLimits.participation_id) > after)
    with desk.reading() as db:
        rows = db.exec(query.order_by(col(PartyLimits.participation_id)).limit(limit + 1)).all()
    shown = [limits_record(row) for row in rows[:limit]]
    return LimitsPage(items=shown, next=shown[-1].id if len(rows) > limit else None)


@router.put("/parties/{party_id}/limits", response_model=LimitsRecord)
async def limit_party(party_id: UUID, body: Limits, desk: Meeting) -> Response:
    """Say how many meetings one's party wants: at least, at most, and at most a day."""
    return await desk.run(partial(commands.limit, party_id=party_id, **body.model_dump()), body)


@router.get("/pairs")
def list_pairs(desk: Running, after: PairCursor = None, limit: Limit = 50) -> PairPage:
    """The pairs that must meet, or must not, by the organiser's word."""
    query = select(PairRule).where(PairRule.convention_id == desk.convention_id)
    if after is not None:
        query = query.where(behind(after, PairRule.one_id, PairRule.other_id))
    with desk.reading() as db:
        rows = db.exec(query.order_by(col(PairRule.one_id), col(PairRule.other_id)).limit(limit + 1)).all()
    shown = [pair_record(row) for row in rows[:limit]]
    return PairPage(items=shown, next=shown[-1].id if len(rows) > limit else None)


@router.put("/pairs", response_model=PairRuleRecord)
async def rule_pair(body: Pair, desk: Running) -> Response:
    """Say that two parties must meet, or must not, whatever they wish."""
    return await desk.run(partial(commands.rule, **body.model_dump()), body)


@router.delete("/pairs/{one_id}/{other_id}", response_model=PairGone)
async def free_pair(one_id: UUID, other_id: UUID, desk: Running) -> Response:
    """Take that back; the two may be named in either order."""
    return await desk.run(partial(commands.free, one=one_id, other=other_id))
