"""Who is asking, as commands and topics see it: a person with roles and parties in one convention."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.tables import Participation, Representative
from server.accounts.tables import Person, Role

STAFF_ROLES = frozenset({"organiser", "staff"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one convention. `parties` are the participations they sit for."""

    person_id: UUID | None
    host_id: UUID | None = None
    login_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    parties: frozenset[UUID] = field(default_factory=frozenset)
    zone: str = "UTC"
    country: str | None = None

    @property
    def staff(self) -> bool:
        return bool(self.roles & STAFF_ROLES)

    @property
    def member(self) -> bool:
        """Has anything at all to do with the convention."""
        return bool(self.roles or self.parties)


# The convention acting by itself: timers, and the operator's command line.
SYSTEM = Actor(person_id=None, roles=frozenset({"organiser"}))


def load_actor(db: Session, person: Person, convention_id: UUID, login_id: UUID | None = None) -> Actor:
    """The person's roles and parties in that convention; without any of either they are no member.

    Whose own country is not known counts as of their party's.
    """
    roles = db.exec(select(Role.role).where(Role.convention_id == convention_id, Role.person_id == person.id)).all()
    parties = db.exec(
        select(Participation.id, Participation.country)
        .join(Representative, col(Representative.participation_id) == Participation.id)
        .where(
            Representative.convention_id == convention_id,
            Representative.person_id == person.id,
            col(Representative.active),
        )
        .order_by(col(Participation.id))
    ).all()
    countries = [person.country, *(country for _, country in parties)]
    return Actor(
        person_id=person.id,
        host_id=person.host_id,
        login_id=login_id,
        roles=frozenset(roles),
        parties=frozenset(party for party, _ in parties),
        zone=person.zone,
        country=next(filter(None, countries), None),
    )
