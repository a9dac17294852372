"""What anybody may read, without an account: the convention and its public sessions. Answers are the same for all, so
whatever stands between may keep them for a moment."""

import hashlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

import sessions.entries
from server.api.door import PublicDep, convention_router
from server.conventions.tables import Convention
from server.errors import NotFound
from sessions.entries import Programme, ProgrammeEntry, SpeakerEntry

router = convention_router("public", "/public")

CACHE_CONTROL = "public, max-age=10"
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is what If-None-Match names."}}


class PublicConvention(BaseModel):
    """A convention, as far as it is public: its programme holds the sessions that anybody may watch."""

    slug: str
    name: dict[str, Any]
    zone: str
    first_day: date
    last_day: date
    programme: Programme


class PublicSession(BaseModel):
    """A public session, and who is in it."""

    session: ProgrammeEntry
    speakers: list[SpeakerEntry]


class Now(BaseModel):
    """Convention time."""

    now: datetime


def kept_by_anybody(request: Request, answer: BaseModel) -> Response:
    """The answer, or, to who has it already, that it is the same."""
    return unless_known(request, answer.model_dump_json().encode(), "application/json", CACHE_CONTROL)


def unless_known(request: Request, content: bytes, media_type: str, cache_control: str) -> Response:
    """The content with its entity tag, or, to who names it, that it is the same."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": cache_control}
    if is_named(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def is_named(tag: str, said: str) -> bool:
    """Whether If-None-Match names an entity tag: compared weakly, and * names all (RFC 9110, 13.1.2)."""
    return said.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in said.split(","))


@router.get("", response_model=PublicConvention, responses=UNCHANGED)
def get_public_convention(request: Request, desk: PublicDep) -> Response:
    """What it is, and its public sessions in the order of their beginning."""
    with desk.reading() as db:
        convention = db.get_one(Convention, desk.convention_id)
        found = PublicConvention(
            slug=convention.slug,
            name=convention.name,
            zone=convention.zone,
            first_day=convention.first_day,
            last_day=convention.last_day,
            programme=sessions.entries.programme(db, desk.convention_id),
        )
    return kept_by_anybody(request, found)


@router.get("/now")
def get_now(desk: PublicDep) -> Now:
    """What time it is there: pages take time from here."""
    with desk.reading():
        return Now(now=desk.parts.clock.now())


@router.get("/sessions/{session_id}", response_model=PublicSession, responses=UNCHANGED)
def get_public_session(session_id: UUID, request: Request, desk: PublicDep) -> Response:
    """One of them, and who is in it."""
    with desk.reading(session_id) as db:
        entry = sessions.entries.entry(db, desk.convention_id, session_id)
        if entry is None:
            raise NotFound
        found = PublicSession(session=entry, speakers=sessions.entries.speakers_of(db, session_id))
    return kept_by_anybody(request, found)
