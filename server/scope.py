"""Whose rows a query may have. Sessions for visitors carry a scope, and every SELECT that runs in one gets the scope's
conditions for each table in it, wherever it stands: joined, aliased, in a subquery. What somebody may not see is
simply not there, by the same query that would have found it.

A table that no rule names cannot be read in a scope at all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Table, event, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlmodel import Session, SQLModel

from matchmaking import tables as meetings
from server import matching_rows, programme_rows
from server.accounts import tables as accounts
from server.accounts.actors import Actor
from server.accounts.permissions import May
from server.audit.tables import AuditEntry
from server.conventions import tables as house
from server.database import reading
from server.eventlog.tables import EventRow, EventStream
from server.imports.tables import ImportedParty, ImportFinding
from server.mail.tables import Mail
from server.pictures.tables import Picture
from server.shapes import of_models_alone
from sessions import tables as programme

KEY = "scope"
Condition = ColumnElement[bool]
Model = type[SQLModel]


class Unscoped(Exception):
    """A query that this scope has no rule for: a mistake in the program."""


@dataclass(frozen=True, slots=True)
class CommandScope:
    """A command's: it finds rows of its convention alone, and refuses by itself what is not the actor's."""

    convention_id: UUID


@dataclass(frozen=True, slots=True)
class Scope:
    """One visitor in one convention."""

    convention_id: UUID
    host_id: UUID
    actor: Actor


@dataclass(frozen=True, slots=True)
class OwnScope:
    """One person, with what is held about them in all conventions of their host."""

    host_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class HostScope:
    """A host, for its owner."""

    host_id: UUID


@dataclass(frozen=True, slots=True)
class GuestScope:
    """Nobody we know, in one convention: what is public."""

    convention_id: UUID


AnyScope = Scope | OwnScope | HostScope | GuestScope


def _t(model: Model) -> Any:
    return model.__table__  # type: ignore[attr-defined]


# Subqueries read from tables under other names: they get no conditions of their own, and stand apart from the query.
_M, _R, _A = (_t(model).alias() for model in (meetings.Meeting, meetings.MeetingRequest, meetings.Attendee))
_SEAT, _CONVENTION = _t(meetings.Representative).alias(), _t(house.Convention).alias()


def _everywhere(model: Model) -> Callable[[Scope], Condition]:
    """All rows of the convention."""
    column = _t(model).c.convention_id
    return lambda scope: column == scope.convention_id


def _of_host(model: Model) -> Callable[[Any], Condition]:
    column = _t(model).c.host_id
    return lambda scope: column == scope.host_id


def _backstage(model: Model, may: May) -> Callable[[Scope], Condition]:
    """All rows of the convention, for who may do that; none for others."""
    column = _t(model).c.convention_id
    return lambda scope: column == scope.convention_id if scope.actor.may(may) else false()


def _own_or(model: Model, may: May) -> Callable[[Scope], Condition]:
    """One's own rows in the convention; all of them for who may do that."""
    c = _t(model).c

    def condition(scope: Scope) -> Condition:
        inside: Condition = c.convention_id == scope.convention_id
        return inside if scope.actor.may(may) else inside & (c.person_id == scope.actor.person_id)

    return condition


def _requests(table: Any) -> Callable[[Scope], Condition]:
    def condition(scope: Scope) -> Condition:
        inside: Condition = table.c.convention_id == scope.convention_id
        if scope.actor.may(May.RUN_MEETINGS):
            return inside
        mine = scope.actor.parties
        return inside & or_(table.c.requester_id.in_(mine), table.c.addressee_id.in_(mine))

    return condition


def _meetings(table: Any) -> Callable[[Scope], Condition]:
    def condition(scope: Scope) -> Condition:
        inside: Condition = table.c.convention_id == scope.convention_id
        if scope.actor.may(May.RUN_MEETINGS):
            return inside
        seats = or_(_A.c.participation_id.in_(scope.actor.parties), _A.c.person_id == scope.actor.person_id)
        mine: Condition = table.c.id.in_(select(_A.c.meeting_id).where(seats))
        return inside & mine

    return condition


def _wishes(scope: Scope) -> Condition:
    c = _t(meetings.Preference).c
    inside: Condition = c.convention_id == scope.convention_id
    if scope.actor.may(May.RUN_MEETINGS):
        return inside
    mine = scope.actor.parties
    return inside & or_(c.by_id.in_(mine), c.about_id.in_(mine))  # the other's "no thanks" closes its calendar


def _of_requests(model: Model) -> Callable[[Scope], Condition]:
    column = _t(model).c.request_id
    return lambda scope: column.in_(select(_R.c.id).where(_requests(_R)(scope)))


def _of_meetings(model: Model) -> Callable[[Scope], Condition]:
    column = _t(model).c.meeting_id
    return lambda scope: column.in_(select(_M.c.id).where(_meetings(_M)(scope)))


