"""Finding parties: by words, country, term, language, channel, and who is free now."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from matchmaking.recommend.search import Kind, Search, find_parties
from server.api.door import DeskDep, convention_router
from server.api.parties import PartyPage, shown

router = convention_router("search")

Words = Annotated[str, Query(max_length=200, description="Each word must be found, in any language and spelling.")]
CountryQuery = Annotated[str | None, Query(pattern=r"^[A-Z]{2}$", max_length=2)]
CodeQuery = Annotated[str | None, Query(min_length=1, max_length=64, description="A term; all below it count.")]
LanguageQuery = Annotated[str | None, Query(pattern=r"^[a-z]{2,3}$", max_length=3)]
ChannelQuery = Annotated[str | None, Query(pattern=r"^[a-z0-9_]{1,24}$", max_length=24)]


@router.get("/search")
def search_parties(
    desk: DeskDep,
    q: Words = "",
    kind: Kind | None = None,
    country: CountryQuery = None,
    category: CodeQuery = None,
    language: LanguageQuery = None,
    channel: ChannelQuery = None,
    free_now: bool = False,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PartyPage:
    """The parties that fit all of it, a page at a time. `free_now`: somebody is there now, and in no meeting."""
    wanted = Search(q, kind, country, category, language, channel, desk.parts.clock.now() if free_now else None)
    with desk.reading() as db:
        found = find_parties(db, desk.convention_id, wanted, after, limit + 1)
        more = str(found[limit - 1].id) if len(found) > limit else None
        return PartyPage(items=shown(db, desk, found[:limit]), next=more)
