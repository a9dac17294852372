"""Figures from elsewhere, such as an outside platform's views: entered by hand, each with its source and time.

They stand apart from ours and are never added to them.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.errors import NotAllowed, NotFound, WrongState
from sessions.events import FigureReported, FigureTakenBack, Gone, ReportedRecord
from sessions.ports import Work
from sessions.records import reported_record
from sessions.tables import ProgrammeSession, ReportedFigure


class FigureName(StrEnum):
    """What an outside platform may tell of its viewers, by the words of our own figures."""

    VIEWS = "views"
    CONCURRENT = "concurrent"
    PEAK = "peak"
    UNIQUE = "unique"
    MINUTES = "minutes"


def report(
    work: Work, *, name: FigureName, value: int, source: str, as_of: datetime, session_id: UUID | None = None
) -> ReportedRecord:
    """Enter a figure of one session, or of the whole convention.

    Args:
        source: who counted it, in words.
        as_of: the instant at which it was so.

    Raises:
        NotFound, NotAllowed.
    """
    session = work.db.get(ProgrammeSession, session_id) if session_id is not None else None
    if session_id is not None and (session is None or session.convention_id != work.convention_id):
        raise NotFound
    if not work.actor.staff:
        raise NotAllowed
    row = ReportedFigure(
        id=work.new_id(),
        convention_id=work.convention_id,
        session_id=session_id,
        name=name.value,
        value=value,
        source=source,
        as_of=as_of,
        entered_by=work.actor.person_id,
        entered_at=work.now,
    )
    work.db.add(row)
    record = reported_record(row)
    work.record(FigureReported(reported=record), ["organiser"])
    return record


def take_back(work: Work, figure_id: UUID) -> Gone:
    """A figure that was entered counts no longer; that it was, and by whom, stays in the log.

    Raises:
        NotFound, NotAllowed, WrongState (it has been taken back).
    """
    row = work.db.get(ReportedFigure, figure_id)
    if row is None or row.convention_id != work.convention_id:
        raise NotFound
    if not work.actor.staff:
        raise NotAllowed
    if row.taken_back_at is not None:
        raise WrongState(subject="figure", state="taken_back")
    row.taken_back_at = work.now
    row.version += 1
    work.db.add(row)
    gone = Gone(id=row.id)
    work.record(FigureTakenBack(reported=gone), ["organiser"])
    return gone


def reported(db: Session, convention_id: UUID) -> Sequence[ReportedFigure]:
    """The figures that stand, in the order in which they were entered."""
    query = select(ReportedFigure).where(
        ReportedFigure.convention_id == convention_id, col(ReportedFigure.taken_back_at).is_(None)
    )
    return db.exec(query.order_by(col(ReportedFigure.entered_at), col(ReportedFigure.id))).all()