def _between_parties(model: Model) -> Callable[[Scope], Condition]:
    """Of meetings, what is the parties' alone: whoever only interprets finds nothing of it."""
    column = _t(model).c.meeting_id

    def condition(scope: Scope) -> Condition:
        if scope.actor.may(May.RUN_MEETINGS):
            return _of_meetings(model)(scope)
        mine = select(_A.c.meeting_id).where(_A.c.participation_id.in_(scope.actor.parties))
        here = _M.c.convention_id == scope.convention_id
        inside: Condition = column.in_(select(_M.c.id).where(here, _M.c.id.in_(mine)))
        return inside

    return condition


IN_CONVENTION: dict[Model, Callable[[Scope], Condition]] = {
    house.Convention: lambda scope: _t(house.Convention).c.id == scope.convention_id,
    house.Host: lambda scope: _t(house.Host).c.id == scope.host_id,
    **{model: _of_host(model) for model in (house.Series, house.Organisation, house.Venue, house.Resource)},
    accounts.Person: _of_host(accounts.Person),
    **{
        model: _everywhere(model)
        for model in (
            *(house.PhaseWindow, meetings.Calendar, meetings.Slot, meetings.Participation, meetings.Representative),
            *(meetings.Interpreter, meetings.LanguagePair, meetings.Availability, meetings.JoinInstruction),
            *(EventStream, Picture, accounts.Consent),
        )
    },
    **programme_rows.IN_CONVENTION,
    **matching_rows.IN_CONVENTION,
    meetings.Occupancy: lambda _scope: true(),  # of the whole host, and only of those who are asked about: busy or not
    meetings.MeetingRequest: _requests(_t(meetings.MeetingRequest)),
    meetings.Proposal: _of_requests(meetings.Proposal),
    meetings.Meeting: _meetings(_t(meetings.Meeting)),
    meetings.MeetingChange: _between_parties(meetings.MeetingChange),
    meetings.Attendee: _of_meetings(meetings.Attendee),
    meetings.Attendance: _of_meetings(meetings.Attendance),
    meetings.Amount: _between_parties(meetings.Amount),
    meetings.Preference: _wishes,
    accounts.Role: _own_or(accounts.Role, May.MANAGE_PEOPLE),
    accounts.Invitation: _own_or(accounts.Invitation, May.MANAGE_PEOPLE),
    ImportFinding: _backstage(ImportFinding, May.MANAGE_PARTIES),
    ImportedParty: _backstage(ImportedParty, May.MANAGE_PARTIES),
    EventRow: _backstage(EventRow, May.SEE_FIGURES),
    AuditEntry: _backstage(AuditEntry, May.OWN),
}


def _mine(model: Model) -> Callable[[OwnScope], Condition]:
    column = _t(model).c.person_id
    return lambda scope: column == scope.person_id


def _own_meetings(scope: OwnScope) -> Any:
    return select(_A.c.meeting_id).where(_A.c.person_id == scope.person_id)


def _told_in_own_meetings(model: Model) -> Callable[[OwnScope], Condition]:
    """Of meetings, what is the parties' alone, for who sat there for one."""
    column = _t(model).c.meeting_id
    return lambda scope: column.in_(_own_meetings(scope).where(_A.c.participation_id.is_not(None)))


def _own_parties(scope: OwnScope) -> Any:
    """The parties that somebody sits for: who has left one learns no more of it."""
    return select(_SEAT.c.participation_id).where(_SEAT.c.person_id == scope.person_id, _SEAT.c.active)


def _of_own_parties(model: Model) -> Callable[[OwnScope], Condition]:
    column = _t(model).c.participation_id
    return lambda scope: column.in_(_own_parties(scope))


def _own_requests(table: Any) -> Callable[[OwnScope], Condition]:
    return lambda scope: or_(
        table.c.requester_id.in_(_own_parties(scope)), table.c.addressee_id.in_(_own_parties(scope))
    )


OWN: dict[Model, Callable[[OwnScope], Condition]] = {
    **programme_rows.OF_ONESELF,
    **matching_rows.OF_ONESELF,
    house.Host: lambda scope: _t(house.Host).c.id == scope.host_id,
    house.Convention: _of_host(house.Convention),
    house.Organisation: _of_host(house.Organisation),
    accounts.Person: lambda scope: _t(accounts.Person).c.id == scope.person_id,
    **{
        model: _mine(model)
        for model in (
            *(accounts.Credential, accounts.HostRole, accounts.Role, accounts.Invitation, accounts.Login),
            *(accounts.OidcIdentity, accounts.Consent, accounts.SignInLink, Mail),
            *(meetings.Representative, meetings.Interpreter, meetings.LanguagePair, meetings.Availability),
            *(meetings.Attendee, meetings.Attendance),
        )
    },
    meetings.Participation: lambda scope: _t(meetings.Participation).c.id.in_(_own_parties(scope)),
    meetings.Meeting: lambda scope: _t(meetings.Meeting).c.id.in_(_own_meetings(scope)),
    **{model: _told_in_own_meetings(model) for model in (meetings.MeetingChange, meetings.Amount)},
    meetings.MeetingRequest: _own_requests(_t(meetings.MeetingRequest)),
    meetings.Proposal: lambda scope: _t(meetings.Proposal).c.request_id.in_(
        select(_R.c.id).where(_own_requests(_R)(scope))
    ),
    meetings.JoinInstruction: lambda scope: _t(meetings.JoinInstruction).c.owner_id.in_(_own_parties(scope)),
    meetings.Preference: lambda scope: _t(meetings.Preference).c.by_id.in_(_own_parties(scope)),
    programme.ProgrammeSession: lambda scope: _t(programme.ProgrammeSession).c.convention_id.in_(_conventions(scope)),
    **{model: _of_own_parties(model) for model in (Picture, ImportFinding, ImportedParty)},
    EventRow: lambda scope: _t(EventRow).c.actor_id == scope.person_id,
    AuditEntry: lambda scope: or_(
        _t(AuditEntry).c.actor_id == scope.person_id, _t(AuditEntry).c.about_id == scope.person_id
    ),
}


