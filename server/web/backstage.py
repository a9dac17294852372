"""Backstage of a session: where it is run and moderated. Of its jurors, each has their scoring sheet there."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import HTMLResponse

from server.accounts.actors import SYSTEM
from server.accounts.contacts import names_of
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep
from server.api.history import audience_series
from server.errors import NotFound
from server.scope import Scope, reading_as
from server.web.programme import shell
from server.web.rendering import render
from sessions.entries import ProgrammeEntry, entry
from sessions.floor.contests import CRITERIA, POINTS, jurors_of
from sessions.floor.polls import OPTIONS, STEPS, PollKind
from sessions.floor.results import contest
from sessions.readers import MODERATING, roles_in
from sessions.tables import Audience, Registration

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

JUROR = "juror"
BOUNDS = {"most_criteria": CRITERIA, "most_points": POINTS, "most_options": OPTIONS, "most_steps": STEPS}


@router.get("/c/{slug}/backstage/{session_id}")
def backstage_page(request: Request, session_id: UUID, desk: DeskDep) -> HTMLResponse:
    """For staff, and for the session's chair and host, all of it; for a juror, what they have to judge."""
    staff = desk.actor.may(May.RUN_PROGRAMME)
    with desk.reading() as db:
        # Asked first: who has nothing to do here is told by the same question that the session is not there.
        roles = roles_in(db, session_id, desk.actor.person_id)
        found = entry(db, desk.convention_id, session_id) if staff or roles & {*MODERATING, JUROR} else None
        if found is None:
            raise NotFound
        judged = _judged(db, desk, session_id) if JUROR in roles else None
        around = {**shell(db, desk), "entry": found, "judged": judged}
        if staff or roles.intersection(MODERATING):
            return render(request, "backstage.html", **around, **_shown(db, desk, found))
    return render(request, "jury.html", **around)


def _judged(db: Session, desk: Desk, session_id: UUID) -> dict[str, Any]:
    """A juror's sheet: the contest, None before there is one, and what they have given."""
    person = desk.actor.person_id
    found = contest(db, session_id, person, staff=False)
    given = {score.contestant: score.points for score in found.scores if score.juror == person} if found else {}
    return {"contest": found, "given": given}


def _shown(db: Session, desk: Desk, found: ProgrammeEntry) -> dict[str, Any]:
    """What the page has besides the session itself; whatever moves comes by the live stream."""
    # The log is not a chair's to read, but these figures are.
    here = Scope(desk.convention_id, desk.house.host_id, SYSTEM)
    with reading_as(desk.parts.engine, here) as log:
        series = audience_series(log, desk.convention_id, session_id=found.id)
    audience = db.get(Audience, found.id)
    return {
        "runs": desk.actor.may(May.RUN_PROGRAMME),
        "plans": desk.actor.may(May.PLAN_PROGRAMME),
        "certifies": desk.actor.may(May.SEE_CONTACTS),
        "rules": found.floor,
        "series": [one.model_dump(mode="json") for one in series],
        "countries": audience.countries if audience else {},
        "contest": contest(db, found.id, desk.actor.person_id, staff=desk.actor.staff),
        "jurors": _named(db, jurors_of(db, found.id)),
        "guests": _named(db, _on_stage(db, found.id)),
        "poll_kinds": tuple(PollKind),
        **BOUNDS,
    }


def _on_stage(db: Session, session_id: UUID) -> list[UUID]:
    """Who has a seat on stage."""
    seats = select(Registration.person_id).where(
        Registration.session_id == session_id, Registration.seat == "on_stage", Registration.state == "registered"
    )
    return list(db.exec(seats.order_by(col(Registration.at), col(Registration.id))))


def _named(db: Session, people: list[UUID]) -> list[dict[str, Any]]:
    """People with their names, {} for who has none."""
    names = names_of(db, people)
    return [{"id": str(person), "name": names.get(person, {})} for person in people]
