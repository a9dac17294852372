"""Writing the audit trail: what a command changes through its session is noted by itself, old value and new.

Bookings and what follows from them go past the session; who did what there stands in the event log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, inspect
from sqlmodel import Session, SQLModel

from matchmaking import tables as meetings
from matchmaking.statements import Statement
from server.accounts import tables as accounts
from server.audit.tables import AuditEntry
from server.conventions import tables as house
from server.ids import new_id
from server.pictures.tables import Picture
from sessions.tables import ProgrammeSession, Speaker, StreamChannel

NOTES = "audit_notes"
INSERT_ENTRY = Statement(insert(AuditEntry.__table__))  # type: ignore[attr-defined]

# What is noted: everything by which people, their rights and data, and the convention's rules change.
AUDITED: frozenset[type[SQLModel]] = frozenset(
    {
        *(house.Host, house.Series, house.Convention, house.PhaseWindow, house.Organisation),
        *(house.Venue, house.Resource),
        *(accounts.Person, accounts.Credential, accounts.HostRole, accounts.Role, accounts.Invitation),
        *(accounts.Login, accounts.OidcIdentity, accounts.Consent),
        *(meetings.Calendar, meetings.Participation, meetings.Representative, meetings.JoinInstruction),
        *(meetings.Amount, ProgrammeSession, Speaker, StreamChannel, Picture),
    }
)
# Never noted: secrets, bulk, and what would be noise.
_SILENT = frozenset(
    {
        "token_digest",
        "password",
        "totp_secret",
        "totp_step",
        "content",
        "used_at",
        "rights_changed_at",
        "changed_at",
        "found_by",
        "version",
    }
)
# What another provider calls a person stands among the values, which can be emptied, and not in the entry's key.
_AMONG_VALUES = frozenset({"subject"})


@dataclass(frozen=True, slots=True)
class Note:
    """One change or look, to be entered with who and when. `about` is the person whose data it is, if it is one's."""

    action: str
    subject: str
    subject_id: str
    about: UUID | None = None
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, _context: Any, _instances: Any) -> None:
    notes: list[Note] | None = session.info.get(NOTES)
    if notes is None:
        return
    for row in session.new:
        if type(row) in AUDITED:
            notes.append(_note("added", row, None, _values(row)))
    for row in session.dirty:
        if type(row) in AUDITED:
            old, new = _changed(row)
            if new:
                notes.append(_note("changed", row, old, new))
    for row in session.deleted:
        if type(row) in AUDITED:
            notes.append(_note("removed", row, _values(row), None))


def _note(action: str, row: Any, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Note:
    table = inspect(type(row)).local_table
    key = "/".join(str(getattr(row, column.name)) for column in table.primary_key if column.name not in _AMONG_VALUES)
    about = row.id if isinstance(row, accounts.Person) else getattr(row, "person_id", None)
    return Note(f"{table.name}.{action}", table.name, key, about, old, new)


def _values(row: Any) -> dict[str, Any]:
    return {
        column.key: plain(getattr(row, column.key))
        for column in inspect(type(row)).column_attrs
        if column.key not in _SILENT and getattr(row, column.key) is not None
    }


def _changed(row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    state = inspect(row)
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if not history.has_changes():
            continue
        if attribute.key in _SILENT:
            if attribute.key in ("password", "totp_secret"):
                new[attribute.key] = "set" if history.added and history.added[0] else "removed"
            continue
        was = plain(history.deleted[0]) if history.deleted else None
        now = plain(history.added[0]) if history.added else None
        if was != now:
            old[attribute.key], new[attribute.key] = was, now
    return old, new


def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def entry_values(
    note: Note,
    *,
    host_id: UUID | None,
    convention_id: UUID | None,
    at: datetime,
    actor_id: UUID | None,
    login_id: UUID | None,
    address: str | None,
    request_id: str | None,
) -> dict[str, Any]:
    """The row of an entry."""
    return {
        "id": new_id(),
        "host_id": host_id,
        "convention_id": convention_id,
        "at": at,
        "actor_id": actor_id,
        "login_id": login_id,
        "address": address and address[:64],
        "request_id": request_id and request_id[:64],
        "action": note.action,
        "subject": note.subject,
        "subject_id": note.subject_id[:120],
        "about_id": note.about,
        "old": note.old,
        "new": note.new,
    }
