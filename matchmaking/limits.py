"""Who may ask whom, how often: the policies that stand before every request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select

from matchmaking.calendar import Rules, day_of
from matchmaking.errors import CoolingDown, NeedsLook, NotFound, TooManyOpen, TooManyToday, WrongDirection
from matchmaking.ports import Work
from matchmaking.statements import Statement
from matchmaking.states import RequestState
from matchmaking.tables import MeetingRequest, Participation, Preference

_P: Any = Participation.__table__  # type: ignore[attr-defined]
_Q: Any = MeetingRequest.__table__  # type: ignore[attr-defined]
_W: Any = Preference.__table__  # type: ignore[attr-defined]

_PARTIES = Statement(
    select(_P.c.id, _P.c.offers, _P.c.seeks, _P.c.needs_look).where(
        _P.c.convention_id == bindparam("convention"),
        or_(_P.c.id == bindparam("by"), _P.c.id == bindparam("to")),
    )
)
_BY_US = and_(_Q.c.convention_id == bindparam("convention"), _Q.c.requester_id == bindparam("by"))
# The two sides propose in turn, so an odd proposal is the requester's and an even one the addressee's: what was
# declined last must have been ours.
_BETWEEN_US = or_(
    and_(_BY_US, _Q.c.addressee_id == bindparam("to"), _Q.c.proposals % 2 == 1),
    and_(
        _Q.c.convention_id == bindparam("convention"),
        _Q.c.requester_id == bindparam("to"),
        _Q.c.addressee_id == bindparam("by"),
        _Q.c.proposals % 2 == 0,
    ),
)
_STANDING = Statement(
    select(
        select(_Q.c.id)
        .where(_Q.c.convention_id == bindparam("convention"), _Q.c.open_key == bindparam("pair"))
        .scalar_subquery()
        .label("open_thread"),
        select(func.count()).select_from(_Q).where(_BY_US, _Q.c.open_key.is_not(None)).scalar_subquery().label("open"),
        select(func.count())
        .select_from(_Q)
        .where(_BY_US, _Q.c.created_at >= bindparam("day_start"), _Q.c.created_at < bindparam("day_end"))
        .scalar_subquery()
        .label("today"),
        select(func.max(_Q.c.closed_at))
        .where(_BETWEEN_US, _Q.c.state == RequestState.DECLINED.value)
        .scalar_subquery()
        .label("declined_at"),
        select(func.count())
        .select_from(_W)
        .where(
            _W.c.convention_id == bindparam("convention"),
            _W.c.by_id == bindparam("to"),
            _W.c.about_id == bindparam("by"),
            _W.c.wish == "no_thanks",
        )
        .scalar_subquery()
        .label("unwanted"),
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a party stands towards another: their open thread, and whether the other does not want it."""

    open_thread: UUID | None
    unwanted: bool


def check_parties(work: Work, by: UUID, to: UUID, known: Rules) -> tuple[Any, Any]:
    """The two parties as rows (id, offers, seeks, needs_look).

    Raises:
        NotFound: one of them is not in this convention, or they are the same.
        NeedsLook: the asking party's own data must be confirmed first.
        WrongDirection: the policy does not let this kind ask that kind.
    """
    found = _PARTIES.rows(work.db, {"convention": work.convention_id, "by": by, "to": to})
    rows = {row.id: row for row in found}
    if len(rows) != 2:
        raise NotFound
    requester, addressee = rows[by], rows[to]
    if requester.needs_look:
        raise NeedsLook(fields=requester.needs_look)
    kinds = {
        f"{mine}_to_{theirs}"
        for mine, is_mine in (("exhibitor", requester.offers), ("buyer", requester.seeks))
        for theirs, is_theirs in (("exhibitor", addressee.offers), ("buyer", addressee.seeks))
        if is_mine and is_theirs
    }
    if kinds.isdisjoint(known.policies.who_may_ask):
        raise WrongDirection
    return requester, addressee


def check_limits(work: Work, by: UUID, to: UUID, known: Rules) -> Standing:
    """How the two stand, if the caps and the cool-down allow another request.

    A crossing request (an open thread with the other party) is an answer, so caps do not count it.

    Raises:
        TooManyOpen, TooManyToday, CoolingDown.
    """
    policies = known.policies
    day_start, day_end = day_of(work.now, known)
    pair = ":".join(sorted((by.hex, to.hex)))
    values = {"convention": work.convention_id, "by": by, "to": to, "pair": pair}
    (row,) = _STANDING.rows(work.db, {**values, "day_start": day_start, "day_end": day_end})
    if row.open_thread is None:
        if row.open >= policies.open_requests:
            raise TooManyOpen(limit=policies.open_requests)
        if row.today >= policies.daily_requests:
            raise TooManyToday(limit=policies.daily_requests, next_day=day_end)
        _check_cooled(row.declined_at, work.now, policies.cooldown_hours)
    return Standing(row.open_thread, bool(row.unwanted))


def _check_cooled(declined_at: datetime | None, now: datetime, hours: int) -> None:
    if declined_at is not None and declined_at + timedelta(hours=hours) > now:
        raise CoolingDown(until=declined_at + timedelta(hours=hours))
