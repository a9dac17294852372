"""What each kind of mail says, found out when it is sent: whom it reaches, and under which fresh secrets.

These are commands; the secrets themselves stay with the postman, who gives their digests only.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel import col, select

from server.accounts.invitations import token_for_mail
from server.accounts.logins import issue_link
from server.accounts.tables import Invitation, Person
from server.conventions.tables import Convention, Host
from server.errors import LinkSpent
from server.mail.outbox import ClaimedMail, waiting
from server.settings import Settings
from server.work import Work

MOST_LINKS = 5  # hosts that may know one address


class LetterRecord(BaseModel):
    """To whom and about what; the links' order is that of the digests. Without an address there is nothing to send."""

    address: str | None = None
    country: str | None = None
    zone: str = "UTC"
    names: tuple[dict[str, Any], ...] = ()
    path: str = "/sign-in"
    expires_at: datetime | None = None
    host: dict[str, Any] | None = None
    days: tuple[date, date] | None = None


NOBODY = LetterRecord()
Prepare = Callable[[Work, ClaimedMail, Sequence[str], datetime, Settings], LetterRecord]


def sign_in_links(
    work: Work, mail: ClaimedMail, digests: Sequence[str], real_now: datetime, settings: Settings
) -> LetterRecord:
    """A sign-in link for the person of this address, one a host that knows it; for an unknown address nothing."""
    found = work.db.exec(
        select(Person, Host)
        .join(Host, col(Host.id) == Person.host_id)
        .where(Person.email == mail.address)
        .order_by(col(Person.id))
        .limit(MOST_LINKS)
        .with_for_update(read=True, of=Person)  # whoever is about to get another address has it first
    ).all()
    if not mail.address or not found or waiting(work, mail.id) is None:
        return NOBODY
    expires = real_now + timedelta(seconds=settings.mailed_link_seconds)
    for (person, _), token_digest in zip(found, digests, strict=False):
        issue_link(work, person.id, token_digest, expires)
    first = found[0][0]
    names = tuple(host.name for _, host in found)
    return LetterRecord(address=mail.address, country=first.country, zone=first.zone, names=names, expires_at=expires)


def invitation(
    work: Work, mail: ClaimedMail, digests: Sequence[str], real_now: datetime, settings: Settings
) -> LetterRecord:
    """The link to accept an invitation with; nothing if it was revoked or accepted meanwhile."""
    invited = work.db.get(Invitation, mail.subject_id, with_for_update=True, populate_existing=True)
    if waiting(work, mail.id) is None:
        return NOBODY
    # Under the invitation's lock, which whoever gives them another address takes too.
    person = work.db.get(Person, invited.person_id, populate_existing=True) if invited else None
    if invited is None or person is None or not person.email or invited.revoked_at or invited.accepted_at:
        return NOBODY
    convention = work.db.get_one(Convention, invited.convention_id)
    expires = real_now + timedelta(seconds=settings.invitation_seconds)
    try:
        token_for_mail(work, invited.id, digests[0], real_now, expires)
    except LinkSpent:
        return NOBODY
    return LetterRecord(
        address=person.email,
        country=person.country,
        zone=person.zone,
        names=(convention.name,),
        path="/invitation",
        expires_at=expires,
        host=work.db.get_one(Host, convention.host_id).name,
        days=(convention.first_day, convention.last_day),
    )


LETTERS: Mapping[str, Prepare] = {"sign_in": sign_in_links, "invitation": invitation}


def prepare(
    work: Work, mail: ClaimedMail, digests: Sequence[str], real_now: datetime, settings: Settings
) -> LetterRecord:
    """What a mail says; nothing if it was recalled after it was claimed.

    Rows are locked in one order everywhere: people, invitations, mails.
    """
    return LETTERS[mail.kind](work, mail, digests, real_now, settings)
