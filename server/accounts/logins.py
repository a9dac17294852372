"""Coming in and going out: sign-in links, logins (cookies and bearer tokens), tickets for the live socket.

All times here are real time and are passed in, since a command's `now` is convention time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import bindparam, or_
from sqlmodel import col, delete, select, update

from server.accounts import totp
from server.accounts.actors import Actor
from server.accounts.doorkeeper import COOKIE
from server.accounts.passwords import Match
from server.accounts.permissions import ALL_SCOPES
from server.accounts.tables import Credential, LiveTicket, Login, OidcAttempt, Person, SignInLink
from server.accounts.vault import Vault
from server.errors import LinkSpent, NotFound, SignInFailed
from server.ids import new_id
from server.work import Work

AGENT = 200  # characters of what a browser calls itself
KEEP = timedelta(days=30)  # for logins that have ended


@dataclass(frozen=True, slots=True)
class Entrance:
    """A browser that is about to come in: the digest of its cookie to be, and of the one it had before.

    `code` is the one-time code that came along; `vouched`: the identity provider has asked for a second factor.
    """

    token_digest: str
    expires_at: datetime
    real_now: datetime
    vault: Vault = field(repr=False)
    agent: str = ""
    code: str | None = field(default=None, repr=False)
    vouched: bool = False
    replaces: str | None = None


class LoginRecord(BaseModel):
    """A login that was made, without its secret."""

    id: UUID
    person: UUID
    expires_at: datetime


class PersonRecord(BaseModel):
    """Somebody."""

    person: UUID


def issue_link(work: Work, person_id: UUID, token_digest: str, expires_at: datetime) -> None:
    """Store a one-time sign-in link for a person."""
    work.db.add(SignInLink(token_digest=token_digest, person_id=person_id, expires_at=expires_at))


def person_of_link(work: Work, link_digest: str, real_now: datetime) -> PersonRecord:
    """Whose link it is, without using it.

    Raises:
        LinkSpent: as `sign_in`.
    """
    link = work.db.get(SignInLink, link_digest)
    if link is None or link.used_at is not None or link.expires_at <= real_now:
        raise LinkSpent
    return PersonRecord(person=link.person_id)


def sign_in(work: Work, entrance: Entrance, link_digest: str) -> LoginRecord:
    """Consume a link, once: its person is logged in under a new secret. Without their code it stays as it was.

    Raises:
        LinkSpent: used, expired, or unknown; which of them is not told.
        CodeNeeded, CodeWrong.
    """
    used = work.db.connection().execute(
        update(SignInLink)
        .where(
            col(SignInLink.token_digest) == link_digest,
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > entrance.real_now,
        )
        .values(used_at=entrance.real_now)
    )
    if used.rowcount != 1:
        raise LinkSpent
    person_id = work.db.exec(select(SignInLink.person_id).where(SignInLink.token_digest == link_digest)).one()
    return log_in(work, person_id, entrance)


def sign_in_by_password(work: Work, entrance: Entrance, match: Match) -> LoginRecord:
    """Log in whose password was found to fit, if it still is theirs.

    Raises:
        SignInFailed: it was changed meanwhile.
        CodeNeeded, CodeWrong.
    """
    # A new password that another process is about to set ends all logins that it sees: this one has to be among them.
    credential = work.db.get(Credential, match.person_id, with_for_update=True)
    if credential is None or credential.password != match.stored:
        raise SignInFailed
    if match.renewed is not None:
        credential.password = match.renewed
        work.db.add(credential)
    return log_in(work, match.person_id, entrance)


def log_in(work: Work, person_id: UUID, entrance: Entrance) -> LoginRecord:
    """Let a person in whose way in has been checked: asks for their one-time code, ends the login that this browser
    had, and begins a new one.

    Raises:
        CodeNeeded, CodeWrong.
    """
    second = totp.check(work, entrance.vault, person_id, entrance.code, entrance.real_now)
    person = work.db.get_one(Person, person_id)
    work.actor = Actor(person_id, person.host_id)
    if entrance.replaces is not None:
        before = work.db.exec(
            select(Login).where(Login.token_digest == entrance.replaces, col(Login.ended_at).is_(None))
        ).first()
        if before is not None and before.kind == COOKIE:
            before.ended_at = entrance.real_now
            work.db.add(before)
    return add_login(
        work,
        person_id,
        entrance.token_digest,
        COOKIE,
        "",
        entrance.real_now,
        entrance.expires_at,
        agent=entrance.agent,
        second_factor=second or entrance.vouched,
    )


def add_login(
    work: Work,
    person_id: UUID,
    token_digest: str,
    kind: str,
    label: str,
    real_now: datetime,
    expires_at: datetime,
    scopes: Iterable[str] = ALL_SCOPES,
    *,
    agent: str = "",
    second_factor: bool = False,
) -> LoginRecord:
    """A login for a person: a browser's cookie or a program's token."""
    login = Login(
        id=new_id(),
        token_digest=token_digest,
        person_id=person_id,
        kind=kind,
        label=label,
        scopes=sorted(scopes),
        second_factor=second_factor,
        agent=agent[:AGENT],
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


def end_login(work: Work, person_id: UUID, login_id: UUID, kind: str, real_now: datetime) -> None:
    """End one of a person's logins of a kind.

    Raises:
        NotFound: they have no such login, or it has ended.
    """
    login = work.db.get(Login, login_id)
    if login is None or (login.person_id, login.kind) != (person_id, kind) or login.ended_at is not None:
        raise NotFound
    login.ended_at = real_now
    work.db.add(login)


def end_other_logins(work: Work, person_id: UUID, but: UUID | None, real_now: datetime, *kinds: str) -> None:
    """End all of a person's logins of these kinds but one, and their unused sign-in links."""
    others = select(Login).where(
        Login.person_id == person_id, col(Login.kind).in_(kinds), col(Login.ended_at).is_(None)
    )
    for login in work.db.exec(others):
        if login.id != but:
            login.ended_at = real_now
            work.db.add(login)
    unused = (col(SignInLink.person_id) == person_id, col(SignInLink.used_at).is_(None))
    work.db.connection().execute(update(SignInLink).where(*unused).values(used_at=real_now))


def note_use(work: Work, used: Mapping[UUID, datetime]) -> None:
    """Keep when logins were used last. Looked at by their people, so to the minute is enough."""
    table: Any = Login.__table__  # type: ignore[attr-defined]
    newer = or_(table.c.used_at.is_(None), table.c.used_at < bindparam("at"))
    statement = update(table).where(table.c.id == bindparam("login"), newer).values(used_at=bindparam("at"))
    rows: Sequence[dict[str, Any]] = [{"login": login, "at": at} for login, at in used.items()]
    if rows:
        work.db.connection().execute(statement, rows)


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
    table: Any = LiveTicket.__table__  # type: ignore[attr-defined]
    taken = delete(table).where(table.c.token_digest == token_digest, table.c.expires_at > real_now)
    row = work.db.connection().execute(taken.returning(table.c.login_id)).first()
    if row is None:
        raise LinkSpent
    return TicketRecord(login=row.login_id)


def sweep(work: Work, real_now: datetime) -> None:
    """Forget links, tickets and attempts whose time is over, and logins a while after their end."""
    for table in (SignInLink, LiveTicket, OidcAttempt):
        work.db.connection().execute(delete(table).where(col(table.expires_at) < real_now))
    over = or_(col(Login.expires_at) < real_now - KEEP, col(Login.ended_at) < real_now - KEEP)
    work.db.connection().execute(delete(Login).where(over))
