"""Who is asking, as commands and topics see it: a person with roles and parties in one convention."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, bindparam, select

from matchmaking.statements import Statement
from matchmaking.tables import Participation, Representative
from server.accounts.permissions import BACKSTAGE_ROLES, GRANTS, May, RoleName, Scope
from server.accounts.tables import HostRole, Person, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one convention. `parties` are the participations they sit for; they manage those in `managed`.
    A guest is nobody we know, but a browser that we count: it has a `guest_id`."""

    person_id: UUID | None
    host_id: UUID | None = None
    login_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    parties: frozenset[UUID] = frozenset()
    managed: frozenset[UUID] = frozenset()
    zone: str = "UTC"
    country: str | None = None
    guest_id: UUID | None = None

    @property
    def watcher_id(self) -> UUID | None:
        """Whom audiences count: the person, or a guest's browser."""
        return self.person_id or self.guest_id

    def may(self, what: May) -> bool:
        """Whether one of the roles permits it."""
        return any(what in GRANTS[RoleName(role)] for role in self.roles)

    @property
    def staff(self) -> bool:
        """Works for the convention: owner, organiser or staff."""
        return not BACKSTAGE_ROLES.isdisjoint(self.roles)

    def within(self, scopes: Collection[str]) -> "Actor":
        """The same by a program's token: without the scope for it nobody is behind the scenes, whatever they are."""
        if not self.staff or Scope.ORGANISE in scopes:
            return self
        return replace(self, roles=self.roles - BACKSTAGE_ROLES | {RoleName.VIEWER})

    @property
    def member(self) -> bool:
        """Has anything at all to do with the convention."""
        return bool(self.roles or self.parties)


_GUEST = frozenset({RoleName.GUEST})


def guest(convention_id: UUID, host_id: UUID, browser: UUID, country: str | None = None) -> Actor:
    """Who watches without an account. What the browser calls itself is mixed with the convention, so that nobody can
    pass for a person or be followed from one convention to another."""
    guest_id = uuid5(convention_id, browser.hex)
    return Actor(None, host_id, roles=_GUEST, country=country, guest_id=guest_id)


# The convention acting by itself: timers, and the operator's command line.
SYSTEM = Actor(person_id=None, roles=frozenset({RoleName.OWNER}))


_P: Any = Person.__table__  # type: ignore[attr-defined]
_OWNER: Any = HostRole.__table__  # type: ignore[attr-defined]
_ROLE: Any = Role.__table__  # type: ignore[attr-defined]
_SEAT: Any = Representative.__table__  # type: ignore[attr-defined]
_PARTY: Any = Participation.__table__  # type: ignore[attr-defined]
# One row a role and party.
_ACTOR = Statement(
    select(
        _P.c.host_id,
        _P.c.zone,
        _P.c.country,
        _ROLE.c.role,
        _OWNER.c.role.label("host_role"),
        _SEAT.c.admin,
        _PARTY.c.id,
        _PARTY.c.offers,
        _PARTY.c.seeks,
        _PARTY.c.country.label("party_country"),
    )
    .select_from(
        _P.outerjoin(_ROLE, (_ROLE.c.convention_id == bindparam("convention")) & (_ROLE.c.person_id == _P.c.id))
        .outerjoin(_OWNER, (_OWNER.c.host_id == _P.c.host_id) & (_OWNER.c.person_id == _P.c.id))
        .outerjoin(
            _SEAT,
            (_SEAT.c.convention_id == bindparam("convention")) & (_SEAT.c.person_id == _P.c.id) & _SEAT.c.active,
        )
        .outerjoin(_PARTY, _PARTY.c.id == _SEAT.c.participation_id)
    )
    .where(_P.c.id == bindparam("person"))
    .order_by(_PARTY.c.id)
)


def load_actor(db: Connection, person_id: UUID, convention_id: UUID, host_id: UUID, login_id: UUID | None) -> Actor:
    """The person's roles and parties in that convention of a host; without any of either they are no member.

    Whose own country is not known counts as of their party's. People of other hosts are nobody there.
    """
    rows = _ACTOR.rows(db, {"person": person_id, "convention": convention_id})
    if not rows or rows[0].host_id != host_id:
        return Actor(person_id=person_id, login_id=login_id)
    person = rows[0]
    countries = [person.country, *(row.party_country for row in rows)]
    return Actor(
        person_id=person_id,
        host_id=host_id,
        login_id=login_id,
        roles=frozenset(name for row in rows for name in _roles(row)),
        parties=frozenset(row.id for row in rows if row.id),
        managed=frozenset(row.id for row in rows if row.id and row.admin),
        zone=person.zone,
        country=next(filter(None, countries), None),
    )


def _roles(row: Any) -> Iterable[str]:
    """The roles that one row tells of: given ones, and those that come with a seat."""
    yield from (role for role in (row.role, row.host_role) if role)
    if row.offers:
        yield RoleName.EXHIBITOR_ADMIN if row.admin else RoleName.EXHIBITOR
    if row.seeks:
        yield RoleName.BUYER_ADMIN if row.admin else RoleName.BUYER
