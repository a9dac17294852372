"""The audit trail as a page: who did what to whom, with the value before and after."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from sqlmodel import Session, col, select
from starlette.responses import HTMLResponse

from server.accounts.tables import Person
from server.api import audit, host
from server.api.audit import Entry, Word
from server.api.fields import LocalDate
from server.api.host import Owning
from server.audit.looks import ACTION
from server.audit.queries import Wanted
from server.audit.trail import AUDITED
from server.web.rendering import render

router = APIRouter(prefix="/host", include_in_schema=False, default_response_class=HTMLResponse)

Asked = TypeVar("Asked")
# A form sends what was left open as an empty text.
Left = Annotated[Asked | None, BeforeValidator(lambda value: value or None)]
# Told in an entry's first line already.
TOLD = frozenset({"id", "host_id", "convention_id", "person_id", "created_at"})
SUBJECTS = tuple(sorted(str(model.__tablename__) for model in AUDITED))


@router.get("/trail")
def trail_page(
    request: Request,
    desk: Owning,
    actor: Left[UUID] = None,
    about: Left[UUID] = None,
    convention: Left[UUID] = None,
    subject: Left[Word] = None,
    action: Left[Word] = None,
    since: Left[LocalDate] = None,
    until: Left[LocalDate] = None,
    after: Annotated[str | None, Query(max_length=80)] = None,
) -> HTMLResponse:
    """The entries that are asked for, newest first. Days are the reader's."""
    with desk.reading() as db:
        zone = db.exec(select(Person.zone).where(col(Person.id) == desk.visitor.person_id)).one()
    wanted = Wanted(
        actor=actor,
        about=about,
        convention=convention,
        subject=subject,
        action=action,
        since=_begin(since, zone),
        until=_begin(until + timedelta(days=1) if until else None, zone),
    )
    page = audit.list_entries(desk, wanted, after)
    asked = {"actor": actor, "about": about, "convention": convention, "subject": subject, "action": action}
    with desk.reading() as db:
        return render(
            request,
            "trail.html",
            visitor=desk.visitor,
            owner=True,
            zone=zone,
            conventions={one.id: one for one in host.list_conventions(desk)},
            subjects=SUBJECTS,
            looking=ACTION,
            asked={**asked, "since": since, "until": until},
            entries=page.items,
            changes=changes,
            people=_people(db, page.items, (actor, about)),
            here=_query({**asked, "since": since, "until": until}),
            sheet=_query({**asked, "since": wanted.since, "until": wanted.until}),
            next=page.next,
        )


def changes(entry: Entry) -> list[tuple[str, Any, Any]]:
    """(field, value before, value after) of everything that an entry tells."""
    old, new = entry.old or {}, entry.new or {}
    return [(field, old.get(field), new.get(field)) for field in dict.fromkeys((*old, *new)) if field not in TOLD]


def _begin(day: date | None, zone: str) -> datetime | None:
    """When a day begins on the clocks of a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None


def _people(db: Session, entries: Iterable[Entry], asked: Iterable[UUID | None]) -> dict[UUID, Person]:
    """Who the entries are by and about."""
    wanted = {person for entry in entries for person in (entry.actor, entry.about)} | set(asked)
    found = db.exec(select(Person).where(col(Person.id).in_([person for person in wanted if person])))
    return {person.id: person for person in found}


def _query(asked: Mapping[str, object]) -> str:
    """What is asked, as it stands in an address."""
    texts = {
        name: value.isoformat() if isinstance(value, date) else str(value) for name, value in asked.items() if value
    }
    return urlencode(texts)
