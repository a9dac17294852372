"""Whose rows of matching and scheduling a query may have, by the kind of scope (see scope.py)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlmodel import SQLModel

from matchmaking import tables as meetings
from matchmaking.drafts import tables as drafts
from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.recommend.tables import Category, PartyView
from matchmaking.rescue.tables import Standby
from server.accounts.permissions import May

Condition = ColumnElement[bool]
Model = type[SQLModel]

_SEAT: Any = meetings.Representative.__table__.alias()  # type: ignore[attr-defined]


def _c(model: Model) -> Any:
    return model.__table__.c  # type: ignore[attr-defined]


def _everywhere(model: Model) -> Callable[[Any], Condition]:
    """All rows of the convention."""
    return lambda scope: _c(model).convention_id == scope.convention_id


def _of_staff(model: Model) -> Callable[[Any], Condition]:
    """All rows of the convention, for who runs its meetings; none for others."""
    c = _c(model)
    return lambda scope: c.convention_id == scope.convention_id if scope.actor.may(May.RUN_MEETINGS) else false()


def _of_parties(model: Model, *columns: str) -> Callable[[Any], Condition]:
    """Rows that name one of the visitor's parties; all of them for who runs the meetings."""
    c = _c(model)

    def condition(scope: Any) -> Condition:
        inside: Condition = c.convention_id == scope.convention_id
        if scope.actor.may(May.RUN_MEETINGS):
            return inside
        return inside & or_(*(c[column].in_(scope.actor.parties) for column in columns))

    return condition


def _blocks(scope: Any) -> Condition:
    """An interpreter's own hours, and those that are one's party's."""
    c = _c(InterpreterBlock)
    inside: Condition = c.convention_id == scope.convention_id
    if scope.actor.may(May.RUN_MEETINGS):
        return inside
    return inside & or_(c.person_id == scope.actor.person_id, c.participation_id.in_(scope.actor.parties))


IN_CONVENTION: dict[Model, Callable[[Any], Condition]] = {
    Category: _everywhere(Category),
    PartyView: _of_parties(PartyView, "by_id"),
    meetings.PartyLimits: _of_parties(meetings.PartyLimits, "participation_id"),
    meetings.PairRule: _of_parties(meetings.PairRule, "one_id", "other_id"),  # a banned pair is not suggested
    InterpreterBlock: _blocks,
    Standby: _of_parties(Standby, "one_id", "other_id"),
    **{model: _of_staff(model) for model in (drafts.Draft, drafts.DraftMeeting, drafts.DraftParty)},
}


def _own_parties(scope: Any) -> Any:
    return select(_SEAT.c.participation_id).where(_SEAT.c.person_id == scope.person_id, _SEAT.c.active)


def _of_own_parties(model: Model, *columns: str) -> Callable[[Any], Condition]:
    c = _c(model)
    return lambda scope: or_(*(c[column].in_(_own_parties(scope)) for column in columns))


OF_ONESELF: dict[Model, Callable[[Any], Condition]] = {
    PartyView: _of_own_parties(PartyView, "by_id"),
    meetings.PartyLimits: _of_own_parties(meetings.PartyLimits, "participation_id"),
    InterpreterBlock: lambda scope: _c(InterpreterBlock).person_id == scope.person_id,
    Standby: _of_own_parties(Standby, "one_id", "other_id"),
}
