"""The convention itself: what it is, its dates and rules."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel
from sqlmodel import col, select

from matchmaking.calendar import change_policies, rules_of
from matchmaking.policies import Policies
from matchmaking.tables import Slot
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router
from server.api.fields import Instant
from server.conventions.commands import WindowRecord, set_window
from server.conventions.tables import Convention, PhaseWindow

router = convention_router("conventions")

Ruling = Annotated[Desk, Depends(Needs(May.CHANGE_RULES))]


class Window(BaseModel):
    """When a group of commands is allowed; `open` is about now."""

    phase: str
    opens_at: datetime
    closes_at: datetime
    open: bool


class ConventionOut(BaseModel):
    """A convention. `now` is convention time: pages take time from here."""

    id: UUID
    slug: str
    name: dict[str, Any]
    zone: str
    first_day: date
    last_day: date
    slot_minutes: int
    buffer_minutes: int
    slots: int
    now: datetime
    windows: list[Window]


class WindowIn(Input):
    """A phase's window."""

    phase: Literal["registration", "preferences", "requests", "answers", "scheduling", "live", "follow_up"]
    opens_at: Instant
    closes_at: Instant


@router.get("")
def get_convention(desk: DeskDep) -> ConventionOut:
    """What it is, and which windows are open."""
    now = desk.parts.clock.now()
    with desk.reading() as db:
        convention = db.get_one(Convention, desk.convention_id)
        rules = rules_of(db, desk.convention_id)
        windows = db.exec(
            select(PhaseWindow)
            .where(PhaseWindow.convention_id == desk.convention_id)
            .order_by(col(PhaseWindow.opens_at), col(PhaseWindow.closes_at))
        )
        return ConventionOut(
            **convention.model_dump(include={"id", "slug", "name", "zone", "first_day", "last_day"}),
            slot_minutes=rules.slot_minutes,
            buffer_minutes=rules.buffer_minutes,
            slots=len(db.exec(select(Slot.id).where(Slot.convention_id == desk.convention_id)).all()),
            now=now,
            windows=[
                Window(phase=w.phase, opens_at=w.opens_at, closes_at=w.closes_at, open=w.opens_at <= now < w.closes_at)
                for w in windows
            ],
        )


@router.get("/policies")
def get_policies(desk: DeskDep) -> Policies:
    """The rules for meetings."""
    with desk.reading() as db:
        return rules_of(db, desk.convention_id).policies


@router.put("/policies", response_model=Policies)
async def put_policies(body: Policies, desk: Ruling) -> Response:
    """Replace the rules for meetings; what is agreed stays."""
    return await desk.run(partial(change_policies, policies=body), body)


@router.put("/windows", response_model=WindowRecord)
async def put_window(body: WindowIn, desk: Ruling) -> Response:
    """Set when a phase is open."""
    command = partial(set_window, phase=body.phase, opens_at=body.opens_at, closes_at=body.closes_at)
    return await desk.run(command, body)
