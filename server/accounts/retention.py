"""Keeping personal data no longer than a convention's policy says.

So many days after a convention's last day, a timer erases everybody who took part in it, unless

- another convention of the host that they take part in still keeps its people: a running or a later one, as a rule;
- they own the host or are an organiser of one of its conventions; or
- they agreed to be kept for the next edition (`reuse`): then for `REUSE_DAYS` more.

Whoever of the host has no part in anything (any more) goes with them, as many days after they became known.

Meetings, attendance and figures stay, without names.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, or_, select

from matchmaking.tables import Attendee, Interpreter, Meeting, Representative
from server.accounts.consents import Purpose
from server.accounts.erasure import forget
from server.accounts.leaving import leave
from server.accounts.permissions import RoleName
from server.accounts.tables import Consent, HostRole, Invitation, Person, Role
from server.conventions.tables import Convention
from server.scope import across_conventions
from server.work import Work
from sessions.floor.tables import Message, Question
from sessions.tables import ProgrammeSession, Viewer

RETENTION = "convention.retention"
REUSE_DAYS = 3 * 365
AT_ONCE = 3  # people erased by one command: others write in between


def ends_at(convention: Convention) -> datetime:
    """When the time of keeping is over: so many days after the last day is, as the convention counts days, or after
    the convention was made, if somebody sets up one that is long past."""
    zone = ZoneInfo(convention.zone)
    over = datetime.combine(convention.last_day + timedelta(days=1), time(), zone)
    begins = max(over, convention.created_at.astimezone(zone))
    return (begins + timedelta(days=convention.retention_days)).astimezone(UTC)


def reuse_ends_at(convention: Convention) -> datetime:
    """The same for those who agreed to be kept for the next edition."""
    return ends_at(convention) + timedelta(days=REUSE_DAYS)


def schedule(work: Work) -> None:
    """Set or move the convention's timer: when it is made, and when its days or its policy change."""
    convention = work.db.get_one(Convention, work.convention_id)
    work.at(max(ends_at(convention), work.now), RETENTION, convention.id)


def retain(real_now: Callable[[], datetime]) -> Callable[[Work, UUID], None]:
    """The timer's action: erase some of those whose time is over, and come again for the others."""

    def act(work: Work, convention_id: UUID) -> None:
        convention = work.db.get_one(Convention, convention_id)
        if work.now < ends_at(convention):  # the days or the policy have changed
            schedule(work)
            return
        with across_conventions(work.db):
            due, again = _due(work, convention)
        for person_id in due[:AT_ONCE]:
            leave(work, person_id)
            forget(work, person_id, real_now())
        if len(due) > AT_ONCE:
            work.at(work.now, RETENTION, convention_id)
        elif again is not None:
            work.at(again, RETENTION, convention_id)

    return act


def _due(work: Work, convention: Convention) -> tuple[Sequence[UUID], datetime | None]:
    """Some of those whose time is over, one more than are erased at once; and when to look again for those kept."""
    house = work.db.exec(select(Convention).where(Convention.host_id == convention.host_id)).all()
    ends = [instant for one in house for instant in (ends_at(one), reuse_ends_at(one)) if instant > work.now]
    stay = timedelta(days=convention.retention_days)
    idle, young = ~_takes_part(one.id for one in house), col(Person.created_at) > work.now - stay
    kept = _kept(house, work.now)
    erasable = _erasable(convention)
    part = select(Person.id).where(erasable, _takes_part([convention.id])).order_by(col(Person.id))
    none = select(Person.id).where(erasable, idle).order_by(col(Person.id))
    due = [*work.db.exec(part.where(~kept).limit(AT_ONCE + 1)), *work.db.exec(none.where(~young).limit(AT_ONCE + 1))]
    if len(due) > AT_ONCE:
        return due, None
    waiting = work.db.exec(part.where(kept).limit(1)).first() is not None
    oldest = work.db.exec(select(func.min(Person.created_at)).where(erasable, idle, young)).one()
    again = [*(ends if waiting else ()), *([oldest + stay] if oldest else ())]
    return due, min(again, default=None)


def _erasable(convention: Convention) -> ColumnElement[bool]:
    """People of the host, but for those who run it or its conventions."""
    owners = select(HostRole.person_id).where(HostRole.host_id == convention.host_id)
    organisers = (
        select(Role.person_id)
        .join(Convention, col(Convention.id) == Role.convention_id)
        .where(Convention.host_id == convention.host_id, Role.role == RoleName.ORGANISER)
    )
    person = col(Person.id)
    return and_(
        Person.host_id == convention.host_id,
        col(Person.erased_at).is_(None),
        person.not_in(owners),
        person.not_in(organisers),
    )


def _kept(house: Sequence[Convention], now: datetime) -> ColumnElement[bool]:
    """Those whom a convention still keeps: by its policy, or because they agreed there."""
    keeping = [one.id for one in house if ends_at(one) > now]
    reusing = [one.id for one in house if reuse_ends_at(one) > now]
    said, later = aliased(Consent), aliased(Consent)
    newer = exists().where(
        later.person_id == said.person_id,  # type: ignore[arg-type]
        later.convention_id == said.convention_id,  # type: ignore[arg-type]
        later.purpose == said.purpose,  # type: ignore[arg-type]
        or_(col(later.at) > said.at, and_(col(later.at) == said.at, col(later.id) > said.id)),
    )
    willing = select(said.person_id).where(
        col(said.convention_id).in_(reusing), said.purpose == Purpose.REUSE, col(said.given), ~newer
    )
    return or_(_takes_part(keeping), col(Person.id).in_(willing))


def _takes_part(conventions: Iterable[UUID]) -> ColumnElement[bool]:
    """Who has anything to do with one of these conventions."""
    ids = list(conventions)
    attended = select(Attendee.person_id).join(Meeting, col(Meeting.id) == Attendee.meeting_id)
    watched = select(Viewer.person_id).join(ProgrammeSession, col(ProgrammeSession.id) == Viewer.session_id)
    models: tuple[Any, ...] = (Representative, Interpreter, Role, Invitation, Consent, Question, Message)
    parts = [
        *(select(model.person_id).where(col(model.convention_id).in_(ids)) for model in models),
        attended.where(col(Meeting.convention_id).in_(ids)),
        watched.where(col(ProgrammeSession.convention_id).in_(ids)),
    ]
    return or_(*(col(Person.id).in_(part) for part in parts))
