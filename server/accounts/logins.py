"""Coming in and going out: sign-in links, logins (cookies and bearer tokens), tickets for the live socket.

All times here are real time and are passed in, since a command's `now` is convention time.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import col, delete, select, update

from server.accounts.tables import LiveTicket, Login, SignInLink
from server.errors import LinkSpent, NotFound
from server.ids import new_id
from server.work import Work


class LoginRecord(BaseModel):
    """A login that was made, without its secret."""

    id: UUID
    person: UUID
    expires_at: datetime


def issue_link(work: Work, person_id: UUID, token_digest: str, expires_at: datetime) -> None:
    """Store a one-time sign-in link for a person."""
    work.db.add(SignInLink(token_digest=token_digest, person_id=person_id, expires_at=expires_at))


def sign_in(
    work: Work, link_digest: str, login_digest: str, kind: str, real_now: datetime, expires_at: datetime
) -> LoginRecord:
    """Consume a link, once: its person is logged in under a new secret.

    Raises:
        LinkSpent: used, expired, or unknown; which of them is not told.
    """
    used = work.db.connection().execute(
        update(SignInLink)
        .where(
            col(SignInLink.token_digest) == link_digest,
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > real_now,
        )
        .values(used_at=real_now)
    )
    if used.rowcount != 1:
        raise LinkSpent
    person_id = work.db.exec(select(SignInLink.person_id).where(SignInLink.token_digest == link_digest)).one()
    return add_login(work, person_id, login_digest, kind, "", real_now, expires_at)


def add_login(
    work: Work, person_id: UUID, token_digest: str, kind: str, label: str, real_now: datetime, expires_at: datetime
) -> LoginRecord:
    """A login for a person: a browser's cookie or a program's token."""
    login = Login(
        id=new_id(),
        token_digest=token_digest,
        person_id=person_id,
        kind=kind,
        label=label,
        created_at=real_now,
        expires_at=expires_at,
    )
    work.db.add(login)
    return LoginRecord(id=login.id, person=person_id, expires_at=expires_at)


def sign_out(work: Work, login_id: UUID, real_now: datetime) -> None:
    """End a login. Its cookie or token is worth nothing from now on."""
    login = work.db.get(Login, login_id)
    if login is None:
        raise NotFound
    login.ended_at = real_now
    work.db.add(login)


def issue_ticket(work: Work, login_id: UUID, token_digest: str, expires_at: datetime) -> None:
    """Store a ticket for the live socket, good once and briefly."""
    work.db.add(LiveTicket(token_digest=token_digest, login_id=login_id, expires_at=expires_at))


class TicketRecord(BaseModel):
    """Whose ticket it was."""

    login: UUID


def take_ticket(work: Work, token_digest: str, real_now: datetime) -> TicketRecord:
    """Use a ticket up.

    Raises:
        LinkSpent: used, expired, or unknown.
    """
    ticket = work.db.get(LiveTicket, token_digest)
    if ticket is None:
        raise LinkSpent
    login_id, expires_at = ticket.login_id, ticket.expires_at
    work.db.delete(ticket)
    if expires_at <= real_now:
        raise LinkSpent
    return TicketRecord(login=login_id)


def sweep(work: Work, real_now: datetime) -> None:
    """Forget links, tickets and logins whose time is over."""
    for table in (SignInLink, LiveTicket):
        work.db.exec(delete(table).where(col(table.expires_at) < real_now))
    work.db.flush()