def _conventions(scope: OwnScope | HostScope) -> Any:
    return select(_CONVENTION.c.id).where(_CONVENTION.c.host_id == scope.host_id)


OF_HOST: dict[Model, Callable[[HostScope], Condition]] = {
    house.Host: lambda scope: _t(house.Host).c.id == scope.host_id,
    **{
        model: _of_host(model)
        for model in (
            *(house.Series, house.Organisation, house.Convention, house.Venue, house.Resource),
            *(accounts.Person, accounts.HostRole, AuditEntry),
        )
    },
    accounts.Role: lambda scope: _t(accounts.Role).c.convention_id.in_(_conventions(scope)),
}


class _Limit(LoaderCriteriaOption):
    """`with_loader_criteria`, which forgets to turn to the alias where an aliased model is joined: the condition would
    be about another row of the table, or none."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # what its cache key is made of

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        found = super()._resolve_where_criteria(ext_info)
        if ext_info.is_aliased_class:
            found = ext_info._adapter.traverse(found)
        return found


def _limit(model: Model, condition: Condition) -> _Limit:
    return _Limit(model, condition, include_aliases=True)


# Which rows of a table there are in each kind of scope.
RULES: dict[type[AnyScope], Mapping[Model, Callable[[Any], Condition]]] = {
    Scope: IN_CONVENTION,
    OwnScope: OWN,
    HostScope: OF_HOST,
    GuestScope: programme_rows.FOR_GUESTS,
}


def _condition(scope: AnyScope, model: Model) -> Condition:
    rule = RULES[type(scope)].get(model)
    if rule is None:
        raise Unscoped(f"{model.__name__} cannot be read in a {type(scope).__name__}")
    return rule(scope)


@cache
def _models() -> dict[Any, Model]:
    return {mapper.local_table: mapper.class_ for mapper in SQLModel._sa_registry.mappers}


def _models_in(statement: Any) -> set[Model]:
    """The models whose tables a statement reads from, anywhere in it."""
    known = _models()
    return {known[part] for part in visitors.iterate(statement) if isinstance(part, Table) and part in known}


@lru_cache(maxsize=1000)
def _of_convention(model: Model, convention_id: UUID) -> Any:
    """The limit of commands; None for tables that belong to no convention."""
    column = _t(model).c.get("convention_id")
    return None if column is None else _limit(model, column == convention_id)


@event.listens_for(Session, "do_orm_execute")
def _add_conditions(state: ORMExecuteState) -> None:
    scope: AnyScope | CommandScope | None = state.session.info.get(KEY)
    if scope is None:
        return
    if isinstance(scope, CommandScope):
        if state.is_select and state.is_orm_statement:
            limits = [_of_convention(model, scope.convention_id) for model in _models_in(state.statement)]
            state.statement = state.statement.options(*filter(None, limits))
        return
    if not (state.is_select and state.is_orm_statement and of_models_alone(state.statement)):
        raise Unscoped("visitors read by queries of models")
    state.statement = state.statement.options(
        *(_limit(model, _condition(scope, model)) for model in _models_in(state.statement))
    )


def scope_of(actor: Actor, convention_id: UUID) -> Scope | GuestScope:
    """What a visitor of a convention may read in."""
    if actor.person_id is None and actor.guest_id is not None:
        return GuestScope(convention_id)
    return Scope(convention_id, actor.host_id or convention_id, actor)


@contextmanager
def reading_as(engine: Engine, scope: AnyScope) -> Iterator[Session]:
    """A session over one consistent state of the database, in which the scope's rows are all there is."""
    with reading(engine) as db:
        db.info[KEY] = scope
        yield db


@contextmanager
def across_conventions(db: Session) -> Iterator[None]:
    """What becomes of a person becomes of them everywhere: inside, a command finds rows of all conventions."""
    scope, db.info[KEY] = db.info.get(KEY), None
    try:
        yield
    finally:
        db.info[KEY] = scope
