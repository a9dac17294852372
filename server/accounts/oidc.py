"""Signing in by an OpenID Connect provider: one attempt at a time a browser, and whom the provider means.

The provider vouches for a mail address; who may come in, and as what, is decided here alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete
from sqlmodel import col, select

from server.accounts import totp
from server.accounts.logins import issue_link
from server.accounts.tables import OidcAttempt, OidcIdentity, Person
from server.errors import NotBegun, NotInvited
from server.work import Work


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified ID token says. `second_factor`: the provider has asked for one (RFC 8176)."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that begins: `state` and `nonce` tie the answer to it, `verifier` proves whose it is (RFC 7636)."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Provider(Protocol):
    """The provider, wherever it is."""

    async def address_for(self, attempt: Attempt, back: str) -> str:
        """Where to send the browser; it comes back to `back`.

        Raises:
            ProviderFailed: it does not answer.
        """

    async def claims(self, attempt: Attempt, code: str, back: str) -> Claims:
        """What the provider says of who has come back with this code.

        Raises:
            ProviderFailed: it does not answer, refuses the code, or its token does not hold.
        """


class AttemptRecord(BaseModel):
    """An attempt as it was begun, for the one who comes back from it."""

    nonce: str
    verifier: str
    back: str


class CameBackRecord(BaseModel):
    """Who was recognised, and whether a one-time code is to be asked for."""

    person: UUID
    code_needed: bool


def begin(work: Work, state_digest: str, attempt: Attempt, back: str, expires_at: datetime) -> None:
    """Keep an attempt until the browser comes back."""
    work.db.add(
        OidcAttempt(
            state_digest=state_digest,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            back=back,
            expires_at=expires_at,
        )
    )


def come_back(work: Work, state_digest: str, real_now: datetime) -> AttemptRecord:
    """Use an attempt up.

    Raises:
        NotBegun: used, too old, or never begun here.
    """
    table: Any = OidcAttempt.__table__  # type: ignore[attr-defined]
    mine = (table.c.state_digest == state_digest, table.c.expires_at > real_now)
    taken = delete(table).where(*mine).returning(table.c.nonce, table.c.verifier, table.c.back)
    row = work.db.connection().execute(taken).first()
    if row is None:
        raise NotBegun
    return AttemptRecord(nonce=row.nonce, verifier=row.verifier, back=row.back)


def recognise(work: Work, claims: Claims, real_now: datetime, link_digest: str, link_until: datetime) -> CameBackRecord:
    """Whom the provider means: whoever came by it before, or else has the address that it has verified.

    Whoever has one-time codes is given a sign-in link, which asks for the code.

    Raises:
        NotInvited: nobody here.
    """
    person_id = _known(work, claims) or _invited(work, claims, real_now)
    code_needed = totp.is_on(work, person_id)
    if code_needed:
        issue_link(work, person_id, link_digest, link_until)
    return CameBackRecord(person=person_id, code_needed=code_needed)


def _known(work: Work, claims: Claims) -> UUID | None:
    query = select(OidcIdentity.person_id).where(
        OidcIdentity.issuer == claims.issuer, OidcIdentity.subject == claims.subject
    )
    return work.db.exec(query.order_by(col(OidcIdentity.person_id))).first()


def _invited(work: Work, claims: Claims, real_now: datetime) -> UUID:
    """The people of this address, one a host, are this subject from now on; the first of them comes in."""
    if not claims.email or not claims.email_verified:
        raise NotInvited
    people: Sequence[UUID] = work.db.exec(
        select(Person.id).where(Person.email == claims.email.strip().lower()).order_by(col(Person.id))
    ).all()
    if not people:
        raise NotInvited
    for person_id in people:
        work.db.add(OidcIdentity(issuer=claims.issuer, subject=claims.subject, person_id=person_id, linked_at=real_now))
    return people[0]
