"""The outbox's commands: post, claim, settle. All times are real time and are passed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Connection, bindparam, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, update

from matchmaking.statements import Statement
from server.ids import new_id
from server.mail.tables import Mail
from server.work import Work

WAITING, SENT, DROPPED, DEAD = "waiting", "sent", "dropped", "dead"
# The pause after each attempt that failed; after the last of them the mail is given up.
PAUSES = tuple(timedelta(seconds=s) for s in (15, 60, 180, 600, 1800, 3600, 7200))
ATTEMPTS = len(PAUSES) + 1
KEEP = timedelta(days=30)

_M: Any = Mail.__table__  # type: ignore[attr-defined]
_POST = Statement(insert(_M))
_ANY_DUE = Statement(
    select(_M.c.id)
    .where(
        _M.c.state == WAITING,
        _M.c.due_at <= bindparam("now"),
        or_(_M.c.claimed_until.is_(None), _M.c.claimed_until <= bindparam("now")),
    )
    .limit(1)
)


class ClaimedMail(BaseModel):
    """A mail that is one postman's to send until his claim ends."""

    id: UUID
    kind: str
    address: str | None
    person_id: UUID | None
    subject_id: UUID | None


class ClaimRecord(BaseModel):
    """What was claimed."""

    mails: tuple[ClaimedMail, ...]


def post(
    work: Work,
    unique_key: str,
    kind: str,
    *,
    real_now: datetime,
    address: str | None = None,
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> bool:
    """Put a mail into the outbox; False if one of that key has been there before.

    It goes to the address, or to the one that the person has when it is sent.
    """
    dialect = work.transaction.dialect.name
    values = {
        "id": new_id(),
        "unique_key": unique_key,
        "kind": kind,
        "address": address,
        "person_id": person_id,
        "subject_id": subject_id,
        "state": WAITING,
        "attempts": 0,
        "due_at": real_now,
        "trouble": "",
        "created_at": real_now,
    }
    statement: Any = (postgresql if dialect == "postgresql" else sqlite).insert(_M).values(values)
    statement = statement.on_conflict_do_nothing(index_elements=["unique_key"]).returning(_M.c.id)
    return work.db.connection().execute(statement).first() is not None


def ask_for_link(work: Work, address: str, real_now: datetime) -> None:
    """Somebody asks for a sign-in link: the same for every address, known or not. The postman will find out."""
    post(work, f"sign_in/{new_id()}", "sign_in", real_now=real_now, address=address)


def post_fresh(work: Work, kind: str, mails: Iterable[tuple[str, UUID, UUID]], real_now: datetime) -> None:
    """Put many mails into the outbox, whose keys nobody has used before: (unique key, person, subject) each."""
    rows = [
        {
            "id": new_id(),
            "unique_key": unique_key,
            "kind": kind,
            "address": None,
            "person_id": person_id,
            "subject_id": subject_id,
            "state": WAITING,
            "attempts": 0,
            "due_at": real_now,
            "claimed_until": None,
            "trouble": "",
            "created_at": real_now,
        }
        for unique_key, person_id, subject_id in mails
    ]
    if rows:
        _POST.run_many(work.db, rows)


def any_due(db: Connection, real_now: datetime) -> bool:
    """There is something to send."""
    return bool(_ANY_DUE.rows(db, {"now": real_now}))


def claim(work: Work, real_now: datetime, until: datetime, limit: int) -> ClaimRecord:
    """Take due mails for oneself. Of two who claim at once, one gets a mail: the condition is looked at again under
    the row's lock."""
    due = (
        col(Mail.state) == WAITING,
        col(Mail.due_at) <= real_now,
        or_(col(Mail.claimed_until).is_(None), col(Mail.claimed_until) <= real_now),
    )
    oldest = select(_M.c.id).where(*due).order_by(_M.c.due_at, _M.c.id).limit(limit)
    taken = work.db.connection().execute(
        update(Mail)
        .where(col(Mail.id).in_(oldest), *due)
        .values(claimed_until=until, attempts=col(Mail.attempts) + 1)
        .returning(_M.c.id, _M.c.kind, _M.c.address, _M.c.person_id, _M.c.subject_id)
    )
    return ClaimRecord(mails=tuple(ClaimedMail(**row._asdict()) for row in taken))


def waiting(work: Work, mail_id: UUID) -> Mail | None:
    """A mail that is still to be sent, kept from everybody else until the command ends; None if it was recalled."""
    mail = work.db.get(Mail, mail_id, with_for_update=True, populate_existing=True)
    return mail if mail is not None and mail.state == WAITING else None


def settle(work: Work, mail_id: UUID, state: str, trouble: str = "") -> None:
    """The mail is sent or dropped, and nobody's address is kept for it; or it is dead, for the operator to look at. One
    that was recalled stays so."""
    mail = waiting(work, mail_id)
    if mail is None:
        return
    mail.state, mail.trouble, mail.claimed_until = state, trouble[:200], None
    if state != DEAD:
        mail.address = None
    work.db.add(mail)


def try_later(work: Work, mail_id: UUID, trouble: str, real_now: datetime) -> None:
    """Sending failed for now: a growing pause, and after the last attempt no more."""
    mail = waiting(work, mail_id)
    if mail is None:
        return
    if mail.attempts >= ATTEMPTS:
        settle(work, mail_id, DEAD, trouble)
        return
    mail.trouble, mail.claimed_until = trouble[:200], None
    mail.due_at = real_now + PAUSES[mail.attempts - 1]
    work.db.add(mail)


def sweep(work: Work, real_now: datetime) -> None:
    """Forget mails that are done with."""
    old = (col(Mail.state) != WAITING, col(Mail.created_at) < real_now - KEEP)
    work.db.connection().execute(delete(Mail).where(*old))
