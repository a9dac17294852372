"""Accounts that are named by their id or their mail address: only those who take part in the convention are found."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, or_, select

from matchmaking.tables import Interpreter, Representative
from server.accounts.tables import HostRole, Person, Role
from server.conventions.tables import Convention
from server.errors import UnknownPerson
from server.work import Work

Named = UUID | str


def accounts_of(work: Work, people: Sequence[Named]) -> list[UUID]:
    """The people's ids, in their order. Mail addresses are in lower case.

    Raises:
        UnknownPerson: one of them has no role and no seat in this convention.
    """
    host_id = work.db.get_one(Convention, work.convention_id).host_id
    ids = [one for one in people if isinstance(one, UUID)]
    mails = [one for one in people if isinstance(one, str)]
    query = select(Person.id, Person.email).where(
        Person.host_id == host_id,
        or_(col(Person.id).in_(ids), col(Person.email).in_(mails)),
        or_(
            col(Person.id).in_(select(Role.person_id).where(Role.convention_id == work.convention_id)),
            col(Person.id).in_(
                select(Representative.person_id).where(
                    Representative.convention_id == work.convention_id, col(Representative.active)
                )
            ),
            col(Person.id).in_(select(Interpreter.person_id).where(Interpreter.convention_id == work.convention_id)),
            col(Person.id).in_(select(HostRole.person_id).where(HostRole.host_id == host_id)),
        ),
    )
    known: dict[Named, UUID] = {}
    for person_id, email in work.db.exec(query):
        known |= {person_id: person_id} | ({email: person_id} if email else {})
    for one in people:
        if one not in known:
            raise UnknownPerson(person=str(one))
    return [known[one] for one in people]
