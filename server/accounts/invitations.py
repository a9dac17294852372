"""Invitations: who is asked into a convention, and how far each has come.

Each has one link at a time. Its token is made when it is mailed or handed over, stored as a digest, and good once;
making another one, revoking and accepting end it. All times are real time and are passed in.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import and_, insert, or_, union
from sqlmodel import col, select, update

from matchmaking.errors import WrongState
from matchmaking.statements import Statement
from matchmaking.tables import Participation, Representative
from server.accounts.actors import Actor
from server.accounts.consents import Source, record_consents
from server.accounts.known import has_account
from server.accounts.logins import Entrance, LoginRecord, PersonRecord, log_in
from server.accounts.tables import Invitation, Person, Role
from server.conventions.tables import Convention, Host
from server.errors import HasAccount, LinkSpent, MailOff, NotFound, SentLately
from server.ids import new_id
from server.mail import outbox
from server.mail.tables import Mail
from server.work import Work

SEND_AGAIN = timedelta(minutes=5)
KIND = "invitation"  # of mails
_TABLE: Any = Invitation.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_TABLE.c.keys())
_INSERT = Statement(insert(_TABLE))


class State(StrEnum):
    """How far an invitation has come."""

    MADE = "made"
    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


def conditions(real_now: datetime) -> dict[State, Any]:
    """What is true of the rows in each state: of every row exactly one is."""
    row = _TABLE.c
    accepted, revoked = row.accepted_at.is_not(None), row.revoked_at.is_not(None)
    open_ = ~accepted & ~revoked
    expired = and_(row.expires_at.is_not(None), row.expires_at <= real_now)
    alive = open_ & or_(row.expires_at.is_(None), row.expires_at > real_now)
    opened, sent = row.opened_at.is_not(None), row.sent_at.is_not(None)
    return {
        State.MADE: alive & ~opened & ~sent,
        State.SENT: alive & ~opened & sent,
        State.OPENED: alive & opened,
        State.ACCEPTED: accepted,
        State.EXPIRED: open_ & expired,
        State.REVOKED: revoked & ~accepted,
    }


def state_of(row: Invitation, real_now: datetime) -> State:
    """The state of one row, as `conditions` has it."""
    if row.accepted_at is not None:
        return State.ACCEPTED
    if row.revoked_at is not None:
        return State.REVOKED
    if row.expires_at is not None and row.expires_at <= real_now:
        return State.EXPIRED
    if row.opened_at is not None:
        return State.OPENED
    return State.MADE if row.sent_at is None else State.SENT


class InvitedRecord(BaseModel):
    """How many of those meant were invited now, had been before, have accepted, and cannot be written to."""

    made: int
    waiting: int
    accepted: int
    without_address: int
    mailed: bool


class InvitationRecord(BaseModel):
    """An invitation as it stands."""

    id: UUID
    person: UUID
    state: State


def invite(
    work: Work,
    real_now: datetime,
    *,
    mailed: bool,
    people: Sequence[UUID] | None = None,
    parties: Sequence[UUID] | None = None,
) -> InvitedRecord:
    """Invite those who sit for a party or have a role, and have an address and no invitation yet.

    Args:
        mailed: mails are sent here; otherwise the organiser hands the links over.
        people, parties: only these people, or those who sit for these parties; others among them are passed over.
    """
    waiting = accepted = without = 0
    fresh: dict[UUID, UUID] = {}  # person to invitation
    for person_id, email, invited, accepted_at in _meant(work, people, parties):
        if accepted_at is not None:
            accepted += 1
        elif invited is not None:
            waiting += 1
        elif email is None:
            without += 1
        else:
            fresh[person_id] = new_id()
    _make(work, fresh, real_now)
    if mailed:
        mails = ((_mail_key(invited, real_now), person, invited) for person, invited in fresh.items())
        outbox.post_fresh(work, KIND, mails, real_now)
    return InvitedRecord(made=len(fresh), waiting=waiting, accepted=accepted, without_address=without, mailed=mailed)


def _make(work: Work, fresh: Mapping[UUID, UUID], real_now: datetime) -> None:
    """The rows of thousands of invitations, past the session, which would take a second; so they are noted here."""
    empty = dict.fromkeys(_COLUMNS)
    same = {"convention_id": work.convention_id, "created_at": real_now, "times_sent": 0}
    rows = [{**empty, **same, "id": invited, "person_id": person} for person, invited in fresh.items()]
    if rows:
        _INSERT.run_many(work.db, rows)
    for person, invited in fresh.items():
        work.note("invitation.added", "invitation", invited, about=person)


def _meant(work: Work, people: Sequence[UUID] | None, parties: Sequence[UUID] | None) -> Sequence[Any]:
    """(person, address, invitation, when it was accepted) of all who are meant."""
    seats = select(Representative.person_id).where(
        Representative.convention_id == work.convention_id, col(Representative.active)
    )
    roles = select(Role.person_id).where(Role.convention_id == work.convention_id)
    if parties is not None:
        meant: Any = seats.where(col(Representative.participation_id).in_(parties))
    else:
        meant = union(seats, roles)
    query = (
        select(Person.id, Person.email, Invitation.id, Invitation.accepted_at)
        .outerjoin(
            Invitation,
            and_(
                col(Invitation.person_id) == Person.id,
                col(Invitation.convention_id) == work.convention_id,
            ),
        )
        .where(col(Person.id).in_(meant))
        .order_by(col(Person.id))
    )
    return work.db.exec(query if people is None else query.where(col(Person.id).in_(people))).all()


def send_again(work: Work, invitation_id: UUID, real_now: datetime, *, mailed: bool = True) -> InvitationRecord:
    """Mail a new link; the one before is dead at once. A revoked or expired invitation holds again.

    Raises:
        NotFound; WrongState: it was accepted.
        MailOff: no mails are sent here.
        SentLately: it was made or mailed less than five minutes ago.
    """
    row = _open_one(work, invitation_id)
    if not mailed:
        raise MailOff
    last = max(filter(None, (row.created_at, row.sent_at)))
    if row.revoked_at is None and real_now < last + SEND_AGAIN:
        raise SentLately(until=last + SEND_AGAIN)
    _begin_anew(work, row, real_now)
    _post(work, row, real_now)
    return _record(work, row, real_now)


def hand_over(
    work: Work, invitation_id: UUID, token_digest: str, real_now: datetime, expires_at: datetime
) -> InvitationRecord:
    """Make a link that the organiser hands over; the one before is dead, and a mail that waits is not sent.

    Raises:
        NotFound; WrongState: it was accepted.
        HasAccount: the link would let its bearer into more than this convention shows of them.
    """
    row = _open_one(work, invitation_id)
    if has_account(work.db, row.convention_id, row.person_id):
        raise HasAccount
    _begin_anew(work, row, real_now)
    row.token_digest, row.expires_at, row.sent_at = token_digest, expires_at, real_now
    return _record(work, row, real_now)


def revoke(work: Work, invitation_id: UUID, real_now: datetime) -> InvitationRecord:
    """Make the link worthless. Harmless for one that is revoked.

    Raises:
        NotFound; WrongState: it was accepted.
    """
    row = _open_one(work, invitation_id)
    if row.revoked_at is None:
        row.revoked_at, row.token_digest = real_now, None
        _recall_mails(work, row)
    return _record(work, row, real_now)


def token_for_mail(
    work: Work, invitation_id: UUID, token_digest: str, real_now: datetime, expires_at: datetime
) -> None:
    """Keep the digest of the token that is about to be mailed; the link before it is dead.

    Raises:
        LinkSpent: it was accepted or revoked meanwhile: there is nothing to mail.
    """
    row = work.db.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
    if row is None or row.accepted_at is not None or row.revoked_at is not None:
        raise LinkSpent
    row.token_digest, row.sent_at, row.expires_at, row.opened_at = token_digest, real_now, expires_at, None
    row.times_sent += 1
    work.db.add(row)
    work.db.flush()


class LookRecord(BaseModel):
    """What an invitation is to, and for whom. `host`, `convention`, `person` and `party` are names."""

    slug: str
    host: dict[str, Any]
    convention: dict[str, Any]
    zone: str
    first_day: date
    last_day: date
    person: dict[str, Any] | None
    party: dict[str, Any] | None
    expires_at: datetime


def look(work: Work, token_digest: str, real_now: datetime) -> LookRecord:
    """Open an invitation without using it up.

    Raises:
        LinkSpent: accepted, revoked, expired, replaced by another, or never given; which of them is not told.
    """
    row = _behind(work, token_digest, real_now)
    person, convention = work.db.get_one(Person, row.person_id), work.db.get_one(Convention, row.convention_id)
    work.actor = Actor(person.id, person.host_id)
    if row.opened_at is None:
        row.opened_at = real_now
        work.db.add(row)
        work.db.flush()
    seat = work.db.get(Representative, (row.convention_id, row.person_id))
    party = work.db.get(Participation, seat.participation_id) if seat and seat.active else None
    assert row.expires_at is not None
    return LookRecord(
        slug=convention.slug,
        host=work.db.get_one(Host, convention.host_id).name,
        convention=convention.name,
        zone=convention.zone,
        first_day=convention.first_day,
        last_day=convention.last_day,
        person=person.name,
        party=party.name if party else None,
        expires_at=row.expires_at,
    )


def person_of(work: Work, token_digest: str, real_now: datetime) -> PersonRecord:
    """Whose invitation it is, without using it.

    Raises:
        LinkSpent: as `look`.
    """
    return PersonRecord(person=_behind(work, token_digest, real_now).person_id)


def accept(work: Work, entrance: Entrance, token_digest: str, consents: Mapping[str, bool]) -> LoginRecord:
    """Use an invitation up, once however many try: its person is logged in, and what they consent to is kept. Without
    their one-time code it stays as it was.

    Raises:
        LinkSpent: as `look`; CodeNeeded, CodeWrong; Unreadable: there is no such purpose.
    """
    row = _behind(work, token_digest, entrance.real_now)
    login = log_in(work, row.person_id, entrance)
    row.accepted_at, row.token_digest = entrance.real_now, None
    row.opened_at = row.opened_at or entrance.real_now
    work.db.add(row)
    work.db.flush()
    record_consents(work, row.person_id, row.convention_id, consents, Source.INVITATION, entrance.real_now)
    return login


def revoke_those_of_nobody(work: Work, person_id: UUID, real_now: datetime) -> None:
    """Who no longer has any part in the convention is not invited any more."""
    seat = work.db.get(Representative, (work.convention_id, person_id))
    roles = select(Role.person_id).where(Role.convention_id == work.convention_id, Role.person_id == person_id)
    if (seat is not None and seat.active) or work.db.exec(roles).first() is not None:
        return
    mine = select(Invitation).where(
        Invitation.convention_id == work.convention_id,
        Invitation.person_id == person_id,
        col(Invitation.accepted_at).is_(None),
    )
    for row in work.db.exec(mine).all():
        revoke(work, row.id, real_now)


def _behind(work: Work, token_digest: str, real_now: datetime) -> Invitation:
    """The invitation of a token, kept from everybody else who uses it at the same time."""
    alive = (col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None))
    row = work.db.exec(
        select(Invitation).where(Invitation.token_digest == token_digest, *alive).with_for_update()
    ).first()
    if row is None or row.expires_at is None or row.expires_at <= real_now:
        raise LinkSpent
    return row


def _open_one(work: Work, invitation_id: UUID) -> Invitation:
    row = work.db.exec(select(Invitation).where(Invitation.id == invitation_id).with_for_update()).first()
    if row is None or row.convention_id != work.convention_id:
        raise NotFound
    if row.accepted_at is not None:
        raise WrongState(subject="invitation", state=State.ACCEPTED)
    return row


def _begin_anew(work: Work, row: Invitation, real_now: datetime) -> None:
    _recall_mails(work, row)
    row.created_at, row.token_digest = real_now, None
    row.sent_at = row.opened_at = row.expires_at = row.revoked_at = None


def _post(work: Work, row: Invitation, real_now: datetime) -> None:
    outbox.post(work, _mail_key(row.id, real_now), KIND, person_id=row.person_id, subject_id=row.id, real_now=real_now)


def _mail_key(invitation_id: UUID, real_now: datetime) -> str:
    return f"{KIND}:{invitation_id}:{real_now.isoformat()}"


def _recall_mails(work: Work, row: Invitation) -> None:
    """What waits to be sent would make another link."""
    work.db.connection().execute(
        update(Mail)
        .where(
            col(Mail.person_id) == row.person_id,
            col(Mail.subject_id) == row.id,
            col(Mail.kind) == KIND,
            col(Mail.state) == outbox.WAITING,
        )
        .values(state=outbox.DROPPED)
    )


def _record(work: Work, row: Invitation, real_now: datetime) -> InvitationRecord:
    work.db.add(row)
    work.db.flush()
    return InvitationRecord(id=row.id, person=row.person_id, state=state_of(row, real_now))
