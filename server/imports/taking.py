"""Taking a staged sheet: planned outside the write lock, written in one short command, whole or not at all."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session

from server.errors import ImportStopped, NotAllowed
from server.imports.changes import ImportRecord
from server.imports.header import Kind
from server.imports.interpreter_plan import plan_interpreters
from server.imports.parties import plan_parties
from server.imports.plan import Plan
from server.imports.records import Edition, Staged
from server.imports.taxonomy_plan import plan_taxonomy
from server.imports.wish_plan import plan_wishes
from server.work import Work

AnyStaged = Staged[Any]

_PLAN: dict[Kind, Callable[[Session, Any, UUID, Edition, datetime], Plan]] = {
    "exhibitors": partial(plan_parties, "exhibitors"),
    "buyers": partial(plan_parties, "buyers"),
    "wishes": plan_wishes,
    "interpreters": plan_interpreters,
    "taxonomy": plan_taxonomy,
}


def make_plan(db: Session, kind: Kind, staged: AnyStaged, convention_id: UUID, edition: Edition, now: datetime) -> Plan:
    """What taking a sheet of this kind would change, from one state of the database. `now` is convention time."""
    return _PLAN[kind](db, staged, convention_id, edition, now)


def take(work: Work, plan: Plan) -> ImportRecord:
    """Write what was planned. Nothing is written or told if the sheet says what was known already.

    Raises:
        NotAllowed: the actor is not staff.
        ImportStopped: identities are missing or contradict each other; with the findings.
        ImportOutdated: what the plan rests on has changed since: plan it again.
    """
    if not work.actor.staff:
        raise NotAllowed
    if plan.stops:
        raise ImportStopped(findings=[asdict(finding) for finding in plan.stops])
    plan.write(work)
    return plan.record
