"""All routers, in the order in which a request is matched against them: the busiest come first."""

from types import ModuleType

from server.api import (
    accounts,
    announcements,
    attendance,
    audit,
    channels,
    chat,
    clashes,
    consents,
    contests,
    conventions,
    credentials,
    drafts,
    feeds,
    figures,
    floor,
    hands,
    health,
    history,
    host,
    imports,
    interpreters,
    interpreting,
    invitations,
    invited,
    lineup,
    live,
    logins,
    materials,
    meetings,
    mutes,
    oidc,
    parties,
    people,
    personal,
    pictures,
    polls,
    programme,
    programme_files,
    public,
    questions,
    reactions,
    recommendations,
    registration,
    representatives,
    requests,
    rescue,
    rooms,
    running,
    search,
    sign_in,
    taxonomy,
    venues,
    wishes,
)

_BUSIEST = (requests, meetings, parties)
# `history` is before `programme`, whose `/{session_id}` would stand before its address; so is whatever else has an
# address of its own below the programme.
_FILES = (programme_files, feeds)
_PROGRAMME = (
    *(history, clashes, *_FILES, programme, channels, running, registration, materials, lineup, rooms, public),
)
_FLOOR = (chat, questions, mutes, announcements, floor, polls, hands, reactions, contests)
_CONVENTION = (accounts, conventions, imports, people, attendance, figures)
_MATCHING = (wishes, interpreters, interpreting, drafts, recommendations, search, taxonomy, rescue)
_MANAGING = (representatives, pictures, invitations, invited, host, venues, audit)
_COMING_IN = (sign_in, logins, credentials, oidc)
_ONESELF = (consents, personal)

ROUTERS: tuple[ModuleType, ...] = (
    *_BUSIEST,
    *_PROGRAMME,
    *_FLOOR,
    *_CONVENTION,
    *_MATCHING,
    *_MANAGING,
    *_COMING_IN,
    *_ONESELF,
    live,
    health,
)
