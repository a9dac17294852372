"""Setting and removing a password."""

from datetime import datetime
from uuid import UUID

from server.accounts.doorkeeper import COOKIE, TOKEN
from server.accounts.logins import end_other_logins
from server.accounts.tables import Credential
from server.work import Work


def set_password(work: Work, person_id: UUID, hashed: str, login_id: UUID | None, real_now: datetime) -> None:
    """Set a person's password. Whoever knew the one before is out: all logins but this one end, and all tokens."""
    credential = work.db.get(Credential, person_id) or Credential(person_id=person_id)
    credential.password = hashed
    work.db.add(credential)
    end_other_logins(work, person_id, login_id, real_now, COOKIE, TOKEN)


def remove_password(work: Work, person_id: UUID) -> None:
    """Forget a person's password; harmless if there is none."""
    credential = work.db.get(Credential, person_id)
    if credential is not None:
        credential.password = None
        work.db.add(credential)
