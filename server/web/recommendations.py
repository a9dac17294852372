"""Whom to meet: suggestions with their reasons, search, and what one's party has wished."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from matchmaking.errors import NotFound as NoCalendar
from matchmaking.recommend.search import Kind, Search, find_parties
from matchmaking.recommend.suggestions import Filters
from matchmaking.tables import Participation, Preference, Representative
from server.api import recommendations, taxonomy
from server.api.door import Desk
from server.api.recommendations import Meeting, SuggestionOut
from server.api.requests import own_party
from server.api.search import Words
from server.api.taxonomy import CategoryOut
from server.errors import Busy, NotFound
from server.web.office import shell
from server.web.rendering import render

router = APIRouter(prefix="/c/{slug}/meet", include_in_schema=False, default_response_class=HTMLResponse)

SHOWN = 20
Blank = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; an empty field of the form is anything."""

    q: str
    kind: Kind | None
    country: str | None
    category: str | None
    language: str | None
    channel: str | None
    free_now: bool

    @property
    def searches(self) -> bool:
        """It asks for parties by name or by the moment: no suggestions, but whoever there is."""
        return bool(self.q.strip()) or self.free_now or self.kind is not None


def wanted(
    q: Words = "",
    kind: Annotated[str, Query(pattern="^(|exhibitor|buyer)$")] = "",
    country: Annotated[str, Query(pattern=r"^([A-Z]{2})?$")] = "",
    category: Blank = "",
    language: Annotated[str, Query(pattern=r"^([a-z]{2,3})?$")] = "",
    channel: Annotated[str, Query(pattern=r"^[a-z0-9_]{0,24}$")] = "",
    free_now: bool = False,
) -> Wanted:
    """The form's fields."""
    known: Kind | None = "exhibitor" if kind == "exhibitor" else "buyer" if kind == "buyer" else None
    return Wanted(q, known, country or None, category or None, language or None, channel or None, free_now)


class Choices(NamedTuple):
    """What can be chosen: codes that some party of the convention has."""

    countries: Sequence[str]
    languages: Sequence[str]
    channels: Sequence[str]


@router.get("")
async def meet_page(
    request: Request,
    desk: Meeting,
    asked: Annotated[Wanted, Depends(wanted)],
    by: UUID | None = None,
    after: UUID | None = None,
) -> HTMLResponse:
    """Whom one's party could meet; the organiser names whichever it is to be."""
    chosen = by or min(desk.actor.parties, default=None)
    if chosen is None:
        raise NotFound
    party_id = own_party(desk, chosen)
    suggested: Sequence[SuggestionOut] | None = ()
    if not asked.searches:
        suggested = await _suggested(desk, party_id, asked)
    return await run_in_threadpool(_page, request, desk, party_id, asked, suggested, after)


async def _suggested(desk: Desk, party_id: UUID, asked: Wanted) -> Sequence[SuggestionOut] | None:
    """The suggestions that are left to decide on; None while they are still being reckoned."""
    try:
        kept = await desk.parts.crowds.of(desk.convention_id)
    except (Busy, NoCalendar):
        return None
    filters = Filters(asked.country, asked.category, asked.language, asked.channel, undecided=True)
    found = await run_in_threadpool(recommendations.suggestions, desk, kept, party_id, filters, SHOWN)
    return found.items


def _page(
    request: Request,
    desk: Desk,
    party_id: UUID,
    asked: Wanted,
    suggested: Sequence[SuggestionOut] | None,
    after: UUID | None,
) -> HTMLResponse:
    terms = taxonomy.list_categories(desk)
    with desk.reading() as db:
        found = _found(db, desk, asked, after) if asked.searches else []
        wishes = _wishes(db, desk, party_id)
        return render(
            request,
            "meet.html",
            **shell(db, desk),
            party=db.get_one(Participation, party_id),
            mine=[db.get_one(Participation, one) for one in sorted(desk.actor.parties)],
            asked=asked,
            suggested=suggested,
            found=found[:SHOWN],
            next=_next(request, found[SHOWN - 1].id) if len(found) > SHOWN else None,
            wishes=wishes,
            wish_of={party.id: wish for party, wish in wishes},
            terms={term.code: term.name for term in terms},
            tree=list(_tree(terms)),
            choices=_choices(db, desk),
        )


def _found(db: Session, desk: Desk, asked: Wanted, after: UUID | None) -> list[Participation]:
    search = Search(
        text=asked.q,
        kind=asked.kind,
        country=asked.country,
        category=asked.category,
        language=asked.language,
        channel=asked.channel,
        free_at=desk.parts.clock.now() if asked.free_now else None,
    )
    return find_parties(db, desk.convention_id, search, after, SHOWN + 1)


def _next(request: Request, last: UUID) -> str:
    """The address of the next page of what was found."""
    kept = {name: value for name, value in request.query_params.items() if name != "after"}
    return f"{request.url.path}?{urlencode({**kept, 'after': str(last)})}"


def _wishes(db: Session, desk: Desk, party_id: UUID) -> list[tuple[Participation, str]]:
    """What the party has said of others, the newest first."""
    query = (
        select(Participation, Preference)
        .join(Preference, col(Preference.about_id) == col(Participation.id))
        .where(Preference.convention_id == desk.convention_id, Preference.by_id == party_id)
        .order_by(col(Preference.at).desc(), col(Participation.id))
    )
    return [(party, wish.wish) for party, wish in db.exec(query)]


def _choices(db: Session, desk: Desk) -> Choices:
    here = Participation.convention_id == desk.convention_id
    countries = db.exec(select(Participation.country).where(here).distinct())
    spoken = db.exec(select(Representative.languages).where(Representative.convention_id == desk.convention_id))
    used = db.exec(select(Participation.channels).where(here))
    return Choices(
        sorted(filter(None, countries)),
        sorted({language for languages in spoken for language in languages}),
        sorted({channel for channels in used for channel in channels or ()}),
    )


def _tree(terms: Sequence[CategoryOut]) -> Iterable[tuple[int, CategoryOut]]:
    """Terms below each other, with how deep each stands; a circle stands nowhere."""
    below: dict[str | None, list[CategoryOut]] = {}
    codes = {term.code for term in terms}
    for term in terms:
        below.setdefault(term.parent if term.parent in codes else None, []).append(term)
    waiting = [(0, term) for term in reversed(below.get(None, []))]
    while waiting:
        depth, term = waiting.pop()
        yield depth, term
        waiting += [(depth + 1, child) for child in reversed(below.get(term.code, []))]
