"""The page on which a session is watched: for who takes part, and, if it is public, for anybody."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session, select
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, PublicDesk
from server.errors import NotFound
from server.parts import Parts
from server.web.guests import Opened
from server.web.headers import watching
from server.web.programme import guest_shell, shell
from server.web.rendering import render
from server.web.timetable import NOTHING, day_shift, own_of
from server.web.ways import policy_of, ways_to_watch, ways_to_watch_again
from sessions.entries import ProgrammeEntry, entry, room_entry, speakers_of, track_entry
from sessions.floor.contests import jurors_of
from sessions.floor.tables import Poll, PollVote, Question, QuestionVote
from sessions.readers import can_moderate, can_watch
from sessions.states import PLANNED, RUNNING
from sessions.tables import Room, Track

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/c/{slug}/watch/{session_id}")
def watch_page(request: Request, session_id: UUID, desk: DeskDep) -> HTMLResponse:
    """A session, for who takes part in the convention."""
    person, staff = desk.actor.person_id, desk.actor.may(May.RUN_PROGRAMME)
    with desk.reading() as db:
        shown = _shown(db, desk, session_id, desk.actor.country)
        return _answer(
            request,
            **shell(db, desk),
            **shown,
            own=own_of(db, desk.convention_id, person),
            voted=_voted(db, session_id, person),
            may_watch=can_watch(db, session_id, person, staff=staff),
            works=can_moderate(db, session_id, person, staff=staff) or person in jurors_of(db, session_id),
        )


@router.get("/p/{slug}/{session_id}")
def public_watch_page(request: Request, session_id: UUID, opened: Opened) -> Response:
    """A public session, for anybody. Who takes part in the convention is shown it as they are."""
    if isinstance(opened, str):
        return RedirectResponse(f"/c/{opened}/watch/{session_id}", 303, {"Cache-Control": "no-store"})
    with opened.reading(session_id) as db:
        shown = _shown(db, opened, session_id, _country(request, opened.parts))
        may_watch = can_watch(db, session_id, None, staff=False)
        return _answer(
            request, **guest_shell(db, opened), **shown, own=NOTHING, voted={}, may_watch=may_watch, works=False
        )


def _shown(db: Session, desk: Desk | PublicDesk, session_id: UUID, country: str | None) -> dict[str, Any]:
    """The session and what belongs to it.

    Raises:
        NotFound: the reader has no such session.
    """
    found = entry(db, desk.convention_id, session_id)
    if found is None:
        raise NotFound
    track = db.get(Track, (desk.convention_id, found.track))
    room = db.get(Room, (desk.convention_id, found.room))
    speakers = {speaker.id: speaker for speaker in speakers_of(db, session_id)}
    return {
        "entry": found,
        "track": track_entry(track) if track else None,
        "room": room_entry(room) if room else None,
        "speakers": speakers,
        "rules": found.floor,
        "shift": day_shift,
        "open_states": PLANNED | RUNNING,
        **_streams(found, country, desk.parts),
    }


def _country(request: Request, parts: Parts) -> str | None:
    """Where a guest is, as far as the operator lets us know."""
    address = request.client.host if request.client else ""
    return parts.countries.country_of(None, address, request.headers.get("accept-language", ""))


def _voted(db: Session, session_id: UUID, person_id: UUID | None) -> dict[str, Any]:
    """The questions and polls for which somebody has voted."""
    questions = select(QuestionVote.question_id).join(Question).where(QuestionVote.person_id == person_id)
    polls = select(PollVote.poll_id).join(Poll).where(PollVote.person_id == person_id)
    return {
        "questions": db.exec(questions.where(Question.session_id == session_id)).all(),
        "polls": db.exec(polls.where(Poll.session_id == session_id)).all(),
    }


def _streams(found: ProgrammeEntry, country: str | None, parts: Parts) -> dict[str, Any]:
    loopback = parts.settings.streams_from_loopback
    return {
        "ways": ways_to_watch(found, country, loopback=loopback),
        "replays": ways_to_watch_again(found, loopback=loopback),
    }


def _answer(request: Request, **values: Any) -> HTMLResponse:
    """The page, which may show the streams of this session and nobody else's."""
    ways, replays = values["ways"], values["replays"]
    frames, played = policy_of([*ways, *replays])
    streams = {
        "ways": [asdict(way) | {"id": str(way.id)} for way in ways],
        "replays": [asdict(way) | {"id": str(way.id)} for way in replays],
    }
    page = render(request, "watch.html", streams=streams, origins=[*frames, *played], **values)
    page.headers["Content-Security-Policy"] = watching(frames, played)
    return page
