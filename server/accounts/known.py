"""Whom a host knows by more than one convention's list: their address, name and phone are not that list's to set, and
a way in for them is not the organiser's to hold."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select, union_all
from sqlmodel import Session

from matchmaking.tables import Representative
from server.accounts.permissions import RoleName
from server.accounts.tables import Consent, Credential, HostRole, Invitation, Login, OidcIdentity, Person, Role

BACKSTAGE = (RoleName.ORGANISER, RoleName.STAFF)

_PERSON: Any = Person.__table__.c  # type: ignore[attr-defined]
_SEAT: Any = Representative.__table__.c  # type: ignore[attr-defined]
_ROLE: Any = Role.__table__.c  # type: ignore[attr-defined]
_INVITATION: Any = Invitation.__table__.c  # type: ignore[attr-defined]


def known_elsewhere(db: Session, convention_id: UUID, person_id: UUID) -> bool:
    """Has, or had, a part in another convention of the host, any role in this one, or owns the host."""
    return _any(db, _parts(convention_id, RoleName), person_id)


def has_account(db: Session, convention_id: UUID, person_id: UUID) -> bool:
    """Has, or had, a part in another convention, works behind the scenes, owns the host, or has signed in."""
    return _any(db, (*_parts(convention_id, BACKSTAGE), *_signed_in()), person_id)


def accounts_of(db: Session, host_id: UUID, convention_id: UUID) -> frozenset[UUID]:
    """All people of the host of whom `has_account` is true."""
    found = union_all(*_parts(convention_id, BACKSTAGE), *_signed_in())
    query = select(_PERSON.id).where(_PERSON.host_id == host_id, _PERSON.id.in_(found))
    return frozenset(db.connection().execute(query).scalars())


def _parts(convention_id: UUID, roles_here: Iterable[str]) -> tuple[Any, ...]:
    """Who has, or had, a part at the host besides a seat in this convention."""
    here = (_ROLE.convention_id == convention_id) & _ROLE.role.not_in(list(roles_here))
    return (
        select(_SEAT.person_id).where(_SEAT.convention_id != convention_id),
        select(_ROLE.person_id).where(~here),
        select(HostRole.__table__.c.person_id),  # type: ignore[attr-defined]
    )


def _signed_in() -> tuple[Any, ...]:
    """Who has signed in. Logins are forgotten some time after their end, an accepted invitation and a word never."""
    ways: tuple[Any, ...] = (Login, Credential, OidcIdentity, Consent)
    return (
        select(_INVITATION.person_id).where(_INVITATION.accepted_at.is_not(None)),
        *(select(model.__table__.c.person_id) for model in ways),
    )


def _any(db: Session, found: Iterable[Any], person_id: UUID) -> bool:
    # Past the session, which shows a command its own convention only.
    each = (one.where(one.selected_columns.person_id == person_id) for one in found)
    return db.connection().execute(union_all(*each).limit(1)).first() is not None
