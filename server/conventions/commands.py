"""Making a convention, and changing its dates."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import select

from matchmaking.calendar import create_calendar
from matchmaking.errors import BadCalendar
from matchmaking.policies import Policies
from matchmaking.requests import bring_deadline_forward
from matchmaking.slots import Block
from server.accounts.tables import Person, Role
from server.conventions.phases import usual_windows
from server.conventions.tables import Convention, Host, PhaseWindow, Series
from server.errors import SlugTaken
from server.eventlog.tables import EventStream
from server.ids import new_id
from server.work import Work

USUAL_BLOCKS = (Block("early", 360, 480), Block("day", 540, 1080), Block("evening", 1260, 1440))


class ConventionRecord(BaseModel):
    """A convention that was made, and its organiser."""

    id: UUID
    host: UUID
    organiser: UUID
    slots: int


class WindowRecord(BaseModel):
    """A phase's window as it stands."""

    phase: str
    opens_at: datetime
    closes_at: datetime


def create_convention(
    work: Work,
    *,
    slug: str,
    name: dict[str, object],
    zone: str,
    first_day: date,
    last_day: date,
    host_name: dict[str, object],
    organiser_email: str,
    blocks: Sequence[Block] = USUAL_BLOCKS,
    slot_minutes: int = 30,
    buffer_minutes: int = 5,
    policies: Policies | None = None,
) -> ConventionRecord:
    """A convention with its calendar, usual phases and organiser. A host of that name is used if there is one.

    Raises:
        SlugTaken, BadCalendar (also for days in the wrong order, or more than 60).
    """
    if not 0 <= (last_day - first_day).days < 60:
        raise BadCalendar("The last day follows the first, and a convention has at most 60 days.")
    if work.db.exec(select(Convention.id).where(Convention.slug == slug)).first():
        raise SlugTaken(slug=slug)
    host = _host(work, host_name)
    series = Series(host_id=host.id, name=name)
    work.db.add(series)
    work.db.flush()
    convention = Convention(
        id=new_id(),
        host_id=host.id,
        series_id=series.id,
        slug=slug,
        name=name,
        zone=zone,
        first_day=first_day,
        last_day=last_day,
        created_at=work.now,
    )
    work.db.add(convention)
    work.db.flush()
    work.convention_id = convention.id
    work.db.add(EventStream(convention_id=convention.id))
    work.db.add_all(usual_windows(convention.id, zone, first_day, last_day, work.now))
    slots = create_calendar(
        work,
        zone=zone,
        first_day=first_day,
        last_day=last_day,
        blocks=blocks,
        slot_minutes=slot_minutes,
        buffer_minutes=buffer_minutes,
        policies=policies or Policies(),
    )
    organiser = add_person(work, host.id, organiser_email, zone)
    add_role(work, organiser, "organiser")
    return ConventionRecord(id=convention.id, host=host.id, organiser=organiser, slots=slots)


def _host(work: Work, name: dict[str, object]) -> Host:
    for host in work.db.exec(select(Host)):
        if host.name == name:
            return host
    host = Host(name=name, created_at=work.now)
    work.db.add(host)
    work.db.flush()
    return host


def add_person(
    work: Work,
    host_id: UUID,
    email: str,
    zone: str,
    name: dict[str, object] | None = None,
    country: str | None = None,
) -> UUID:
    """The host's person of that address, made if there is none."""
    found = work.db.exec(select(Person.id).where(Person.host_id == host_id, Person.email == email)).first()
    if found is not None:
        return found
    person = Person(host_id=host_id, email=email, zone=zone, name=name, country=country, created_at=work.now)
    work.db.add(person)
    work.db.flush()
    return person.id


def add_role(work: Work, person_id: UUID, role: str) -> None:
    """Make somebody organiser, staff or viewer of the convention; harmless if they are."""
    if work.db.get(Role, (work.convention_id, person_id, role)) is None:
        work.db.add(Role(convention_id=work.convention_id, person_id=person_id, role=role))
        work.db.flush()


class Member(NamedTuple):
    """A person to be, and their role in the convention."""

    email: str
    role: str
    name: dict[str, object] | None
    country: str | None
    zone: str


class MembersRecord(BaseModel):
    """The people, in the order given."""

    people: tuple[UUID, ...]


def add_members(work: Work, host_id: UUID, members: Sequence[Member]) -> MembersRecord:
    """Make people members of the convention; harmless for those who are."""
    people = []
    for member in members:
        person_id = add_person(work, host_id, member.email, member.zone, member.name, member.country)
        add_role(work, person_id, member.role)
        people.append(person_id)
    return MembersRecord(people=tuple(people))


def set_window(work: Work, phase: str, opens_at: datetime, closes_at: datetime) -> WindowRecord:
    """Set when a phase is open. An earlier answers' deadline brings open requests' expiry forward.

    Raises:
        BadCalendar: it closes before it opens.
    """
    if closes_at <= opens_at:
        raise BadCalendar("A window opens before it closes.", phase=phase)
    window = work.db.get(PhaseWindow, (work.convention_id, phase)) or PhaseWindow(
        convention_id=work.convention_id, phase=phase, opens_at=opens_at, closes_at=closes_at
    )
    window.opens_at, window.closes_at = opens_at, closes_at
    work.db.add(window)
    if phase == "answers":
        bring_deadline_forward(work, max(closes_at, work.now))
    work.windows[phase] = (opens_at, closes_at)
    return WindowRecord(phase=phase, opens_at=opens_at, closes_at=closes_at)
