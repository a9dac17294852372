"""What the database knows before a sheet is taken: the host's organisations and people, the convention's parties."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, union
from sqlmodel import Session

from matchmaking.calendar import Rules, rules_of
from matchmaking.states import OPEN_REQUEST_STATES, MeetingState
from matchmaking.tables import Attendee, Meeting, MeetingRequest, Participation, Representative
from server.accounts.known import accounts_of
from server.accounts.tables import Person
from server.conventions.tables import Convention, Organisation
from server.imports.header import PartyKind
from server.imports.tables import ImportedParty, ImportFinding
from server.imports.text import organisation_key

ORGANISATION = Organisation.__table__  # type: ignore[attr-defined]
PERSON = Person.__table__  # type: ignore[attr-defined]
PARTY = Participation.__table__  # type: ignore[attr-defined]
SEAT = Representative.__table__  # type: ignore[attr-defined]
IMPORTED = ImportedParty.__table__  # type: ignore[attr-defined]
FINDING = ImportFinding.__table__  # type: ignore[attr-defined]

_ATTENDEE = Attendee.__table__  # type: ignore[attr-defined]
_MEETING = Meeting.__table__  # type: ignore[attr-defined]
_REQUEST = MeetingRequest.__table__  # type: ignore[attr-defined]

Records = dict[UUID, Row[Any]]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan rests on. While none of it has changed, nothing that the plan read has."""

    rules: Rules
    parties: int
    versions: int
    organisations: int
    people: int
    imported: int


@dataclass(slots=True)
class Known:
    """One state of the database, by id. `imported` is of this kind of sheet alone; `elsewhere` are people whom the
    other kind's sheet lists; `booked` are people with an open request or a meeting to come; `accounts` are those whose
    name, address and phone are not a sheet's to change."""

    host_id: UUID
    basis: Basis
    organisations: Records
    parties: Records
    people: Records
    seats: Records
    imported: Records
    elsewhere: frozenset[str]
    findings: dict[UUID, list[Row[Any]]]
    other_fields: dict[UUID, set[str]]
    booked: frozenset[UUID]
    accounts: frozenset[UUID]
    by_key: dict[str, list[UUID]] = field(default_factory=dict)
    match_keys: set[str] = field(default_factory=set)
    party_of: dict[UUID, UUID] = field(default_factory=dict)
    by_mail: dict[str, UUID] = field(default_factory=dict)
    seats_of: dict[UUID, list[UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.organisations.values():
            self.match_keys.add(row.match_key)
            texts = (text for language, text in row.name.items() if language != "original")
            for key in {row.match_key, *map(organisation_key, texts)}:
                self.by_key.setdefault(key, []).append(row.id)
        self.party_of = {row.organisation_id: row.id for row in self.parties.values()}
        self.by_mail = {row.email: row.id for row in self.people.values() if row.email}
        for seat in self.seats.values():
            self.seats_of.setdefault(seat.participation_id, []).append(seat.person_id)

    def sits_for(self, person: UUID, party: UUID) -> bool:
        """Has, or last had, a seat for that party."""
        seat = self.seats.get(person)
        return seat is not None and seat.participation_id == party


def read_known(db: Session, convention_id: UUID, kind: PartyKind) -> Known:
    """Everything that a sheet of this kind may touch, from one state of the database."""
    host_id = db.get_one(Convention, convention_id).host_id
    imported = _rows(db, select(IMPORTED).where(IMPORTED.c.convention_id == convention_id))
    findings = _rows(db, select(FINDING).where(FINDING.c.convention_id == convention_id).order_by(FINDING.c.row))
    mine: dict[UUID, list[Row[Any]]] = defaultdict(list)
    others: dict[UUID, set[str]] = defaultdict(set)
    for row in findings:
        if row.kind == kind:
            mine[row.participation_id].append(row)
        else:
            others[row.participation_id].add(row.field)
    parties = select(PARTY).where(PARTY.c.convention_id == convention_id)
    seats = select(SEAT).where(SEAT.c.convention_id == convention_id).order_by(SEAT.c.position)
    return Known(
        host_id=host_id,
        basis=basis(db, convention_id, host_id),
        organisations={row.id: row for row in _rows(db, select(ORGANISATION).where(ORGANISATION.c.host_id == host_id))},
        parties={row.id: row for row in _rows(db, parties)},
        people={row.id: row for row in _rows(db, select(PERSON).where(PERSON.c.host_id == host_id))},
        seats={row.person_id: row for row in _rows(db, seats)},
        imported={row.participation_id: row for row in imported if row.kind == kind},
        elsewhere=frozenset(entry["person"] for row in imported if row.kind != kind for entry in row.people),
        findings=mine,
        other_fields=others,
        booked=booked(db, convention_id),
        accounts=accounts_of(db, host_id, convention_id),
    )


def basis(db: Session, convention_id: UUID, host_id: UUID) -> Basis:
    """What the plan of an import rests on, as it is now."""
    query = select(
        _count(PARTY.c.convention_id == convention_id, PARTY),
        select(func.coalesce(func.sum(PARTY.c.version), 0))
        .where(PARTY.c.convention_id == convention_id)
        .scalar_subquery(),
        _count(ORGANISATION.c.host_id == host_id, ORGANISATION),
        _count((PERSON.c.host_id == host_id) & PERSON.c.erased_at.is_(None), PERSON),
        _count(IMPORTED.c.convention_id == convention_id, IMPORTED),
    )
    parties, versions, organisations, people, imported = db.connection().execute(query).one()
    rules = rules_of(db, convention_id)
    return Basis(rules, parties, int(versions), organisations, people, imported)


def _count(condition: Any, table: Any) -> Any:
    return select(func.count()).select_from(table).where(condition).scalar_subquery()


def booked(db: Session, convention_id: UUID) -> frozenset[UUID]:
    """The people whom an open request or a meeting that is not over names."""
    live = (MeetingState.SCHEDULED.value, MeetingState.IN_PROGRESS.value)
    meetings = (
        select(_ATTENDEE.c.person_id)
        .join(_MEETING, _MEETING.c.id == _ATTENDEE.c.meeting_id)
        .where(_MEETING.c.convention_id == convention_id, _MEETING.c.state.in_(live))
    )
    asked = (
        select(side).where(
            _REQUEST.c.convention_id == convention_id,
            _REQUEST.c.state.in_([state.value for state in OPEN_REQUEST_STATES]),
        )
        for side in (_REQUEST.c.requester_person_id, _REQUEST.c.addressee_person_id)
    )
    return frozenset(db.connection().execute(union(meetings, *asked)).scalars())


def _rows(db: Session, query: Select[Any]) -> Sequence[Row[Any]]:
    return db.connection().execute(query).all()
