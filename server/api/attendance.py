"""Who was in a session and for how long: for those who certify it, and for each person what is their own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

import sessions.attendance as figures
from matchmaking.slots import wall
from server.accounts.permissions import May
from server.accounts.tables import Person
from server.api.door import Desk, DeskDep, Needs, convention_router, origin_of
from server.batch import Order
from server.errors import NotFound
from server.exports import csv_lines, xlsx_sheet
from server.i18n.catalogue import name_in
from server.work import Work
from sessions.attendance import CERTIFICATE, Attendance
from sessions.tables import ProgrammeSession

router = convention_router("attendance")

Certifying = Annotated[Desk, Depends(Needs(May.SEE_CONTACTS))]
Share = Annotated[float, Query(ge=0, le=1, description="How much of the session earns a certificate.")]
Cell = str | int | float

LIST = "/programme/{session_id}/attendance"
AT_ONCE = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("Name", "Name (English)", "Mail", "Joined", "Left", "Minutes", "Share", "Certificate")


class Presence(BaseModel):
    """Somebody's time in a session: whole minutes, and the share of its real length. `left_at` is null while they are
    there; `certificate` says whether the share is as large as was asked for."""

    joined_at: datetime
    left_at: datetime | None
    minutes: int
    share: float
    certificate: bool


class Attendant(Presence):
    """The same with who it is."""

    id: UUID
    name: dict[str, Any] | None
    email: str | None


class GuestsLine(BaseModel):
    """Those without an account, together: browsers, and the minutes of all of them."""

    people: int
    minutes: int


class AttendancePage(BaseModel):
    """People in the order of their ids. `minutes` is how long the session really went on, pauses included. `next` is
    the cursor of the next page; null at the end."""

    session: UUID
    minutes: int
    share: float
    guests: GuestsLine
    items: list[Attendant]
    next: str | None


class Attended(Presence):
    """A session in which one was."""

    session: UUID
    title: dict[str, str]


@router.get(LIST)
def list_attendance(
    session_id: UUID,
    desk: Certifying,
    share: Share = CERTIFICATE,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AttendancePage:
    """Who was there, a page at a time. Looking at it is recorded."""
    now = desk.parts.clock.now()
    with desk.reading() as db:
        session = _session(db, session_id)
        found = figures.attendance(db, session, now, after, limit + 1)
        items = _people(db, found[:limit], share)
        guests = figures.guests(db, session, now)
        minutes = figures.length(session, now) // 60
    desk.saw_personal_data("attendance", [one.id for one in items])
    return AttendancePage(
        session=session_id,
        minutes=minutes,
        share=share,
        guests=GuestsLine(people=guests.people, minutes=guests.seconds // 60),
        items=items,
        next=str(found[limit - 1].person_id) if len(found) > limit else None,
    )


@router.get(
    f"{LIST}.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_csv(session_id: UUID, desk: Certifying, share: Share = CERTIFICATE) -> StreamingResponse:
    """All of it as a sheet, which is itself entered into the trail."""
    await _enter_export(desk, session_id)
    rows = ([str(cell) for cell in row] for row in _rows(desk, session_id, share))
    headers = {"Content-Disposition": f'attachment; filename="attendance-{session_id}.csv"'}
    return StreamingResponse(csv_lines(COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    f"{LIST}.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export_xlsx(session_id: UUID, desk: Certifying, share: Share = CERTIFICATE) -> Response:
    """The same as a workbook."""
    await _enter_export(desk, session_id)
    sheet = await run_in_threadpool(xlsx_sheet, "Attendance", COLUMNS, _rows(desk, session_id, share))
    headers = {"Content-Disposition": f'attachment; filename="attendance-{session_id}.xlsx"'}
    return Response(sheet, media_type=XLSX, headers=headers)


@router.get("/me/attendance")
def list_own(desk: DeskDep, share: Share = CERTIFICATE) -> list[Attended]:
    """The sessions in which one was, in the order in which one came."""
    if desk.actor.person_id is None:
        return []
    with desk.reading() as db:
        found = figures.attended(db, desk.convention_id, desk.actor.person_id, desk.parts.clock.now())
        query = select(ProgrammeSession.id, ProgrammeSession.title)
        titles = dict(db.exec(query.where(col(ProgrammeSession.id).in_([one.session_id for one in found]))).all())
    return [Attended(session=one.session_id, title=titles[one.session_id], **_presence(one, share)) for one in found]


def _session(db: Session, session_id: UUID) -> ProgrammeSession:
    session = db.get(ProgrammeSession, session_id)
    if session is None:
        raise NotFound
    return session


def _presence(one: Attendance, share: float) -> dict[str, Any]:
    return {
        "joined_at": one.joined_at,
        "left_at": one.left_at,
        "minutes": one.seconds // 60,
        "share": one.share,
        "certificate": one.share >= share,
    }


def _people(db: Session, found: Sequence[Attendance], share: float) -> list[Attendant]:
    """With their names. Who has been erased since has none."""
    query = select(Person).where(col(Person.id).in_([one.person_id for one in found]))
    people = {person.id: person for person in db.exec(query)}
    return [
        Attendant(id=person.id, name=person.name, email=person.email, **_presence(one, share))
        for one in found
        if (person := people.get(one.person_id)) is not None
    ]


async def _enter_export(desk: Desk, session_id: UUID) -> None:
    def enter(work: Work) -> None:
        session = work.db.get(ProgrammeSession, session_id)
        if session is None or session.convention_id != work.convention_id:
            raise NotFound
        work.note("attendance.exported", "session", session_id)

    await desk.parts.writer.run(Order(desk.convention_id, enter, desk.actor, origin_of(desk.request)))


def _rows(desk: Desk, session_id: UUID, share: float) -> Iterator[list[Cell]]:
    """Everybody as cells, then the guests in one line; each stretch from a session of its own, so that a slow reader
    holds none open. Times are the convention's wall times."""
    now, at = desk.parts.clock.now(), partial(_at, zone=desk.house.zone)
    after: UUID | None = None
    while True:
        with desk.reading() as db:
            session = _session(db, session_id)
            found = figures.attendance(db, session, now, after, AT_ONCE)
            people = _people(db, found, share)
            guests = figures.guests(db, session, now) if len(found) < AT_ONCE else None
        desk.saw_personal_data("attendance", [one.id for one in people])
        for one in people:
            names = one.name or {}
            yield [
                *(name_in(names, language)[0] for language in (str(names.get("original", "")), "en")),
                *(one.email or "", at(one.joined_at), at(one.left_at)),
                *(one.minutes, one.share, "yes" if one.certificate else "no"),
            ]
        if guests is not None:
            yield [f"Guests: {guests.people}", "", "", "", "", guests.seconds // 60, "", ""]
            return
        after = found[-1].person_id


def _at(instant: datetime | None, zone: str) -> str:
    return wall(instant, zone).strftime("%Y-%m-%d %H:%M:%S") if instant else ""
