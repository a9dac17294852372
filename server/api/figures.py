"""How many, right now: the organiser's figures, each with its definition; and apart from them what was counted
elsewhere, entered by hand."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import Session

import matchmaking.figures
import sessions.figures
from matchmaking.slots import to_instant
from server.accounts.permissions import May
from server.api.door import Desk, Input, Needs, convention_router
from server.api.fields import Time
from sessions.events import Gone, ReportedRecord
from sessions.records import reported_record
from sessions.reported import FigureName, report, reported, take_back

router = convention_router("figures", "/figures")

Seeing = Annotated[Desk, Depends(Needs(May.SEE_FIGURES))]
Running = Annotated[Desk, Depends(Needs(May.RUN_PROGRAMME))]


class Figures(BaseModel):
    """The figures at one moment of convention time, and what each means."""

    at: datetime
    figures: dict[str, Any]
    definitions: dict[str, Any]


DEFINITIONS: dict[str, Any] = {**matchmaking.figures.DEFINITIONS, **sessions.figures.DEFINITIONS}


def all_figures(db: Session, convention_id: UUID, real_now: datetime) -> dict[str, Any]:
    """Both halves' figures in one object."""
    return {
        **matchmaking.figures.figures(db, convention_id),
        **sessions.figures.figures(db, convention_id, real_now).model_dump(mode="json"),
    }


@router.get("")
def get_figures(desk: Seeing) -> Figures:
    """The figures now."""
    clock = desk.parts.clock
    with desk.reading() as db:
        figures = all_figures(db, desk.convention_id, clock.real_now())
    return Figures(at=clock.now(), figures=figures, definitions=DEFINITIONS)


class FromElsewhere(Input):
    """What somebody else counted: `source` says who, `as_of` when. Without a session it is of the whole convention.

    The time is an instant, or a wall time in the convention's zone; where clocks show one twice, `fold` says which.
    """

    name: FigureName
    value: Annotated[int, Field(ge=0, le=2_000_000_000)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    as_of: Time
    fold: Literal[0, 1] | None = None
    session: UUID | None = None


class Reported(ReportedRecord):
    """The same as it stands, with who entered it and when."""

    source: str


@router.get("/reported")
def list_reported(desk: Seeing) -> list[Reported]:
    """Figures from elsewhere, in the order in which they were entered. They are added to none of ours."""
    with desk.reading() as db:
        rows = reported(db, desk.convention_id)
        return [Reported(**reported_record(row).model_dump(), source=row.source) for row in rows]


@router.post("/reported", status_code=201, response_model=ReportedRecord)
async def enter_reported(body: FromElsewhere, desk: Running) -> Response:
    """Enter one."""
    as_of = to_instant(body.as_of, desk.house.zone, body.fold) if body.as_of.tzinfo is None else body.as_of
    command = partial(report, name=body.name, value=body.value, source=body.source, session_id=body.session)
    return await desk.run(partial(command, as_of=as_of.astimezone(UTC)), body, 201)


@router.delete("/reported/{figure_id}", response_model=Gone)
async def take_back_reported(figure_id: UUID, desk: Running) -> Response:
    """Take one back: it was wrong, or is no longer wanted."""
    return await desk.run(partial(take_back, figure_id=figure_id))
