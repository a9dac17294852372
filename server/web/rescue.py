"""The rescue desk's page: who could meet now, what has been proposed, and how what stands could be repaired."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BeforeValidator
from sqlmodel import Session, col, select
from starlette.responses import HTMLResponse

from matchmaking.rescue.queries import open_proposals
from matchmaking.rescue.repairs import RepairProposal, propose_repair
from matchmaking.rescue.waiting import standby_list
from matchmaking.states import MeetingState
from matchmaking.tables import Attendee, Meeting, Participation
from server.accounts.permissions import May
from server.api.door import Desk, Needs
from server.i18n.catalogue import SOURCE, name_in
from server.web.office import shell
from server.web.rendering import render

router = APIRouter(prefix="/c/{slug}", include_in_schema=False, default_response_class=HTMLResponse)

Running = Annotated[Desk, Depends(Needs(May.RUN_MEETINGS))]
# A form's choice of nobody is an empty text.
Whoever = Annotated[UUID | None, BeforeValidator(lambda chosen: chosen or None)]
SLOTS, LISTED = 4, 30


@router.get("/rescue")
def rescue_page(request: Request, desk: Running, gone: Whoever = None) -> HTMLResponse:
    """The standby list, the open proposals, and a repair with all its steps; also for a party that drops out."""
    now = desk.parts.clock.now()
    with desk.reading() as db:
        waiting = standby_list(db, desk.convention_id, now, slots=SLOTS, limit=LISTED)
        proposals = open_proposals(db, desk.convention_id)
        repair = propose_repair(db, desk.convention_id, now, gone=gone)
        expected = _expected(db, desk.convention_id, now)
        pairs = [(it.one, it.other) for it in waiting] + [(it.one, it.other) for it in proposals]
        pairs += [(it.one, it.other) for it in repair.steps]
        names = _names(db, {party for pair in pairs for party in pair} | expected)
        return render(
            request,
            "rescue.html",
            **shell(db, desk),
            now=now,
            waiting=waiting,
            proposals=proposals,
            repair=repair,
            steps=_body(repair),
            parties=names,
            expected=sorted(expected, key=lambda party: name_in(names[party], SOURCE)[0].casefold()),
            gone=gone,
        )


def _body(repair: RepairProposal) -> dict[str, Any]:
    """What is sent to have all the steps done."""
    fields = {"what", "one", "other", "meeting", "version", "slot"}
    return {"steps": [step.model_dump(mode="json", include=fields) for step in repair.steps]}


def _expected(db: Session, convention_id: UUID, now: datetime) -> set[UUID]:
    """The parties that have meetings to come."""
    query = (
        select(Attendee.participation_id)
        .join(Meeting, col(Meeting.id) == Attendee.meeting_id)
        .where(
            Meeting.convention_id == convention_id,
            Meeting.state == MeetingState.SCHEDULED.value,
            Meeting.starts_at > now,
        )
        .distinct()
    )
    return {party for party in db.exec(query) if party is not None}


def _names(db: Session, parties: Iterable[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    query = select(Participation.id, Participation.name).where(col(Participation.id).in_(list(parties)))
    return dict(db.exec(query).all())
