"""How many, right now: the organiser's figures, each with its definition."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel
from sqlmodel import Session

import matchmaking.figures
import sessions.figures
from server.accounts.permissions import May
from server.api.door import Desk, Needs, convention_router

router = convention_router("figures", "/figures")

Seeing = Annotated[Desk, Depends(Needs(May.SEE_FIGURES))]


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
