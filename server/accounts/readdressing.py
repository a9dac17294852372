"""What becomes of the ways in that were sent to a person's mail address, when they get another one."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session, col, delete, update

from server.accounts.tables import Invitation, SignInLink
from server.mail.tables import Mail

_AT_ONCE = 1000


def readdress(db: Session, old: Mapping[UUID, str]) -> None:
    """Make the links sent to these people worthless, and drop the mails that wait for their old addresses: {person:
    address}. Their new addresses stand in the database already, so that a mail made at this moment is found here."""
    people, connection = list(old), db.connection()
    for start in range(0, len(people), _AT_ONCE):
        some = people[start : start + _AT_ONCE]
        open_ = (col(Invitation.person_id).in_(some), col(Invitation.accepted_at).is_(None))
        connection.execute(update(Invitation).where(*open_).values(token_digest=None))
        connection.execute(
            delete(SignInLink).where(col(SignInLink.person_id).in_(some), col(SignInLink.used_at).is_(None))
        )
        lost = (col(Mail.address).in_({old[one] for one in some}), col(Mail.state) == "waiting")
        connection.execute(update(Mail).where(*lost).values(state="dropped", address=None))
