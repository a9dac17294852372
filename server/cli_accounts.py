"""`madang owner`, `madang reset-totp`, `madang sign-out`: what only the operator may do to accounts."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from server.accounts import totp
from server.accounts.credentials import remove_password
from server.accounts.doorkeeper import COOKIE, TOKEN
from server.accounts.logins import end_other_logins
from server.accounts.tables import Person
from server.batch import Command, Order, perform
from server.clock import SystemClock
from server.console import find_convention, out, ready, stop
from server.conventions.commands import add_owner
from server.conventions.tables import Host
from server.database import reading
from server.errors import CodesOff
from server.i18n.catalogue import name_in
from server.settings import read_settings
from server.work import HOUSE, Work

Email = Annotated[str, typer.Argument(help="The person's mail address.")]
Slug = Annotated[
    str | None, typer.Option("--convention", help="A convention of the host, if several know the address.")
]


def owner(email: Email, convention: Slug = None) -> None:
    """Make somebody the owner of their host: they may see its audit trail, and make others owners."""
    person, host = _person_and_host(email, convention)
    _perform(partial(add_owner, host_id=host.id, person_id=person.id))
    out.print(f"{email} owns {_name(host)}.", highlight=False)


def reset_totp(email: Email, convention: Slug = None) -> None:
    """Forget somebody's one-time codes, when their authenticator is lost. Make sure first that it is them who ask."""
    person, host = _person_and_host(email, convention)
    try:
        _perform(partial(totp.reset, person_id=person.id))
    except CodesOff:
        raise stop(f"{email} has no one-time codes at {_name(host)}.") from None
    out.print(f"{email} signs in at {_name(host)} without one-time codes.", highlight=False)


def sign_out(email: Email, convention: Slug = None) -> None:
    """End all of somebody's logins and tokens, and forget their password: it is lost, or others may know it."""
    person, host = _person_and_host(email, convention)

    def command(work: Work) -> None:
        remove_password(work, person.id)
        end_other_logins(work, person.id, None, SystemClock().real_now(), COOKIE, TOKEN)

    _perform(command)
    out.print(f"{email} is signed out everywhere at {_name(host)}, and has no password.", highlight=False)


def _perform(command: Command) -> None:
    perform(ready(read_settings()), SystemClock(), Order(HOUSE, command))


def _person_and_host(email: str, slug: str | None) -> tuple[Person, Host]:
    with reading(ready(read_settings())) as db:
        known = _known(db, email.strip().lower(), slug)
        if not known:
            raise stop(f"Nobody has the address {email}. Check the spelling, or import or invite them first.")
        if len(known) > 1:
            hosts = ", ".join(_name(host) for _, host in known)
            raise stop(f"Several hosts know {email}: {hosts}. Say which: --convention SLUG")
        db.expunge_all()
        return known[0]


def _known(db: Session, email: str, slug: str | None) -> Sequence[tuple[Person, Host]]:
    query = select(Person, Host).join(Host, col(Host.id) == Person.host_id).where(Person.email == email)
    if slug is not None:
        query = query.where(Person.host_id == find_convention(db, slug).host_id)
    return db.exec(query).all()


def _name(host: Host) -> str:
    return name_in(host.name, "en")[0]
