"""Making a convention, changing its dates, and who is what in it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from matchmaking.calendar import create_calendar
from matchmaking.errors import BadCalendar
from matchmaking.policies import Policies
from matchmaking.requests import bring_deadline_forward
from matchmaking.slots import Block
from server.accounts.invitations import revoke_those_of_nobody
from server.accounts.permissions import RoleName
from server.accounts.retention import schedule
from server.accounts.tables import HostRole, Person, Role
from server.conventions.phases import usual_windows
from server.conventions.tables import Convention, Host, PhaseWindow, Series
from server.errors import LastOne, NotFound, SlugTaken
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
    host_name: dict[str, object] | None = None,
    host_id: UUID | None = None,
    series_id: UUID | None = None,
    organiser_email: str,
    blocks: Sequence[Block] = USUAL_BLOCKS,
    slot_minutes: int = 30,
    buffer_minutes: int = 5,
    policies: Policies | None = None,
) -> ConventionRecord:
    """A convention with its calendar, usual phases and organiser.

    Args:
        host_name: whose it is, if `host_id` does not say so; a host is made if none has that name. The organiser
            becomes the owner of a host that nobody owns.
        series_id: the host's series that it continues; without it, it begins one of its own.

    Raises:
        NotFound: the host has no such series.
        SlugTaken, BadCalendar (also for days in the wrong order, or more than 60).
    """
    if not 0 <= (last_day - first_day).days < 60:
        raise BadCalendar("The last day follows the first, and a convention has at most 60 days.")
    if work.db.exec(select(Convention.id).where(Convention.slug == slug)).first():
        raise SlugTaken(slug=slug)
    host = work.db.get_one(Host, host_id) if host_id else _host_named(work, host_name or {})
    convention = Convention(
        id=new_id(),
        host_id=host.id,
        series_id=_series(work, host.id, series_id, name),
        slug=slug,
        name=name,
        zone=zone,
        first_day=first_day,
        last_day=last_day,
        created_at=work.now,
    )
    _begin(work, convention)
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
    organiser = _first_organiser(work, host.id, organiser_email, zone)
    return ConventionRecord(id=convention.id, host=host.id, organiser=organiser, slots=slots)


def _begin(work: Work, convention: Convention) -> None:
    """The rows that every convention has; from here on the command works in it."""
    try:
        with work.db.begin_nested():
            work.db.add(convention)
    except IntegrityError as broken:  # another process has just taken the address
        if "slug" not in str(broken.orig):
            raise
        raise SlugTaken(slug=convention.slug) from None
    work.convention_id = convention.id
    work.db.add(EventStream(convention_id=convention.id))
    days = (convention.first_day, convention.last_day)
    work.db.add_all(usual_windows(convention.id, convention.zone, *days, work.now))
    schedule(work)


def _first_organiser(work: Work, host_id: UUID, email: str, zone: str) -> UUID:
    organiser = add_person(work, host_id, email, zone)
    add_role(work, organiser, RoleName.ORGANISER)
    if work.db.exec(select(HostRole.person_id).where(HostRole.host_id == host_id)).first() is None:
        add_owner(work, host_id, organiser)
    return organiser


def _series(work: Work, host_id: UUID, series_id: UUID | None, name: dict[str, object]) -> UUID:
    if series_id is None:
        series = Series(host_id=host_id, name=name)
        work.db.add(series)
        work.db.flush()
        return series.id
    found = work.db.get(Series, series_id)
    if found is None or found.host_id != host_id:
        raise NotFound
    return series_id


def _host_named(work: Work, name: dict[str, object]) -> Host:
    for host in work.db.exec(select(Host)):
        if host.name == name:
            return host
    host = Host(name=name, created_at=work.now)
    work.db.add(host)
    work.db.flush()
    return host


def lock_host(work: Work, host_id: UUID) -> None:
    """Two conventions of a host, in two processes, must not make the same person or organisation twice."""
    work.db.exec(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True)).one()


def add_person(
    work: Work,
    host_id: UUID,
    email: str,
    zone: str,
    name: dict[str, object] | None = None,
    country: str | None = None,
    position: str | None = None,
    phone: str | None = None,
) -> UUID:
    """The host's person of that address, made if there is none. What is known of somebody is never overwritten, since
    it may come from another convention; only what is not known yet is filled in."""
    lock_host(work, host_id)
    about = {"name": name, "country": country, "position": position, "phone": phone}
    found = work.db.exec(select(Person).where(Person.host_id == host_id, Person.email == email)).first()
    person = found or Person(host_id=host_id, email=email, zone=zone, created_at=work.now)
    for field, value in about.items():
        if value and not getattr(person, field):
            setattr(person, field, value)
    work.db.add(person)
    work.db.flush()
    return person.id


def add_role(work: Work, person_id: UUID, role: str) -> None:
    """Make somebody organiser, staff, interpreter, speaker or viewer of the convention; harmless if they are."""
    if work.db.get(Role, (work.convention_id, person_id, role)) is None:
        work.db.add(Role(convention_id=work.convention_id, person_id=person_id, role=role))
        rights_changed(work, person_id)


class RoleRecord(BaseModel):
    """The roles that somebody still has in the convention."""

    person: UUID
    roles: tuple[str, ...]


def remove_role(work: Work, person_id: UUID, role: str) -> RoleRecord:
    """Take a role away. A convention keeps an organiser.

    Raises:
        NotFound: they do not have it.
        LastOne: nobody would be left to organise.
    """
    held = work.db.get(Role, (work.convention_id, person_id, role))
    if held is None:
        raise NotFound
    others = select(Role.person_id).where(
        Role.convention_id == work.convention_id, Role.role == role, col(Role.person_id) != person_id
    )
    if role == RoleName.ORGANISER and work.db.exec(others).first() is None:
        raise LastOne
    work.db.delete(held)
    rights_changed(work, person_id)
    revoke_those_of_nobody(work, person_id, work.clock.real_now())
    left = select(Role.role).where(Role.convention_id == work.convention_id, Role.person_id == person_id)
    return RoleRecord(person=person_id, roles=tuple(sorted(work.db.exec(left))))


def add_owner(work: Work, host_id: UUID, person_id: UUID) -> None:
    """Make one of a host's people its owner; harmless if they are."""
    if work.db.get(HostRole, (host_id, person_id, RoleName.OWNER)) is None:
        work.db.add(HostRole(host_id=host_id, person_id=person_id, role=RoleName.OWNER))
        rights_changed(work, person_id)


def rights_changed(work: Work, person_id: UUID) -> None:
    """Note that somebody may do more or less from now on: their live connections are closed, to be opened anew."""
    work.db.get_one(Person, person_id).rights_changed_at = work.clock.real_now()
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


class RetentionRecord(BaseModel):
    """How long after its last day a convention keeps personal data."""

    convention: UUID
    retention_days: int


def set_retention(work: Work, days: int) -> RetentionRecord:
    """Set how long after the last day personal data is kept; if that is over already, it is erased now."""
    convention = work.db.get_one(Convention, work.convention_id)
    convention.retention_days = days
    work.db.add(convention)
    work.db.flush()
    schedule(work)
    return RetentionRecord(convention=convention.id, retention_days=days)
